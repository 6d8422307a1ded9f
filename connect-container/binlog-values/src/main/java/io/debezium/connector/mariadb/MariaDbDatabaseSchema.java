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
import io.debezium.schema.SchemaChangeEvent;
import io.debezium.schema.SchemaNameAdjuster;
import io.debezium.spi.topic.TopicNamingStrategy;
import java.time.Instant;
import java.util.List;
import millrace.connect.DefaultsOfOtherTypes;
import millrace.connect.InetDdlParser;
import millrace.connect.ReplacesDebezium;
import millrace.connect.StatementGroups;
import millrace.connect.StatementGuard;

/**
 * In place of Debezium's class of the same name, with a parser that knows INET4 and INET6, with {@link StatementGuard}, and
 * without what Debezium makes of their DEFAULTs; see {@code BinlogDates} for how it gets there. After a statement that is a group of the
 * log by itself, the position to start at is behind it.
 */
public class MariaDbDatabaseSchema
        extends BinlogDatabaseSchema<MariaDbPartition, MariaDbOffsetContext, MariaDbValueConverters, MariaDbDefaultValueConverter>
        implements ReplacesDebezium {

    private final StatementGuard guard;

    public MariaDbDatabaseSchema(
            MariaDbConnectorConfig config,
            MariaDbValueConverters values,
            TopicNamingStrategy<TableId> topics,
            SchemaNameAdjuster names,
            boolean tableIdCaseInsensitive,
            CustomConverterRegistry converters,
            CdcSourceTaskContext<? extends CommonConnectorConfig> task) {
        super(config, values, new DefaultsOfOtherTypes(values), topics, names, tableIdCaseInsensitive, converters, task);
        guard = new StatementGuard(config.getTableFilters(), tableIdCaseInsensitive);
        if (tableIdCaseInsensitive) {
            ((InetDdlParser) getDdlParser()).ignoreCase();
        }
    }

    @Override
    public List<SchemaChangeEvent> parseStreamingDdl(
            MariaDbPartition partition, String statement, String database, MariaDbOffsetContext offset, Instant time) {
        if (guard.isRowChange(statement, database)) {
            return List.of();
        }
        List<SchemaChangeEvent> changes = super.parseStreamingDdl(partition, statement, database, offset, time);
        guard.requireOfNoInterest(((InetDdlParser) getDdlParser()).unreadable().take());
        if (StatementGroups.isStatementAlone()) {
            offset.commitTransaction();
        }
        return changes;
    }

    @Override
    public List<SchemaChangeEvent> parseSnapshotDdl(
            MariaDbPartition partition, String statement, String database, MariaDbOffsetContext offset, Instant time) {
        List<SchemaChangeEvent> changes = super.parseSnapshotDdl(partition, statement, database, offset, time);
        guard.requireReadable(((InetDdlParser) getDdlParser()).unreadable().take());
        return changes;
    }

    @Override
    protected DdlParser createDdlParser(BinlogConnectorConfig config, MariaDbValueConverters values) {
        return new InetDdlParser(
                config.isSchemaChangesHistoryEnabled(),
                getTableFilter(),
                config.getServiceRegistry().getService(BinlogCharsetRegistry.class));
    }
}
