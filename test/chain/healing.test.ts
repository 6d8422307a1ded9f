import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { testInLongForm } from '#test/kit/short-form.ts';
import {
  awaitConsumerEnd,
  awaitEqual,
  awaitLive,
  createReplication,
  createTenant,
  runningStack,
  startAndAwaitActive,
  statusOf,
  type Tenant,
  taskProcesses,
  waitFor,
} from './harness.ts';

describe('healing', () => {
  let tenant: Tenant;
  let id: number;
  let connectorName: string;
  let ledgerTarget: string;

  beforeAll(async () => {
    tenant = await createTenant('healing');
    await tenant.source.query('CREATE TABLE ledger (entry bigint PRIMARY KEY, amount int NOT NULL)');
    ({ id, connectorName } = await createReplication(tenant, [{ source: { table: 'ledger' } }]));
    ledgerTarget = `"${tenant.databaseName}_ledger"`;
    await startAndAwaitActive(tenant, id);
    await awaitLive(tenant, id);
  });
  afterAll(async () => {
    await tenant.api.post(`/replications/${id}/stop`);
    await tenant.close();
  });

  const connectorState = async (): Promise<string> => {
    const answer = await fetch(`${runningStack().connect.url}/connectors/${connectorName}/status`);
    return ((await answer.json()) as { connector: { state: string } }).connector.state;
  };

  test('a connector that someone paused runs again within 90 s', async () => {
    await fetch(`${runningStack().connect.url}/connectors/${connectorName}/pause`, { method: 'PUT' });
    await waitFor('the pause', 10_000, async () =>
      (await connectorState()) === 'PAUSED' ? true : undefined,
    );
    expect((await tenant.api.get(`/replications/${id}/why`)).body).toMatchObject({
      overall: 'degraded',
      hop: 'capture',
      condition: 'connector-paused',
    });
    await waitFor('the connector to run again', 90_000, async () =>
      (await connectorState()) === 'RUNNING' ? true : undefined,
    );
    const { activity } = (await tenant.api.get(`/replications/${id}/activity`)).body;
    expect(activity).toContainEqual(
      expect.objectContaining({ actor: 'healer', action: 'connector-resumed' }),
    );
  });

  test('a killed consumer is back within 150 s, and the ledger has every entry once', async () => {
    let entry = 0;
    let writing = true;
    const writer = (async () => {
      while (writing) {
        entry += 1;
        await tenant.source.query('INSERT INTO ledger VALUES ($1, $2)', [entry, entry % 97]);
        await sleep(2);
      }
    })();
    await waitFor('the stream to flow', 20_000, async () => {
      const { rows } = await tenant.target.query(`SELECT count(*)::int AS n FROM ${ledgerTarget}`);
      return rows[0].n > 100 ? true : undefined;
    });
    const [killed] = taskProcesses('consumer', id);
    expect(killed).toBeDefined();
    process.kill(killed ?? 0, 'SIGKILL');
    await waitFor('a new consumer', 150_000, async () => {
      const [pid] = taskProcesses('consumer', id);
      const { consumer } = await statusOf(tenant, id);
      return pid !== undefined && pid !== killed && consumer.state === 'RUNNING' && consumer.healthy
        ? pid
        : undefined;
    });
    writing = false;
    await writer;
    await awaitEqual(
      tenant,
      'SELECT count(*)::text, count(DISTINCT entry)::text, sum(amount)::text FROM ledger',
      `SELECT count(*)::text, count(DISTINCT entry)::text, sum(amount)::text FROM ${ledgerTarget}`,
    );
  });

  // Two ticks of the schedules.
  testInLongForm("a user's stop is not healed", async () => {
    expect((await tenant.api.post(`/replications/${id}/stop`)).status).toBe(200);
    await awaitConsumerEnd(id);
    // One tick of monitor-health and one of check-heartbeats.
    await sleep(125_000);
    expect(taskProcesses('consumer', id)).toEqual([]);
    expect((await statusOf(tenant, id)).config).toMatchObject({ status: 'stopped', is_active: false });
    expect(await connectorState()).toBe('PAUSED');
  });
});
