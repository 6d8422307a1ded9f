package millrace.connect;

import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.PostgresConnectorTask;
import io.debezium.connector.postgresql.PostgresOffsetContext;
import io.debezium.connector.postgresql.PostgresPartition;
import io.debezium.connector.postgresql.PostgresSchema;
import io.debezium.connector.postgresql.TypeRegistry;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import io.debezium.connector.postgresql.connection.PostgresDefaultValueConverter;
import io.debezium.connector.postgresql.connection.ReplicationConnection;
import io.debezium.jdbc.JdbcConnection;
import io.debezium.pipeline.ChangeEventSourceCoordinator;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTaskContext;

/**
 * Debezium's task, which reads the log with a {@link TextTypeRegistry}, names the shape of each event (see {@link EventShapes}),
 * resumes with {@link WholeTransactions} and only at a server that has what was captured ({@link SourceLine}), and lets the slot move
 * only as far as Connect's stored offset.
 */
public final class PostgresTextConnectorTask extends PostgresConnectorTask {

    private final EventShapes shapes = new EventShapes();

    private final SourceLine line = new SourceLine();

    /** Has the whole of the stored offset. */
    private SourceTaskContext stored;

    /** Of the only source that the task has; null until Kafka has a record of it. */
    private volatile Map<String, ?> partition;

    /** Connect has stored an offset since the slot was last moved. */
    private volatile boolean hasStoredOffset;

    @Override
    public void initialize(SourceTaskContext context) {
        stored = context;
        super.initialize(new WholeTransactions(context));
    }

    /**
     * Kafka has the record. Debezium would confirm its position to the source, but its offset is not stored yet, nor need Kafka
     * have the records before it, which may be those of another table's topic.
     */
    @Override
    public void commitRecord(SourceRecord record, RecordMetadata metadata) {
        partition = record.sourcePartition();
    }

    @Override
    public void commit() throws InterruptedException {
        hasStoredOffset = true;
        super.commit();
    }

    /** Confirms the stored offset: a slot that is ahead of it would lose what lies between when the task resumes. */
    @Override
    public void performCommit() {
        ChangeEventSourceCoordinator<PostgresPartition, PostgresOffsetContext> running = coordinator;
        if (running == null || partition == null || !hasStoredOffset) {
            return;
        }
        hasStoredOffset = false;
        Map<String, Object> offset = context.offsetStorageReader().offset(partition);
        if (offset != null) {
            running.commitOffset(partition, offset);
        }
    }

    @Override
    protected ReplicationConnection buildReplicationConnection(
            PostgresConnection connection, PostgresSchema schema, PostgresConnectorConfig config)
            throws SQLException {
        ReplicationConnection built =
                super.buildReplicationConnection(new TextTypesConnection(connection, config), schema, config);
        ShapeDecoder.install(built, schema, shapes, line);
        Map<String, String> source = new PostgresPartition(config.getLogicalName(), "").getSourcePartition();
        line.connectedTo(((JdbcConnection) built).connection(), stored.offsetStorageReader().offset(source));
        return built;
    }

    @Override
    public List<SourceRecord> doPoll() throws InterruptedException {
        List<SourceRecord> records = super.doPoll();
        records.forEach(shapes::addHeaders);
        records.forEach(line::mark);
        return records;
    }

    /** The same connection, with the other types. */
    private static final class TextTypesConnection extends PostgresConnection {

        private final PostgresConnection shared;
        private final TypeRegistry types;

        TextTypesConnection(PostgresConnection shared, PostgresConnectorConfig config) {
            super(config.getJdbcConfig(), CONNECTION_GENERAL);
            this.shared = shared;
            this.types = new TextTypeRegistry(shared);
        }

        @Override
        public Connection connection(boolean executeOnConnect) throws SQLException {
            return shared.connection(executeOnConnect);
        }

        @Override
        public TypeRegistry getTypeRegistry() {
            return types;
        }

        @Override
        public PostgresDefaultValueConverter getDefaultValueConverter() {
            return shared.getDefaultValueConverter();
        }
    }
}
