package millrace.connect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.debezium.relational.Column;
import io.debezium.relational.Table;
import io.debezium.relational.TableId;
import io.debezium.relational.Tables;
import java.util.List;
import org.junit.jupiter.api.Test;

class InetDdlParserTest {

    private final Tables tables = new Tables();

    private List<String> columnsAfter(String... statements) {
        InetDdlParser parser = new InetDdlParser(false, Tables.TableFilter.includeAll(), null);
        parser.setCurrentDatabase("shop");
        for (String statement : statements) {
            parser.parse(statement, tables);
        }
        Table table = tables.forTable(new TableId("shop", null, "hosts"));
        return table.columns().stream().map(InetDdlParserTest::describe).toList();
    }

    private static String describe(Column column) {
        return column.name() + " " + column.typeName();
    }

    @Test
    void columnsKeepTheNameOfTheirType() {
        assertEquals(
                List.of("id INT", "a INET6", "b INET4", "c UUID"),
                columnsAfter("CREATE TABLE `hosts` (`id` int(11) NOT NULL, `a` inet6 NOT NULL DEFAULT '::',"
                        + " `b` INET4 DEFAULT NULL COMMENT 'an inet4', `c` uuid, PRIMARY KEY (`id`)) ENGINE=InnoDB"));
    }

    @Test
    void columnsCanHaveSuchNames() {
        assertEquals(
                List.of("id INT", "inet6 INT", "inet4 INET4"),
                columnsAfter("CREATE TABLE hosts (id int PRIMARY KEY, inet6 int)", "ALTER TABLE hosts ADD COLUMN inet4 inet4"));
    }

    @Test
    void aServerThatKeepsNamesInLowerCaseLogsStatementsAsTheyWereWritten() {
        InetDdlParser parser = new InetDdlParser(false, Tables.TableFilter.fromPredicate(
                table -> table.toString().equals("shop.hosts")), null);
        parser.ignoreCase();
        parser.setCurrentSchema("shop");
        parser.parse("CREATE TABLE Hosts (id int PRIMARY KEY)", tables);
        parser.parse("ALTER TABLE SHOP.`HOSTS` ADD v int", tables);
        assertEquals(2, tables.forTable(new TableId("shop", null, "hosts")).columns().size());
    }
}
