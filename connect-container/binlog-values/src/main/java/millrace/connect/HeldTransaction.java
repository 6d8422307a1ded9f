package millrace.connect;

import com.github.shyiko.mysql.binlog.event.DeleteRowsEventData;
import com.github.shyiko.mysql.binlog.event.Event;
import com.github.shyiko.mysql.binlog.event.EventData;
import com.github.shyiko.mysql.binlog.event.EventHeaderV4;
import com.github.shyiko.mysql.binlog.event.EventType;
import com.github.shyiko.mysql.binlog.event.UpdateRowsEventData;
import com.github.shyiko.mysql.binlog.event.WriteRowsEventData;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The events of one transaction, without the work that was rolled back, which is replaced by events that say nothing: Debezium
 * counts the events of a transaction to find the place where it has to go on. Events can be taken before the end is known; what
 * is rolled back after that cannot be undone.
 */
public final class HeldTransaction {

    /** What Java needs for an event, a row and a value, on 64 bits, roughly: references, headers of objects, small objects. */
    private static final int BYTES_PER_EVENT = 256;
    private static final int BYTES_PER_ROW = 64;
    private static final int BYTES_PER_VALUE = 24;

    private static final int NONE = -1;

    private record Held(Event event, long bytes) {
    }

    private final Deque<Held> events = new ArrayDeque<>();

    /** By name, in the order in which they were set: the number of the event that followed. */
    private final Map<String, Integer> savepoints = new LinkedHashMap<>();

    private long bytes;

    /** How many events were taken, and the number of the last one with rows of a replicated table. */
    private int taken;
    private int lastReplicated = NONE;

    public void add(Event event, EventData data) {
        Held held = new Held(event, sizeOf(event, data));
        events.add(held);
        bytes += held.bytes;
    }

    /** What is added from here on can be rolled back by itself. */
    public void setSavepoint(String name) {
        // It takes the place of an earlier one of the same name.
        savepoints.remove(name);
        savepoints.put(name, taken + events.size());
    }

    /** Removes the work since the savepoint, which stays; later ones are gone. False when that cannot be undone. */
    public boolean rollBackTo(String name) {
        Integer position = savepoints.get(name);
        if (position == null) {
            return false;
        }
        boolean isLater = false;
        for (Iterator<String> names = savepoints.keySet().iterator(); names.hasNext();) {
            String other = names.next();
            if (isLater) {
                names.remove();
            }
            isLater |= other.equals(name);
        }
        silence(position);
        return lastReplicated < position;
    }

    /** Removes all work, but not the beginning of the transaction. False when it cannot be undone. */
    public boolean rollBack() {
        savepoints.clear();
        silence(1);
        return !hasTakenReplicated();
    }

    /** The first event that was not taken, or null. */
    public Event take() {
        Held first = events.poll();
        if (first == null) {
            return null;
        }
        taken++;
        bytes -= first.bytes;
        return first.event;
    }

    /** The event taken last had rows of a replicated table. */
    public void tookReplicated() {
        lastReplicated = taken - 1;
    }

    public boolean hasTakenReplicated() {
        return lastReplicated != NONE;
    }

    public boolean hasTaken() {
        return taken > 0;
    }

    /** Those that were not taken. */
    public int size() {
        return events.size();
    }

    /** About how much memory they need. */
    public long bytes() {
        return bytes;
    }

    private void silence(int from) {
        Deque<Held> silent = new ArrayDeque<>();
        while (taken + events.size() > from && !events.isEmpty()) {
            Held last = events.pollLast();
            bytes -= last.bytes;
            silent.push(new Held(silent(last.event), BYTES_PER_EVENT));
        }
        events.addAll(silent);
        bytes += (long) silent.size() * BYTES_PER_EVENT;
    }

    /** An event at the same place of the log that Debezium passes over. */
    public static Event silent(Event event) {
        return new Event(headerAs(EventType.IGNORABLE, event), null);
    }

    /** The header with another type. */
    public static EventHeaderV4 headerAs(EventType type, Event event) {
        EventHeaderV4 logged = event.getHeader();
        EventHeaderV4 header = new EventHeaderV4();
        header.setEventType(type);
        header.setTimestamp(logged.getTimestamp());
        header.setServerId(logged.getServerId());
        header.setEventLength(logged.getEventLength());
        header.setNextPosition(logged.getNextPosition());
        header.setFlags(logged.getFlags());
        return header;
    }

    private static long sizeOf(Event event, EventData data) {
        EventHeaderV4 header = event.getHeader();
        return BYTES_PER_EVENT + header.getEventLength() + sizeOfRows(data);
    }

    private static long sizeOfRows(EventData data) {
        if (data instanceof WriteRowsEventData written) {
            return sizeOfRows(written.getRows(), written.getIncludedColumns());
        }
        if (data instanceof DeleteRowsEventData deleted) {
            return sizeOfRows(deleted.getRows(), deleted.getIncludedColumns());
        }
        if (data instanceof UpdateRowsEventData updated) {
            return sizeOfRows(updated.getRows(), updated.getIncludedColumnsBeforeUpdate())
                    + sizeOfRows(updated.getRows(), updated.getIncludedColumns());
        }
        return 0;
    }

    private static long sizeOfRows(Collection<?> rows, BitSet columns) {
        int count = rows instanceof IncompleteRows<?> ? 0 : rows.size();
        return (long) count * (BYTES_PER_ROW + (long) columns.cardinality() * BYTES_PER_VALUE);
    }
}
