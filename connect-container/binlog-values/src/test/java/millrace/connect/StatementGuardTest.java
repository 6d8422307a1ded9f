package millrace.connect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.debezium.DebeziumException;
import io.debezium.relational.TableId;
import io.debezium.relational.Tables;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class StatementGuardTest {

    private static final TableId ORDERS = new TableId("shop", null, "orders");

    private final StatementGuard guard = new StatementGuard(ORDERS::equals, "shop"::equals, UnaryOperator.identity());
    private final Tables tables = new Tables();
    private final InetDdlParser parser = new InetDdlParser(false, Tables.TableFilter.includeAll(), null);

    private LoggedStatement unreadable(String... statements) {
        parser.setCurrentSchema("shop");
        for (String statement : statements) {
            parser.parse(statement, tables);
        }
        return parser.unreadable().take();
    }

    @Test
    void whatCanBeReadIsReadAsBefore() {
        assertNull(unreadable("CREATE TABLE orders (id int PRIMARY KEY)", "ALTER TABLE orders ADD v int"));
        assertEquals(2, tables.forTable(ORDERS).columns().size());
    }

    @Test
    void anUnreadableStatementAboutAReplicatedTableConcernsIt() {
        LoggedStatement statement = unreadable("CREATE TABLE orders (id int)", "ALTER TABLE orders ADD PERIOD OF NOTHING");
        assertEquals("ALTER TABLE", statement.kind());
        assertEquals(List.of(ORDERS), guard.concerned(statement, tables.tableIds()));
    }

    @Test
    void anUnreadableStatementOfNoInterestConcernsNothing() {
        LoggedStatement statement = unreadable("ANALYZE TABLE orders PERSISTENT FOR ALL");
        assertEquals(List.of(), guard.concerned(statement, tables.tableIds()));
        assertNull(parser.unreadable().take());
    }

    @Test
    void aStatementOfAnUnknownKindConcernsTheReplicatedTablesThatItNames() {
        assertEquals(List.of(ORDERS), guard.concerned(LoggedStatement.of("ROTATE other, orders", "shop"), List.of()));
        assertEquals(List.of(), guard.concerned(LoggedStatement.of("ROTATE other, customers", "shop"), List.of()));
    }

    @Test
    void aStatementAboutADatabaseConcernsItsReplicatedTables() {
        LoggedStatement statement = LoggedStatement.of("ALTER DATABASE shop FOO", "other");
        TableId other = new TableId("other", null, "orders");
        assertEquals(List.of(ORDERS), guard.concerned(statement, List.of(ORDERS, other, new TableId("shop", null, "audit"))));
    }

    @Test
    void aTableThatIsNotReplicatedIsForgotten() {
        TableId audit = new TableId("shop", null, "audit");
        LoggedStatement statement = unreadable("CREATE TABLE audit (id int)", "ALTER TABLE audit ADD PERIOD OF NOTHING");
        assertEquals(List.of(), guard.concerned(statement, tables.tableIds()));
        assertNull(tables.forTable(audit));
    }

    @Test
    void aCommentOfADatabaseHidesNothingElse() {
        assertNull(unreadable("CREATE DATABASE other CHARACTER SET latin1 COMMENT 'it''s \\' another'"));
        assertEquals("latin1", parser.charsetNameForDatabase().get("other"));
        assertNull(unreadable("ALTER DATABASE other COMMENT = 'x' CHARACTER SET utf8mb4"));
        assertEquals("utf8mb4", parser.charsetNameForDatabase().get("other"));
    }

    @Test
    void changesOfRowsInOtherDatabasesArePassedOver() {
        assertTrue(guard.isRowChange("INSERT INTO other.t VALUES (1)", "shop"));
        assertFalse(guard.isRowChange("ALTER TABLE other.t ADD v int", "shop"));
        assertThrows(DebeziumException.class, () -> guard.isRowChange("INSERT INTO shop.t VALUES (1)", "other"));
    }

    @Test
    void namesOfAServerThatIgnoresTheirCaseAreFound() {
        assertEquals(
                List.of("shop.Orders"),
                LoggedStatement.of("ALTER TABLE Orders FOO", "shop").changedTables().stream().map(TableId::toString).toList());
    }
}
