package millrace.connect;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/** The requests that were read from the topic and not answered yet, in the order in which they came. */
final class RowRequests {

    /** @param statement what is to be read
     * @param next the offset behind the request: where reading goes on once it is answered */
    record Request(String id, String statement, int partition, long next) {}

    private final Deque<Request> waiting = new ArrayDeque<>();
    private final Set<String> cancelled = new HashSet<>();

    void add(Request request) {
        waiting.add(request);
    }

    /** Nobody waits for the answer any more. One that is not waiting is forgotten: it was answered, or begins with the next records. */
    void cancel(String id) {
        if (waiting.stream().anyMatch(request -> request.id().equals(id))) {
            cancelled.add(id);
        }
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** The next one, or null. */
    Request next() {
        return waiting.poll();
    }

    /** Whether nobody waits for it; says so once. */
    boolean takeCancelled(Request request) {
        return cancelled.remove(request.id());
    }
}
