package io.debezium.connector.mariadb;

import io.debezium.connector.binlog.BinlogConnectorConfig;
import io.debezium.connector.binlog.BinlogDatabaseSchema;
import io.debezium.connector.binlog.charset.BinlogCharsetRegistry;
import io.debezium.connector.common.CdcSourceTaskContext;
import io.debezium.config.CommonConnectorConfig;
import io.debezium.connector.mariadb.jdbc.MariaDbDefaultValueConverter;
import io.debezium.connector.mariadb.jdbc.MariaDbValueConverters;
import io.debezium.relational.CustomConverterRegistry;
import io.debezium.relational.TableId;
import io.debezium.relational.ddl.DdlParser;
import io.debezium.schema.SchemaNameAdjuster;
import io.debezium.spi.topic.TopicNamingStrategy;
import millrace.connect.DefaultsOfOtherTypes;
import millrace.connect.InetDdlParser;
import millrace.connect.ReplacesDebezium;

/**
 * In place of Debezium's class of the same name, with a parser that knows INET4 and INET6, and without what Debezium makes of
 * their DEFAULTs; see {@code BinlogDates} for how it gets there.
 */
public class MariaDbDatabaseSchema
        extends BinlogDatabaseSchema<MariaDbPartition, MariaDbOffsetContext, MariaDbValueConverters, MariaDbDefaultValueConverter>
        implements ReplacesDebezium {

    public MariaDbDatabaseSchema(
            MariaDbConnectorConfig config,
            MariaDbValueConverters values,
            TopicNamingStrategy<TableId> topics,
            SchemaNameAdjuster names,
            boolean tableIdCaseInsensitive,
            CustomConverterRegistry converters,
            CdcSourceTaskContext<? extends CommonConnectorConfig> task) {
        super(config, values, new DefaultsOfOtherTypes(values), topics, names, tableIdCaseInsensitive, converters, task);
    }

    @Override
    protected DdlParser createDdlParser(BinlogConnectorConfig config, MariaDbValueConverters values) {
        return new InetDdlParser(
                config.isSchemaChangesHistoryEnabled(),
                getTableFilter(),
                config.getServiceRegistry().getService(BinlogCharsetRegistry.class));
    }
}
