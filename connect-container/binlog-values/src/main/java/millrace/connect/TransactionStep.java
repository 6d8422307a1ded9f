package millrace.connect;

import com.github.shyiko.mysql.binlog.event.EventData;
import com.github.shyiko.mysql.binlog.event.EventType;
import com.github.shyiko.mysql.binlog.event.MariadbGtidEventData;
import com.github.shyiko.mysql.binlog.event.QueryEventData;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What an event of the log means for the transaction that it is in. */
public record TransactionStep(Kind kind, String savepoint) {

    public enum Kind {
        /** The identity of what follows: a transaction, or one statement that stands alone. */
        GROUP,
        /** Also of a MariaDB transaction, which has no other beginning than its identity. */
        BEGIN,
        WORK,
        SAVEPOINT,
        ROLLBACK_TO,
        ROLLBACK,
        COMMIT,
        /** Of the connection or of the file, not of a transaction. */
        OUTSIDE,
    }

    private static final Pattern SAVEPOINT = Pattern.compile(
            "(SAVEPOINT|ROLLBACK\\s+(?:WORK\\s+)?TO(?:\\s+SAVEPOINT)?)\\s+(\\S.*)", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private static final Pattern XA_START = Pattern.compile("XA\\s+(?:START|BEGIN)\\b.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private static final TransactionStep GROUP = new TransactionStep(Kind.GROUP, null);
    private static final TransactionStep BEGIN = new TransactionStep(Kind.BEGIN, null);
    private static final TransactionStep WORK = new TransactionStep(Kind.WORK, null);
    private static final TransactionStep ROLLBACK = new TransactionStep(Kind.ROLLBACK, null);
    private static final TransactionStep COMMIT = new TransactionStep(Kind.COMMIT, null);
    private static final TransactionStep OUTSIDE = new TransactionStep(Kind.OUTSIDE, null);

    public static TransactionStep of(EventType type, EventData data) {
        switch (type) {
            case MARIADB_GTID:
                // Without the flag an end follows; with it only the one statement.
                return data instanceof MariadbGtidEventData gtid && (gtid.getFlags() & MariadbGtidEventData.FL_STANDALONE) == 0
                        ? BEGIN
                        : GROUP;
            case GTID:
            case ANONYMOUS_GTID:
                return GROUP;
            case XID:
            case XA_PREPARE:
                return COMMIT;
            case QUERY:
                return data instanceof QueryEventData query && !(data instanceof RefusedQuery) ? ofStatement(query.getSql()) : WORK;
            case ROTATE:
            case FORMAT_DESCRIPTION:
            case HEARTBEAT:
            case STOP:
            case PREVIOUS_GTIDS:
            case MARIADB_GTID_LIST:
            case BINLOG_CHECKPOINT:
                return OUTSIDE;
            default:
                return WORK;
        }
    }

    private static TransactionStep ofStatement(String logged) {
        String statement = logged.strip();
        switch (statement.toUpperCase(Locale.ROOT)) {
            case "BEGIN":
                return BEGIN;
            case "COMMIT":
                return COMMIT;
            case "ROLLBACK":
                return ROLLBACK;
            default:
                if (XA_START.matcher(statement).matches()) {
                    return BEGIN;
                }
                Matcher savepoint = SAVEPOINT.matcher(statement);
                return savepoint.matches()
                        ? new TransactionStep(
                                savepoint.group(1).equalsIgnoreCase("SAVEPOINT") ? Kind.SAVEPOINT : Kind.ROLLBACK_TO,
                                nameOf(savepoint.group(2)))
                        : WORK;
        }
    }

    /** Names of savepoints do not differ in case. */
    private static String nameOf(String logged) {
        String name = logged.strip();
        boolean isQuoted = name.length() > 1 && name.startsWith("`") && name.endsWith("`");
        return (isQuoted ? name.substring(1, name.length() - 1).replace("``", "`") : name).toLowerCase(Locale.ROOT);
    }
}
