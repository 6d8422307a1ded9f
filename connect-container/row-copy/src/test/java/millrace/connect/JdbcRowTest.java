package millrace.connect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JdbcRowTest {

    private Connection database;

    @BeforeEach
    void open() throws SQLException {
        database = DriverManager.getConnection("jdbc:h2:mem:;MODE=Oracle");
        try (Statement statement = database.createStatement()) {
            statement.execute("CREATE TABLE items (id NUMBER(10) PRIMARY KEY, name NVARCHAR2(40), big CLOB, small RAW(10), "
                    + "bytes BLOB, half BINARY_DOUBLE)");
            statement.execute("INSERT INTO items VALUES (1, 'Grüße 😀', 'long', HEXTORAW('00FF'), HEXTORAW('FE'), 0.1)");
            statement.execute("INSERT INTO items VALUES (2, NULL, NULL, NULL, NULL, NULL)");
        }
    }

    @AfterEach
    void close() throws SQLException {
        database.close();
    }

    private static String value(char kind, String text) {
        return kind + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private ByteBuffer read(String... values) throws SQLException {
        BoundStatement bound = BoundStatement.parse(
                "SELECT TO_CHAR(id), name, big, small, bytes, half FROM items WHERE id = ? AND id < ?\0"
                        + String.join("\0", values));
        try (PreparedStatement statement = database.prepareStatement(bound.text())) {
            bound.bind(statement);
            ResultSet result = statement.executeQuery();
            assertTrue(result.next());
            byte[] row = new JdbcRow(result.getMetaData()).read(result);
            assertFalse(result.next());
            ByteBuffer buffer = ByteBuffer.wrap(row);
            assertEquals(row.length - Integer.BYTES, buffer.getInt());
            return buffer;
        }
    }

    private static void assertNext(ByteBuffer row, int kind, byte[] expected) {
        assertEquals(kind, row.get());
        byte[] value = new byte[row.getInt()];
        row.get(value);
        assertArrayEquals(expected, value);
    }

    @Test
    void eachValueIsExact() throws SQLException {
        ByteBuffer row = read(value('t', "1"), value('i', "2"));
        assertNext(row, 1, "1".getBytes(StandardCharsets.UTF_8));
        assertNext(row, 1, "Grüße 😀".getBytes(StandardCharsets.UTF_8));
        assertNext(row, 1, "long".getBytes(StandardCharsets.UTF_8));
        assertNext(row, 2, new byte[] {0, (byte) 0xFF});
        assertNext(row, 2, new byte[] {(byte) 0xFE});
        assertNext(row, 3, ByteBuffer.allocate(8).putDouble(0.1).array());
        assertFalse(row.hasRemaining());
    }

    @Test
    void nothingIsNoEmptyValue() throws SQLException {
        ByteBuffer row = read(value('n', "2"), value('i', "3"));
        assertNext(row, 1, "2".getBytes(StandardCharsets.UTF_8));
        for (int column = 2; column <= 6; column++) {
            assertNext(row, 0, new byte[0]);
        }
        assertFalse(row.hasRemaining());
    }

    @Test
    void aStatementWithoutValuesHasNone() {
        assertEquals(new BoundStatement("SELECT 1", List.of()), BoundStatement.parse("SELECT 1"));
    }

    @Test
    void anotherKindOfValueIsRefused() {
        assertThrows(SQLException.class, () -> read(value('x', "1"), value('i', "2")));
    }
}
