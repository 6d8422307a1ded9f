package io.debezium.connector.mysql;

import io.debezium.config.CommonConnectorConfig;
import io.debezium.connector.binlog.BinlogConnectorConfig;
import io.debezium.connector.binlog.BinlogDatabaseSchema;
import io.debezium.connector.binlog.charset.BinlogCharsetRegistry;
import io.debezium.connector.common.CdcSourceTaskContext;
import io.debezium.connector.mysql.antlr.MySqlAntlrDdlParser;
import io.debezium.connector.mysql.jdbc.MySqlDefaultValueConverter;
import io.debezium.connector.mysql.jdbc.MySqlValueConverters;
import io.debezium.relational.CustomConverterRegistry;
import io.debezium.relational.TableId;
import io.debezium.relational.ddl.DdlParser;
import io.debezium.schema.SchemaChangeEvent;
import io.debezium.schema.SchemaNameAdjuster;
import io.debezium.spi.topic.TopicNamingStrategy;
import java.time.Instant;
import java.util.List;
import millrace.connect.ReplacesDebezium;

/**
 * In place of Debezium's class of the same name. After a statement outside of a transaction, which is a transaction by itself, the GTIDs to
 * start at have that of the statement. Debezium adds it with the next transaction only: when the log of the statement is removed
 * before, the connector cannot start again.
 */
public class MySqlDatabaseSchema
        extends BinlogDatabaseSchema<MySqlPartition, MySqlOffsetContext, MySqlValueConverters, MySqlDefaultValueConverter>
        implements ReplacesDebezium {

    public MySqlDatabaseSchema(
            MySqlConnectorConfig config,
            MySqlValueConverters values,
            TopicNamingStrategy<TableId> topics,
            SchemaNameAdjuster names,
            boolean tableIdCaseInsensitive,
            CustomConverterRegistry converters,
            CdcSourceTaskContext<? extends CommonConnectorConfig> task) {
        super(config, values, new MySqlDefaultValueConverter(values), topics, names, tableIdCaseInsensitive, converters, task);
    }

    @Override
    protected DdlParser createDdlParser(BinlogConnectorConfig config, MySqlValueConverters values) {
        boolean throwsAtErrors = true;
        boolean includesViews = false;
        return new MySqlAntlrDdlParser(
                throwsAtErrors,
                includesViews,
                config.isSchemaCommentsHistoryEnabled(),
                getTableFilter(),
                config.getServiceRegistry().getService(BinlogCharsetRegistry.class));
    }

    @Override
    public List<SchemaChangeEvent> parseStreamingDdl(
            MySqlPartition partition, String statement, String database, MySqlOffsetContext offset, Instant time) {
        List<SchemaChangeEvent> changes = super.parseStreamingDdl(partition, statement, database, offset, time);
        boolean isInTransaction = offset.getTransactionId() != null;
        if (!isInTransaction) {
            offset.commitTransaction();
        }
        return changes;
    }
}
