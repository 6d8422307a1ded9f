package io.debezium.connector.binlog.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.github.shyiko.mysql.binlog.io.ByteArrayInputStream;
import io.debezium.config.CommonConnectorConfig.EventProcessingFailureHandlingMode;
import java.io.IOException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BinlogDatesTest {

    private static final EventProcessingFailureHandlingMode FAIL = EventProcessingFailureHandlingMode.FAIL;

    private static ByteArrayInputStream dateOf(int year, int month, int day) {
        int packed = year << 9 | month << 5 | day;
        return logOf(packed & 0xff, packed >> 8 & 0xff, packed >> 16 & 0xff);
    }

    private static ByteArrayInputStream datetimeOf(int year, int month, int day, int... fraction) {
        long packed = 1L << 39 | (year * 13L + month) << 22 | (long) day << 17 | 10 << 12 | 20 << 6 | 30;
        int[] bytes = new int[5 + fraction.length];
        for (int index = 0; index < 5; index++) {
            bytes[index] = (int) (packed >> 8 * (4 - index)) & 0xff;
        }
        System.arraycopy(fraction, 0, bytes, 5, fraction.length);
        return logOf(bytes);
    }

    private static ByteArrayInputStream logOf(int... values) {
        byte[] bytes = new byte[values.length + 1];
        for (int index = 0; index < values.length; index++) {
            bytes[index] = (byte) values[index];
        }
        bytes[values.length] = 77;
        return new ByteArrayInputStream(bytes);
    }

    private static void assertReadToTheEnd(ByteArrayInputStream log) throws IOException {
        assertEquals(77, log.read());
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0, 0000-00-00", "2020, 0, 0, 2020-00-00", "2020, 0, 1, 2020-00-01", "9999, 12, 0, 9999-12-00", "0, 2, 29, 0000-02-29"})
    void zeroDatesAreTexts(int year, int month, int day, String text) throws IOException {
        ByteArrayInputStream date = dateOf(year, month, day);
        assertEquals(text, BinlogDates.date(date, FAIL));
        assertReadToTheEnd(date);
        ByteArrayInputStream datetime = datetimeOf(year, month, day);
        assertEquals(text + "T10:20:30", BinlogDates.datetime(0, datetime, FAIL));
        assertReadToTheEnd(datetime);
    }

    @Test
    void fractionsOfZeroDatesAreKept() throws IOException {
        assertEquals("2020-00-01T10:20:30.05", BinlogDates.datetime(2, datetimeOf(2020, 0, 1, 5), FAIL));
        assertEquals("2020-00-01T10:20:30.5000", BinlogDates.datetime(3, datetimeOf(2020, 0, 1, 0x13, 0x88), FAIL));
        ByteArrayInputStream micros = datetimeOf(2020, 0, 1, 0x0f, 0x42, 0x3f);
        assertEquals("2020-00-01T10:20:30.999999", BinlogDates.datetime(6, micros, FAIL));
        assertReadToTheEnd(micros);
    }

    @Test
    void otherDatesAreDebeziumsAffair() throws IOException {
        ByteArrayInputStream date = dateOf(2020, 2, 29);
        assertEquals(LocalDate.of(2020, 2, 29), BinlogDates.date(date, FAIL));
        assertReadToTheEnd(date);
        ByteArrayInputStream datetime = datetimeOf(2020, 2, 29, 0x0f, 0x42, 0x3f);
        assertEquals(LocalDateTime.of(2020, 2, 29, 10, 20, 30, 999_999_000), BinlogDates.datetime(6, datetime, FAIL));
        assertReadToTheEnd(datetime);
        assertThrows(RuntimeException.class, () -> BinlogDates.date(dateOf(2020, 2, 31), FAIL));
    }

    @Test
    void datetimesOfOldTablesAreReadToo() throws IOException {
        ByteArrayInputStream zero = logOf(0, 0, 0, 0, 0, 0, 0, 0);
        assertEquals("0000-00-00T00:00:00", BinlogDates.oldDatetime(zero, FAIL));
        assertReadToTheEnd(zero);
        long digits = 2020_02_29_10_20_30L;
        int[] bytes = new int[8];
        for (int index = 0; index < 8; index++) {
            bytes[index] = (int) (digits >> 8 * index) & 0xff;
        }
        assertEquals(LocalDateTime.of(2020, 2, 29, 10, 20, 30), BinlogDates.oldDatetime(logOf(bytes), FAIL));
    }
}
