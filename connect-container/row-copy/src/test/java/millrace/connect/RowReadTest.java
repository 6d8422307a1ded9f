package millrace.connect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class RowReadTest {

    private static final long WAIT_MS = 10_000;

    /** Rows out of memory; it fails behind the last one when it is told to. */
    private static final class Rows implements RowSource {
        private final List<String> rows;
        private final SQLException failure;
        private final CountDownLatch aborted = new CountDownLatch(1);
        private int at;
        private String begin = "none was given";
        private String expected = "SELECT";

        Rows(List<String> rows, SQLException failure) {
            this.rows = rows;
            this.failure = failure;
        }

        @Override
        public void execute(String begin, String statement) {
            this.begin = begin;
            assertEquals(expected, statement);
        }

        @Override
        public byte[] next() throws SQLException {
            if (at < rows.size()) {
                return rows.get(at++).getBytes(StandardCharsets.UTF_8);
            }
            if (failure != null) {
                throw failure;
            }
            return null;
        }

        @Override
        public long rows() {
            return rows.size();
        }

        @Override
        public void abort() {
            aborted.countDown();
        }

        @Override
        public void close() {}
    }

    private static List<RowRead.Step> stepsOf(RowSource source, int partBytes) throws InterruptedException {
        RowRead read = new RowRead(source, "SELECT", partBytes);
        List<RowRead.Step> steps = new ArrayList<>();
        RowRead.Step step;
        do {
            step = read.poll(WAIT_MS);
            assertNotNull(step);
            steps.add(step);
        } while (step instanceof RowRead.Part);
        return steps;
    }

    @Test
    void rowsAreOneStreamInPartsOfOneSize() throws InterruptedException {
        List<String> rows = List.of("a\n", "", "0123456789\n", "b\n");
        List<RowRead.Step> steps = stepsOf(new Rows(rows, null), 4);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (RowRead.Step step : steps.subList(0, steps.size() - 1)) {
            byte[] part = ((RowRead.Part) step).bytes();
            assertTrue(part.length <= 4);
            bytes.writeBytes(part);
        }
        byte[] all = String.join("", rows).getBytes(StandardCharsets.UTF_8);
        assertArrayEquals(all, bytes.toByteArray());
        CRC32 crc = new CRC32();
        crc.update(all);
        assertEquals(new RowRead.End(4, all.length, crc.getValue()), steps.get(steps.size() - 1));
    }

    @Test
    void aStatementWithoutRowsHasAnEnd() throws InterruptedException {
        assertEquals(List.of(new RowRead.End(0, 0, 0)), stepsOf(new Rows(List.of(), null), 4));
    }

    @Test
    void whatBeginsItsTransactionStandsBeforeTheStatement() throws InterruptedException {
        Rows source = new Rows(List.of(), null);
        RowRead read = new RowRead(source, "BEGIN; LOCK\0SELECT", 4);
        assertEquals(new RowRead.End(0, 0, 0), read.poll(WAIT_MS));
        assertEquals("BEGIN; LOCK", source.begin);
    }

    @Test
    void valuesStandBehindTheStatementAndBeginNothing() throws InterruptedException {
        Rows source = new Rows(List.of(), null);
        source.expected = "SELECT ?\0tYQ==";
        assertEquals(new RowRead.End(0, 0, 0), new RowRead(source, "\0SELECT ?\0tYQ==", 4).poll(WAIT_MS));
        assertNull(source.begin);
    }

    @Test
    void whatTheServerSaysIsPassedOn() throws InterruptedException {
        SQLException error = new SQLException("no such table", "42S02", 1146);
        List<RowRead.Step> steps = stepsOf(new Rows(List.of("abcd"), error), 4);
        assertEquals(new RowRead.Failure("42S02", 1146, "no such table"), steps.get(steps.size() - 1));
    }

    @Test
    void anAbortedReadEndsAlthoughNobodyTakesItsParts() throws InterruptedException {
        Rows source = new Rows(java.util.Collections.nCopies(100, "abcd"), null);
        RowRead read = new RowRead(source, "SELECT", 4);
        assertNotNull(read.poll(WAIT_MS));
        read.abort();
        assertTrue(source.aborted.await(WAIT_MS, TimeUnit.MILLISECONDS));
    }
}
