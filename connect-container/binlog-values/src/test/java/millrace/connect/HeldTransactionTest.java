package millrace.connect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.shyiko.mysql.binlog.event.Event;
import com.github.shyiko.mysql.binlog.event.EventHeaderV4;
import com.github.shyiko.mysql.binlog.event.EventType;
import com.github.shyiko.mysql.binlog.event.WriteRowsEventData;
import java.io.Serializable;
import java.util.BitSet;
import java.util.Collections;
import org.junit.jupiter.api.Test;

class HeldTransactionTest {

    private final HeldTransaction transaction = new HeldTransaction();
    private int position = 100;

    private void add(EventType type) {
        EventHeaderV4 header = new EventHeaderV4();
        header.setEventType(type);
        header.setEventLength(10);
        header.setNextPosition(position += 10);
        transaction.add(new Event(header, null), null);
    }

    /** W for rows, - for an event that says nothing, the first letter of others. */
    private String content() {
        StringBuilder content = new StringBuilder();
        while (transaction.size() > 0) {
            EventType type = transaction.take().getHeader().getEventType();
            content.append(type == EventType.IGNORABLE ? "-" : type.name().substring(0, 1));
        }
        return content.toString();
    }

    @Test
    void aRollbackSilencesAllButTheBeginning() {
        add(EventType.MARIADB_GTID);
        add(EventType.WRITE_ROWS);
        add(EventType.WRITE_ROWS);
        assertTrue(transaction.rollBack());
        assertEquals("M--", content());
    }

    @Test
    void aSavepointKeepsWhatCameBefore() {
        add(EventType.MARIADB_GTID);
        add(EventType.WRITE_ROWS);
        transaction.setSavepoint("s");
        add(EventType.QUERY);
        add(EventType.WRITE_ROWS);
        assertTrue(transaction.rollBackTo("s"));
        add(EventType.WRITE_ROWS);
        // The savepoint is still there.
        assertTrue(transaction.rollBackTo("s"));
        add(EventType.XID);
        assertEquals("MW---X", content());
    }

    @Test
    void savepointsBehindAreGoneAndOfOneNameTheLastCounts() {
        add(EventType.MARIADB_GTID);
        transaction.setSavepoint("a");
        transaction.setSavepoint("b");
        assertTrue(transaction.rollBackTo("a"));
        assertFalse(transaction.rollBackTo("b"));
        add(EventType.WRITE_ROWS);
        transaction.setSavepoint("a");
        add(EventType.WRITE_ROWS);
        assertTrue(transaction.rollBackTo("a"));
        assertEquals("MW-", content());
    }

    @Test
    void whatWasTakenCannotBeUndoneIfItWasOfAReplicatedTable() {
        add(EventType.MARIADB_GTID);
        add(EventType.WRITE_ROWS);
        transaction.setSavepoint("a");
        add(EventType.WRITE_ROWS);
        transaction.setSavepoint("b");
        add(EventType.WRITE_ROWS);
        transaction.take();
        transaction.take();
        assertTrue(transaction.hasTaken());
        assertFalse(transaction.hasTakenReplicated());
        transaction.take();
        transaction.tookReplicated();
        assertTrue(transaction.rollBackTo("b"));
        assertFalse(transaction.rollBackTo("a"));
        assertFalse(transaction.rollBack());
        assertEquals("-", content());
    }

    @Test
    void whatWasTakenOfOtherTablesNeedNotBeUndone() {
        add(EventType.MARIADB_GTID);
        transaction.setSavepoint("a");
        add(EventType.WRITE_ROWS);
        add(EventType.WRITE_ROWS);
        transaction.take();
        transaction.take();
        assertTrue(transaction.rollBackTo("a"));
        assertTrue(transaction.rollBack());
        assertEquals("-", content());
    }

    @Test
    void silencedEventsKeepTheirPlaceInTheLog() {
        add(EventType.MARIADB_GTID);
        add(EventType.WRITE_ROWS);
        transaction.rollBack();
        transaction.take();
        EventHeaderV4 header = transaction.take().getHeader();
        assertEquals(120, header.getNextPosition());
        assertEquals(10, header.getEventLength());
    }

    @Test
    void memoryGrowsWithRowsAndValuesAndShrinksWithARollback() {
        add(EventType.MARIADB_GTID);
        long before = transaction.bytes();
        WriteRowsEventData rows = new WriteRowsEventData();
        BitSet columns = new BitSet();
        columns.set(0, 10);
        rows.setIncludedColumns(columns);
        rows.setRows(Collections.nCopies(1_000, new Serializable[10]));
        EventHeaderV4 header = new EventHeaderV4();
        header.setEventType(EventType.WRITE_ROWS);
        header.setEventLength(8_000);
        transaction.add(new Event(header, rows), rows);
        assertTrue(transaction.bytes() - before > 250_000, "takes " + transaction.bytes());
        transaction.rollBack();
        assertTrue(transaction.bytes() < 1_000, "takes " + transaction.bytes());
        transaction.take();
        transaction.take();
        assertEquals(0, transaction.bytes());
    }
}
