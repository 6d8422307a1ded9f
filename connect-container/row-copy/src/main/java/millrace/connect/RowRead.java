package millrace.connect;

import java.io.ByteArrayOutputStream;
import java.sql.SQLException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;

/**
 * Reads the rows of one statement in a thread of its own, so that the task stays free to hear that they are not wanted any more.
 * The rows are one stream of bytes, cut into parts of one size wherever that falls: a row of any size passes.
 */
final class RowRead {

    /** What comes out of a read: any number of parts, then one end or one failure. */
    sealed interface Step permits Part, End, Failure {}

    record Part(byte[] bytes) implements Step {}

    /** @param crc of all bytes, as CRC-32 counts it */
    record End(long rows, long bytes, long crc) implements Step {}

    /** @param state the SQLSTATE, or an empty text
     * @param number the server's own number of the error, or 0 */
    record Failure(String state, int number, String message) implements Step {}

    /** Parts that wait while Kafka takes those before them: the read stands still when there are so many. */
    private static final int WAITING_PARTS = 4;

    private final RowSource source;
    private final String statement;
    private final int partBytes;
    private final BlockingQueue<Step> steps = new ArrayBlockingQueue<>(WAITING_PARTS);
    private final Thread thread;

    RowRead(RowSource source, String statement, int partBytes) {
        this.source = source;
        this.statement = statement;
        this.partBytes = partBytes;
        this.thread = new Thread(this::run, "millrace-row-read");
        this.thread.setDaemon(true);
        this.thread.start();
    }

    /** The next step, or null when none came in time. */
    Step poll(long waitMs) throws InterruptedException {
        return steps.poll(waitMs, TimeUnit.MILLISECONDS);
    }

    /** Ends the read and its source. */
    void abort() {
        source.abort();
        thread.interrupt();
    }

    private void run() {
        try {
            read();
        } catch (InterruptedException ended) {
            source.abort();
        }
    }

    private void read() throws InterruptedException {
        try {
            steps.put(readRows());
        } catch (SQLException error) {
            steps.put(new Failure(textOf(error.getSQLState()), error.getErrorCode(), textOf(error.getMessage())));
        } catch (RuntimeException | LinkageError error) {
            steps.put(new Failure("", 0, error.toString()));
        }
    }

    private End readRows() throws SQLException, InterruptedException {
        CRC32 crc = new CRC32();
        long bytes = 0;
        ByteArrayOutputStream part = new ByteArrayOutputStream(partBytes);
        String[] parts = statement.split("\0", 2);
        source.execute(parts.length == 2 && !parts[0].isEmpty() ? parts[0] : null, parts[parts.length - 1]);
        for (byte[] row = source.next(); row != null; row = source.next()) {
            crc.update(row);
            bytes += row.length;
            for (int at = 0; at < row.length; ) {
                int length = Math.min(row.length - at, partBytes - part.size());
                part.write(row, at, length);
                at += length;
                if (part.size() == partBytes) {
                    steps.put(new Part(part.toByteArray()));
                    part.reset();
                }
            }
        }
        if (part.size() > 0) {
            steps.put(new Part(part.toByteArray()));
        }
        return new End(source.rows(), bytes, crc.getValue());
    }

    private static String textOf(String text) {
        return text == null ? "" : text;
    }
}
