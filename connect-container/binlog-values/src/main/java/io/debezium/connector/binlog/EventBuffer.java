package io.debezium.connector.binlog;

import com.github.shyiko.mysql.binlog.BinaryLogClient;
import com.github.shyiko.mysql.binlog.event.DeleteRowsEventData;
import com.github.shyiko.mysql.binlog.event.Event;
import com.github.shyiko.mysql.binlog.event.EventData;
import com.github.shyiko.mysql.binlog.event.EventHeaderV4;
import com.github.shyiko.mysql.binlog.event.EventType;
import com.github.shyiko.mysql.binlog.event.GtidEventData;
import com.github.shyiko.mysql.binlog.event.MariadbGtidEventData;
import com.github.shyiko.mysql.binlog.event.QueryEventData;
import com.github.shyiko.mysql.binlog.event.TransactionPayloadEventData;
import com.github.shyiko.mysql.binlog.event.UpdateRowsEventData;
import com.github.shyiko.mysql.binlog.event.WriteRowsEventData;
import io.debezium.DebeziumException;
import io.debezium.pipeline.source.spi.ChangeEventSource.ChangeEventSourceContext;
import java.io.IOException;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Map;
import millrace.connect.HeldTransaction;
import millrace.connect.LostTables;
import millrace.connect.RefusedQuery;
import millrace.connect.ReplacesDebezium;
import millrace.connect.TransactionStep;
import millrace.connect.UnreadableChanges;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * In place of Debezium's class of the same name: passes a transaction on when the log says how it ended, without the work that was
 * rolled back. MariaDB logs a transaction that ends in ROLLBACK when a temporary table was created or dropped in it, and ROLLBACK
 * TO SAVEPOINT after a write to a table without transactions. Debezium's class (3.5.0) knows no savepoints, and reads the log again
 * from where its buffer was full, which does not work with GTIDs.
 *
 * <p>Its states:
 *
 * <ul>
 *   <li>no transaction: events are passed on as they come;
 *   <li>held: between the beginning of a transaction and its end. As long as it takes more than {@code binlog.buffer.size}, in
 *       bytes of memory, its first events are passed on. If rows of replicated tables among them turn out to be rolled back, the
 *       connector stops. They are passed on one by one, since the client of the log connects again when it has not taken an event
 *       for ten seconds, and the server then sends the transaction from its beginning;
 *   <li>stopped: Debezium could not handle an event. Nothing after it is looked at, so that no position after it is stored.
 * </ul>
 *
 * A transaction that has no end is dropped at the beginning of the next one: the server died while it wrote the log, so it was
 * never committed.
 */
public class EventBuffer<T extends BinlogStreamingChangeEventSource<P, O>, P extends BinlogPartition, O extends BinlogOffsetContext>
        implements ReplacesDebezium {

    private static final Logger LOGGER = LoggerFactory.getLogger(EventBuffer.class);

    private final long capacity;
    private final T source;
    private final ChangeEventSourceContext context;

    /** Debezium removes them when one of them fails. */
    private final Map<?, ?> handlers;

    /** Knows the numbers that the log gives to replicated tables. */
    private final BinlogDatabaseSchema<?, ?, ?, ?> schema;

    private final LostTables lost;

    /** The identity of what is read now; null before the first one. */
    private Event group;

    /** The open transaction; null between two of them. */
    private HeldTransaction held;

    /** Written by the thread that connects. */
    private volatile int connections;
    private int connectionsAtBegin;
    /** How many connections there were when the last event came. */
    private int connectionsSeen;

    public EventBuffer(int capacity, T source, ChangeEventSourceContext context) {
        this.capacity = capacity;
        this.source = source;
        this.context = context;
        this.handlers = (Map<?, ?>) fieldOf(source, "eventHandlers");
        this.schema = (BinlogDatabaseSchema<?, ?, ?, ?>) fieldOf(source, "schema");
        this.lost = ((LostTables.Owner) schema).lostTables();
        source.getBinaryLogClient().registerLifecycleListener(new BinaryLogClient.AbstractLifecycleListener() {
            @Override
            public void onConnect(BinaryLogClient client) {
                connections++;
            }
        });
    }

    public void add(P partition, O offset, Event event) {
        if (event == null || handlers.isEmpty()) {
            return;
        }
        EventData data = source.unwrapData(event);
        TransactionStep step = TransactionStep.of(event.getHeader().getEventType(), data);
        switch (step.kind()) {
            case OUTSIDE -> pass(partition, offset, event);
            case GROUP -> {
                group(partition, offset, event);
                pass(partition, offset, event);
            }
            case BEGIN -> begin(partition, offset, event, data);
            case SAVEPOINT -> savepoint(partition, offset, event, data, step.savepoint());
            case ROLLBACK_TO -> rollBackTo(partition, offset, event, step.savepoint());
            case ROLLBACK -> rollBack(partition, offset, event, data);
            case COMMIT -> end(partition, offset, event, data);
            case WORK -> hold(partition, offset, data instanceof TransactionPayloadEventData payload
                    ? withoutRolledBack(event, payload) : event, data);
        }
    }

    private void group(P partition, O offset, Event event) {
        if (held != null) {
            abandon(partition, offset, event);
        }
        group = event;
    }

    private void begin(P partition, O offset, Event event, EventData data) {
        if (data instanceof MariadbGtidEventData) {
            group(partition, offset, event);
        }
        connectionsAtBegin = connections;
        held = new HeldTransaction();
        held.add(event, data);
    }

    /** The open transaction has no end: another one follows. */
    private void abandon(P partition, O offset, Event next) {
        HeldTransaction open = held;
        held = null;
        if (isSame(group, next)) {
            LOGGER.warn("Dropping {} events of a transaction that comes again, because the connection broke.", open.size());
        }
        else if (connections != connectionsAtBegin) {
            // A transaction with a statement in it counts as read for the client (0.40.6), even if its rest is still to come.
            refuse(partition, offset, next, new DebeziumException(
                    "The connection to the source broke in the middle of a transaction. Reading it again from the stored position.",
                    new IOException("The log went on behind the transaction.")));
        }
        else if (open.hasTakenReplicated()) {
            refuse(partition, offset, next, "a transaction without an end, whose changes were passed on: the server died while it"
                    + " wrote the log");
        }
        else {
            LOGGER.warn("Dropping {} events of a transaction without an end: the server died while it wrote the log.", open.size());
        }
    }

    private void hold(P partition, O offset, Event event, EventData data) {
        if (held == null) {
            pass(partition, offset, event);
            return;
        }
        held.add(event, data);
        while (held.bytes() > capacity) {
            if (!held.hasTaken()) {
                LOGGER.info("A transaction takes more than {} bytes; its first events are passed on before its end.", capacity);
            }
            passFirst(partition, offset);
        }
    }

    private void savepoint(P partition, O offset, Event event, EventData data, String name) {
        if (held != null) {
            held.setSavepoint(name);
        }
        hold(partition, offset, event, data);
    }

    private void rollBackTo(P partition, O offset, Event event, String name) {
        if (held != null && held.rollBackTo(name)) {
            hold(partition, offset, HeldTransaction.silent(event), null);
        }
        else {
            refuse(partition, offset, event, rolledBack("ROLLBACK TO SAVEPOINT"));
        }
    }

    private void rollBack(P partition, O offset, Event event, EventData data) {
        if (held != null && !held.rollBack()) {
            refuse(partition, offset, event, rolledBack("ROLLBACK"));
        }
        else {
            // For Debezium an empty transaction: it goes on behind it.
            end(partition, offset, commitInPlaceOf(event, (QueryEventData) data), null);
        }
    }

    private void end(P partition, O offset, Event event, EventData data) {
        hold(partition, offset, event, data);
        while (held != null && held.size() > 0) {
            passFirst(partition, offset);
        }
        held = null;
    }

    private void passFirst(P partition, O offset) {
        if (pass(partition, offset, held.take())) {
            held.tookReplicated();
        }
    }

    /** Whether the event has rows of a replicated table, also if Debezium skips them because they were read before a restart. */
    private boolean pass(P partition, O offset, Event event) {
        if (handlers.isEmpty()) {
            return false;
        }
        source.handleEvent(partition, offset, context, readable(event, offset));
        EventData data = source.unwrapData(event);
        if (data instanceof WriteRowsEventData written) {
            return isReplicated(written.getTableId());
        }
        if (data instanceof UpdateRowsEventData updated) {
            return isReplicated(updated.getTableId());
        }
        return data instanceof DeleteRowsEventData deleted && isReplicated(deleted.getTableId());
    }

    /** The event, or what says in its place that its rows cannot be read rightly; see {@link LostTables}. */
    private Event readable(Event event, O offset) {
        if (connections != connectionsSeen) {
            connectionsSeen = connections;
            lost.connected();
        }
        String file = offset.getSource().getCurrentBinlogFilename();
        // MariaDB gives a place to the first event of a transaction only.
        long own = event.getHeader() instanceof EventHeaderV4 header ? header.getPosition() : 0;
        long position = own > 0 ? own : offset.getSource().getCurrentBinlogPosition();
        if (source.unwrapData(event) instanceof TransactionPayloadEventData payload) {
            ArrayList<Event> events = new ArrayList<>();
            payload.getUncompressedEvents().forEach(inner -> events.add(readable(inner, file, position)));
            payload.setUncompressedEvents(events);
            return event;
        }
        return readable(event, file, position);
    }

    private Event readable(Event event, String file, long position) {
        String instead = lost.inPlaceOf(source.unwrapData(event), file, position);
        if (instead == null) {
            return event;
        }
        QueryEventData statement = new QueryEventData();
        statement.setDatabase("");
        statement.setSql(instead);
        return new Event(HeldTransaction.headerAs(EventType.QUERY, event), statement);
    }

    private boolean isReplicated(long tableNumber) {
        return schema.getTableId(tableNumber) != null;
    }

    private void refuse(P partition, O offset, Event event, String what) {
        refuse(partition, offset, event, new DebeziumException(UnreadableChanges.explain(what)));
    }

    private void refuse(P partition, O offset, Event event, RuntimeException reason) {
        held = null;
        pass(partition, offset, new Event(HeldTransaction.headerAs(EventType.QUERY, event), new RefusedQuery(reason)));
    }

    private String rolledBack(String end) {
        return "a transaction with a " + end + " that takes more than " + capacity + " bytes of memory, so that changes were passed"
                + " on before";
    }

    /** The events of a transaction that the server compressed come all at once. */
    private static Event withoutRolledBack(Event event, TransactionPayloadEventData payload) {
        HeldTransaction transaction = new HeldTransaction();
        for (Event inner : payload.getUncompressedEvents()) {
            TransactionStep step = TransactionStep.of(inner.getHeader().getEventType(), inner.getData());
            switch (step.kind()) {
                case SAVEPOINT -> transaction.setSavepoint(step.savepoint());
                case ROLLBACK_TO -> transaction.rollBackTo(step.savepoint());
                case ROLLBACK -> transaction.rollBack();
                default -> {
                }
            }
            switch (step.kind()) {
                case ROLLBACK_TO -> transaction.add(HeldTransaction.silent(inner), null);
                case ROLLBACK -> transaction.add(commitInPlaceOf(inner, inner.getData()), null);
                default -> transaction.add(inner, inner.getData());
            }
        }
        ArrayList<Event> events = new ArrayList<>();
        while (transaction.size() > 0) {
            events.add(transaction.take());
        }
        payload.setUncompressedEvents(events);
        return event;
    }

    private static Event commitInPlaceOf(Event event, QueryEventData rollback) {
        QueryEventData commit = new QueryEventData();
        commit.setThreadId(rollback.getThreadId());
        commit.setDatabase(rollback.getDatabase());
        commit.setSql("COMMIT");
        return new Event(HeldTransaction.headerAs(EventType.QUERY, event), commit);
    }

    private boolean isSame(Event one, Event other) {
        EventData first = one == null ? null : source.unwrapData(one);
        EventData second = source.unwrapData(other);
        if (first instanceof MariadbGtidEventData before && second instanceof MariadbGtidEventData after) {
            return before.getDomainId() == after.getDomainId() && before.getSequence() == after.getSequence();
        }
        return first instanceof GtidEventData before && second instanceof GtidEventData after && before.getMySqlGtid() != null
                && String.valueOf(before.getMySqlGtid()).equals(String.valueOf(after.getMySqlGtid()));
    }

    private static Object fieldOf(BinlogStreamingChangeEventSource<?, ?> source, String name) {
        try {
            Field field = BinlogStreamingChangeEventSource.class.getDeclaredField(name);
            field.setAccessible(true);
            return field.get(source);
        }
        catch (ReflectiveOperationException missing) {
            throw new IllegalStateException("This version of Debezium has no " + name + " where it reads the log.", missing);
        }
    }
}
