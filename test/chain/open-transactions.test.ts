import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import {
  awaitLive,
  awaitStatus,
  connectTo,
  createReplication,
  createTenant,
  runningStack,
  statusOf,
  type Tenant,
  waitFor,
} from './harness.ts';

describe('a start while transactions are open at the source', () => {
  let tenant: Tenant;
  let writer: pg.Client;
  let id: number;

  beforeAll(async () => {
    tenant = await createTenant('busy');
    await tenant.source.query(`
      CREATE TABLE accounts (id int PRIMARY KEY, owner text NOT NULL); CREATE TABLE other (id int);
      INSERT INTO accounts SELECT n, 'owner ' || n FROM generate_series(1, 100) n`);
    writer = await connectTo(runningStack().source, tenant.databaseName);
    ({ id } = await createReplication(tenant, [{ source: { table: 'accounts' } }]));
  });
  afterAll(async () => {
    await writer.end();
    await tenant.api.post(`/replications/${id}/stop`);
    await tenant.close();
  });

  const pidOf = async (): Promise<number> =>
    (await writer.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid ?? 0;

  test('gives up when it is told to, names them, and says what is at the source', async () => {
    await writer.query('BEGIN; INSERT INTO other VALUES (1)');
    expect((await statusOf(tenant, id)).source_objects).toEqual([]);
    const started = await tenant.api.post(`/replications/${id}/start`, { transaction_wait_seconds: 8 });
    expect(started.status).toBe(202);
    await awaitStatus(tenant, id, 'error', 90_000);
    const { config, source_objects: objects, reasons } = await statusOf(tenant, id);
    expect(config).toMatchObject({
      last_error_code: 'OpenTransactions',
      // Other suites have transactions at the same server.
      last_error_message: expect.stringMatching(
        new RegExp(`has waited for 8 s for \\d+ transactions? at the source: .*pid ${await pidOf()} of user`),
      ),
    });
    expect(objects.map(({ kind }: { kind: string }) => kind)).toEqual(['replication slot', 'publication']);
    expect(reasons.join()).toContain('The source keeps its log for replication slot');
    const { rows } = await tenant.source.query(
      'SELECT slot_name FROM pg_replication_slots WHERE database = current_database()',
    );
    expect(rows).toEqual([]);
  });

  test('waits, says for whom, and goes on by itself when they have ended', async () => {
    const started = await tenant.api.post(`/replications/${id}/start`);
    expect(started.status).toBe(202);
    const waiting = await waitFor('the start to say for whom it waits', 90_000, async () => {
      const status = await statusOf(tenant, id);
      return status.wait === null ? undefined : status;
    });
    expect(waiting.config.status).toBe('starting');
    expect(waiting.wait).toMatchObject({
      transaction_count: expect.any(Number),
      transactions: expect.arrayContaining([
        expect.stringMatching(`^pid ${await pidOf()} of user .* open since `),
      ]),
    });
    expect(waiting.reasons.join()).toMatch(/the start waits for \d+ transactions? at the source/);
    await writer.query('COMMIT');
    await awaitStatus(tenant, id, 'active', 120_000);
    await awaitLive(tenant, id);
    const { body } = await tenant.api.get(`/replications/${id}/activity`);
    const actions = body.activity.map(({ action }: { action: string }) => action);
    expect(actions.slice(0, 3)).toEqual(['started', 'transactions-ended', 'waiting-for-transactions']);
  });
});
