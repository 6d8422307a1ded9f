package millrace.connect;

import io.debezium.relational.TableId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import millrace.connect.SqlTokens.Token;

/**
 * What a statement of the log is about: its kind, and the tables whose structure or rows it may change. It knows the beginnings of
 * statements only, so it also tells of those that Debezium's parser cannot read. What it does not know may concern every table
 * that is named in it.
 */
public final class LoggedStatement {

    private enum Effect {
        /** On no row and no structure of any table. */
        NONE,
        /** On the structure, or all rows, of the tables. */
        TABLES,
        /** On all tables of the database. */
        DATABASE,
        /** On rows of the tables, and of those of the same database by triggers and foreign keys. */
        ROWS,
        /** On anything that is named. */
        UNKNOWN,
    }

    /** Types of objects that CREATE, ALTER and DROP name before or behind other words. */
    private static final Set<String> OBJECTS = Set.of(
            "TABLE", "TABLES", "DATABASE", "SCHEMA", "VIEW", "PROCEDURE", "FUNCTION", "TRIGGER", "EVENT", "INDEX", "USER", "ROLE",
            "SERVER", "SEQUENCE", "PACKAGE", "TABLESPACE", "LOGFILE", "REFERENCE", "RESOURCE", "INSTANCE", "CATALOG", "LIBRARY",
            "PREPARE");

    private static final Set<String> HARMLESS = Set.of(
            "ANALYZE", "OPTIMIZE", "CHECK", "CHECKSUM", "REPAIR", "FLUSH", "GRANT", "REVOKE", "SET", "RESET", "INSTALL", "UNINSTALL",
            "BEGIN", "START", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "XA", "KILL", "SHUTDOWN", "BACKUP", "PURGE", "CHANGE",
            "STOP", "CACHE", "USE", "LOCK", "UNLOCK", "SIGNAL", "BINLOG", "HELP", "EXPLAIN", "DESCRIBE", "DESC", "SHOW", "CLONE",
            "PREPARE", "DEALLOCATE", "HANDLER");

    private static final Set<String> ROWS = Set.of(
            "INSERT", "REPLACE", "UPDATE", "DELETE", "LOAD", "WITH", "SELECT", "CALL", "DO", "TABLE", "VALUES", "EXECUTE");

    /** Words that begin an option of a database. */
    private static final Set<String> DATABASE_OPTIONS = Set.of(
            "DEFAULT", "CHARACTER", "CHARSET", "COLLATE", "COMMENT", "ENCRYPTION", "READ", "UPGRADE");

    private static final Set<String> BEFORE_TARGET = Set.of("LOW_PRIORITY", "HIGH_PRIORITY", "DELAYED", "QUICK", "IGNORE", "INTO", "FROM");

    private final List<Token> tokens;
    private final String database;
    private final String kind;
    private Effect effect;
    private final List<TableId> tables = new ArrayList<>();
    private String changedDatabase;
    private int at;

    private LoggedStatement(String statement, String database) {
        this.tokens = SqlTokens.of(statement);
        this.database = database == null ? "" : database;
        this.kind = classify();
    }

    /** {@code database} is where names without one belong. */
    public static LoggedStatement of(String statement, String database) {
        return new LoggedStatement(statement, database);
    }

    /** As ALTER TABLE. */
    public String kind() {
        return kind;
    }

    /** Whether it changes rows where the log should have them one by one. */
    public boolean changesRows() {
        return effect == Effect.ROWS;
    }

    /** Tables whose structure is not known any more where this could not be read. */
    public List<TableId> changedTables() {
        return effect == Effect.TABLES ? tables : List.of();
    }

    /** What of the replicated it concerns, {@code shop.orders} or {@code database shop}; empty when it is of no interest. */
    public Optional<String> concerned(Predicate<TableId> isReplicated, Predicate<String> isReplicatedDatabase) {
        switch (effect) {
            case NONE:
                return Optional.empty();
            case TABLES:
                return tables.stream().filter(isReplicated).findFirst().map(TableId::toString);
            case DATABASE:
                return Optional.of(changedDatabase).filter(isReplicatedDatabase).map(name -> "database " + name);
            case ROWS:
                List<String> databases = tables.isEmpty() ? mentioned() : List.of(tables.get(0).catalog());
                return databases.stream().filter(isReplicatedDatabase).findFirst().map(name -> "database " + name);
            default:
                return mentionedTables().stream().filter(isReplicated).findFirst().map(TableId::toString);
        }
    }

    /** The tables whose structure is not known any more where this could not be read; {@code known} are all that are known. */
    List<TableId> concernedTables(Collection<TableId> known, Predicate<String> isReplicatedDatabase) {
        return switch (effect) {
            case TABLES -> tables;
            case DATABASE -> isReplicatedDatabase.test(changedDatabase)
                    ? known.stream().filter(table -> table.catalog().equalsIgnoreCase(changedDatabase)).toList()
                    : List.of();
            case UNKNOWN -> mentionedTables();
            default -> List.of();
        };
    }

    private String classify() {
        if (next().is("SET") && token(1).is("STATEMENT")) {
            while (at < tokens.size() && !next().is("FOR")) {
                at++;
            }
            at++;
        }
        String verb = next().upper();
        at++;
        switch (verb) {
            case "CREATE":
            case "ALTER":
            case "DROP":
                return classifyDefinition(verb);
            case "RENAME":
                if (!skip("TABLE") && !skip("TABLES")) {
                    effect = Effect.NONE;
                    return verb + " " + next().upper();
                }
                // RENAME TABLE a TO b, c TO d
                names(Set.of(",", "TO"));
                return "RENAME TABLE";
            case "TRUNCATE":
                skip("TABLE");
                names(Set.of(","));
                return "TRUNCATE TABLE";
            default:
                if (ROWS.contains(verb)) {
                    effect = Effect.ROWS;
                    target(verb);
                }
                else {
                    effect = HARMLESS.contains(verb) || tokens.isEmpty() ? Effect.NONE : Effect.UNKNOWN;
                }
                return verb;
        }
    }

    private String classifyDefinition(String verb) {
        boolean isTemporary = false;
        boolean isReplacing = false;
        while (at < tokens.size() && !OBJECTS.contains(next().upper())) {
            isTemporary |= next().is("TEMPORARY");
            isReplacing |= next().is("REPLACE");
            at++;
        }
        String object = next().upper();
        at++;
        switch (object) {
            case "":
            case ";":
                effect = Effect.UNKNOWN;
                return verb;
            case "TABLE":
            case "TABLES":
                if (isTemporary) {
                    effect = Effect.NONE;
                    return verb + " TEMPORARY TABLE";
                }
                names(verb.equals("DROP") ? Set.of(",") : Set.of());
                if (verb.equals("ALTER")) {
                    otherTables();
                }
                return verb + " TABLE";
            case "DATABASE":
            case "SCHEMA":
                boolean isNew = verb.equals("CREATE") && !isReplacing;
                effect = isNew ? Effect.NONE : Effect.DATABASE;
                skipCondition();
                // ALTER DATABASE without a name is about the current one.
                changedDatabase = next().isName() && !DATABASE_OPTIONS.contains(next().upper()) ? next().text() : database;
                return verb + " DATABASE";
            default:
                effect = Effect.NONE;
                return verb + " " + object;
        }
    }

    /** Names of tables one after the other; what separates them is skipped. */
    private void names(Set<String> separators) {
        skipCondition();
        effect = Effect.TABLES;
        do {
            if (!name()) {
                effect = Effect.UNKNOWN;
                return;
            }
            // RENAME TABLE a NOWAIT TO b
            while (skip("NOWAIT") || next().is("WAIT") && token(1).isName()) {
                at += next().is("WAIT") ? 2 : 0;
            }
        } while (separators.contains(next().upper()) && at++ < tokens.size());
    }

    /** Those that ALTER TABLE names behind its own: RENAME TO t, EXCHANGE PARTITION p WITH TABLE t, CONVERT TABLE t. */
    private void otherTables() {
        while (at < tokens.size()) {
            boolean isRename = next().is("RENAME")
                    && !token(1).is("COLUMN") && !token(1).is("INDEX") && !token(1).is("KEY") && !token(1).is("CONSTRAINT");
            boolean isTable = next().is("TABLE");
            at++;
            if (isRename) {
                while (skip("TO") || skip("AS") || skip("=")) {
                    // RENAME [TO | AS | =] t
                }
            }
            if (isRename || isTable) {
                name();
            }
        }
    }

    /** The only table that a statement writes into by itself; none when there may be several. */
    private void target(String verb) {
        if (verb.equals("LOAD")) {
            while (at < tokens.size() && !(next().is("INTO") && token(1).is("TABLE"))) {
                at++;
            }
            at += 2;
        }
        else if (!Set.of("INSERT", "REPLACE", "UPDATE", "DELETE").contains(verb)) {
            return;
        }
        while (BEFORE_TARGET.contains(next().upper())) {
            at++;
        }
        boolean isOne = name();
        if (isOne && (verb.equals("UPDATE") || verb.equals("DELETE"))) {
            // UPDATE t [AS alias] SET; DELETE FROM t [WHERE]: else several tables follow.
            skip("AS");
            isOne = verb.equals("UPDATE")
                    ? next().is("SET") || token(1).is("SET")
                    : at >= tokens.size() || next().is("WHERE") || next().is("ORDER") || next().is("LIMIT") || next().is("RETURNING");
        }
        if (!isOne) {
            tables.clear();
        }
    }

    private boolean name() {
        if (!next().isName()) {
            return false;
        }
        String first = next().text();
        at++;
        if (!next().is(".")) {
            tables.add(new TableId(database, null, first));
            return true;
        }
        at++;
        tables.add(new TableId(first, null, next().text()));
        at++;
        return true;
    }

    private void skipCondition() {
        if (skip("IF")) {
            skip("NOT");
            skip("EXISTS");
        }
    }

    private boolean skip(String word) {
        boolean isThere = next().is(word);
        at += isThere ? 1 : 0;
        return isThere;
    }

    private Token next() {
        return token(0);
    }

    private Token token(int ahead) {
        int index = at + ahead;
        return index >= 0 && index < tokens.size() ? tokens.get(index) : SqlTokens.NONE;
    }

    private List<String> mentioned() {
        List<String> names = new ArrayList<>(List.of(database));
        tokens.stream().filter(Token::isName).map(Token::text).forEach(names::add);
        return names;
    }

    private List<TableId> mentionedTables() {
        List<TableId> named = new ArrayList<>();
        for (int index = 0; index < tokens.size(); index++) {
            if (tokens.get(index).isName()) {
                named.add(new TableId(database, null, tokens.get(index).text()));
                if (index + 2 < tokens.size() && tokens.get(index + 1).is(".")) {
                    named.add(new TableId(tokens.get(index).text(), null, tokens.get(index + 2).text()));
                }
            }
        }
        return named;
    }
}
