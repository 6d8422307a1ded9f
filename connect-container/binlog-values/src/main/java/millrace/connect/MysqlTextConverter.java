package millrace.connect;

import io.debezium.spi.converter.CustomConverter;
import io.debezium.spi.converter.RelationalColumn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
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
 *   <li>UUID, INET4 and INET6 of MariaDB: the log leaves out the zero bytes at the end, and Debezium puts as many at the
 *       beginning of a UUID; the others it does not know.
 *   <li>JSON: see {@link MysqlJson} for MySQL's; MariaDB's is a text.
 * </ul>
 *
 * Dates and times are written as {@code java.time} does: {@code 2020-02-29T23:59:59.123456}.
 */
public final class MysqlTextConverter implements CustomConverter<SchemaBuilder, RelationalColumn> {

    private static final String ROW_READER = "io.debezium.connector.binlog.event.RowDeserializers$%sRowsDeserializer";

    private static final String LOG_READER = "com.github.shyiko.mysql.binlog.event.deserialization.%sDeserializer";

    private static final String EVENT_BUFFER = "io.debezium.connector.binlog.EventBuffer";

    private static final String MARIADB_SCHEMA = "io.debezium.connector.mariadb.MariaDbDatabaseSchema";

    private static final String MYSQL_SCHEMA = "io.debezium.connector.mysql.MySqlDatabaseSchema";

    /** Throws where a class of this module is not in the place of Debezium's: values and changes would be lost, unnoticed. */
    @Override
    public void configure(Properties properties) {
        for (String kind : List.of("Write", "Update", "Delete")) {
            requireOurs(String.format(ROW_READER, kind));
        }
        for (String part : List.of("EventHeaderV4", "QueryEventData")) {
            requireOurs(String.format(LOG_READER, part));
        }
        requireOurs(EVENT_BUFFER);
        if (isMysql()) {
            requireOurs(MYSQL_SCHEMA);
            requireOurs("io.debezium.connector.mysql.history.MySqlHistoryRecordComparator");
        } else {
            requireOurs(MARIADB_SCHEMA);
            requireOurs("io.debezium.connector.mariadb.gtid.MariaDbGtidSetFactory");
            requireOurs(String.format(LOG_READER, "MariadbGtidEventData"));
        }
    }

    private static void requireOurs(String name) {
        try {
            if (ReplacesDebezium.class.isAssignableFrom(load(name))) {
                return;
            }
        } catch (ClassNotFoundException missing) {
            throw new ConnectException("This version of Debezium does not have " + name + ".", missing);
        }
        throw new ConnectException(name + " is Debezium's own, which does not keep every value. The jar binlog-values has to be"
                + " the first of the plug-in's folder.");
    }

    /** By a class that is no plug-in: connectors of other plug-ins are visible here, too. */
    private static boolean isMysql() {
        try {
            load("io.debezium.connector.mysql.MySqlConnectorTask");
            return true;
        } catch (ClassNotFoundException missing) {
            return false;
        }
    }

    private static Class<?> load(String name) throws ClassNotFoundException {
        return Class.forName(name, false, MysqlTextConverter.class.getClassLoader());
    }

    @Override
    public void converterFor(RelationalColumn column, ConverterRegistration<SchemaBuilder> registration) {
        switch (column.typeName().toUpperCase(Locale.ROOT)) {
            case "DATE":
            case "DATETIME":
                registration.register(SchemaBuilder.string().optional(), value -> value == null ? null : value.toString());
                break;
            case "UUID":
            case "INET6":
                registration.register(SchemaBuilder.string().optional(), value -> hex(column, value, 16));
                break;
            case "INET4":
                registration.register(SchemaBuilder.string().optional(), value -> hex(column, value, 4));
                break;
            case "JSON":
                boolean isBinary = isMysql();
                registration.register(
                        SchemaBuilder.string().optional(), value -> isBinary ? jsonText(column, value) : utf8Text(column, value));
                break;
            default:
                break;
        }
    }

    /** A DEFAULT, which is in no event, comes as a text. */
    private static String jsonText(RelationalColumn column, Object value) {
        if (value == null || value instanceof String) {
            return (String) value;
        }
        if (!(value instanceof byte[] document)) {
            throw new DataException("Column " + column.name() + " of " + column.dataCollection() + " arrived as "
                    + value.getClass().getName() + ", which is no JSON.");
        }
        try {
            return MysqlJson.textOf(document);
        } catch (IOException unreadable) {
            throw new DataException(
                    "Column " + column.name() + " of " + column.dataCollection() + " holds JSON that cannot be read.", unreadable);
        }
    }

    /** MariaDB's JSON is a LONGTEXT of utf8mb4, which Debezium takes for MySQL's binary JSON when the column comes by ALTER TABLE. */
    private static String utf8Text(RelationalColumn column, Object value) {
        if (value == null || value instanceof String) {
            return (String) value;
        }
        byte[] text = value instanceof ByteBuffer buffer ? bytesOf(buffer) : value instanceof byte[] bytes ? bytes : null;
        if (text == null) {
            throw new DataException("Column " + column.name() + " of " + column.dataCollection() + " arrived as "
                    + value.getClass().getName() + ", which is no JSON.");
        }
        return new String(text, StandardCharsets.UTF_8);
    }

    /** The digits of all {@code length} bytes. */
    private static String hex(RelationalColumn column, Object value, int length) {
        if (value == null) {
            return null;
        }
        byte[] stored = value instanceof ByteBuffer buffer ? bytesOf(buffer) : value instanceof byte[] bytes ? bytes : null;
        if (stored == null || stored.length > length) {
            throw new DataException("Column " + column.name() + " of " + column.dataCollection() + " arrived as "
                    + value.getClass().getName() + ", which holds no " + column.typeName() + ".");
        }
        return HexFormat.of().formatHex(Arrays.copyOf(stored, length));
    }

    private static byte[] bytesOf(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
