package io.debezium.connector.mariadb;

import io.debezium.connector.binlog.BinlogConnectorConfig;
import io.debezium.connector.binlog.BinlogDatabaseSchema;
import io.debezium.connector.binlog.charset.BinlogCharsetRegistry;
import io.debezium.connector.common.CdcSourceTaskContext;
import io.debezium.config.CommonConnectorConfig;
import io.debezium.connector.mariadb.jdbc.MariaDbConnection;
import io.debezium.connector.mariadb.jdbc.MariaDbConnectionConfiguration;
import io.debezium.connector.mariadb.jdbc.MariaDbDefaultValueConverter;
import io.debezium.connector.mariadb.jdbc.MariaDbValueConverters;
import io.debezium.pipeline.spi.Offsets;
import io.debezium.relational.CustomConverterRegistry;
import io.debezium.relational.TableId;
import io.debezium.relational.ddl.DdlParser;
import io.debezium.schema.SchemaChangeEvent;
import io.debezium.schema.SchemaNameAdjuster;
import io.debezium.spi.topic.TopicNamingStrategy;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import millrace.connect.DefaultsOfOtherTypes;
import millrace.connect.InetDdlParser;
import millrace.connect.LostTables;
import millrace.connect.LostTables.Loss;
import millrace.connect.ReplacesDebezium;
import millrace.connect.SourceCatalog;
import millrace.connect.StatementGroups;
import millrace.connect.StatementGuard;
import millrace.connect.UnreadableDdl;

/**
 * In place of Debezium's class of the same name, with a parser that knows INET4 and INET6, with {@link StatementGuard}, and
 * without what Debezium makes of their DEFAULTs; see {@code BinlogDates} for how it gets there. After a statement that is a group of the
 * log by itself, the position to start at is behind it.
 */
public class MariaDbDatabaseSchema
        extends BinlogDatabaseSchema<MariaDbPartition, MariaDbOffsetContext, MariaDbValueConverters, MariaDbDefaultValueConverter>
        implements ReplacesDebezium, LostTables.Owner {

    private final StatementGuard guard;
    private final LostTables lost;

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
        InetDdlParser parser = (InetDdlParser) getDdlParser();
        if (tableIdCaseInsensitive) {
            parser.ignoreCase();
        }
        SourceCatalog catalog = new SourceCatalog(
                () -> new MariaDbConnection(new MariaDbConnectionConfiguration(config.getConfig()), null));
        lost = new LostTables(tables(), parser, parser.unreadable(), guard, catalog);
    }

    @Override
    public LostTables lostTables() {
        return lost;
    }

    @Override
    public void recover(Offsets<?, ?> offsets) throws InterruptedException {
        super.recover(offsets);
        lost.readForThisServer().forEach(this::buildAndRegisterSchema);
    }

    @Override
    public void applySchemaChange(SchemaChangeEvent change) {
        if (!LostTables.isRepeated(change)) {
            super.applySchemaChange(change);
        }
    }

    @Override
    public List<SchemaChangeEvent> parseStreamingDdl(
            MariaDbPartition partition, String statement, String database, MariaDbOffsetContext offset, Instant time) {
        List<Loss> unparsed = lost.beforeParsing(statement, database, offset);
        if (unparsed == null && guard.isRowChange(statement, database)) {
            return List.of();
        }
        List<SchemaChangeEvent> changes = unparsed == null
                ? parse(partition, statement, database, offset, time)
                : lost.events(unparsed, partition, offset, time);
        if (StatementGroups.isStatementAlone()) {
            offset.commitTransaction();
        }
        return changes;
    }

    private List<SchemaChangeEvent> parse(
            MariaDbPartition partition, String statement, String database, MariaDbOffsetContext offset, Instant time) {
        List<SchemaChangeEvent> changes = super.parseStreamingDdl(partition, statement, database, offset, time);
        List<Loss> losses = lost.afterParsing(((InetDdlParser) getDdlParser()).unreadable().take(), statement);
        if (!losses.isEmpty()) {
            return lost.events(losses, partition, offset, time);
        }
        List<Loss> notTold = lost.notTold(statement, database, changes);
        return notTold.isEmpty()
                ? changes
                : Stream.concat(changes.stream(), lost.events(notTold, partition, offset, time).stream()).toList();
    }

    @Override
    public List<SchemaChangeEvent> parseSnapshotDdl(
            MariaDbPartition partition, String statement, String database, MariaDbOffsetContext offset, Instant time) {
        UnreadableDdl unreadable = ((InetDdlParser) getDdlParser()).unreadable();
        List<SchemaChangeEvent> changes = super.parseSnapshotDdl(partition, statement, database, offset, time);
        if (unreadable.take() == null) {
            return changes;
        }
        changes = super.parseSnapshotDdl(partition, SourceCatalog.essence(statement), database, offset, time);
        guard.requireReadable(unreadable.take());
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
