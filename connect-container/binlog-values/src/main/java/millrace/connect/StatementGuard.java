package millrace.connect;

import io.debezium.DebeziumException;
import io.debezium.relational.RelationalTableFilters;
import io.debezium.relational.TableId;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Decides about statements of the log that Debezium cannot follow: those of no interest are passed over, the others are about
 * replicated tables, see {@link LostTables}.
 */
public final class StatementGuard {

    private final Predicate<TableId> isReplicated;
    private final Predicate<String> isReplicatedDatabase;
    private final UnaryOperator<TableId> asInCatalog;

    /** Names of a server that ignores their case arrive in lower case from its catalog and with its rows. */
    public StatementGuard(RelationalTableFilters filters, boolean ignoresCase) {
        this(
                table -> filters.dataCollectionFilter().isIncluded(ignoresCase ? inLowerCase(table) : table),
                database -> filters.databaseFilter().test(ignoresCase ? database.toLowerCase(Locale.ROOT) : database),
                ignoresCase ? StatementGuard::inLowerCase : UnaryOperator.identity());
    }

    StatementGuard(
            Predicate<TableId> isReplicated, Predicate<String> isReplicatedDatabase, UnaryOperator<TableId> asInCatalog) {
        this.isReplicated = isReplicated;
        this.isReplicatedDatabase = isReplicatedDatabase;
        this.asInCatalog = asInCatalog;
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

    /** Those of the tables that are replicated, by the names that they have in the catalog. */
    List<TableId> replicated(Collection<TableId> tables) {
        return tables.stream().map(asInCatalog).filter(isReplicated).distinct().toList();
    }

    /** The replicated tables that a statement may change; {@code known} are all tables of the server that are known. */
    List<TableId> concerned(LoggedStatement statement, Collection<TableId> known) {
        return replicated(statement.concernedTables(known, isReplicatedDatabase));
    }

    /** Throws for the CREATE statement of a replicated table as it is now that cannot be read; {@code null} is nothing. */
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
