import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { classifyTrace } from '#core/capture/connector-failures.ts';
import type { ChangeEvent, RawRow } from '#core/contracts/change-event.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { MysqlKind } from '#core/databases/mysql/flavors.ts';
import { harmOfStatement } from '#core/databases/mysql/source/statement-harm.ts';
import { type CaptureServices, startCaptureServices } from './capture.ts';
import { kinds, type MysqlServer, startServer, withoutMysql } from './mysql-servers.ts';

jest.setTimeout(180_000);

let services: CaptureServices;

const eventId = (event: ChangeEvent): unknown =>
  event.kind === 'insert' || event.kind === 'update' ? event.after.id : undefined;

const isLoss = (event: ChangeEvent): boolean =>
  event.kind === 'statement' && event.statement.startsWith('/* millrace');

beforeAll(async () => {
  services = await startCaptureServices();
}, 300_000);

afterAll(async () => {
  await services?.stop();
}, 60_000);

if (withoutMysql !== undefined) test.skip(withoutMysql, () => undefined);

/** Statements that touch no row and no structure of a replicated table. Those that a server does not know it refuses. */
const harmless: readonly string[] = [
  'ANALYZE TABLE orders PERSISTENT FOR ALL',
  'ANALYZE TABLE orders UPDATE HISTOGRAM ON v WITH 4 BUCKETS',
  'ANALYZE TABLE orders UPDATE HISTOGRAM ON v WITH 4 BUCKETS AUTO UPDATE',
  "ANALYZE TABLE orders UPDATE HISTOGRAM ON v USING DATA '{}'",
  'OPTIMIZE TABLE orders',
  'CHECK TABLE orders',
  'REPAIR TABLE other USE_FRM',
  "CREATE DATABASE OTHERDB COMMENT 'another team'",
  "ALTER DATABASE OTHERDB COMMENT = 'the same team' CHARACTER SET latin1",
  'CREATE TABLE OTHERDB.orders (id int PRIMARY KEY)',
  'ALTER TABLE OTHERDB.orders ADD PERIOD FOR valid (a, b), ADD a date NOT NULL, ADD b date NOT NULL',
  'CREATE ROLE OTHERDB WITH ADMIN CURRENT_USER',
  'CREATE USER OTHERDB_user IDENTIFIED VIA ed25519 USING PASSWORD("secret") OR unix_socket',
  "CREATE USER OTHERDB_user IDENTIFIED BY 'secret' ATTRIBUTE '{\"a\": 1}' FAILED_LOGIN_ATTEMPTS 3",
  'GRANT SELECT ON OTHERDB.* TO OTHERDB_user',
  'SET DEFAULT ROLE NONE FOR OTHERDB_user',
  'ALTER USER OTHERDB_user PASSWORD EXPIRE INTERVAL 90 DAY ACCOUNT LOCK',
  "SET PASSWORD FOR OTHERDB_user = PASSWORD('x')",
  'DROP USER OTHERDB_user',
  'DROP ROLE OTHERDB',
  'CREATE OR REPLACE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM orders WHERE id < 0',
  "CREATE EVENT f ON SCHEDULE EVERY 1 DAY STARTS '2035-01-01' ON COMPLETION PRESERVE DISABLE COMMENT 'x' DO SELECT 1",
  'CREATE PROCEDURE p(IN a INT DEFAULT 5) SELECT a',
  'CREATE PROCEDURE q() SQL SECURITY INVOKER BEGIN FOR i IN 1..3 DO SELECT i; END FOR; END',
  'CREATE FUNCTION r(a INT) RETURNS INT DETERMINISTIC RETURN a + 1',
  'CREATE AGGREGATE FUNCTION s(a INT) RETURNS INT BEGIN RETURN 1; END',
  "CREATE VIEW v AS SELECT jt.x FROM orders, JSON_TABLE('[1]', '$[*]' COLUMNS (x INT PATH '$')) jt",
  'CREATE OR REPLACE VIEW w AS WITH RECURSIVE n AS (SELECT 1 AS i UNION SELECT i + 1 FROM n WHERE i < 3) SELECT * FROM n',
  'CREATE VIEW x AS (SELECT id FROM orders EXCEPT ALL SELECT id FROM other) INTERSECT SELECT 1',
  'CREATE TRIGGER trg AFTER INSERT ON orders FOR EACH ROW FOLLOWS nothing SET @a = 1',
  'CREATE OR REPLACE TRIGGER trg AFTER INSERT ON orders FOR EACH ROW SET @a = 1',
  'DROP TRIGGER IF EXISTS trg',
  'CREATE TABLE audit (id int PRIMARY KEY) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME LIMIT 10 (PARTITION a HISTORY, PARTITION b CURRENT)',
  'CREATE TABLE plain (id int PRIMARY KEY, v int)',
  'ALTER TABLE plain ADD SYSTEM VERSIONING',
  'ALTER TABLE plain ADD COLUMN IF NOT EXISTS w int, ALGORITHM=INSTANT, LOCK=NONE',
  'ALTER TABLE plain RENAME INDEX IF EXISTS a TO b, ALTER INDEX c NOT IGNORED',
  'CREATE TABLE part (id int PRIMARY KEY) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)',
  'ALTER TABLE part CONVERT PARTITION p0 TO TABLE p0',
  'ALTER TABLE part REORGANIZE PARTITION p1 INTO (PARTITION p1 VALUES LESS THAN (20), PARTITION p2 VALUES LESS THAN MAXVALUE)',
  'CREATE TABLE vectors (id int PRIMARY KEY, e vector(3) NOT NULL, VECTOR INDEX (e) M=8 DISTANCE=cosine)',
  'CREATE TABLE compressed (id int PRIMARY KEY, t text COMPRESSED, u varchar(9) INVISIBLE)',
  'CREATE TABLE checked (id int PRIMARY KEY, j json CHECK (JSON_SCHEMA_VALID(\'{"type":"object"}\', j)), g int GENERATED ALWAYS AS (json_value(j, \'$.a\')) VIRTUAL)',
  'CREATE TABLE expressions (id int DEFAULT (floor(rand() * 10)) PRIMARY KEY, KEY ((id + 1) DESC), KEY k (id) INVISIBLE)',
  'CREATE SEQUENCE seq START WITH 5 INCREMENT BY 5 MINVALUE = 1 MAXVALUE = 1000 CYCLE',
  'ALTER SEQUENCE seq RESTART 10',
  'SELECT SETVAL(seq, 50)',
  "CREATE SERVER srv FOREIGN DATA WRAPPER mysql OPTIONS (HOST 'h', PORT 3306)",
  'CREATE FULLTEXT INDEX ft ON other (t) WITH PARSER ngram',
  'CREATE UNIQUE INDEX IF NOT EXISTS i ON other (id) WAIT 3',
  'CREATE SPATIAL REFERENCE SYSTEM 990001 NAME "x" DEFINITION \'GEOGCS["x",DATUM["x",SPHEROID["x",6378137,298.25]],PRIMEM["x",0],UNIT["x",0.017],AXIS["Lat",NORTH],AXIS["Lon",EAST]]\'',
  'FLUSH SSL',
  'FLUSH STATUS',
  'FLUSH PRIVILEGES',
  'FLUSH TABLES other WITH READ LOCK; UNLOCK TABLES',
  'RENAME TABLE plain TO renamed, other TO other2, other2 TO other',
  'DROP TABLE IF EXISTS audit, part, p0, vectors, compressed, checked, expressions, renamed',
  'DROP DATABASE OTHERDB',
];

/** Statements about a replicated table that the parser cannot read, and the row that Debezium reads of it after them. */
const unreadable: Readonly<Record<MysqlKind, readonly (readonly [string, RawRow | undefined])[]>> = {
  mariadb: [
    ['ALTER TABLE orders ADD c int DEFAULT 7, ADD CONSTRAINT IF NOT EXISTS k CHECK (c > 0)', { c: 7 }],
    [
      "ALTER TABLE orders ADD a date NOT NULL DEFAULT '2020-01-01', ADD b date NOT NULL DEFAULT '2021-01-01', ADD PERIOD FOR valid (a, b)",
      { a: '2020-01-01', b: '2021-01-01' },
    ],
    [
      `CREATE TABLE pt (id int, v varchar(9)) PARTITION BY RANGE (id)
        (PARTITION p VALUES LESS THAN (1000), PARTITION q VALUES LESS THAN MAXVALUE);
      DROP TABLE orders; ALTER TABLE pt CONVERT PARTITION p TO TABLE orders`,
      {},
    ],
    // Its rows have columns that nothing shows.
    ['ALTER TABLE orders ADD SYSTEM VERSIONING', undefined],
  ],
  mysql: [
    ["ALTER TABLE orders ADD c char(9) ASCII DEFAULT 'x'", { c: 'x' }],
    ["ALTER TABLE orders ADD c date DEFAULT (DATE '2020-01-01')", { c: '2020-01-01' }],
    ['ALTER TABLE orders ADD skip int DEFAULT 7', { skip: 7 }],
    ['ALTER TABLE orders ADD g point NULL SRID 4326', { g: null }],
    ['ALTER TABLE orders AUTOEXTEND_SIZE = 4M', {}],
    ['ALTER TABLE orders ORDER BY v DESC, id', {}],
    ['ALTER TABLE orders CONVERT TO CHARACTER SET DEFAULT', {}],
    [
      'ALTER TABLE orders ADD CONSTRAINT k CHECK (id > 0); ALTER TABLE orders ALTER CONSTRAINT k NOT ENFORCED',
      {},
    ],
    ['CREATE TABLE pt (id int PRIMARY KEY, v varchar(9)); RENAME TABLES orders TO old, pt TO orders', {}],
  ],
};

/** Another statement that the parser cannot read. It adds a column. */
const unreadableToo: Readonly<Record<MysqlKind, string>> = {
  mariadb: 'ALTER TABLE orders ADD d int DEFAULT 1, ADD CONSTRAINT IF NOT EXISTS k2 CHECK (d > 0)',
  mysql: 'ALTER TABLE orders ADD d int DEFAULT 1, AUTOEXTEND_SIZE = 8M',
};

describe.each(kinds)('statements in the log of %s', (kind) => {
  const name = `statements_${kind}`;
  let server: MysqlServer;
  let orders: TableRef;
  let other: string;

  beforeAll(async () => {
    server = await startServer(kind);
    orders = { schema: server.settings.databaseName, table: 'orders' };
    other = `${server.settings.databaseName}_other`;
    await server.sql.query(`SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION';
      CREATE TABLE orders (id int PRIMARY KEY, v varchar(10)); CREATE TABLE other (id int PRIMARY KEY, t text)`);
    await services.start(name, server, [orders], 1);
  }, 180_000);

  afterAll(async () => {
    await server?.sql.query(`DROP DATABASE IF EXISTS ${other}`).catch(() => undefined);
    await server?.stop();
  }, 60_000);

  test('those of no interest do not stop capture, whether Debezium can read them or not', async () => {
    const refused: string[] = [];
    for (const [index, statement] of harmless.entries()) {
      await server.sql.query(statement.replaceAll('OTHERDB', other)).catch(() => refused.push(statement));
      await server.sql.query(`INSERT INTO orders VALUES (${index}, 'after')`);
    }
    const changes = await services.readChanges(name, orders, harmless.length);
    expect(changes.at(-1)).toMatchObject({ kind: 'insert', after: { id: harmless.length - 1 } });
    // Each server knows many of them, so that the list stays worth its while: MySQL 9.7 knows 23.
    expect(harmless.length - refused.length).toBeGreaterThan(20);
  });

  test('changes of rows as statements in another database do not stop it, as pt-table-checksum makes them', async () => {
    const before = await services.countChanges(name, orders);
    await server.sql.query(`CREATE DATABASE ${other}; CREATE TABLE ${other}.checksums (tbl varchar(64) PRIMARY KEY, cnt int);
      SET SESSION binlog_format = 'STATEMENT';
      REPLACE INTO ${other}.checksums SELECT 'orders', COUNT(*) FROM orders;
      UPDATE ${other}.checksums SET cnt = cnt + 1 WHERE tbl = 'orders';
      SET SESSION binlog_format = 'ROW';
      INSERT INTO orders VALUES (500, 'after')`);
    const changes = await services.readChanges(name, orders, before + 1);
    expect(changes.at(-1)).toMatchObject({ after: { id: 500 } });
  });

  test('a JSON column that comes by ALTER TABLE arrives as text', async () => {
    const before = await services.countChanges(name, orders);
    await server.sql.query(`ALTER TABLE orders ADD j json;
      INSERT INTO orders VALUES (600, 'x', '{"a": [1, "ü"]}'), (601, 'x', NULL);
      CREATE TABLE later (id int PRIMARY KEY, json json DEFAULT NULL)`);
    const changes = await services.readChanges(name, orders, before + 2);
    const values = changes.slice(-2).map((change) => change.kind === 'insert' && change.after.j);
    expect(values.map((value) => (typeof value === 'string' ? JSON.parse(value) : value))).toEqual([
      { a: [1, 'ü'] },
      null,
    ]);
    await server.sql.query('ALTER TABLE orders DROP j');
  });

  test('a restart reads its own history of them again', async () => {
    const before = await services.countChanges(name, orders);
    await services.connect.stop(name);
    await services.waitUntilStopped(name);
    await server.sql.query("INSERT INTO orders VALUES (700, 'later')");
    await services.connect.resume(name);
    const changes = await services.readChanges(name, orders, before + 1);
    expect(changes.at(-1)).toMatchObject({ after: { id: 700 } });
  });

  test('rows without some of their columns stop it with what happened', async () => {
    const table = { schema: orders.schema, table: 'images' };
    const images = `images_${kind}`;
    await server.sql.query(
      'CREATE TABLE images (id int PRIMARY KEY, a int, b text); CREATE TABLE images2 LIKE images',
    );
    await services.start(images, server, [table], 2);
    await server.sql.query(`INSERT INTO images VALUES (1, 1, 'x'); INSERT INTO images2 VALUES (1, 1, 'x');
      SET SESSION binlog_row_image = 'MINIMAL'; UPDATE images2 SET a = 2; SET SESSION binlog_row_image = 'FULL';
      INSERT INTO images VALUES (2, 2, 'y')`);
    expect(await services.readChanges(images, table, 2)).toHaveLength(2);
    await server.sql.query(
      "SET SESSION binlog_row_image = 'MINIMAL'; UPDATE images SET a = 2; SET SESSION binlog_row_image = 'FULL'",
    );
    const trace = await services.waitForFailure(images);
    expect(classifyTrace(trace)).toMatchObject({
      cure: 'needs-resync',
      summary: expect.stringMatching(
        /table \w+\.images with only 1 of its 3 columns, .*binlog_row_image.*force_resync/,
      ),
    });
    await services.connect.stop(images);
  });

  test('a table that exchanges its rows with a partition of another gets the statement as well', async () => {
    const [name, parts] = [`exchange_${kind}`, { ...orders, table: 'parts' }];
    await server.sql.query(`DROP TABLE IF EXISTS orders; CREATE TABLE orders (id int PRIMARY KEY, v varchar(9));
      CREATE TABLE parts (id int PRIMARY KEY, v varchar(9)) PARTITION BY RANGE (id) (PARTITION p VALUES LESS THAN MAXVALUE);
      CREATE TABLE parts_before LIKE parts`);
    await services.start(name, server, [orders, parts], 4);
    const exchanges: string[] = [];
    for (const [index, other] of ['parts', 'parts_before', 'parts_since'].entries()) {
      if (other === 'parts_since') await server.sql.query('CREATE TABLE parts_since LIKE parts');
      const exchange = `ALTER TABLE ${other} EXCHANGE PARTITION p WITH TABLE orders`;
      exchanges.push(exchange);
      await server.sql.query(`${exchange}; INSERT INTO orders VALUES (${index}, 'after')`);
      const events = await services.readEvents(name, orders, (event) => eventId(event) === index);
      expect(events.flatMap((event) => (event.kind === 'statement' ? [event.statement] : []))).toEqual(
        exchanges.map((one) => expect.stringContaining(one)),
      );
      await server.sql.query('DELETE FROM orders');
    }
    await server.sql.query("INSERT INTO parts VALUES (9, 'after')");
    const events = await services.readEvents(name, parts, (event) => eventId(event) === 9);
    expect(events.flatMap((event) => (event.kind === 'statement' ? [event.statement] : []))).toEqual([
      exchanges[0],
    ]);
    await services.connect.stop(name);
  });

  for (const [statement, row] of unreadable[kind])
    test(`one about a replicated table is told in its topic, and capture goes on: ${statement}`, async () => {
      const name = `lost_${kind}_${unreadable[kind].findIndex(([one]) => one === statement)}`;
      const others = { schema: orders.schema, table: 'others' };
      let written = 0;
      /** After a row of the other table has come, the table's topic has all that was before. */
      const write = async (statements: string): Promise<readonly ChangeEvent[]> => {
        written += 1;
        await server.sql.query(`${statements}; INSERT INTO others VALUES (${written})`);
        await services.readChanges(name, others, written);
        await server.sql.query(`INSERT INTO orders (id, v) VALUES (${900 + written}, 'end')`);
        return services.readEvents(
          name,
          orders,
          (event) => (event.kind === 'insert' && event.after.id === 900 + written) || isLoss(event),
        );
      };
      await server.sql.query(`DROP TABLE IF EXISTS pt, old, orders, others; CREATE TABLE others (id int PRIMARY KEY);
        CREATE TABLE orders (id int PRIMARY KEY, v varchar(9))`);
      await services.start(name, server, [orders, others], 3);
      const lost = (await write(`INSERT INTO orders VALUES (1, 'a'); ${statement}`)).at(-1);
      expect(lost?.kind === 'statement' && harmOfStatement(lost.statement, {})).toMatch(
        /^a statement of the kind (ALTER|RENAME) TABLE that Debezium cannot read: "\1 TABLES? (?:orders|pt) /,
      );

      // Several of them while the connector is down, one of which it can read.
      await services.connect.stop(name);
      await services.waitUntilStopped(name);
      if (kind === 'mariadb') await server.sql.query("SET SESSION system_versioning_alter_history = 'KEEP'");
      await server.sql.query(`INSERT INTO orders (id, v) VALUES (3, 'c');
        ${unreadableToo[kind]};
        INSERT INTO orders (id, v) VALUES (4, 'd'); ALTER TABLE orders ADD e int DEFAULT 5 AFTER id;
        INSERT INTO orders (id, v) VALUES (5, 'e'); DELETE FROM orders WHERE id = 3`);
      await services.connect.resume(name);
      await write('SET @nothing = 1');
      const restart = async () => {
        await services.connect.stop(name);
        await services.waitUntilStopped(name);
        await services.connect.resume(name);
      };
      for (const id of [6, 7]) {
        await server.sql.query(`INSERT INTO orders (id, v) VALUES (${id}, 'f')`);
        await write('SET @nothing = 1');
        const isEnd = (event: ChangeEvent): boolean =>
          row === undefined
            ? event.kind === 'statement' &&
              /rows with 6 columns where its definition has 4/.test(event.statement)
            : eventId(event) === 900 + written;
        const events = await services.readEvents(name, orders, isEnd);
        const ids = events.map(eventId);
        expect(ids).not.toContain(4);
        expect(ids).not.toContain(5);
        const inserted = events.findLast((event) => eventId(event) === id);
        if (row === undefined) expect(inserted).toBeUndefined();
        else expect(inserted).toMatchObject({ kind: 'insert', after: { id, v: 'f', d: 1, e: 5, ...row } });
        await restart();
      }
      await services.connect.stop(name);
    });
});
