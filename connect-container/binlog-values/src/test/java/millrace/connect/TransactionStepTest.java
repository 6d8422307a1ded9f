package millrace.connect;

import static millrace.connect.TransactionStep.Kind.BEGIN;
import static millrace.connect.TransactionStep.Kind.COMMIT;
import static millrace.connect.TransactionStep.Kind.GROUP;
import static millrace.connect.TransactionStep.Kind.OUTSIDE;
import static millrace.connect.TransactionStep.Kind.ROLLBACK;
import static millrace.connect.TransactionStep.Kind.ROLLBACK_TO;
import static millrace.connect.TransactionStep.Kind.SAVEPOINT;
import static millrace.connect.TransactionStep.Kind.WORK;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.github.shyiko.mysql.binlog.event.EventType;
import com.github.shyiko.mysql.binlog.event.MariadbGtidEventData;
import com.github.shyiko.mysql.binlog.event.QueryEventData;
import io.debezium.DebeziumException;
import org.junit.jupiter.api.Test;

class TransactionStepTest {

    private static TransactionStep query(String statement) {
        QueryEventData query = new QueryEventData();
        query.setSql(statement);
        return TransactionStep.of(EventType.QUERY, query);
    }

    private static TransactionStep.Kind gtid(int flags) {
        MariadbGtidEventData gtid = new MariadbGtidEventData();
        gtid.setFlags(flags);
        return TransactionStep.of(EventType.MARIADB_GTID, gtid).kind();
    }

    @Test
    void statementsBeginAndEndTransactions() {
        assertEquals(BEGIN, query("BEGIN").kind());
        assertEquals(BEGIN, query("XA START X'61',X'',1").kind());
        assertEquals(COMMIT, query("commit").kind());
        assertEquals(ROLLBACK, query(" ROLLBACK ").kind());
        assertEquals(WORK, query("XA ROLLBACK X'61',X'',1").kind());
        assertEquals(WORK, query("XA END X'61',X'',1").kind());
        assertEquals(WORK, query("CREATE TABLE savepoint (id int)").kind());
        assertEquals(WORK, TransactionStep.of(EventType.QUERY, new RefusedQuery(new DebeziumException("no"))).kind());
    }

    @Test
    void savepointsHaveNamesWithoutCase() {
        assertEquals(new TransactionStep(SAVEPOINT, "a`b c"), query("SAVEPOINT `A``b c`"));
        assertEquals(new TransactionStep(ROLLBACK_TO, "a`b c"), query("ROLLBACK TO `a``B c`"));
        assertEquals(new TransactionStep(ROLLBACK_TO, "s"), query("rollback work to savepoint S"));
    }

    @Test
    void eventsBeginAndEndTransactions() {
        assertEquals(BEGIN, gtid(MariadbGtidEventData.FL_TRANSACTIONAL));
        assertEquals(GROUP, gtid(MariadbGtidEventData.FL_STANDALONE));
        assertEquals(GROUP, TransactionStep.of(EventType.GTID, null).kind());
        assertEquals(COMMIT, TransactionStep.of(EventType.XID, null).kind());
        assertEquals(COMMIT, TransactionStep.of(EventType.XA_PREPARE, null).kind());
        assertEquals(WORK, TransactionStep.of(EventType.EXT_WRITE_ROWS, null).kind());
        assertEquals(OUTSIDE, TransactionStep.of(EventType.HEARTBEAT, null).kind());
    }
}
