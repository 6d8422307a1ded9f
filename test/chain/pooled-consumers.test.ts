import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { testInLongForm } from '#test/kit/short-form.ts';
import {
  awaitConsumerEnd,
  awaitEqual,
  awaitLive,
  awaitStatus,
  createReplication,
  createTenant,
  digestQuery,
  poolProcesses,
  startAndAwaitActive,
  statusOf,
  type Tenant,
  taskProcesses,
  waitFor,
} from './harness.ts';

/** Two replications of one source whose consumers share a task. */
describe('pooled consumers', () => {
  let tenant: Tenant;
  const ids: Record<'ledger' | 'orders', number> = { ledger: 0, orders: 0 };
  const tables = ['ledger', 'orders'] as const;

  beforeAll(async () => {
    tenant = await createTenant('pooled');
    for (const table of tables) {
      await tenant.source.query(`CREATE TABLE ${table} (id bigint PRIMARY KEY, amount int NOT NULL)`);
      await tenant.source.query(`INSERT INTO ${table} SELECT n, n % 97 FROM generate_series(1, 200) n`);
      const { id } = await createReplication(tenant, [{ source: { table } }], {
        name: `pooled ${table}`,
        consumer: { placement: 'pooled' },
      });
      ids[table] = id;
    }
    await Promise.all(tables.map((table) => startAndAwaitActive(tenant, ids[table])));
    await Promise.all(tables.map((table) => awaitLive(tenant, ids[table])));
  });
  afterAll(async () => {
    for (const table of tables) await tenant?.api.post(`/replications/${ids[table]}/stop`);
    await tenant?.close();
  });

  let last = 1_000;
  const write = async (table: string, rows: number): Promise<void> => {
    await tenant.source.query(
      `INSERT INTO ${table} SELECT n, n % 89 FROM generate_series($1::bigint, $2::bigint) n`,
      [last, last + rows - 1],
    );
    await tenant.source.query(`UPDATE ${table} SET amount = amount + 1 WHERE id % 7 = 0`);
    await tenant.source.query(`DELETE FROM ${table} WHERE id % 31 = 0`);
    last += rows;
  };
  const awaitSame = (table: string): Promise<void> =>
    awaitEqual(tenant, digestQuery(table), digestQuery(`"${tenant.databaseName}_${table}"`), 150_000);

  const settingsOf = async (table: 'ledger' | 'orders') =>
    (await tenant.api.get(`/replications/${ids[table]}`)).body.consumer;

  /** Returns which launch of the consumer runs, once another one than `former` does. */
  const awaitRunning = (table: 'ledger' | 'orders', former?: string): Promise<string> =>
    waitFor(
      `the consumer of ${table} to run`,
      150_000,
      async () => {
        const { consumer } = await statusOf(tenant, ids[table]);
        return consumer.state === 'RUNNING' && consumer.healthy && consumer.task_arn !== former
          ? consumer.task_arn
          : undefined;
      },
      () => statusOf(tenant, ids[table]),
    );

  test('both run in one task, and no row is missing', async () => {
    expect(taskProcesses('consumer', ids.ledger)).toEqual([]);
    expect(taskProcesses('consumer', ids.orders)).toEqual([]);
    expect(poolProcesses()).toHaveLength(1);
    for (const table of tables) {
      await write(table, 300);
      await awaitSame(table);
    }
  });

  test('one is moved to a task of its own and back while it is written to, and nothing is lost', async () => {
    let writing = true;
    const writer = (async () => {
      while (writing) {
        await write('ledger', 20);
        await sleep(50);
      }
    })();
    const first = await awaitRunning('ledger');
    const own = await tenant.api.patch(`/replications/${ids.ledger}/consumer`, {
      placement: 'own',
      cpu: 256,
      memory_mib: 512,
      reason: 'a test',
    });
    expect(own).toMatchObject({ status: 200, body: { placement: 'own', cpu: 256, moved_out: null } });
    const second = await awaitRunning('ledger', first);
    expect(taskProcesses('consumer', ids.ledger)).toHaveLength(1);
    const back = await tenant.api.patch(`/replications/${ids.ledger}/consumer`, { placement: 'pooled' });
    expect(back.status).toBe(200);
    await awaitRunning('ledger', second);
    await awaitConsumerEnd(ids.ledger);
    writing = false;
    await writer;
    await awaitSame('ledger');
    await awaitSame('orders');
    expect(await settingsOf('ledger')).toMatchObject({ placement: 'pooled', cpu: 256, memory_mib: 512 });
  });

  // A tick of the health checks, and the start of another pool task.
  testInLongForm('a pool task that is killed: both go on in another one within 150 s', async () => {
    const [killed] = poolProcesses();
    const former = { ledger: await awaitRunning('ledger'), orders: await awaitRunning('orders') };
    process.kill(killed ?? 0, 'SIGKILL');
    await write('ledger', 50);
    await write('orders', 50);
    for (const table of tables) await awaitRunning(table, former[table]);
    expect(poolProcesses().includes(killed ?? 0)).toBe(false);
    for (const table of tables) await awaitSame(table);
  });

  test('a stop, a start and a deletion of one leave the other alone', async () => {
    const before = await awaitRunning('orders');
    await tenant.api.post(`/replications/${ids.ledger}/stop`);
    await awaitStatus(tenant, ids.ledger, 'stopped', 90_000);
    await write('ledger', 30);
    await startAndAwaitActive(tenant, ids.ledger);
    await awaitSame('ledger');
    await tenant.api.post(`/replications/${ids.ledger}/pause`);
    await awaitStatus(tenant, ids.ledger, 'paused', 90_000);
    await tenant.api.post(`/replications/${ids.ledger}/resume`);
    await awaitStatus(tenant, ids.ledger, 'active', 120_000);
    await tenant.api.post(`/replications/${ids.ledger}/stop`);
    expect((await tenant.api.delete(`/replications/${ids.ledger}`)).status).toBe(202);
    await waitFor('the deletion', 120_000, async () =>
      (await tenant.api.get(`/replications/${ids.ledger}`)).status === 404 ? true : undefined,
    );
    expect(await awaitRunning('orders')).toBe(before);
    await write('orders', 30);
    await awaitSame('orders');
  });
});
