import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createConnection } from 'mysql2/promise';
import { isShortForm, testInLongForm } from '#test/kit/short-form.ts';
import {
  awaitHealthy,
  awaitLive,
  createReplication,
  runningStack,
  startAndAwaitActive,
  type Tenant,
  tlsOfClient,
  waitFor,
} from './harness.ts';
import { createMariadbTenant, type MariadbTenant } from './mariadb-tenant.ts';

const tool = 'pt-online-schema-change';
const isThere = spawnSync(tool, ['--version']).status === 0;

let tenant: MariadbTenant;
let id: number;
const asTenant = (): Tenant => tenant as unknown as Tenant;

/** Without the tool there are the steps of gh-ost, which the short form leaves out. */
const isTested = isThere || !isShortForm;

beforeAll(async () => {
  if (!isTested) return;
  tenant = await createMariadbTenant('online_change');
  await tenant.sql.query(`
    CREATE TABLE orders (id int PRIMARY KEY, v varchar(20)); CREATE TABLE others (id int PRIMARY KEY); CREATE TABLE carts LIKE orders;
    INSERT INTO orders SELECT seq, CONCAT('v', seq) FROM seq_1_to_20000; INSERT INTO others VALUES (1);
    INSERT INTO carts SELECT * FROM orders`);
  ({ id } = await createReplication(
    asTenant(),
    ['orders', 'others', 'carts'].map((table) => ({ source: { table }, target: { table } })),
  ));
  await startAndAwaitActive(asTenant(), id);
  await awaitLive(asTenant(), id);
}, 240_000);

afterAll(async () => {
  if (!isTested) return;
  await tenant.api.delete(`/replications/${id}`);
  await tenant.close();
}, 60_000);

const stateOf = async (
  table: string,
): Promise<{ readonly state: string; readonly message: string | null }> => {
  const { tables } = (await tenant.api.get(`/replications/${id}/status`)).body;
  return tables.find(({ source }: { source: { table: string } }) => source.table === table);
};

const ordered = (table: string): string => `SELECT * FROM ${table} ORDER BY id`;

const connect = () => {
  const { mariadb } = runningStack();
  if (mariadb === undefined) throw new Error('The local stack runs without MariaDB.');
  const { host, port, user, password } = mariadb;
  return createConnection({
    ...{ host, port, user, password, database: tenant.sourceName, multipleStatements: true },
    ...tlsOfClient(),
  });
};

/** Writes as an application does, until it is told to stop. */
const writeMeanwhile = async (isOver: () => boolean, table = 'orders'): Promise<void> => {
  const writer = await connect();
  try {
    for (let written = 20_001; !isOver(); written += 1) {
      await writer.query(`INSERT INTO ${table} (id, v) VALUES (?, ?)`, [written, 'w']);
      await writer.query(`UPDATE ${table} SET v = ? WHERE id = ?`, [`u${written}`, 1 + (written % 20_000)]);
      await writer.query(`DELETE FROM ${table} WHERE id = ?`, [1 + ((written * 7) % 20_000)]);
    }
  } finally {
    await writer.end();
  }
};

/** What both tools end with: a swap by RENAME TABLE, of which the rows are not known. */
const expectHeldAndResynced = async (table: string): Promise<void> => {
  const held = await waitFor(
    'the table to be held',
    60_000,
    async () => {
      const seen = await stateOf(table);
      return seen.state === 'held' ? seen : undefined;
    },
    () => stateOf(table),
  );
  expect(held.message).toMatch(new RegExp(`${table} has changed at the source.*/resync`, 's'));
  // None of the new table's rows is written by the old one's shape.
  const [columns] = await tenant.sql.query(`SHOW COLUMNS FROM ${tenant.targetName}.${table}`);
  expect(columns).toHaveLength(2);
  await tenant.sql.query('INSERT INTO others SELECT MAX(id) + 1 FROM others');
  await tenant.awaitEqual(ordered('others'), ordered('others'));

  const resync = await tenant.api.post(`/replications/${id}/tables/${tenant.sourceName}.${table}/resync`);
  expect(resync.status).toBe(202);
  await awaitLive(asTenant(), id, 180_000);
  await tenant.sql.query(
    `INSERT INTO ${table} VALUES (900000, 'after', 8); UPDATE ${table} SET extra = 9 WHERE id < 100`,
  );
  await tenant.awaitEqual(ordered(table), ordered(table));
  await awaitHealthy(tenant, id);
};

(isThere ? test : test.skip)(
  `${tool} under writes holds its table at the swap, and a resync leads out (apt-get install percona-toolkit)`,
  async () => {
    const { mariadb } = runningStack();
    let isOver = false;
    const writing = writeMeanwhile(() => isOver);
    try {
      const { stdout } = await promisify(execFile)(tool, [
        ...['--alter', 'ADD COLUMN extra int DEFAULT 7', '--execute', '--recursion-method=none'],
        '--chunk-size=500',
        `h=${mariadb?.host},P=${mariadb?.port},u=${mariadb?.user},p=${mariadb?.password},D=${tenant.sourceName},t=orders`,
      ]);
      expect(stdout).toContain('Successfully altered');
    } finally {
      isOver = true;
      await writing;
    }
    await expectHeldAndResynced('orders');
  },
  400_000,
);

/** gh-ost itself is in none of the registries that tests may use; these are its statements, in its order. */
testInLongForm(
  'the steps of gh-ost under writes hold the table at the swap, and a resync leads out',
  async () => {
    const [migrator, locker] = [await connect(), await connect()];
    let isOver = false;
    const copied = writeMeanwhile(() => isOver, 'carts');
    try {
      await migrator.query(`
        CREATE /* gh-ost */ TABLE _carts_ghc (id bigint AUTO_INCREMENT PRIMARY KEY, hint varchar(64), value varchar(4096));
        CREATE /* gh-ost */ TABLE _carts_gho LIKE carts; ALTER /* gh-ost */ TABLE _carts_gho ADD COLUMN extra int DEFAULT 7`);
      for (let from = 0; from < 20_000; from += 1_000) {
        await migrator.query(`INSERT /* gh-ost carts */ IGNORE INTO _carts_gho (id, v)
          (SELECT id, v FROM carts FORCE INDEX (PRIMARY) WHERE id > ${from} AND id <= ${from + 1_000} LOCK IN SHARE MODE)`);
        await migrator.query("INSERT INTO _carts_ghc (hint, value) VALUES ('state', 'copying')");
      }
      isOver = true;
      await copied;
      // It has read the changes since from the log.
      await migrator.query(`REPLACE /* gh-ost */ INTO _carts_gho (id, v) SELECT id, v FROM carts;
        DELETE /* gh-ost */ FROM _carts_gho WHERE id NOT IN (SELECT id FROM carts);
        CREATE /* gh-ost */ TABLE _carts_del (id int AUTO_INCREMENT PRIMARY KEY) COMMENT 'ghost-cut-over-sentry'`);
      await locker.query('LOCK /* gh-ost */ TABLES carts WRITE, _carts_del WRITE');
      const swapped = migrator.query(
        `RENAME /* gh-ost */ TABLE ${tenant.sourceName}.carts TO ${tenant.sourceName}._carts_del, ${tenant.sourceName}._carts_gho TO ${tenant.sourceName}.carts`,
      );
      await waitFor('the swap to wait for the lock', 30_000, async () => {
        const [rows] = await locker.query(
          "SELECT 1 FROM information_schema.PROCESSLIST WHERE INFO LIKE 'RENAME /* gh-ost */%' AND STATE LIKE 'Waiting%'",
        );
        return (rows as readonly unknown[]).length > 0 ? true : undefined;
      });
      await locker.query('DROP TABLE IF EXISTS _carts_del; UNLOCK TABLES');
      await swapped;
      await migrator.query(
        "INSERT INTO carts (id, v) VALUES (800000, 'new'); DROP /* gh-ost */ TABLE IF EXISTS _carts_ghc; DROP /* gh-ost */ TABLE IF EXISTS _carts_del",
      );
    } finally {
      isOver = true;
      await copied;
      await Promise.all([migrator.end(), locker.end()]);
    }
    await expectHeldAndResynced('carts');
  },
  400_000,
);
