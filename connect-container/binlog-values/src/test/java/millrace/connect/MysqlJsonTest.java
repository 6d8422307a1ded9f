package millrace.connect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class MysqlJsonTest {

    private static final int OPAQUE = 0x0f;

    private static byte[] opaque(int type, byte[] value) throws IOException {
        ByteArrayOutputStream document = new ByteArrayOutputStream();
        document.write(OPAQUE);
        document.write(type);
        document.write(value.length);
        document.write(value);
        return document.toByteArray();
    }

    private static byte[] packed(long value) {
        return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    }

    private static long time(long hours, long minutes, long seconds, long micros) {
        return (hours << 12 | minutes << 6 | seconds) << 24 | micros;
    }

    private static long datetime(long year, long month, long day) {
        return (year * 13 + month) << 46 | day << 41 | time(3, 4, 5, 600_000);
    }

    @Test
    void timesHaveAllTheirDigitsAndTheirSign() throws IOException {
        assertEquals("\"10:00:00.000000\"", MysqlJson.textOf(opaque(11, packed(time(10, 0, 0, 0)))));
        assertEquals("\"-838:59:59.000000\"", MysqlJson.textOf(opaque(11, packed(-time(838, 59, 59, 0)))));
        assertEquals("\"-00:00:00.500000\"", MysqlJson.textOf(opaque(11, packed(-time(0, 0, 0, 500_000)))));
    }

    @Test
    void datesAndTheirTimesHaveAllTheirDigits() throws IOException {
        assertEquals("\"2020-01-02 03:04:05.600000\"", MysqlJson.textOf(opaque(12, packed(datetime(2020, 1, 2)))));
        assertEquals("\"9999-12-31 03:04:05.600000\"", MysqlJson.textOf(opaque(7, packed(datetime(9999, 12, 31)))));
        assertEquals("\"2020-01-02\"", MysqlJson.textOf(opaque(10, packed((2020L * 13 + 1) << 46 | 2L << 41))));
    }

    @Test
    void bytesNameTheirType() throws IOException {
        assertEquals("\"base64:type15:AP8=\"", MysqlJson.textOf(opaque(15, new byte[] {0, -1})));
        assertEquals("\"base64:type16:\"", MysqlJson.textOf(opaque(16, new byte[0])));
    }

    @Test
    void noDocumentIsNull() throws IOException {
        assertEquals("null", MysqlJson.textOf(new byte[0]));
    }
}
