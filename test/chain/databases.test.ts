import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  awaitEqual,
  awaitHealthy,
  awaitLive,
  createReplication,
  createTenant,
  digestQuery,
  runningStack,
  startAndAwaitActive,
  statusOf,
  type Tenant,
} from './harness.ts';

/** Ends every session of a role, so that each part has to log in again. */
const endSessions = (tenant: Tenant, side: 'source' | 'target', role: string): Promise<unknown> =>
  tenant[side].query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [role]);

describe('a database that is changed', () => {
  let tenant: Tenant;
  let id: number;
  let source: number;
  let target: number;
  let role: string;

  beforeAll(async () => {
    tenant = await createTenant('rotate');
    role = `${tenant.databaseName}_role`;
    for (const side of ['source', 'target'] as const) {
      await tenant[side].query(`CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD 'first'`);
    }
    await tenant.source.query(`
      CREATE TABLE orders (id int PRIMARY KEY, note text);
      INSERT INTO orders SELECT n, 'order ' || n FROM generate_series(1, 500) n`);
    const register = async (side: 'source' | 'target'): Promise<number> =>
      (
        await tenant.api.post(
          '/databases',
          tenant.registration(side, { name: `${side} by role`, username: role, password: 'first' }),
        )
      ).body.database_id;
    source = await register('source');
    target = await register('target');
    const created = await createReplication(
      { ...tenant, sourceDatabaseId: source, targetDatabaseId: target },
      [{ source: { table: 'orders' }, target: { table: 'orders' } }],
    );
    id = created.id;
    await startAndAwaitActive(tenant, id);
    await awaitLive(tenant, id);
  });
  afterAll(async () => {
    await tenant.api.delete(`/replications/${id}?drop_target_tables=true`);
    await tenant.close();
  });

  test.each(['source', 'target'] as const)(
    'a rotated password of the %s is taken without a copy',
    async (side) => {
      const database = side === 'source' ? source : target;
      const copied = (await statusOf(tenant, id)).statistics.rows_copied;
      await tenant[side].query(`ALTER ROLE ${role} PASSWORD 'second ${side}'`);
      await endSessions(tenant, side, role);

      const wrong = await tenant.api.patch(`/databases/${database}`, { password: 'wrong' });
      expect(wrong).toMatchObject({ status: 422, body: { code: 'DatabaseAuthenticationFailed' } });
      const changed = await tenant.api.patch(`/databases/${database}`, { password: `second ${side}` });
      expect(changed).toMatchObject({
        status: 200,
        body: { replications: [{ replication_id: id, effect: expect.stringMatching(/restarted|started/) }] },
      });
      await awaitHealthy(tenant, id);
      await tenant.source.query(`INSERT INTO orders SELECT max(id) + 1, 'after ${side}' FROM orders`);
      await awaitEqual(tenant, digestQuery('orders'), digestQuery('orders'));
      expect((await statusOf(tenant, id)).statistics.rows_copied).toBe(copied);
    },
  );

  test('another address of the same server is taken, and one of another server is refused', async () => {
    const copied = (await statusOf(tenant, id)).statistics.rows_copied;
    const address = { host: 'localhost', password: 'second source' };
    const moved = await tenant.api.patch(`/databases/${source}`, address);
    expect(moved).toMatchObject({ status: 200, body: { replications: [{ effect: 'restarted' }] } });
    await awaitHealthy(tenant, id);
    await tenant.source.query("INSERT INTO orders SELECT max(id) + 1, 'moved' FROM orders");
    await awaitEqual(tenant, digestQuery('orders'), digestQuery('orders'));
    expect((await statusOf(tenant, id)).statistics.rows_copied).toBe(copied);

    // The target's server has a database and a role of the same names, and no slot.
    const { target: other } = runningStack();
    const elsewhere = await tenant.api.patch(`/databases/${source}`, {
      host: other.host,
      port: other.port,
      password: 'second target',
    });
    expect(elsewhere).toMatchObject({ status: 409, body: { code: 'Conflict' } });
    expect(elsewhere.body.detail).toMatch(/slot .* is gone/);
    const renamed = await tenant.api.patch(`/databases/${source}`, { database: 'postgres' });
    expect(renamed).toMatchObject({ status: 409, body: { code: 'Conflict' } });
  });

  test('is deleted when nothing uses it, and not before', async () => {
    expect((await tenant.api.delete(`/databases/${source}`)).status).toBe(409);
    const unused = await tenant.api.post('/databases', tenant.registration('source', { name: 'unused' }));
    expect((await tenant.api.delete(`/databases/${unused.body.database_id}`)).status).toBe(200);
    expect((await tenant.api.get(`/databases/${unused.body.database_id}`)).status).toBe(404);
  });
});
