package millrace.connect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.shyiko.mysql.binlog.event.TableMapEventData;
import com.github.shyiko.mysql.binlog.event.WriteRowsEventData;
import io.debezium.relational.Table;
import io.debezium.relational.TableId;
import io.debezium.relational.Tables;
import java.io.Serializable;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import millrace.connect.LostTables.Loss;
import org.junit.jupiter.api.Test;

class LostTablesTest {

    private static final TableId ORDERS = new TableId("shop", null, "orders");
    private static final String UNREADABLE = "ALTER TABLE orders ADD PERIOD OF NOTHING";

    private final Tables tables = new Tables();
    private final InetDdlParser parser = new InetDdlParser(false, Tables.TableFilter.includeAll(), null);

    /** What the source has now; null: it has no such table. */
    private String definition = "CREATE TABLE orders (id int PRIMARY KEY, v int, w int)";
    private int reads;

    private final LostTables lost = new LostTables(
            tables,
            parser,
            parser.unreadable(),
            new StatementGuard(Set.of(ORDERS)::contains, "shop"::equals, UnaryOperator.identity()),
            new SourceCatalog(null) {
                @Override
                Definition read(TableId table) {
                    reads++;
                    return definition == null ? null : new Definition(definition, new LogPlace(server, "log.000002", 500));
                }

                @Override
                String server() {
                    return server;
                }
            });

    private String server = "s";

    private List<Loss> parse(String statement) {
        parser.setCurrentSchema("shop");
        parser.parse(statement, tables);
        return lost.afterParsing(parser.unreadable().take(), statement);
    }

    private String rows(int columns, String file, long position) {
        TableMapEventData map = new TableMapEventData();
        map.setTableId(7);
        map.setDatabase("shop");
        map.setTable("orders");
        String instead = lost.inPlaceOf(map, file, position);
        WriteRowsEventData rows = new WriteRowsEventData();
        rows.setTableId(7);
        rows.setRows(List.<Serializable[]>of(new Serializable[columns]));
        return instead == null ? lost.inPlaceOf(rows, file, position) : instead;
    }

    @Test
    void whatCanBeReadIsLeftAlone() {
        assertEquals(List.of(), parse("CREATE TABLE orders (id int PRIMARY KEY, v int)"));
        assertNull(rows(2, "log.000001", 4));
        assertEquals(0, reads);
    }

    @Test
    void aTableThatExchangesItsRowsWithAPartitionGetsTheStatementAsWell() {
        String exchange = "ALTER TABLE audit EXCHANGE PARTITION p WITH TABLE orders";
        assertEquals(List.of(), lost.notTold(exchange, "shop", List.of()), "it is not known");
        parse("CREATE TABLE orders (id int PRIMARY KEY, v int)");
        Loss loss = lost.notTold(exchange, "shop", List.of()).get(0);
        assertEquals(ORDERS, loss.table());
        assertEquals(exchange, loss.mark());
        assertEquals(tables.forTable(ORDERS), loss.structure());
        assertEquals(List.of(), lost.notTold("ALTER TABLE orders EXCHANGE PARTITION p WITH TABLE audit", "shop", List.of()));
        assertEquals(List.of(), lost.notTold(exchange, "another", List.of()));
        assertEquals(0, reads);
    }

    @Test
    void anUnreadableStatementSaysItsKindAndTheStructureIsReadAgain() {
        parse("CREATE TABLE orders (id int PRIMARY KEY, v int)");
        Loss loss = parse(UNREADABLE).get(0);
        assertEquals(ORDERS, loss.table());
        assertEquals("/* millrace: a statement of the kind ALTER TABLE that Debezium cannot read */ " + UNREADABLE, loss.mark());
        assertEquals(3, tables.forTable(ORDERS).columns().size());
    }

    @Test
    void rowsCountFromTheKnownPlaceOnOnly() {
        parse(UNREADABLE);
        assertNotNull(rows(3, "log.000001", 900));
        assertNotNull(rows(3, "log.000002", 499));
        assertNull(rows(3, "log.000002", 500));
        assertNull(rows(3, "log.000003", 4));
    }

    @Test
    void rowsThatDoNotFitAreReplaced() {
        parse("CREATE TABLE orders (id int PRIMARY KEY, v int)");
        String instead = rows(3, "log.000002", 600);
        Loss loss = lost.beforeParsing(instead, "", null).get(0);
        assertEquals("/* millrace: rows with 3 columns where its definition has 2 */ ", loss.mark());
        assertNull(rows(3, "log.000002", 600));
    }

    @Test
    void aTableThatTheSourceDoesNotHaveStaysUnknownAndIsNotReadForEachRow() {
        definition = null;
        assertNull(parse(UNREADABLE).get(0).structure());
        Loss loss = lost.beforeParsing(rows(2, "log.000002", 600), "", null).get(0);
        assertTrue(loss.mark().startsWith("/* millrace again: rows of a table whose definition is not known"), loss.mark());
        assertEquals(1, reads);
    }

    @Test
    void aDefinitionThatCannotBeReadLeavesTheTableUnknown() {
        definition = "CREATE TABLE orders (id int PRIMARY KEY) OF NOTHING";
        assertNull(parse(UNREADABLE).get(0).structure());
        assertNull(tables.forTable(ORDERS));
    }

    @Test
    void ofADefinitionThatCannotBeReadItsColumnsAndKeyMayDo() {
        definition = """
                CREATE TABLE `orders` (
                  `id` int(11) NOT NULL,
                  `a` date NOT NULL,
                  `b` date NOT NULL COMMENT 'x, y',
                  PRIMARY KEY (`id`),
                  PERIOD FOR `valid` (`a`, `b`)
                ) ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_swedish_ci PAGE_NEW=1""";
        Table table = parse(UNREADABLE).get(0).structure();
        assertEquals(List.of("id", "a", "b"), table.retrieveColumnNames());
        assertEquals(List.of("id"), table.primaryKeyColumnNames());
        assertEquals("latin1", table.defaultCharsetName());
    }

    @Test
    void thePlaceIsReadAgainOnAnotherServerOnly() {
        parse(UNREADABLE);
        assertEquals(List.of(), lost.readForThisServer());
        server = "another";
        lost.connected();
        assertFalse(lost.readForThisServer().isEmpty());
        assertEquals(2, reads);
    }

    @Test
    void rowsOfAnotherServerAreReplacedUntilTheDefinitionIsReadThere() {
        parse(UNREADABLE);
        assertNull(rows(3, "log.000003", 4));
        server = "another";
        assertNull(rows(3, "log.000003", 4), "the connection is still the same");
        lost.connected();
        String instead = rows(3, "log.000003", 4);
        assertNotNull(instead, "behind the place, by the numbers of another log");
        Loss loss = lost.beforeParsing(instead, "", null).get(0);
        assertTrue(loss.mark().contains("rows in the log of another server"), loss.mark());
        assertEquals(2, reads);
        assertNull(rows(3, "log.000003", 4));
        assertNotNull(rows(3, "log.000001", 4), "before the place in the log of the other server");
    }

    @Test
    void ofAColumnTheExpressionsAreLeftOutThatDecideAboutNoRow() {
        assertEquals(
                """
                CREATE TABLE `t` (
                  `id` int NOT NULL,
                  `c` date,
                  `d` varchar(9) DEFAULT 'DEFAULT (x' COMMENT 'it''s, AS (1)',
                  `DEFAULT (` int GENERATED ALWAYS AS (1) STORED,
                  PRIMARY KEY (`id`)
                ) DEFAULT CHARSET=utf8mb4""",
                SourceCatalog.essence("""
                CREATE TABLE `t` (
                  `id` int NOT NULL,
                  `c` date DEFAULT (DATE'2020-01-01'),
                  `d` varchar(9) DEFAULT 'DEFAULT (x' CHECK (`d` <> ')'  and (1 = 1)) COMMENT 'it''s, AS (1)',
                  `DEFAULT (` int GENERATED ALWAYS AS (if((`c` > DATE'2020-01-01'),1,')')) STORED,
                  PRIMARY KEY (`id`),
                  KEY `k` (`c`)
                ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4"""));
    }
}
