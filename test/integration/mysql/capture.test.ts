import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { openSourceDatabase } from '#adapters/mysql/source/source-database.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { MysqlKind } from '#core/databases/mysql/flavors.ts';
import type { SourceDatabase } from '#core/ports/databases.ts';
import type { ConnectorOffset } from '#core/ports/services.ts';
import { type CaptureServices, startCaptureServices } from './capture.ts';
import { kinds, type MysqlServer, startServer, withoutMysql } from './mysql-servers.ts';

// A sign of life of an idle server comes every 8 s, and tests may share two cores with a whole stack.
jest.setTimeout(90_000);

/** A connection whose client is gone ends at its server's next sign of life, after 8 s at most; three times that. */
const purgeTimeoutMs = 24_000;

const longValue = `'"${'x'.repeat(1000)}"'`;

interface UnreadableChange {
  readonly what: string;
  /** What is read. */
  readonly before?: string;
  readonly change: string;
  readonly undo?: string;
}

const xaRollback: UnreadableChange = {
  what: 'an XA rollback',
  before: "XA START 'a'; INSERT INTO documents VALUES (1, '{}'); XA END 'a'; XA PREPARE 'a'",
  change: "XA ROLLBACK 'a'",
};

const statement: UnreadableChange = {
  what: 'a statement',
  change: "SET SESSION binlog_format = 'STATEMENT'; INSERT INTO documents VALUES (1, '{}')",
  undo: "SET SESSION binlog_format = 'ROW'",
};

/** A session's settings win over the server's, which Millrace asks for. */
const unreadableChanges: Readonly<Record<MysqlKind, readonly UnreadableChange[]>> = {
  mariadb: [
    xaRollback,
    statement,
    {
      what: 'a compressed event',
      change: `SET GLOBAL log_bin_compress = ON; INSERT INTO documents VALUES (1, ${longValue})`,
      undo: 'SET GLOBAL log_bin_compress = OFF',
    },
  ],
  mysql: [
    xaRollback,
    statement,
    {
      what: 'a partial update',
      before: `INSERT INTO documents VALUES (1, JSON_OBJECT('a', ${longValue}, 'b', 'b'))`,
      change: `SET SESSION binlog_row_value_options = 'PARTIAL_JSON';
        UPDATE documents SET v = JSON_SET(v, '$.b', 'c')`,
      undo: "SET SESSION binlog_row_value_options = ''",
    },
  ],
};

let services: CaptureServices;

beforeAll(async () => {
  services = await startCaptureServices();
}, 300_000);

afterAll(async () => {
  await services?.stop();
}, 60_000);

if (withoutMysql !== undefined) test.skip(withoutMysql, () => undefined);

describe.each(kinds)('a capture of %s', (kind) => {
  const name = `capture_${kind}`;
  let server: MysqlServer;
  let source: SourceDatabase;
  let orders: TableRef;

  beforeAll(async () => {
    server = await startServer(kind);
    source = openSourceDatabase(server.settings);
    orders = { schema: server.settings.databaseName, table: 'orders' };
    await server.sql.query(
      'CREATE TABLE orders (id int PRIMARY KEY, v varchar(10)); CREATE TABLE other (id int PRIMARY KEY)',
    );
    await services.start(name, server, [orders], 1);
  }, 180_000);

  afterAll(async () => {
    await source?.close();
    await server?.stop();
  }, 60_000);

  const hasReached =
    (position: string) =>
    (offset: ConnectorOffset | undefined): boolean => {
      const { streamedPosition, parsePosition } = source.dialect.capture;
      return (streamedPosition(offset) ?? -1n) >= parsePosition(position);
    };

  test('changes arrive in order, a change of the key as two halves, and TRUNCATE as an event', async () => {
    await server.sql.query(`
      INSERT INTO orders VALUES (1, 'a'), (2, 'b');
      UPDATE orders SET v = 'c' WHERE id = 1;
      UPDATE orders SET id = 9 WHERE id = 2;
      DELETE FROM orders WHERE id = 1;
      TRUNCATE TABLE orders`);
    const changes = await services.readChanges(name, orders, 7);
    const place = { schema: orders.schema, table: 'orders' };
    expect(changes).toMatchObject([
      { kind: 'insert', ...place, after: { id: 1, v: 'a' } },
      { kind: 'insert', after: { id: 2, v: 'b' } },
      { kind: 'update', after: { id: 1, v: 'c' } },
      { kind: 'delete', before: { id: 2, v: 'b' }, isKeyChange: true },
      { kind: 'insert', after: { id: 9, v: 'b' }, isKeyChange: true },
      { kind: 'delete', before: { id: 1, v: 'c' }, isKeyChange: false },
      { kind: 'truncate', ...place },
    ]);
    const positions = changes.map((change) => ('position' in change ? change.position : 0));
    expect([...positions].sort((one, other) => one - other)).toEqual(positions);
    expect(positions[0]).toBeGreaterThan(2 ** 32);
  });

  test.each([
    ['a change of a captured table', "INSERT INTO orders VALUES (100, 'x')"],
    ['a change of another table', 'INSERT INTO other VALUES (1)'],
    ['a statement that the log holds by itself', 'CREATE TABLE later (id int)'],
  ])(
    'the stored offset passes a marker after %s, though nothing more is written',
    async (_what, statement) => {
      await server.sql.query(statement);
      const marker = await source.writeMarker('test');
      const offset = await services.waitForOffset(name, hasReached(marker));
      expect(offset).toMatchObject({ file: expect.stringMatching(/\.\d+$/), pos: expect.any(Number) });
      expect(
        await source.judgeCapture(
          { slotName: '', publicationName: '' },
          { readOffset: async () => offset, hasCopy: true },
        ),
      ).toEqual({
        kind: 'continuous',
      });
    },
  );

  if (kind === 'mysql') {
    test('transactions that the server compresses arrive', async () => {
      const zipped = { schema: orders.schema, table: 'zipped' };
      await server.sql.query('CREATE TABLE zipped (id int PRIMARY KEY, v text, d date)');
      await services.start('capture_zipped', server, [zipped], 3);
      await server.sql.query(`SET SESSION binlog_transaction_compression = ON;
        BEGIN; INSERT INTO zipped VALUES (1, REPEAT('x', 1000), '0000-00-00'), (2, REPEAT('y', 1000), NULL);
        UPDATE zipped SET v = REPEAT('z', 1000); COMMIT;
        DELETE FROM zipped WHERE id = 1;
        SET SESSION binlog_transaction_compression = OFF;
        DELETE FROM zipped`);
      expect(await services.readChanges('capture_zipped', zipped, 6)).toMatchObject([
        { kind: 'insert', after: { id: 1, v: 'x'.repeat(1000), d: '0000-00-00' } },
        { kind: 'insert', after: { id: 2, v: 'y'.repeat(1000), d: null } },
        { kind: 'update', after: { id: 1, v: 'z'.repeat(1000) } },
        { kind: 'update', after: { id: 2, v: 'z'.repeat(1000) } },
        { kind: 'delete', before: { id: 1 } },
        { kind: 'delete', before: { id: 2 } },
      ]);
      await server.sql.query('DROP TABLE zipped');
    });
  }

  test('nothing is created in the source', async () => {
    expect((await source.listTables()).map(({ ref }) => ref.table).sort()).toEqual([
      'later',
      'orders',
      'other',
    ]);
  });

  test.each(unreadableChanges[kind])(
    '$what stops the connector each time that it starts, and nothing after it gets through',
    async ({ what, before, change, undo }) => {
      const unreadable = `capture_${kind}_${what.replaceAll(' ', '_')}`;
      const table = { schema: orders.schema, table: 'documents' };
      await server.sql.query(
        'DROP TABLE IF EXISTS documents; CREATE TABLE documents (id int PRIMARY KEY, v json)',
      );
      await services.start(unreadable, server, [table], 2);
      const statements = [before, change, undo, "INSERT INTO documents VALUES (9, '{}')"];
      await server.sql.query(statements.filter((one) => one !== undefined).join('; '));
      expect(await services.waitForFailure(unreadable)).toContain('force_resync');
      // A stopped connector has no task, so that the second failure is not the first one seen again.
      await services.connect.stop(unreadable);
      await services.waitUntilStopped(unreadable);
      await services.connect.resume(unreadable);
      expect(await services.waitForFailure(unreadable)).toContain('force_resync');
      const written = await services.countMessages(unreadable, table);
      expect(written).toBeLessThanOrEqual(before === undefined ? 0 : 1);
      // What force_resync does.
      await services.connect.stop(unreadable);
      await services.waitUntilStopped(unreadable);
      await services.connect.resetOffset(unreadable);
      await services.connect.resume(unreadable);
      await services.waitForOffset(unreadable, (offset) => offset !== undefined);
      await server.sql.query("INSERT INTO documents VALUES (10, '{}')");
      const [last] = (await services.readChanges(unreadable, table, written + 1)).slice(-1);
      expect(last).toMatchObject({ kind: 'insert', after: { id: 10 } });
      await services.connect.stop(unreadable);
    },
  );

  test('a log that was removed before it was read is a gap', async () => {
    const offset = await services.connect.getOffset(name);
    await services.connect.stop(name);
    await server.sql.query("INSERT INTO orders VALUES (200, 'lost'); FLUSH BINARY LOGS");
    // The server keeps what a connection still reads, and the connector's takes a moment to end.
    const deadline = Date.now() + purgeTimeoutMs;
    for (;;) {
      const [rows] = await server.sql.query('SHOW BINARY LOGS');
      const files = Array.isArray(rows) ? rows.map((row) => String(Object.values(row)[0])) : [];
      if (files.length === 1 || Date.now() > deadline) break;
      await server.sql.query(`PURGE BINARY LOGS TO '${files.at(-1)}'`);
      await systemClock.sleep(250);
    }
    expect(
      await source.judgeCapture(
        { slotName: '', publicationName: '' },
        { readOffset: async () => offset, hasCopy: true },
      ),
    ).toMatchObject({ kind: 'gap', reason: expect.stringContaining('removed') });
  });
});
