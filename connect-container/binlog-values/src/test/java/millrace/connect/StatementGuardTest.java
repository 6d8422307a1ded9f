package millrace.connect;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.debezium.DebeziumException;
import io.debezium.relational.TableId;
import io.debezium.relational.Tables;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatementGuardTest {

    private static final TableId ORDERS = new TableId("shop", null, "orders");

    private final StatementGuard guard = new StatementGuard(ORDERS::equals, "shop"::equals);
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
        guard.requireOfNoInterest(null);
    }

    @Test
    void anUnreadableStatementAboutAReplicatedTableNamesItAndTheKind() {
        LoggedStatement statement = unreadable("CREATE TABLE orders (id int)", "ALTER TABLE orders ADD PERIOD OF NOTHING");
        String message = assertThrows(DebeziumException.class, () -> guard.requireOfNoInterest(statement)).getMessage();
        assertTrue(message.contains("ALTER TABLE about the replicated table shop.orders"), message);
        assertTrue(message.contains("force_resync"), message);
    }

    @Test
    void anUnreadableStatementOfNoInterestIsPassedOver() {
        LoggedStatement statement = unreadable("ANALYZE TABLE orders PERSISTENT FOR ALL");
        assertDoesNotThrow(() -> guard.requireOfNoInterest(statement));
        assertNull(parser.unreadable().take());
    }

    @Test
    void aTableThatIsNotReplicatedIsForgotten() {
        TableId audit = new TableId("shop", null, "audit");
        LoggedStatement statement = unreadable("CREATE TABLE audit (id int)", "ALTER TABLE audit ADD PERIOD OF NOTHING");
        guard.requireOfNoInterest(statement);
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
