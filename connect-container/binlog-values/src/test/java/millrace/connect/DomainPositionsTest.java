package millrace.connect;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.debezium.connector.mariadb.gtid.MariaDbGtidSet;
import org.junit.jupiter.api.Test;

class DomainPositionsTest {

    private static boolean isWithin(String one, String other) {
        return new DomainPositions(one).isContainedWithin(new MariaDbGtidSet(other));
    }

    @Test
    void anEarlierPositionIsWithinALaterOneWhicheverServerWroteIt() {
        assertTrue(isWithin("0-1-4", "0-7-5"));
        assertTrue(isWithin("0-1-4", "0-7-4"));
        assertFalse(isWithin("0-1-6", "0-7-5"));
    }

    @Test
    void everyDomainCounts() {
        assertTrue(isWithin("0-1-4,1-1-9", "1-2-9,0-7-5"));
        assertFalse(isWithin("0-1-4,1-1-9", "0-7-5"));
        assertFalse(isWithin("0-1-4,1-1-9", "0-7-5,1-2-8"));
    }

    @Test
    void theLastOfADomainCountsWhereItHasSeveral() {
        assertFalse(isWithin("0-1-4,0-7-9", "0-7-5"));
        assertTrue(isWithin("0-1-4,0-7-5", "0-1-1,0-7-5"));
    }

    @Test
    void nothingIsWithinAnything() {
        assertTrue(isWithin("", "0-1-1"));
        assertFalse(isWithin("0-1-1", ""));
    }
}
