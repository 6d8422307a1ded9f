package millrace.connect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RowRequestsTest {

    private final RowRequests requests = new RowRequests();

    private static RowRequests.Request request(String id) {
        return new RowRequests.Request(id, "SELECT 1", 0, 1);
    }

    @Test
    void areAnsweredInTheirOrder() {
        requests.add(request("a"));
        requests.add(request("b"));
        assertEquals("a", requests.next().id());
        assertEquals("b", requests.next().id());
        assertNull(requests.next());
        assertTrue(requests.isEmpty());
    }

    @Test
    void oneThatNobodyWaitsForSaysSoOnce() {
        requests.add(request("a"));
        requests.cancel("a");
        RowRequests.Request first = requests.next();
        assertTrue(requests.takeCancelled(first));
        assertFalse(requests.takeCancelled(first));
    }

    @Test
    void anAnsweredOneIsForgottenWhenItIsCancelled() {
        requests.add(request("a"));
        RowRequests.Request answered = requests.next();
        requests.cancel("a");
        assertFalse(requests.takeCancelled(answered));
    }
}
