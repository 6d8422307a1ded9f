package millrace.connect;

import io.debezium.connector.postgresql.PostgresSchema;
import io.debezium.connector.postgresql.TypeRegistry;
import io.debezium.connector.postgresql.connection.Lsn;
import io.debezium.connector.postgresql.connection.MessageDecoder;
import io.debezium.connector.postgresql.connection.PostgresReplicationConnection;
import io.debezium.connector.postgresql.connection.ReplicationConnection;
import io.debezium.connector.postgresql.connection.ReplicationStream.ReplicationMessageProcessor;
import io.debezium.connector.postgresql.connection.WalPositionLocator;
import io.debezium.relational.TableId;
import io.debezium.relational.TableSchema;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.function.Function;
import org.postgresql.replication.fluent.logical.ChainedLogicalStreamBuilder;

/** Debezium's decoder of the log, with a note of the shape that each Relation message has, and a word for texts that cannot be read. */
final class ShapeDecoder implements MessageDecoder {

    private final MessageDecoder decoder;
    private final PostgresSchema schema;
    private final EventShapes shapes;
    private final SourceLine line;

    private ShapeDecoder(MessageDecoder decoder, PostgresSchema schema, EventShapes shapes, SourceLine line) {
        this.decoder = decoder;
        this.schema = schema;
        this.shapes = shapes;
        this.line = line;
    }

    /** Puts itself in the place of the connection's decoder, which Debezium (3.5.0) gives no way to choose. */
    static void install(
            ReplicationConnection connection, PostgresSchema schema, EventShapes shapes, SourceLine line) {
        try {
            Field field = PostgresReplicationConnection.class.getDeclaredField("messageDecoder");
            field.setAccessible(true);
            field.set(connection, new ShapeDecoder((MessageDecoder) field.get(connection), schema, shapes, line));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("This version of Debezium decodes the log elsewhere.", e);
        }
    }

    @Override
    public void processMessage(ByteBuffer buffer, ReplicationMessageProcessor processor, TypeRegistry typeRegistry)
            throws SQLException, InterruptedException {
        line.sent(buffer);
        TableShape shape = buffer != null && TableShape.isRelation(buffer) ? TableShape.parse(buffer) : null;
        decoder.processMessage(ReadableTexts.of(buffer), processor, typeRegistry);
        if (shape == null) {
            return;
        }
        TableSchema current = (TableSchema) schema.schemaFor(new TableId(null, shape.schema(), shape.table()));
        // A table of the publication that the connector does not include has none.
        if (current != null) {
            shapes.put(current.getEnvelopeSchema().schema(), shape);
        }
    }

    @Override
    public ChainedLogicalStreamBuilder defaultOptions(
            ChainedLogicalStreamBuilder builder, Function<Integer, Boolean> hasMinimumServerVersion) {
        return decoder.defaultOptions(builder, hasMinimumServerVersion);
    }

    @Override
    public boolean shouldMessageBeSkipped(
            ByteBuffer buffer, Lsn lastReceivedLsn, Lsn startLsn, WalPositionLocator walPosition) {
        return decoder.shouldMessageBeSkipped(buffer, lastReceivedLsn, startLsn, walPosition);
    }

    @Override
    public void close() {
        decoder.close();
    }
}
