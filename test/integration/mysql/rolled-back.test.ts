import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { TableRef } from '#core/contracts/identifiers.ts';
import { type CaptureServices, startCaptureServices } from './capture.ts';
import { kinds, type MysqlServer, startServer, withoutMysql } from './mysql-servers.ts';

jest.setTimeout(180_000);

let services: CaptureServices;

beforeAll(async () => {
  services = await startCaptureServices();
}, 300_000);

afterAll(async () => {
  await services?.stop();
}, 60_000);

if (withoutMysql !== undefined) test.skip(withoutMysql, () => undefined);

/** Of memory for what is held: so much less than usual that a transaction of a few seconds is larger. */
const heldBytes = 1024 * 1024;

/** Statements of one session that leave rows 10 and above, if any, and the ids of those that stay. */
const transactions: readonly (readonly [string, string, readonly number[]])[] = [
  [
    'a temporary table that is created and dropped',
    `START TRANSACTION; CREATE TEMPORARY TABLE t (id int); INSERT INTO payment VALUES (10, 1);
    UPDATE payment SET amount = 9 WHERE id = 1; DELETE FROM payment WHERE id = 2; DROP TEMPORARY TABLE t; ROLLBACK`,
    [],
  ],
  [
    'a temporary table that is created after the rows',
    `START TRANSACTION; INSERT INTO payment VALUES (11, 1); CREATE TEMPORARY TABLE t (id int);
    INSERT INTO payment VALUES (12, 1); ROLLBACK; DROP TEMPORARY TABLE t`,
    [],
  ],
  [
    'a temporary table that is not there',
    `START TRANSACTION; INSERT INTO payment VALUES (13, 1); DROP TEMPORARY TABLE IF EXISTS nothing; ROLLBACK`,
    [],
  ],
  [
    'a savepoint and a write to a table without transactions',
    `START TRANSACTION; INSERT INTO payment VALUES (14, 1); SAVEPOINT s; INSERT INTO payment VALUES (15, 1);
    UPDATE payment SET amount = 9 WHERE id = 1; INSERT INTO audit VALUES (1); ROLLBACK TO s;
    INSERT INTO payment VALUES (16, 1); COMMIT`,
    [14, 16],
  ],
  [
    'savepoints in each other, and names with quotes',
    `START TRANSACTION; INSERT INTO payment VALUES (17, 1); SAVEPOINT \`A\`\`b\`; INSERT INTO payment VALUES (18, 1);
    SAVEPOINT c; INSERT INTO audit VALUES (2); INSERT INTO payment VALUES (19, 1); ROLLBACK TO c; SAVEPOINT d;
    INSERT INTO payment VALUES (20, 1); ROLLBACK TO \`a\`\`B\`; INSERT INTO payment VALUES (21, 1); COMMIT`,
    [17, 21],
  ],
  [
    'a savepoint before every row, and a temporary table',
    `START TRANSACTION; SAVEPOINT s; CREATE TEMPORARY TABLE t (id int); INSERT INTO payment VALUES (22, 1);
    ROLLBACK TO s; INSERT INTO payment VALUES (23, 1); COMMIT; DROP TEMPORARY TABLE IF EXISTS t`,
    [23],
  ],
];

describe.each(kinds)('rolled-back work of %s', (kind) => {
  const name = `rollback_${kind}`;
  let server: MysqlServer;
  let payment: TableRef;
  /** Rows that the topic must have, in order; the first two are the table's. */
  const expected = [1, 2];

  const idsOf = async (count: number): Promise<readonly unknown[]> => {
    const changes = await services.readChanges(name, payment, count);
    return changes.map((change) => (change.kind === 'insert' ? change.after.id : change.kind));
  };

  beforeAll(async () => {
    server = await startServer(kind);
    payment = { schema: server.settings.databaseName, table: 'payment' };
    await server.sql.query(
      'CREATE TABLE payment (id int PRIMARY KEY, amount int); CREATE TABLE audit (id int) ENGINE = MyISAM',
    );
    await services.start(name, server, [payment], 1, { 'binlog.buffer.size': String(heldBytes) });
    await server.sql.query('INSERT INTO payment VALUES (1, 1), (2, 2)');
  }, 180_000);

  afterAll(async () => {
    await server?.stop();
  }, 60_000);

  test.each(transactions)('does not arrive: %s', async (_what, statements, ids) => {
    const last = 100 + expected.length;
    await server.sql.query(statements).catch(async (error: unknown) => {
      // MySQL with GTIDs refuses writes to both sorts of tables in one transaction, so there is nothing to log.
      if (kind !== 'mysql') throw error;
      await server.sql.query('ROLLBACK; DELETE FROM payment WHERE id >= 10 AND id < 100');
    });
    if (kind === 'mysql') return;
    await server.sql.query(`INSERT INTO payment VALUES (${last}, 1)`);
    expected.push(...ids, last);
    expect(await idsOf(expected.length)).toEqual(expected);
  });

  test('a restart goes on behind it', async () => {
    await services.connect.stop(name);
    await services.waitUntilStopped(name);
    await server.sql.query(
      `START TRANSACTION; CREATE TEMPORARY TABLE t (id int); INSERT INTO payment VALUES (30, 1); ROLLBACK;
      INSERT INTO payment VALUES (31, 1)`,
    );
    await services.connect.resume(name);
    const before = kind === 'mysql' ? await services.countMessages(name, payment) : expected.length;
    if (kind === 'mysql') return;
    expected.push(31);
    expect(await idsOf(before + 1)).toEqual(expected);
  });

  if (kind === 'mariadb') {
    // A row of two numbers takes about 120 bytes.
    const rows = Math.ceil((2 * heldBytes) / 100);
    const many = (first: number): string =>
      `INSERT INTO payment SELECT seq, 1 FROM seq_${first}_to_${first + rows - 1}`;

    test('a transaction larger than what is held arrives whole, and once', async () => {
      const before = await services.countMessages(name, payment);
      await server.sql.query(
        `START TRANSACTION; CREATE TEMPORARY TABLE big (id int); ${many(1_000_000)}; INSERT INTO payment VALUES (40, 1);
        COMMIT; DROP TEMPORARY TABLE big`,
      );
      await services.readChanges(name, payment, before + rows + 1);
      expect(await services.countMessages(name, payment)).toBe(before + rows + 1);
      expected.push(...Array.from({ length: rows }, (_, index) => 1_000_000 + index), 40);
    });

    test('one of other tables that is rolled back does not stop capture, whatever its size', async () => {
      const before = await services.countMessages(name, payment);
      await server.sql.query(
        `CREATE TABLE elsewhere LIKE payment; START TRANSACTION; CREATE TEMPORARY TABLE big (id int);
        ${many(1).replace('payment', 'elsewhere')}; ROLLBACK; DROP TEMPORARY TABLE big;
        INSERT INTO payment VALUES (41, 1)`,
      );
      const changes = await services.readChanges(name, payment, before + 1);
      expect(changes.at(-1)).toMatchObject({ kind: 'insert', after: { id: 41 } });
    });

    test('one of replicated rows stops the connector, each time that it starts', async () => {
      await server.sql.query(
        `START TRANSACTION; CREATE TEMPORARY TABLE big (id int); ${many(10_000_000)}; ROLLBACK;
        DROP TEMPORARY TABLE big; INSERT INTO payment VALUES (42, 1)`,
      );
      expect(await services.waitForFailure(name)).toMatch(/with a ROLLBACK .*force_resync/);
      await services.connect.stop(name);
      await services.waitUntilStopped(name);
      await services.connect.resume(name);
      expect(await services.waitForFailure(name)).toMatch(/with a ROLLBACK .*force_resync/);
    });
  }
});
