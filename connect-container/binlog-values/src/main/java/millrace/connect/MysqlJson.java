package millrace.connect;

import com.github.shyiko.mysql.binlog.event.deserialization.json.JsonBinary;
import com.github.shyiko.mysql.binlog.event.deserialization.json.JsonFormatter;
import com.github.shyiko.mysql.binlog.event.deserialization.json.JsonStringFormatter;
import com.github.shyiko.mysql.binlog.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;

/**
 * MySQL's JSON from its binary form, with the texts that MySQL itself gives to what JSON has no type for and functions like
 * JSON_ARRAY take from a column: times with six digits of their second, other values as base 64 that names their type. The
 * library (0.40) leaves digits and names out, and garbles a time below zero.
 */
final class MysqlJson extends JsonBinary {

    // MySQL source documentation, "enum_field_types".
    private static final int DECIMAL = 0;
    private static final int TIMESTAMP = 7;
    private static final int DATE = 10;
    private static final int TIME = 11;
    private static final int DATETIME = 12;
    private static final int NEW_DECIMAL = 246;

    /** The server writes it in lines, too. */
    private static final Base64.Encoder BASE_64 = Base64.getMimeEncoder(76, new byte[] {'\n'});

    private static final int FRACTION_BITS = 24;
    private static final int TIME_BITS = 17;
    private static final int MONTHS_PER_YEAR = 13;

    private final ByteArrayInputStream document;

    private MysqlJson(ByteArrayInputStream document) {
        super(document);
        this.document = document;
    }

    /** The server takes a document without a byte, which a new column has in old rows, for JSON's null. */
    static String textOf(byte[] document) throws IOException {
        if (document.length == 0) {
            return "null";
        }
        JsonStringFormatter text = new JsonStringFormatter();
        new MysqlJson(new ByteArrayInputStream(document)).parse(text);
        return text.getString();
    }

    @Override
    protected void parseOpaque(JsonFormatter json) throws IOException {
        int type = document.read();
        int length = readVariableInt();
        switch (type) {
            case DECIMAL:
            case NEW_DECIMAL:
                parseDecimal(length, json);
                break;
            case DATE:
                json.value(dateText(readInt64()));
                break;
            case TIME:
                json.value(timeText(readInt64()));
                break;
            case DATETIME:
            case TIMESTAMP:
                long packed = readInt64();
                json.value(dateText(packed) + " " + clockText(packed, bits(packed >> FRACTION_BITS, 12, 5)));
                break;
            default:
                json.value("base64:type" + type + ":" + BASE_64.encodeToString(document.read(length)));
        }
    }

    /** 17 bits of year * 13 + month, 5 of the day, 17 of the time, 24 of the microseconds. */
    private static String dateText(long packed) {
        long date = packed >> FRACTION_BITS + TIME_BITS;
        long yearAndMonth = date >> 5;
        return String.format(
                "%04d-%02d-%02d", yearAndMonth / MONTHS_PER_YEAR, yearAndMonth % MONTHS_PER_YEAR, bits(date, 0, 5));
    }

    private static String timeText(long packed) {
        long span = Math.abs(packed);
        return (packed < 0 ? "-" : "") + clockText(span, bits(span >> FRACTION_BITS, 12, 10));
    }

    /** 6 bits of the minute, 6 of the second, 24 of the microseconds. */
    private static String clockText(long packed, long hour) {
        long time = packed >> FRACTION_BITS;
        return String.format(
                "%02d:%02d:%02d.%06d", hour, bits(time, 6, 6), bits(time, 0, 6), bits(packed, 0, FRACTION_BITS));
    }

    private static long bits(long value, int from, int count) {
        return value >> from & (1L << count) - 1;
    }
}
