import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runningPart } from '../../local/stack-state.ts';
import { stateFolder } from '../../local/state-folder.ts';
import {
  awaitLive,
  createReplication,
  createTenant,
  startAndAwaitActive,
  statusOf,
  type Tenant,
  taskProcesses,
  waitFor,
} from './harness.ts';
import { createMariadbTenant, type MariadbTenant } from './mariadb-tenant.ts';

const mebibyte = 1024 * 1024;
/** An event of 64 MiB has room for this text, or for half as many bytes, each of which takes two digits. */
const largeBytes = 63 * mebibyte;
const tooLargeBytes = 65 * mebibyte;

/** The most memory that a process has had. Linux only. */
const peakMib = (pid: number): number => {
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kib) / 1024);
};

/** Two replicated tables, of which `documents` gets large values. */
interface Side {
  readonly name: string;
  readonly tenant: Tenant;
  source(statements: string): Promise<unknown>;
  /** Waits until both ends have the same rows of the table, by length and hash. */
  awaitEqual(table: string): Promise<void>;
}

const digest = (table: string): string =>
  `SELECT id, length(body) AS body_bytes, md5(body) AS body, length(raw) AS raw_bytes, md5(raw) AS raw FROM ${table} ORDER BY id`;

const run = async ({ name, tenant, source, awaitEqual }: Side): Promise<void> => {
  const { id } = await createReplication(
    tenant,
    ['documents', 'others'].map((table) => ({ source: { table }, target: { table } })),
  );
  const began = Date.now();
  await startAndAwaitActive(tenant, id, {}, 240_000);
  await awaitLive(tenant, id);
  await awaitEqual('documents');
  const copied = Date.now();
  await source('INSERT INTO documents SELECT id + 2, body, raw FROM documents');
  await awaitEqual('documents');
  const streamed = Date.now();
  const [consumer] = taskProcesses('consumer', id);
  if (consumer === undefined) throw new Error('The consumer does not run.');
  process.stdout.write(
    `${name}: copied in ${copied - began} ms, streamed in ${streamed - copied} ms; consumer at most ${peakMib(consumer)} MiB, ` +
      `Connect at most ${peakMib(runningPart(stateFolder(), 'connect')?.pid ?? 0)} MiB.\n`,
  );
  // The consumer's task has 4 GiB in every environment but dev.
  expect(peakMib(consumer)).toBeLessThan(3_000);

  await source(`INSERT INTO documents VALUES (5, repeat('x', ${tooLargeBytes}), NULL)`);
  await source("INSERT INTO others VALUES (2, 'goes on', NULL)");
  const documents = await waitFor(
    'the table to be held',
    120_000,
    async () => {
      const { tables } = await statusOf(tenant, id);
      const [found] = tables.filter(
        ({ source: ref }: { source: { table: string } }) => ref.table === 'documents',
      );
      return found.state === 'held' ? found : undefined;
    },
    () => statusOf(tenant, id),
  );
  expect(documents.message).toMatch(
    /documents.*too large.*\d+ bytes, 67108864 are possible.*SHA-256 of its key/,
  );
  await awaitEqual('others');
  expect((await statusOf(tenant, id)).overall).toBe('degraded');
  // A copy has no such limit.
  const schema = documents.source.schema;
  await tenant.api.post(`/replications/${id}/tables/${schema}.documents/resync`);
  await waitFor('the table to be copied again', 240_000, async () => {
    const { body } = await tenant.api.get(`/replications/${id}`);
    if (body.table_change?.state === 'failed') throw new Error(body.table_change.message);
    return body.table_change === null ? true : undefined;
  });
  await awaitLive(tenant, id);
  await source("INSERT INTO documents VALUES (6, 'small', NULL)");
  await awaitEqual('documents');
  expect((await statusOf(tenant, id)).overall).toBe('healthy');
  await tenant.api.delete(`/replications/${id}?drop_target_tables=true`);
};

describe('values of 63 MiB', () => {
  let postgres: Tenant;
  let mariadb: MariadbTenant;

  beforeAll(async () => {
    postgres = await createTenant('large');
    mariadb = await createMariadbTenant('large');
  });
  afterAll(async () => {
    await mariadb?.sql.query('SET GLOBAL max_allowed_packet = DEFAULT');
    await postgres?.close();
    await mariadb?.close();
  });

  test('are copied and streamed from PostgreSQL, and one that is too large holds its table', async () => {
    await postgres.source.query(`
      CREATE TABLE documents (id int PRIMARY KEY, body text, raw bytea);
      CREATE TABLE others (id int PRIMARY KEY, body text, raw bytea);
      INSERT INTO others VALUES (1, 'x', NULL);
      INSERT INTO documents SELECT 1, string_agg(md5(g::text), ''), NULL FROM generate_series(1, ${largeBytes / 32}) g;
      INSERT INTO documents SELECT 2, NULL, decode(body, 'hex') FROM documents`);
    await run({
      name: 'PostgreSQL',
      tenant: postgres,
      source: (statements) => postgres.source.query(statements),
      awaitEqual: async (table) => {
        await waitFor('both ends to be equal', 120_000, async () => {
          const [expected, actual] = await Promise.all(
            [postgres.source, postgres.target].map(
              async (client) => (await client.query(digest(table))).rows,
            ),
          );
          return JSON.stringify(expected) === JSON.stringify(actual) ? true : undefined;
        });
      },
    });
  }, 600_000);

  // Takes as long again.
  if (process.env.MILLRACE_LONG_CHAIN === undefined) return;

  test('are copied and streamed from MariaDB, and one that is too large holds its table', async () => {
    // Sessions have the limit with which they began.
    await mariadb.sql.query(`SET GLOBAL max_allowed_packet = ${256 * mebibyte}`);
    await mariadb.sql.changeUser({ database: mariadb.sourceName });
    await mariadb.sql.query(`
      CREATE TABLE documents (id int PRIMARY KEY, body longtext, raw longblob);
      CREATE TABLE others (id int PRIMARY KEY, body longtext, raw longblob);
      INSERT INTO others VALUES (1, 'x', NULL);
      INSERT INTO documents VALUES (1, repeat(concat(md5(1), md5(2)), ${largeBytes / 64}), NULL);
      INSERT INTO documents SELECT 2, NULL, unhex(body) FROM documents`);
    await run({
      name: 'MariaDB',
      tenant: mariadb as unknown as Tenant,
      source: (statements) => mariadb.sql.query(statements),
      awaitEqual: (table) => mariadb.awaitEqual(digest(table), digest(table), 120_000),
    });
  }, 600_000);
});
