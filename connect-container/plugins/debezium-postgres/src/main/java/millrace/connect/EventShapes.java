package millrace.connect;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.source.SourceRecord;

/**
 * Knows the shape that each event was written with. Debezium makes a new schema object for a table at each of its Relation
 * messages, and every record has the object that was current when the record was made. So the object, by its identity, tells the
 * shape, also for records that are still queued when the next shape comes.
 */
final class EventShapes {

    /** Names the shape of every event. */
    static final String FINGERPRINT_HEADER = "millrace.shape";

    /** Has the whole shape, on the first event that was written with it since the log was opened. */
    static final String DEFINITION_HEADER = "millrace.shape.definition";

    private final Map<ByIdentity, Known> shapes = new HashMap<>();
    private final ReferenceQueue<Schema> unused = new ReferenceQueue<>();

    /** Most records have the schema of the one before. */
    private Schema lastSchema;

    private Known last;

    synchronized void put(Schema schema, TableShape shape) {
        for (Object gone = unused.poll(); gone != null; gone = unused.poll()) {
            shapes.remove(gone);
        }
        shapes.put(new ByIdentity(schema, unused), new Known(shape));
    }

    /** Does nothing to a record that is not a table's event. */
    synchronized void addHeaders(SourceRecord record) {
        Schema schema = record.valueSchema();
        if (schema != lastSchema) {
            lastSchema = schema;
            last = schema == null ? null : shapes.get(new ByIdentity(schema, null));
        }
        if (last == null) {
            return;
        }
        record.headers().addString(FINGERPRINT_HEADER, last.shape.fingerprint());
        if (!last.isDefined) {
            last.isDefined = true;
            record.headers().addString(DEFINITION_HEADER, last.shape.definition());
        }
    }

    /** A table has one topic, so the first event of a shape is the first in its topic. */
    private static final class Known {

        private final TableShape shape;
        private boolean isDefined;

        Known(TableShape shape) {
            this.shape = shape;
        }
    }

    private static final class ByIdentity extends WeakReference<Schema> {

        private final int hash;

        ByIdentity(Schema schema, ReferenceQueue<Schema> unused) {
            super(schema, unused);
            hash = System.identityHashCode(schema);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(Object other) {
            if (this == other) {
                return true;
            }
            Schema schema = get();
            return schema != null && other instanceof ByIdentity reference && reference.get() == schema;
        }
    }
}
