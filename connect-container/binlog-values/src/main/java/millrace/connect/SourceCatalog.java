package millrace.connect;

import io.debezium.DebeziumException;
import io.debezium.connector.binlog.jdbc.BinlogConnectorConnection;
import io.debezium.relational.TableId;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what a table of the source is now, and from which place of the log on it is that. */
public class SourceCatalog {

    private static final Logger LOGGER = LoggerFactory.getLogger(SourceCatalog.class);

    /** The thread that reads the log waits meanwhile, and its client connects again when it takes no event for ten seconds. */
    private static final int LOCK_WAIT_SECONDS = 3;

    private static final Pattern CHARSET = Pattern.compile(" DEFAULT CHARSET=\\w+(?: COLLATE=\\w+)?");

    private static final Pattern EXPRESSION = Pattern.compile(" (DEFAULT|CHECK|AS) \\(", Pattern.CASE_INSENSITIVE);

    /** A table that is changed all the time; it is read again later. */
    private static final int MOST_ATTEMPTS = 5;

    /** {@code statement} is CREATE TABLE; events from {@code from} on have this structure, until the log has a change of it. */
    record Definition(String statement, LogPlace from) {
    }

    private final Supplier<BinlogConnectorConnection> connect;

    /** Each connection is closed after its use. */
    public SourceCatalog(Supplier<BinlogConnectorConnection> connect) {
        this.connect = connect;
    }

    /**
     * Null when there is no such table, or it is locked. Looks at the table before and after the place in the log: when both are
     * the same, the table did not change in between. Throws what Debezium takes for a broken connection when it is one.
     */
    Definition read(TableId table) {
        try (BinlogConnectorConnection connection = connect.get()) {
            connection.execute("SET SESSION lock_wait_timeout = " + LOCK_WAIT_SECONDS);
            String before = definition(connection, table);
            for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
                LogPlace place = place(connection);
                String after = definition(connection, table);
                if (after.equals(before)) {
                    return new Definition(after, place);
                }
                before = after;
            }
            return null;
        }
        catch (SQLException cause) {
            throwIfBroken(cause);
            LOGGER.warn("Cannot read the definition of table {}: {}", table, cause.getMessage());
            return null;
        }
    }

    /**
     * Of what SHOW CREATE TABLE says, line by line, that which decides about rows: columns and primary key. Debezium's parser lacks some of
     * the rest, as MariaDB's PERIOD FOR, or MySQL's DEFAULT (DATE'2020-01-01').
     */
    public static String essence(String statement) {
        List<String> lines = statement.lines().toList();
        if (lines.size() < 3) {
            return statement;
        }
        List<String> kept = lines.stream()
                .filter(line -> line.startsWith("  `") || line.startsWith("  PRIMARY KEY "))
                .map(line -> line.endsWith(",") ? line.substring(0, line.length() - 1) : line)
                .map(SourceCatalog::withoutExpressions)
                .toList();
        Matcher charset = CHARSET.matcher(statement.substring(statement.lastIndexOf("\n)") + 1));
        return lines.get(0) + '\n' + String.join(",\n", kept) + "\n)" + (charset.find() ? charset.group() : "");
    }

    /** A column without the expressions of its default and its checks, and with a plain one where it is generated. */
    private static String withoutExpressions(String column) {
        StringBuilder kept = new StringBuilder();
        Matcher expression = EXPRESSION.matcher(column);
        int at = 0;
        while (at < column.length()) {
            char first = column.charAt(at);
            if (first == '\'' || first == '`') {
                int end = endOfQuoted(column, at);
                kept.append(column, at, end);
                at = end;
            }
            else if (expression.region(at, column.length()).lookingAt()) {
                int end = endOfExpression(column, expression.end() - 1);
                if (expression.group(1).equalsIgnoreCase("AS")) {
                    kept.append(" AS (1)");
                }
                at = end;
            }
            else {
                kept.append(first);
                at++;
            }
        }
        return kept.toString();
    }

    private static int endOfQuoted(String text, int start) {
        char quote = text.charAt(start);
        int at = start + 1;
        while (at < text.length() && text.charAt(at) != quote) {
            at += quote == '\'' && text.charAt(at) == '\\' ? 2 : 1;
        }
        return Math.min(at + 1, text.length());
    }

    /** {@code start} is that of its first parenthesis. */
    private static int endOfExpression(String text, int start) {
        int depth = 0;
        int at = start;
        while (at < text.length()) {
            char next = text.charAt(at);
            if (next == '\'' || next == '`') {
                at = endOfQuoted(text, at);
                continue;
            }
            at++;
            depth += next == '(' ? 1 : next == ')' ? -1 : 0;
            if (depth == 0) {
                break;
            }
        }
        return at;
    }

    /** Its places in the log mean nothing on another server. */
    String server() {
        try (BinlogConnectorConnection connection = connect.get()) {
            return server(connection);
        }
        catch (SQLException cause) {
            throw new DebeziumException("Cannot read which server this is.", new IOException(cause));
        }
    }

    private static String definition(BinlogConnectorConnection connection, TableId table) throws SQLException {
        String name = '`' + table.catalog().replace("`", "``") + "`.`" + table.table().replace("`", "``") + '`';
        // The AUTO_INCREMENT that it shows counts up with each row.
        return connection.queryAndMap("SHOW CREATE TABLE " + name, rows -> rows.next() ? rows.getString(2) : "")
                .replaceAll(" AUTO_INCREMENT=\\d+", "");
    }

    private static LogPlace place(BinlogConnectorConnection connection) throws SQLException {
        String server = server(connection);
        return connection.queryAndMap(connection.binaryLogStatusStatement(), rows -> {
            if (!rows.next()) {
                throw new SQLException("The server writes no log.");
            }
            return new LogPlace(server, rows.getString(1), rows.getLong(2));
        });
    }

    private static String server(BinlogConnectorConnection connection) throws SQLException {
        return connection.queryAndMap(
                "SELECT CONCAT(@@hostname, ':', @@port, ' ', @@server_id)", rows -> rows.next() ? rows.getString(1) : "");
    }

    private static void throwIfBroken(SQLException cause) {
        String state = cause.getSQLState();
        if (state == null || state.startsWith("08")) {
            throw new DebeziumException("The connection to the source broke while the definition of a table was read.",
                    new IOException(cause));
        }
    }
}
