package millrace.connect;

import java.util.Map;
import java.util.function.Predicate;
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

    /** Of what {@link #marked} marks. Debezium passes over statements that begin with INSERT, UPDATE, DELETE, REPLACE or XA. */
    private static final String MARK = "/* rows */ ";

    /** The log has the rows of a prepared transaction when it is prepared, and this when that was in vain. */
    private static final Pattern ROLLBACK =
            Pattern.compile("(?:/\\* rows \\*/)?\\s*XA\\s+ROLLBACK\\b.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private UnreadableChanges() {
    }

    /** What an event of this type holds, or null. */
    public static String inEventOfType(int type) {
        String what = TYPES.get(type);
        return what == null ? null : explain(what);
    }

    /** The statement in a form that Debezium hands to its schema, where it is looked at: that knows what is replicated. */
    public static String marked(String statement, String database) {
        return isRowChange(statement, database) ? MARK + statement : statement;
    }

    /** Whether a statement changes rows, or undoes such a change. */
    public static boolean isRowChange(String statement, String database) {
        return ROLLBACK.matcher(statement).matches() || LoggedStatement.of(statement, database).changesRows();
    }

    /** What this statement changes in a replicated database, or null. */
    public static String inStatement(String statement, String database, Predicate<String> isReplicatedDatabase) {
        if (ROLLBACK.matcher(statement).matches()) {
            return explain("a prepared transaction that was rolled back (" + statement.replace(MARK, "").strip() + "), whose changes"
                    + " were passed on when it was prepared");
        }
        LoggedStatement change = LoggedStatement.of(statement, database);
        return change.changesRows() && change.concerned(table -> false, isReplicatedDatabase).isPresent()
                ? explain(STATEMENT + ". It was in the database '" + database + "'")
                : null;
    }

    /** Says that the target cannot follow, and what to do. */
    public static String explain(String what) {
        return "The log of the source has " + what + ". The target cannot follow, so that all tables have to be copied again:"
                + " start the replication with force_resync.";
    }
}
