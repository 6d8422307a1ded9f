package millrace.connect;

/**
 * Whether the statement that is being read is all of its group in MariaDB's log, as definitions are. Its GTID says so, which
 * Debezium passes over: it waits for a COMMIT that never comes, and its stored position stays in front of the statement until
 * something else is committed. Once the log of the statement is removed, the connector cannot start.
 *
 * <p>The client reads an event and has it handled before it reads the next one, all in one thread.
 */
public final class StatementGroups {

    /** In a GTID's flags: no COMMIT or XID ends the group (MariaDB, log_event.h, FL_STANDALONE). */
    private static final int STANDALONE = 1;

    private static final ThreadLocal<Boolean> IS_ALONE = ThreadLocal.withInitial(() -> false);

    private StatementGroups() {
    }

    public static void begin(int flags) {
        IS_ALONE.set((flags & STANDALONE) != 0);
    }

    public static boolean isStatementAlone() {
        return IS_ALONE.get();
    }
}
