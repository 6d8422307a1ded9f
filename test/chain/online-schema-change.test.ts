import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createConnection } from 'mysql2/promise';
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

beforeAll(async () => {
  if (!isThere) return;
  tenant = await createMariadbTenant('online_change');
  await tenant.sql.query(`
    CREATE TABLE orders (id int PRIMARY KEY, v varchar(20)); CREATE TABLE others (id int PRIMARY KEY);
    INSERT INTO orders SELECT seq, CONCAT('v', seq) FROM seq_1_to_20000; INSERT INTO others VALUES (1)`);
  ({ id } = await createReplication(
    asTenant(),
    ['orders', 'others'].map((table) => ({ source: { table }, target: { table } })),
  ));
  await startAndAwaitActive(asTenant(), id);
  await awaitLive(asTenant(), id);
}, 240_000);

afterAll(async () => {
  if (!isThere) return;
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

/** Writes as an application does, until it is told to stop; returns the last id. */
const writeMeanwhile = async (isOver: () => boolean): Promise<void> => {
  const { mariadb } = runningStack();
  if (mariadb === undefined) throw new Error('The local stack runs without MariaDB.');
  const { host, port, user, password } = mariadb;
  const writer = await createConnection({
    host,
    port,
    user,
    password,
    database: tenant.sourceName,
    ...tlsOfClient(),
  });
  try {
    for (let written = 20_001; !isOver(); written += 1) {
      await writer.query('INSERT INTO orders (id, v) VALUES (?, ?)', [written, 'w']);
      await writer.query('UPDATE orders SET v = ? WHERE id = ?', [`u${written}`, 1 + (written % 20_000)]);
      await writer.query('DELETE FROM orders WHERE id = ?', [1 + ((written * 7) % 20_000)]);
    }
  } finally {
    await writer.end();
  }
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
    const held = await waitFor(
      'the table to be held',
      60_000,
      async () => {
        const seen = await stateOf('orders');
        return seen.state === 'held' ? seen : undefined;
      },
      () => stateOf('orders'),
    );
    expect(held.message).toMatch(/orders has changed at the source.*\/resync/s);
    // None of the new table's rows is written by the old one's shape.
    const [columns] = await tenant.sql.query(`SHOW COLUMNS FROM ${tenant.targetName}.orders`);
    expect(columns).toHaveLength(2);
    await tenant.sql.query('INSERT INTO others VALUES (2)');
    await tenant.awaitEqual(ordered('others'), ordered('others'));

    const resync = await tenant.api.post(`/replications/${id}/tables/${tenant.sourceName}.orders/resync`);
    expect(resync.status).toBe(202);
    await awaitLive(asTenant(), id, 180_000);
    await tenant.sql.query(
      "INSERT INTO orders VALUES (900000, 'after', 8); UPDATE orders SET extra = 9 WHERE id < 100",
    );
    await tenant.awaitEqual(ordered('orders'), ordered('orders'));
    await awaitHealthy(tenant, id);
  },
  400_000,
);
