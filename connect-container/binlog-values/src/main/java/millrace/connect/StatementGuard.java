package millrace.connect;

import io.debezium.DebeziumException;
import io.debezium.relational.RelationalTableFilters;
import io.debezium.relational.TableId;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * Decides about statements of the log that Debezium cannot follow: those of no interest are passed over, the others stop the
 * connector. What is to become of a table whose structure is not known any more is decided here, and nowhere else.
 */
public final class StatementGuard {

    private final Predicate<TableId> isReplicated;
    private final Predicate<String> isReplicatedDatabase;

    /** Names of a server that ignores their case arrive in lower case from its catalog and with its rows. */
    public StatementGuard(RelationalTableFilters filters, boolean ignoresCase) {
        this(
                table -> filters.dataCollectionFilter().isIncluded(ignoresCase ? inLowerCase(table) : table),
                database -> filters.databaseFilter().test(ignoresCase ? database.toLowerCase(Locale.ROOT) : database));
    }

    StatementGuard(Predicate<TableId> isReplicated, Predicate<String> isReplicatedDatabase) {
        this.isReplicated = isReplicated;
        this.isReplicatedDatabase = isReplicatedDatabase;
    }

    /** Debezium's own method leaves the database as it is. */
    static TableId inLowerCase(TableId table) {
        String database = table.catalog() == null ? null : table.catalog().toLowerCase(Locale.ROOT);
        return new TableId(database, null, table.table().toLowerCase(Locale.ROOT));
    }

    /** Whether it is a change of rows, of which there is nothing to parse. Throws when it may concern a replicated table. */
    public boolean isRowChange(String statement, String database) {
        String unreadable = UnreadableChanges.inStatement(statement, database, isReplicatedDatabase);
        if (unreadable != null) {
            throw new DebeziumException(unreadable);
        }
        return UnreadableChanges.isRowChange(statement, database);
    }

    /** Throws when what could not be read concerns a replicated table; {@code null} is nothing. */
    public void requireOfNoInterest(LoggedStatement unreadable) {
        if (unreadable == null) {
            return;
        }
        unreadable.concerned(isReplicated, isReplicatedDatabase).ifPresent(concerned -> {
            throw new DebeziumException(UnreadableChanges.explain("a statement of the kind " + unreadable.kind() + " about the"
                    + " replicated " + (concerned.startsWith("database ") ? concerned : "table " + concerned)
                    + ", which Debezium cannot read, so that the structure is not known from there on"));
        });
    }

    /** The same for the CREATE statement of a table as it is now, which copying again does not change. */
    public void requireReadable(LoggedStatement unreadable) {
        if (unreadable == null) {
            return;
        }
        unreadable.concerned(isReplicated, isReplicatedDatabase).ifPresent(concerned -> {
            throw new DebeziumException("DDL statement couldn't be parsed: the definition of the replicated table " + concerned
                    + " as the source shows it (SHOW CREATE TABLE). Leave the table out of the replication, or change its"
                    + " definition.");
        });
    }
}
