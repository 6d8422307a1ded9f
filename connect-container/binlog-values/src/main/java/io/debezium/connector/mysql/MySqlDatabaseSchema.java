package io.debezium.connector.mysql;

import io.debezium.connector.binlog.BinlogConnectorConfig;
import io.debezium.connector.binlog.BinlogDatabaseSchema;
import io.debezium.connector.binlog.charset.BinlogCharsetRegistry;
import io.debezium.connector.common.CdcSourceTaskContext;
import io.debezium.config.CommonConnectorConfig;
import io.debezium.connector.mysql.jdbc.MySqlConnection;
import io.debezium.connector.mysql.jdbc.MySqlConnectionConfiguration;
import io.debezium.connector.mysql.jdbc.MySqlDefaultValueConverter;
import io.debezium.connector.mysql.jdbc.MySqlValueConverters;
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
import millrace.connect.MysqlDdlParser;
import millrace.connect.LostTables;
import millrace.connect.LostTables.Loss;
import millrace.connect.ReplacesDebezium;
import millrace.connect.SourceCatalog;
import millrace.connect.StatementGuard;
import millrace.connect.UnreadableDdl;

/**
 * In place of Debezium's class of the same name, with {@link StatementGuard}; see {@code BinlogDates} for how it gets there. After a
 * statement outside of a transaction, which is a transaction by itself, the GTIDs to start at have that of the statement. Debezium adds
 * it with the next transaction only: when the log of the statement is removed before, the connector cannot start again.
 */
public class MySqlDatabaseSchema
        extends BinlogDatabaseSchema<MySqlPartition, MySqlOffsetContext, MySqlValueConverters, MySqlDefaultValueConverter>
        implements ReplacesDebezium, LostTables.Owner {

    private final StatementGuard guard;
    private final LostTables lost;

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
        MysqlDdlParser parser = (MysqlDdlParser) getDdlParser();
        if (tableIdCaseInsensitive) {
            parser.ignoreCase();
        }
        SourceCatalog catalog = new SourceCatalog(
                () -> new MySqlConnection(new MySqlConnectionConfiguration(config.getConfig()), null));
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
            MySqlPartition partition, String statement, String database, MySqlOffsetContext offset, Instant time) {
        List<Loss> unparsed = lost.beforeParsing(statement, database, offset);
        if (unparsed == null && guard.isRowChange(statement, database)) {
            return List.of();
        }
        List<SchemaChangeEvent> changes = unparsed == null
                ? parse(partition, statement, database, offset, time)
                : lost.events(unparsed, partition, offset, time);
        boolean isInTransaction = offset.getTransactionId() != null;
        if (!isInTransaction) {
            offset.commitTransaction();
        }
        return changes;
    }

    private List<SchemaChangeEvent> parse(
            MySqlPartition partition, String statement, String database, MySqlOffsetContext offset, Instant time) {
        List<SchemaChangeEvent> changes = super.parseStreamingDdl(partition, statement, database, offset, time);
        List<Loss> losses = lost.afterParsing(((MysqlDdlParser) getDdlParser()).unreadable().take(), statement);
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
            MySqlPartition partition, String statement, String database, MySqlOffsetContext offset, Instant time) {
        UnreadableDdl unreadable = ((MysqlDdlParser) getDdlParser()).unreadable();
        List<SchemaChangeEvent> changes = super.parseSnapshotDdl(partition, statement, database, offset, time);
        if (unreadable.take() == null) {
            return changes;
        }
        changes = super.parseSnapshotDdl(partition, SourceCatalog.essence(statement), database, offset, time);
        guard.requireReadable(unreadable.take());
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
