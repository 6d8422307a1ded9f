package millrace.connect;

import io.debezium.connector.postgresql.connection.Lsn;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceRecord;

/**
 * Sees to it that the server which is connected to has what was captured. A standby that takes over begins another timeline of the log where it
 * had come to. What was captured of the timeline before and lies behind that place is not there: such a standby would skip its own
 * transactions up to the stored position without a word, and the rows of the lost ones would stay at the target.
 *
 * <p>So each offset says of which timeline it is, and up to where the server has sent transactions. PostgreSQL tells for each
 * timeline where it was left.
 */
final class SourceLine {

    /** The cluster of servers and the timeline that an offset is of; absent in those of older versions. */
    private static final String SYSTEM_KEY = "millrace_system";

    private static final String TIMELINE_KEY = "millrace_timeline";

    /** Of the last transaction that was sent, which ends behind it: some of its rows may be captured. */
    private static final String SENT_KEY = "millrace_sent";

    private static final String[] POSITION_KEYS = {"lsn", "lsn_proc", "lsn_commit", SENT_KEY};

    private static final byte BEGIN = 'B';

    /** Of the server that is connected to; null before there is one. */
    private volatile Place place;

    private final AtomicLong sent = new AtomicLong();

    /**
     * Called with each new connection for replication, before anything is read. Throws a {@link ConnectException} when the server lacks what was
     * captured.
     */
    void connectedTo(Connection connection, Map<String, Object> stored) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            if (isStandby(statement)) {
                // It may still get what it lacks, and hands nothing out before it has taken over.
                return;
            }
            Place current;
            Lsn end;
            try (ResultSet system = statement.executeQuery("IDENTIFY_SYSTEM")) {
                system.next();
                current = new Place(system.getString("systemid"), system.getLong("timeline"));
                end = Lsn.valueOf(system.getString("xlogpos"));
            }
            if (stored != null) {
                require(statement, current, end, Place.of(stored), furthest(stored));
            }
            require(statement, current, end, place, sent.get());
            place = current;
        }
    }

    /** Called with each message of the log. */
    void sent(ByteBuffer message) {
        // It has the position of the transaction's commit, which the log must have as well.
        if (message != null && message.remaining() > Long.BYTES && message.get(message.position()) == BEGIN) {
            sent.accumulateAndGet(message.getLong(message.position() + 1) + 1, Math::max);
        }
    }

    /** Lets the record's offset tell of which timeline it is. */
    @SuppressWarnings("unchecked")
    void mark(SourceRecord record) {
        Place known = place;
        Map<String, Object> offset = (Map<String, Object>) record.sourceOffset();
        if (offset != null && known != null) {
            offset.put(SYSTEM_KEY, known.system);
            offset.put(TIMELINE_KEY, known.timeline);
            offset.put(SENT_KEY, sent.get());
        }
    }

    private static void require(Statement statement, Place current, Lsn end, Place of, long captured)
            throws SQLException {
        Lsn position = Lsn.valueOf(captured);
        if (position.compareTo(end) > 0) {
            throw lacking(position, "its log ends at " + end.asString());
        }
        // Timelines of another cluster, as pg_upgrade makes one, have nothing to do with these.
        if (of == null || captured == 0 || !of.system.equals(current.system) || of.timeline == current.timeline) {
            return;
        }
        Lsn left = whereLeft(statement, current.timeline, of.timeline);
        if (left == null) {
            throw lacking(
                    position,
                    "it is on timeline " + current.timeline + ", which does not come from timeline " + of.timeline);
        }
        if (position.compareTo(left) > 0) {
            throw lacking(position, "it has left timeline " + of.timeline + " at " + left.asString());
        }
    }

    /** Where the history of the current timeline leaves another one; null when it does not have it. */
    private static Lsn whereLeft(Statement statement, long current, long of) throws SQLException {
        if (current <= of) {
            return null;
        }
        try (ResultSet history = statement.executeQuery("TIMELINE_HISTORY " + current)) {
            history.next();
            return whereLeft(history.getString("content"), of);
        }
    }

    /** Each line of a history has a timeline, the position where it was left, and why. */
    private static Lsn whereLeft(String history, long of) {
        return history.lines()
                .map(line -> line.strip().split("\\s+", 3))
                .filter(fields -> fields.length >= 2 && fields[0].equals(Long.toString(of)))
                .map(fields -> Lsn.valueOf(fields[1]))
                .findFirst()
                .orElse(null);
    }

    /** The highest position that an offset has. */
    private static long furthest(Map<String, ?> offset) {
        return Stream.of(POSITION_KEYS).mapToLong(key -> number(offset.get(key))).max().orElse(0);
    }

    private static long number(Object value) {
        return value instanceof Number number ? number.longValue() : 0;
    }

    private static boolean isStandby(Statement statement) throws SQLException {
        try (ResultSet recovery = statement.executeQuery("SELECT pg_catalog.pg_is_in_recovery()")) {
            return recovery.next() && recovery.getBoolean(1);
        }
    }

    private record Place(String system, long timeline) {

        static Place of(Map<String, ?> offset) {
            return offset.get(SYSTEM_KEY) instanceof String system
                    ? new Place(system, number(offset.get(TIMELINE_KEY)))
                    : null;
        }
    }

    /** The words at the end are those by which Millrace knows that a restart does not help. */
    private static ConnectException lacking(Lsn captured, String why) {
        return new ConnectException("The source lacks what was captured last, at " + captured.asString() + ": " + why
                + ". It has taken over from another server without the last transactions of that one, or was restored to an earlier"
                + " moment; all tables have to be copied again");
    }
}
