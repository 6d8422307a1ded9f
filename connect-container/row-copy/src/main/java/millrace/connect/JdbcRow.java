package millrace.connect;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Set;

/**
 * Rows as bytes, for drivers that do not give them as the server wrote them. The statement has to make a text of everything whose exact
 * value an object of Java could not hold; see core/databases/oracle/types for what it does.
 *
 * <p>A row is its length in four bytes, and for each column one byte that says what it is, the length in four bytes, and the value:
 * nothing, a text in UTF-8, bytes, or a binary floating-point number as eight bytes (IEEE 754, the first byte is the highest).
 */
final class JdbcRow {

    private static final byte NOTHING = 0;
    private static final byte TEXT = 1;
    private static final byte BYTES = 2;
    private static final byte FLOAT = 3;

    private static final byte[] EMPTY = {};

    /** OracleTypes.BINARY_FLOAT and BINARY_DOUBLE, and those of JDBC. */
    private static final Set<Integer> FLOATS = Set.of(100, 101, Types.REAL, Types.FLOAT, Types.DOUBLE);

    private static final Set<Integer> BINARIES =
            Set.of(Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB);

    private final byte[] kinds;

    JdbcRow(ResultSetMetaData columns) throws SQLException {
        kinds = new byte[columns.getColumnCount()];
        for (int index = 0; index < kinds.length; index++) {
            int type = columns.getColumnType(index + 1);
            kinds[index] = FLOATS.contains(type) ? FLOAT : BINARIES.contains(type) ? BYTES : TEXT;
        }
    }

    /** The row that the result stands at. */
    byte[] read(ResultSet result) throws SQLException {
        ByteArrayOutputStream row = new ByteArrayOutputStream();
        row.writeBytes(new byte[Integer.BYTES]);
        for (int index = 0; index < kinds.length; index++) {
            byte[] value = valueOf(result, index);
            row.write(value == null ? NOTHING : kinds[index]);
            row.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(value == null ? 0 : value.length).array());
            row.writeBytes(value == null ? EMPTY : value);
        }
        byte[] bytes = row.toByteArray();
        ByteBuffer.wrap(bytes).putInt(bytes.length - Integer.BYTES);
        return bytes;
    }

    private byte[] valueOf(ResultSet result, int index) throws SQLException {
        switch (kinds[index]) {
            case FLOAT -> {
                double number = result.getDouble(index + 1);
                return result.wasNull() ? null : ByteBuffer.allocate(Double.BYTES).putDouble(number).array();
            }
            case BYTES -> {
                return result.getBytes(index + 1);
            }
            default -> {
                String text = result.getString(index + 1);
                return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
            }
        }
    }
}
