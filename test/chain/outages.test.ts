import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type OutageProxy, openOutageProxy } from '#test/kit/outage-proxy.ts';
import {
  type ApiAnswer,
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

/** The consumer's first five pauses make 62 s, after which it once gave up. */
const outageMs = process.env.MILLRACE_LONG_FAULTS === '1' ? 240_000 : 70_000;

/** What the status has counted by the end of it: the fault began up to a minute before it was told. */
const outageMinutes = outageMs > 200_000 ? '[45]' : '[12]';
/** The outage, what is noticed before it, and what is cured after it. */
const caseTimeoutMs = outageMs + 10 * 60_000;

/** Until the status has to tell of a fault: a check is due each minute, and looks for 35 s where capture stands still. */
const noticedWithinMs = 120_000;
/** The next check sees that the fault is gone. */
const curedWithinMs = 120_000;

const cases = ['away', 'silent', 'stopped', 'refused'] as const;
type Case = (typeof cases)[number];

/** Four replications, each with a fault of its own at the same time. */
describe('what is away for a while', () => {
  let tenant: Tenant;
  let target: OutageProxy;
  let source: OutageProxy;
  let role: string;
  let refusedDatabaseId: number;
  const ids = new Map<Case, number>();
  const outcomes = new Map<Case, Promise<void>>();

  const idOf = (name: Case): number => ids.get(name) ?? 0;
  const register = async (
    side: 'source' | 'target',
    change: Readonly<Record<string, unknown>>,
  ): Promise<number> => {
    const answer = await tenant.api.post('/databases', tenant.registration(side, change));
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body.database_id;
  };
  const whyOf = async (name: Case): Promise<ApiAnswer['body']> =>
    (await tenant.api.get(`/replications/${idOf(name)}/why`)).body;
  const awaitFault = (name: Case, hop: string, timeoutMs = noticedWithinMs): Promise<ApiAnswer['body']> =>
    waitFor(
      `${name} to be explained by a fault of ${hop}`,
      timeoutMs,
      async () => {
        const why = await whyOf(name);
        return why.overall !== 'healthy' && why.hop === hop ? why : undefined;
      },
      () => whyOf(name),
    );
  const awaitHealthy = (name: Case): Promise<true> =>
    waitFor(
      `${name} to be healthy`,
      curedWithinMs,
      async () => ((await whyOf(name)).overall === 'healthy' ? true : undefined),
      () => whyOf(name),
    );
  const write = (name: Case, from: number, to: number): Promise<unknown> =>
    tenant.source.query(`INSERT INTO ${name} SELECT generate_series(${from}, ${to})`);
  const awaitSame = async (name: Case): Promise<void> => {
    const query = 'SELECT count(*)::text, sum(id)::text FROM';
    try {
      await awaitEqual(tenant, `${query} ${name}`, `${query} "${tenant.databaseName}_${name}"`, 120_000);
    } catch (error) {
      throw new Error(`${name}: ${JSON.stringify(await whyOf(name))}`, { cause: error });
    }
  };

  beforeAll(async () => {
    const stack = runningStack();
    tenant = await createTenant('outages');
    target = await openOutageProxy(stack.target);
    source = await openOutageProxy(stack.source);
    role = `${tenant.databaseName}_role`;
    await tenant.source.query(`CREATE ROLE ${role} LOGIN SUPERUSER REPLICATION PASSWORD 'first'`);
    refusedDatabaseId = await register('source', { username: role, password: 'first' });
    const away = { targetDatabaseId: await register('target', { host: target.host, port: target.port }) };
    const silent = { sourceDatabaseId: await register('source', { host: source.host, port: source.port }) };
    const ends = { away, silent, stopped: {}, refused: { sourceDatabaseId: refusedDatabaseId } };
    await Promise.all(
      cases.map(async (name) => {
        await tenant.source.query(
          `CREATE TABLE ${name} (id int PRIMARY KEY); INSERT INTO ${name} VALUES (1)`,
        );
        const { id } = await createReplication({ ...tenant, ...ends[name] }, [{ source: { table: name } }]);
        ids.set(name, id);
        await startAndAwaitActive(tenant, id);
        await awaitLive(tenant, id);
        await awaitHealthy(name);
      }),
    );
    for (const name of cases) {
      const outcome = outages[name]();
      // The test of this name fails with it.
      outcome.catch(() => undefined);
      outcomes.set(name, outcome);
    }
  });
  afterAll(async () => {
    for (const id of ids.values()) await tenant.api.post(`/replications/${id}/stop`);
    await Promise.all([target.close(), source.close()]);
    await tenant.close();
  });

  const walSender = async (name: Case): Promise<number> => {
    const { topic_prefix: prefix } = (await tenant.api.get(`/replications/${idOf(name)}`)).body;
    const { rows } = await tenant.source.query(
      `SELECT active_pid FROM pg_replication_slots WHERE active AND position($1 IN slot_name) > 0`,
      [prefix],
    );
    expect(rows).toHaveLength(1);
    return rows[0].active_pid;
  };

  const outages: Readonly<Record<Case, () => Promise<void>>> = {
    away: async () => {
      await target.refuse();
      await write('away', 2, 1000);
      const why = await awaitFault('away', 'target', 60_000);
      expect(why).toMatchObject({ overall: 'degraded', condition: 'consumer-retrying' });
      await sleep(outageMs);
      // On a busy machine capture may stand still for a while, too, and is told first then.
      expect(await awaitFault('away', 'target', 60_000)).toMatchObject({
        overall: 'degraded',
        condition: 'consumer-retrying',
        sentence: expect.stringMatching(new RegExp(`^At the target, for ${outageMinutes} m: .*ECONNREFUSED`)),
        since: why.since,
      });
      await target.restore();
      // The longest pause is a minute.
      await awaitSame('away');
      await awaitHealthy('away');
      const closed = await waitFor(
        'the incident to be over',
        180_000,
        async () => {
          const { incidents } = (await tenant.api.get(`/replications/${idOf('away')}/incidents?state=all`))
            .body;
          return incidents.find(
            ({ state, condition }: { state: string; condition: string }) =>
              state === 'closed' && condition === 'consumer-retrying',
          );
        },
        () => whyOf('away'),
      );
      expect(closed).toMatchObject({
        hop: 'target',
        ending: expect.stringMatching(/^Recovered after \d+ m, 999 changes caught up\.$/),
      });
      const { activity } = (await tenant.api.get(`/replications/${idOf('away')}/activity`)).body;
      expect(activity).not.toContainEqual(expect.objectContaining({ actor: 'healer' }));
    },

    silent: async () => {
      source.silence();
      await write('silent', 2, 10);
      await awaitFault('silent', 'source');
      const asked = performance.now();
      expect((await statusOf(tenant, idOf('silent'))).config.status).toBe('active');
      expect(performance.now() - asked).toBeLessThan(20_000);
      await source.restore();
      await awaitSame('silent');
      await awaitHealthy('silent');
    },

    stopped: async () => {
      const pid = await walSender('stopped');
      process.kill(pid, 'SIGSTOP');
      try {
        await write('stopped', 2, 10);
        const why = await awaitFault('stopped', 'capture');
        expect(why).toMatchObject({
          condition: 'capture-stalled',
          sentence: expect.stringContaining('capture stands still'),
          runbook: 'docs/runbook/health.md#capture-stalled',
        });
        expect(why.evidence).toContainEqual({ name: 'behind_bytes', value: expect.any(Number) });
        await waitFor(
          'the history to have it',
          noticedWithinMs,
          async () => {
            const { points } = (await tenant.api.get(`/replications/${idOf('stopped')}/history`)).body;
            return points.find(
              (point: { overall: string; hop: string | null; condition: string | null }) =>
                point.overall === 'degraded' &&
                point.hop === 'capture' &&
                point.condition === 'capture-stalled',
            );
          },
          () => whyOf('stopped'),
        );
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      await awaitSame('stopped');
      await awaitHealthy('stopped');
    },

    refused: async () => {
      await tenant.source.query(`ALTER ROLE ${role} PASSWORD 'second'`);
      await tenant.source.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [
        role,
      ]);
      await write('refused', 2, 10);
      // The consumer and the health check both find out. Either of them may be the first.
      await awaitFault('refused', 'source');
      const changed = await tenant.api.patch(`/databases/${refusedDatabaseId}`, { password: 'second' });
      expect(changed).toMatchObject({
        status: 200,
        body: { replications: [{ effect: expect.stringMatching(/restarted|started/) }] },
      });
      await awaitSame('refused');
      await awaitHealthy('refused');
    },
  };

  test(
    'a target that is away is a degraded one, and it goes on by itself when the target is back',
    () => outcomes.get('away'),
    caseTimeoutMs,
  );

  test('a source that does not answer is told, by a status that answers, and goes on by itself', () =>
    outcomes.get('silent'));

  test('a stopped session of the capture is told although everything runs', () => outcomes.get('stopped'));

  test('a source that refuses the password is told, and goes on with the right one', () =>
    outcomes.get('refused'));
});
