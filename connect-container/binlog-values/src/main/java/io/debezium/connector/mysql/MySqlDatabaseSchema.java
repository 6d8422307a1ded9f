package io.debezium.connector.mysql;

import io.debezium.connector.binlog.BinlogConnectorConfig;
import io.debezium.connector.binlog.BinlogDatabaseSchema;
import io.debezium.connector.binlog.charset.BinlogCharsetRegistry;
import io.debezium.connector.common.CdcSourceTaskContext;
import io.debezium.config.CommonConnectorConfig;
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
import millrace.connect.MysqlDdlParser;
import millrace.connect.ReplacesDebezium;
import millrace.connect.StatementGuard;

/**
 * In place of Debezium's class of the same name, with {@link StatementGuard}; see {@code BinlogDates} for how it gets there. After a
 * statement outside of a transaction, which is a transaction by itself, the GTIDs to start at have that of the statement. Debezium adds
 * it with the next transaction only: when the log of the statement is removed before, the connector cannot start again.
 */
public class MySqlDatabaseSchema
        extends BinlogDatabaseSchema<MySqlPartition, MySqlOffsetContext, MySqlValueConverters, MySqlDefaultValueConverter>
        implements ReplacesDebezium {

    private final StatementGuard guard;

    public MySqlDatabaseSchema(
            MySqlConnectorConfig config,
            MySqlValueConverters values,
            TopicNamingStrategy<TableId> topics,
            SchemaNameAdjuster names,
            boolean tableIdCaseInsensitive,
            CustomConverterRegistry converters,
            CdcSourceTaskContext<? extends CommonConnectorConfig> task) {
        super(config, values, new MySqlDefaultValueConverter(values), topics, names, tableIdCaseInsensitive, converters, task);
        guard = new StatementGuard(config.getTableFilters(), tableIdCaseInsensitive);
        if (tableIdCaseInsensitive) {
            ((MysqlDdlParser) getDdlParser()).ignoreCase();
        }
    }

    @Override
    public List<SchemaChangeEvent> parseStreamingDdl(
            MySqlPartition partition, String statement, String database, MySqlOffsetContext offset, Instant time) {
        if (guard.isRowChange(statement, database)) {
            return List.of();
        }
        List<SchemaChangeEvent> changes = super.parseStreamingDdl(partition, statement, database, offset, time);
        guard.requireOfNoInterest(((MysqlDdlParser) getDdlParser()).unreadable().take());
        boolean isInTransaction = offset.getTransactionId() != null;
        if (!isInTransaction) {
            offset.commitTransaction();
        }
        return changes;
    }

    @Override
    public List<SchemaChangeEvent> parseSnapshotDdl(
            MySqlPartition partition, String statement, String database, MySqlOffsetContext offset, Instant time) {
        List<SchemaChangeEvent> changes = super.parseSnapshotDdl(partition, statement, database, offset, time);
        guard.requireReadable(((MysqlDdlParser) getDdlParser()).unreadable().take());
        return changes;
    }

    @Override
    protected DdlParser createDdlParser(BinlogConnectorConfig config, MySqlValueConverters values) {
        return new MysqlDdlParser(
                config.isSchemaCommentsHistoryEnabled(),
                getTableFilter(),
                config.getServiceRegistry().getService(BinlogCharsetRegistry.class));
    }
}
