package millrace.connect;

import io.debezium.spi.converter.CustomConverter;
import io.debezium.spi.converter.RelationalColumn;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Properties;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.errors.DataException;

/**
 * Passes values on as text for the types of which Debezium's own form (seen with 3.5.0) loses something:
 *
 * <ul>
 *   <li>DATE and DATETIME that must not be null: a zero date ("0000-00-00", also one with only its month or day zero)
 *       reaches the converters as null, and Debezium then writes 1970-01-01. Here it becomes the text of the property
 *       {@code zero}, which no date has. Where null is allowed, a zero date cannot be told from it and stays null.
 *   <li>UUID of MariaDB: the log leaves out the zero bytes at the end, and Debezium puts as many at the beginning.
 * </ul>
 *
 * Dates and times are written as {@code java.time} does: {@code 2020-02-29T23:59:59.123456}.
 */
public final class MysqlTextConverter implements CustomConverter<SchemaBuilder, RelationalColumn> {

    private static final int UUID_BYTES = 16;

    private String zero;

    @Override
    public void configure(Properties properties) {
        zero = properties.getProperty("zero");
        if (zero == null) {
            throw new IllegalArgumentException("The converter needs its property \"zero\".");
        }
    }

    @Override
    public void converterFor(RelationalColumn column, ConverterRegistration<SchemaBuilder> registration) {
        switch (column.typeName().toUpperCase(Locale.ROOT)) {
            case "DATE":
            case "DATETIME":
                registration.register(SchemaBuilder.string().optional(), value -> dateText(column, value));
                break;
            case "UUID":
                registration.register(SchemaBuilder.string().optional(), value -> uuidText(column, value));
                break;
            default:
                break;
        }
    }

    private String dateText(RelationalColumn column, Object value) {
        if (value == null) {
            return column.isOptional() ? null : zero;
        }
        return value.toString();
    }

    private String uuidText(RelationalColumn column, Object value) {
        if (value == null) {
            return null;
        }
        byte[] stored = value instanceof ByteBuffer buffer ? bytesOf(buffer) : value instanceof byte[] bytes ? bytes : null;
        if (stored == null || stored.length > UUID_BYTES) {
            throw new DataException("Column " + column.name() + " of " + column.dataCollection() + " arrived as "
                    + value.getClass().getName() + ", which holds no UUID.");
        }
        byte[] whole = new byte[UUID_BYTES];
        System.arraycopy(stored, 0, whole, 0, stored.length);
        return HexFormat.of().formatHex(whole);
    }

    private static byte[] bytesOf(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
