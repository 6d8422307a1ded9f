package millrace.connect;

import io.debezium.spi.converter.CustomConverter;
import io.debezium.spi.converter.RelationalColumn;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Properties;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;

/**
 * Passes values on as text for the types of which Debezium's own form (seen with 3.5.0) loses something:
 *
 * <ul>
 *   <li>DATE and DATETIME, since a zero date ("0000-00-00", also one with only its month or day zero) is no date of {@code
 *       java.time}; it comes as a text already.
 *   <li>UUID of MariaDB: the log leaves out the zero bytes at the end, and Debezium puts as many at the beginning.
 * </ul>
 *
 * Dates and times are written as {@code java.time} does: {@code 2020-02-29T23:59:59.123456}.
 */
public final class MysqlTextConverter implements CustomConverter<SchemaBuilder, RelationalColumn> {

    private static final int UUID_BYTES = 16;

    private static final String[] ROW_READERS = {"Write", "Update", "Delete"};

    /** Throws where zero dates would become NULL, which nothing could tell from a NULL of the source. */
    @Override
    public void configure(Properties properties) {
        for (String kind : ROW_READERS) {
            String name = "io.debezium.connector.binlog.event.RowDeserializers$" + kind + "RowsDeserializer";
            try {
                Class<?> reader = Class.forName(name, false, getClass().getClassLoader());
                if (KeepsZeroDates.class.isAssignableFrom(reader)) {
                    continue;
                }
            } catch (ClassNotFoundException missing) {
                throw new ConnectException("This version of Debezium has no " + name + ", which reads zero dates.", missing);
            }
            throw new ConnectException(name + " is Debezium's own, which reads zero dates as NULL. The jar binlog-values has"
                    + " to be the first of the plug-in's folder.");
        }
    }

    @Override
    public void converterFor(RelationalColumn column, ConverterRegistration<SchemaBuilder> registration) {
        switch (column.typeName().toUpperCase(Locale.ROOT)) {
            case "DATE":
            case "DATETIME":
                registration.register(SchemaBuilder.string().optional(), value -> value == null ? null : value.toString());
                break;
            case "UUID":
                registration.register(SchemaBuilder.string().optional(), value -> uuidText(column, value));
                break;
            default:
                break;
        }
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
