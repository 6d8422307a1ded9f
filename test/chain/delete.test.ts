import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type ApiAnswer,
  awaitConsumerEnd,
  awaitLive,
  createReplication,
  createTenant,
  emulatorClientConfig,
  runningStack,
  startAndAwaitActive,
  type Tenant,
  waitFor,
} from './harness.ts';
import { findTraces, noTraces } from './traces.ts';

const topicPrefixOf = async (tenant: Tenant, id: number): Promise<string> =>
  (await tenant.api.get(`/replications/${id}`)).body.topic_prefix;

const awaitDeletion = (
  tenant: Tenant,
  id: number,
  state: string,
  timeoutMs = 120_000,
): Promise<ApiAnswer['body']> =>
  waitFor(
    `the deletion of replication ${id} to be ${state}`,
    timeoutMs,
    async () => {
      const { body } = await tenant.api.get(`/replications/${id}/deletion`);
      return body.state === state ? body : undefined;
    },
    async () => (await tenant.api.get(`/replications/${id}/deletion`)).body,
  );

describe('deleting a replication', () => {
  let tenant: Tenant;

  beforeAll(async () => {
    tenant = await createTenant('delete');
    await tenant.source.query(`
      CREATE TABLE orders (id int PRIMARY KEY, note text);
      INSERT INTO orders SELECT n, 'order ' || n FROM generate_series(1, 200) n;
      CREATE TABLE parts (id int PRIMARY KEY, note text);
      INSERT INTO parts SELECT n, 'part ' || n FROM generate_series(1, 20) n`);
    await tenant.target.query('CREATE TABLE own_parts (id int PRIMARY KEY, note text)');
  });
  afterAll(() => tenant.close());

  const createActive = async (): Promise<{ id: number; connectorName: string; topicPrefix: string }> => {
    const created = await createReplication(tenant, [
      { source: { table: 'orders' }, target: { table: 'made_orders' } },
      { source: { table: 'parts' }, target: { table: 'own_parts' } },
    ]);
    await startAndAwaitActive(tenant, created.id);
    await awaitLive(tenant, created.id);
    return { ...created, topicPrefix: await topicPrefixOf(tenant, created.id) };
  };
  const targetTables = async (): Promise<readonly string[]> =>
    (
      await tenant.target.query(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1",
      )
    ).rows.map(({ relname }) => relname);

  test('leaves nothing of an active one, drops the tables that Millrace made, and keeps all others', async () => {
    const traced = await createActive();
    expect(await findTraces(traced, tenant.source, tenant.target)).toMatchObject({
      slots: [expect.any(String)],
      publications: [expect.any(String)],
      connectors: [traced.connectorName],
    });
    const asked = await tenant.api.delete(`/replications/${traced.id}?drop_target_tables=true`);
    expect(asked).toMatchObject({ status: 202, body: { state: 'running', drop_target_tables: true } });

    const start = await tenant.api.post(`/replications/${traced.id}/start`);
    expect(start).toMatchObject({ status: 409, body: { code: 'Conflict' } });
    expect(start.body.detail).toContain(`Possible now: DELETE /replications/${traced.id}`);

    const done = await awaitDeletion(tenant, traced.id, 'done');
    expect(done).toMatchObject({ remains: [], finished_at: expect.any(String) });
    expect((await tenant.api.get(`/replications/${traced.id}`)).status).toBe(404);
    expect(await findTraces(traced, tenant.source, tenant.target)).toEqual(noTraces);
    await awaitConsumerEnd(traced.id);
    expect(await targetTables()).toEqual(['own_parts']);
    expect((await tenant.target.query('SELECT count(*)::int AS n FROM own_parts')).rows).toEqual([{ n: 20 }]);
    // Harmless when it is repeated.
    expect(await tenant.api.delete(`/replications/${traced.id}`)).toMatchObject({
      status: 202,
      body: { state: 'done' },
    });
  });

  test('goes on after its execution was broken off, and the target tables can be used again', async () => {
    await tenant.target.query('TRUNCATE own_parts');
    const traced = await createActive();
    await tenant.api.post(`/replications/${traced.id}/stop`);
    const executions = new SFNClient(emulatorClientConfig(runningStack()));
    expect((await tenant.api.delete(`/replications/${traced.id}`)).status).toBe(202);
    const { accountId, region } = runningStack().emulator;
    await executions.send(
      new StopExecutionCommand({
        executionArn: `arn:aws:states:${region}:${accountId}:execution:millrace-local-delete-replication:replication-${traced.id}-delete-1`,
      }),
    );
    executions.destroy();
    expect((await tenant.api.delete(`/replications/${traced.id}`)).body.state).not.toBe('blocked');
    await awaitDeletion(tenant, traced.id, 'done');
    expect(await findTraces(traced, tenant.source, tenant.target)).toEqual(noTraces);
    expect(await targetTables()).toEqual(['made_orders', 'own_parts']);

    await tenant.target.query('TRUNCATE own_parts; TRUNCATE made_orders');
    const again = await createActive();
    await tenant.api.delete(`/replications/${again.id}`);
    await awaitDeletion(tenant, again.id, 'done');
  });

  test('names what a source does not let go of, and leaves it by force with the statements', async () => {
    await tenant.source.query(`
      DROP ROLE IF EXISTS delete_me;
      CREATE ROLE delete_me SUPERUSER LOGIN PASSWORD 'delete_me'`);
    const source = await tenant.api.post(
      '/databases',
      tenant.registration('source', { name: 'closing', username: 'delete_me', password: 'delete_me' }),
    );
    await tenant.target.query('TRUNCATE own_parts; DROP TABLE IF EXISTS made_orders');
    const created = await createReplication({ ...tenant, sourceDatabaseId: source.body.database_id }, [
      { source: { table: 'orders' }, target: { table: 'made_orders' } },
    ]);
    await startAndAwaitActive(tenant, created.id);
    const traced = { ...created, topicPrefix: await topicPrefixOf(tenant, created.id) };
    await tenant.source.query('ALTER ROLE delete_me NOLOGIN');

    await tenant.api.delete(`/replications/${created.id}`);
    const blocked = await awaitDeletion(tenant, created.id, 'blocked');
    expect(blocked.remains).toEqual([
      expect.objectContaining({
        part: 'source',
        remedy: expect.stringContaining('pg_drop_replication_slot'),
      }),
    ]);
    expect((await tenant.api.get(`/replications/${created.id}`)).body).toMatchObject({
      status: 'deleting',
      last_error_message: expect.stringContaining('source'),
    });

    expect((await tenant.api.delete(`/replications/${created.id}?force=true`)).body.state).toBe('running');
    const done = await awaitDeletion(tenant, created.id, 'done');
    expect(done.remains).toHaveLength(1);
    expect(await findTraces(traced, tenant.source, tenant.target)).toMatchObject({
      ...noTraces,
      slots: [expect.any(String)],
      publications: [expect.any(String)],
    });
    for (const statement of String(done.remains[0].remedy).split('; ')) await tenant.source.query(statement);
    expect(await findTraces(traced, tenant.source, tenant.target)).toEqual(noTraces);
  });
});
