package millrace.connect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.debezium.relational.TableId;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoggedStatementTest {

    private static final Set<String> REPLICATED = Set.of("shop.orders", "shop.Mixed", "shop.od`d", "shop.ad");

    private static Optional<String> concerned(String statement) {
        return LoggedStatement.of(statement, "shop")
                .concerned(table -> REPLICATED.contains(table.catalog() + "." + table.table()), "shop"::equals);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "ANALYZE TABLE shop.orders PERSISTENT FOR ALL",
        "OPTIMIZE TABLE orders",
        "CREATE DATABASE other COMMENT 'another team'",
        "CREATE DATABASE IF NOT EXISTS shop COMMENT 'ours'",
        "DROP DATABASE other",
        "CREATE OR REPLACE DATABASE other COMMENT 'x'",
        "CREATE ROLE report WITH ADMIN CURRENT_USER",
        "SET DEFAULT ROLE report FOR 'app'@'%'",
        "CREATE OR REPLACE EVENT shop.e ON SCHEDULE EVERY 1 DAY DO DELETE FROM shop.orders WHERE at < NOW()",
        "CREATE DEFINER=`root`@`%` PROCEDURE shop.p(IN a INT DEFAULT 5) UPDATE orders SET v = a",
        "CREATE ALGORITHM=MERGE VIEW v AS SELECT x FROM orders",
        "CREATE TRIGGER orders AFTER INSERT ON orders FOR EACH ROW SET @x = 1",
        "CREATE UNIQUE INDEX i ON orders (v)",
        "ALTER TABLE audit ADD SYSTEM VERSIONING",
        "ALTER TABLE audit ADD CONSTRAINT f FOREIGN KEY (o) REFERENCES orders (id)",
        "ALTER TABLE audit RENAME COLUMN orders TO x, COMMENT 'RENAME TO orders'",
        "ALTER TABLE `Orders` ADD x int",
        "ALTER TABLE other.orders ADD x int",
        "CREATE TABLE t (orders int)",
        "CREATE TEMPORARY TABLE orders (id int)",
        "DROP TEMPORARY TABLE orders",
        "DROP TABLE IF EXISTS a, `b`, other.orders",
        "RENAME TABLE a TO b, b TO c",
        "RENAME USER orders TO x",
        "FLUSH SSL",
        "GRANT SELECT ON orders TO x",
        "BEGIN",
        "/* only a comment about orders */",
        "",
        "SOMETHING NEW ABOUT 'orders'",
    })
    void whatChangesNoReplicatedTableIsOfNoInterest(String statement) {
        assertEquals(Optional.empty(), concerned(statement));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', value = {
        "ALTER TABLE orders ADD SYSTEM VERSIONING | ALTER TABLE",
        "ALTER ONLINE IGNORE TABLE IF EXISTS `shop` . `orders` WAIT 5 ADD x int | ALTER TABLE",
        "alter table /* why */ shop.orders add x int | ALTER TABLE",
        "ALTER TABLE audit RENAME TO orders | ALTER TABLE",
        "ALTER TABLE audit RENAME = orders | ALTER TABLE",
        "ALTER TABLE audit EXCHANGE PARTITION p WITH TABLE orders | ALTER TABLE",
        "ALTER TABLE audit CONVERT PARTITION p TO TABLE orders | ALTER TABLE",
        "ALTER TABLE audit CONVERT TABLE orders TO PARTITION p VALUES LESS THAN (5) | ALTER TABLE",
        "SET STATEMENT max_statement_time = 9 FOR ALTER TABLE orders ADD x int | ALTER TABLE",
        "/*!50000 ALTER TABLE */ /*M!100100 orders */ ADD x int | ALTER TABLE",
        "CREATE OR REPLACE TABLE orders (id int) | CREATE TABLE",
        "CREATE TABLE IF NOT EXISTS orders LIKE x | CREATE TABLE",
        "DROP TABLE a, `orders` | DROP TABLE",
        "DROP TABLES a, orders | DROP TABLE",
        "RENAME TABLE a TO b, orders WAIT 3 TO x | RENAME TABLE",
        "RENAME TABLE IF EXISTS x NOWAIT TO orders | RENAME TABLE",
        "TRUNCATE orders | TRUNCATE TABLE",
        "TRUNCATE TABLE shop.orders | TRUNCATE TABLE",
        "SOMETHING NEW ABOUT orders | SOMETHING",
        "ALTER TABLE (x) orders | ALTER TABLE",
    })
    void whatMayChangeAReplicatedTableNamesIt(String statement, String kind) {
        assertEquals(Optional.of("shop.orders"), concerned(statement));
        assertEquals(kind, LoggedStatement.of(statement, "shop").kind());
    }

    @Test
    void namesAreThoseOfTheStatement() {
        assertEquals(Optional.of("shop.Mixed"), concerned("ALTER TABLE Mixed ADD x int"));
        assertEquals(Optional.of("shop.od`d"), concerned("ALTER TABLE `od``d` ADD x int"));
        assertEquals(Optional.of("shop.ad"), concerned("ALTER TABLE \"ad\" ADD x int"));
        assertEquals(Optional.of("shop.Mixed"), concerned("ALTER TABLE -- which\n# one\nMixed ADD x int"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "DROP DATABASE shop",
        "DROP SCHEMA IF EXISTS `shop`",
        "CREATE OR REPLACE DATABASE shop",
        "ALTER DATABASE shop NEW OPTION = 1",
        "ALTER DATABASE DEFAULT CHARACTER SET latin1",
    })
    void whatChangesTheDatabaseNamesIt(String statement) {
        assertEquals(Optional.of("database shop"), concerned(statement));
    }

    @Test
    void theTablesThatAreNotKnownAnyMoreAreThoseOfADefinition() {
        assertEquals(
                java.util.List.of(new TableId("shop", null, "a"), new TableId("x", null, "b")),
                LoggedStatement.of("DROP TABLE a, x.b", "shop").changedTables());
        assertEquals(java.util.List.of(), LoggedStatement.of("CREATE VIEW a AS SELECT 1", "shop").changedTables());
    }
}
