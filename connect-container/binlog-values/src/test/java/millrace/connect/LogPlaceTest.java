package millrace.connect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LogPlaceTest {

    private final LogPlace place = new LogPlace("db:3306 7|1", "log.bin.000999", 400);

    @Test
    void itsTextIsReadAgain() {
        assertEquals(place, LogPlace.parse(place.toString()));
        assertNull(LogPlace.parse("something else"));
    }

    @Test
    void eventsBeforeItAreTold() {
        assertTrue(place.isAfter("log.bin.000999", 399));
        assertFalse(place.isAfter("log.bin.000999", 400));
        assertTrue(place.isAfter("log.bin.000998", 900));
        assertFalse(place.isAfter("log.bin.001000", 4));
        assertFalse(place.isAfter("log.bin.1000000", 4));
    }

    @Test
    void anEventOfAnotherLogCountsAsBefore() {
        assertTrue(place.isAfter("other.001000", 4));
        assertTrue(place.isAfter(null, 4));
    }
}
