import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  awaitEqual,
  awaitLive,
  createReplication,
  createTenant,
  runningStack,
  startAndAwaitActive,
  statusOf,
  type Tenant,
  waitFor,
} from './harness.ts';
import { type OutageProxy, openOutageProxy } from './outage-proxy.ts';

/** The consumer's first five pauses make 62 s, after which it once gave up. */
const outageMs = process.env.MILLRACE_LONG_FAULTS === '1' ? 240_000 : 70_000;

describe('what is away for a while', () => {
  let tenant: Tenant;
  let target: OutageProxy;
  let id: number;

  const query = 'SELECT count(*)::text, sum(id)::text FROM';

  beforeAll(async () => {
    const stack = runningStack();
    tenant = await createTenant('outages');
    target = await openOutageProxy(stack.target);
    const register = async (side: 'source' | 'target', proxy: OutageProxy): Promise<number> => {
      const { host, port } = proxy;
      const answer = await tenant.api.post('/databases', tenant.registration(side, { host, port }));
      if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
      return answer.body.database_id;
    };
    await tenant.source.query('CREATE TABLE entries (id int PRIMARY KEY); INSERT INTO entries VALUES (1)');
    tenant = { ...tenant, targetDatabaseId: await register('target', target) };
    ({ id } = await createReplication(tenant, [{ source: { table: 'entries' } }]));
    await startAndAwaitActive(tenant, id);
    await awaitLive(tenant, id);
  });
  afterAll(async () => {
    await tenant.api.post(`/replications/${id}/stop`);
    await target.close();
    await tenant.close();
  });

  const awaitOverall = (overall: string, timeoutMs: number): Promise<true> =>
    waitFor(
      `replication ${id} to be ${overall}`,
      timeoutMs,
      async () => ((await statusOf(tenant, id)).overall === overall ? true : undefined),
      () => statusOf(tenant, id),
    );

  test('a target that is away makes it degraded, and it goes on by itself when the target is back', async () => {
    await target.refuse();
    await tenant.source.query('INSERT INTO entries SELECT generate_series(2, 1000)');
    await awaitOverall('degraded', 30_000);
    await sleep(outageMs);
    expect(await statusOf(tenant, id)).toMatchObject({
      overall: 'degraded',
      config: { status: 'active' },
      consumer: { state: 'RETRYING', message: expect.stringContaining('ECONNREFUSED') },
    });
    await target.restore();
    // The longest pause is a minute.
    await awaitEqual(tenant, `${query} entries`, `${query} "${tenant.databaseName}_entries"`, 90_000);
    await awaitOverall('healthy', 30_000);
    const { activity } = (await tenant.api.get(`/replications/${id}/activity`)).body;
    expect(activity).not.toContainEqual(expect.objectContaining({ actor: 'healer' }));
  });
});
