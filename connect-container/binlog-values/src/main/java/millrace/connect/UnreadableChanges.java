package millrace.connect;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Changes of rows that a binary log can hold, but not as rows that Debezium (3.5.0) reads: seen there, it passes over them
 * without an error. Millrace asks for settings with which no server writes them, but a session may have others, and settings
 * change.
 */
public final class UnreadableChanges {

    private static final String COMPRESSED = "a compressed event, which Debezium cannot read: SET GLOBAL log_bin_compress = OFF";

    private static final String STATEMENT = "changes of rows as a statement: SET GLOBAL binlog_format = ROW, and set nothing else"
            + " in any session";

    /** By the numbers of the types in the sources of MySQL (binlog_event.h) and MariaDB (log_event.h). */
    private static final Map<Integer, String> TYPES = Map.of(
            17, STATEMENT,
            18, STATEMENT,
            39, "a change of a part of a JSON value, which Debezium cannot read: SET GLOBAL binlog_row_value_options = ''",
            165, COMPRESSED,
            166, COMPRESSED,
            167, COMPRESSED,
            168, COMPRESSED,
            169, COMPRESSED,
            170, COMPRESSED,
            171, COMPRESSED);

    private static final int FLAGS = Pattern.CASE_INSENSITIVE | Pattern.DOTALL;

    /** The log has the rows of a prepared transaction when it is prepared, and this when that was in vain. */
    private static final Pattern ROLLBACK = Pattern.compile("\\s*XA\\s+ROLLBACK\\b.*", FLAGS);

    private static final String SPACE = "(?:\\s|/\\*(?!!).*?\\*/|--\\s[^\\n]*(?:\\n|$)|#[^\\n]*(?:\\n|$))";

    /** A query is logged where it calls a function that changes rows. */
    private static final Pattern CHANGE = Pattern.compile(
            SPACE + "*+(?:SET\\s+STATEMENT\\s.*?\\sFOR\\s+)?(?:INSERT|UPDATE|DELETE|REPLACE|LOAD|WITH|SELECT|CALL|DO|TABLE|VALUES)\\b(.*)",
            FLAGS);

    /** What Amazon RDS writes for itself, as statements. */
    private static final Pattern SYSTEM_TABLE = Pattern.compile("\\s+(?:(?:INTO|FROM|IGNORE)\\s+)*`?mysql`?\\s*\\..*", FLAGS);

    private UnreadableChanges() {
    }

    /** What an event of this type holds, or null. */
    public static String inEventOfType(int type) {
        String what = TYPES.get(type);
        return what == null ? null : explain(what);
    }

    /** What this statement changes, or null: definitions, transactions and the tables of the server itself do not count. */
    public static String inStatement(String statement, String database) {
        if (ROLLBACK.matcher(statement).matches()) {
            return explain("a prepared transaction that was rolled back (" + statement.strip() + "), whose changes were passed on when"
                    + " it was prepared");
        }
        Matcher change = CHANGE.matcher(statement);
        if (!change.matches() || "mysql".equals(database) || SYSTEM_TABLE.matcher(change.group(1)).matches()) {
            return null;
        }
        return explain(STATEMENT + ". It was in the database '" + database + "'");
    }

    private static String explain(String what) {
        return "The log of the source has " + what + ". The target cannot follow, so that all tables have to be copied again:"
                + " start the replication with force_resync.";
    }
}
