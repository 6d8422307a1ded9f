import { describe, expect, test } from '@jest/globals';
import type { Replication } from '#core/contracts/replication.ts';
import { runSchema } from '#core/contracts/steps.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { createWorld } from './api-world.ts';

const hourMs = 3_600_000;

/** A replication that is active after its first start. */
const active = async (change: Partial<Replication> = {}) => {
  const it = createWorld();
  const { client } = await it.configured();
  await it.request(client, 'POST', '/replications/1/start');
  set(it, { status: 'active', copyGeneration: 1, capturedSince: '2026-03-01T11:00:00.000Z', ...change });
  it.launches.set(1, {
    launchId: 'r1-g1-l1',
    taskArn: 'arn:task',
    launchedAt: '2026-03-01T12:00:00.000Z',
    generation: 1,
  });
  it.world.connector = { state: 'RUNNING', tasks: [{ id: 0, state: 'RUNNING' }] };
  const call = (action: string, body?: unknown) =>
    it.request(client, 'POST', `/replications/1/${action}`, body);
  const status = async () => (await it.request(client, 'GET', '/replications/1/status')).body;
  return { ...it, client, call, status };
};
const set = (it: { replications: Map<number, Replication> }, change: Partial<Replication>): void => {
  it.replications.set(1, { ...(it.replications.get(1) as Replication), ...change });
};

describe('a pause', () => {
  test('ends the consumer and lets capture go on', async () => {
    const it = await active();
    const answer = await it.call('pause', { reason: 'The target is being upgraded' });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ status: 'paused', desired: 'paused', is_active: false });
    expect(it.calls.filter((call) => !call.startsWith('describe'))).toEqual(['stop task arn:task']);
    expect([it.launches.size, it.leases.size]).toEqual([0, 0]);
    expect(it.activities.get(1)?.slice(-2)).toMatchObject([
      {
        action: 'pause-requested',
        by: 'client 1',
        reason: 'The target is being upgraded',
        before: { status: 'active' },
        after: { status: 'pausing' },
      },
      { action: 'paused', after: { status: 'paused', desired: 'paused' } },
    ]);
  });

  test('is shown with since when, by whom, and how long Kafka keeps what waits', async () => {
    const it = await active();
    await it.call('pause', { reason: 'An upgrade' });
    expect(await it.status()).toMatchObject({
      overall: 'paused',
      pause: {
        since: '2026-03-01T12:00:00.000Z',
        by: 'client 1',
        reason: 'An upgrade',
        changes_kept_until: '2026-03-08T12:00:00.000Z',
      },
    });
    it.advance(127 * hourMs);
    expect(await it.status()).toMatchObject({
      overall: 'degraded',
      reasons: expect.arrayContaining([expect.stringContaining('resume the replication')]),
    });
  });

  test.each([
    ['PAUSED', 'degraded'],
    ['FAILED', 'failed'],
  ] as const)('with a connector that is %s is %s', async (state, overall) => {
    const it = await active();
    await it.call('pause');
    it.world.connector = { state, tasks: [{ id: 0, state }] };
    expect(await it.status()).toMatchObject({ overall });
  });

  test('whose consumer does not end is pausing, and degraded after five minutes', async () => {
    const it = await active();
    it.world.taskStatus = 'RUNNING';
    set(it, { statusSince: it.clock.now().toISOString() });
    expect((await it.call('pause')).body.status).toBe('pausing');
    expect(await it.status()).toMatchObject({ overall: 'paused' });
    it.advance(301_000);
    expect(await it.status()).toMatchObject({
      overall: 'degraded',
      reasons: expect.arrayContaining([expect.stringMatching(/^It has been pausing since/)]),
    });
  });

  test('repeated is the same pause, and tells the consumer again', async () => {
    const it = await active();
    await it.call('pause', { reason: 'first' });
    it.advance(1_000);
    expect((await it.call('pause', { reason: 'second' })).body.status).toBe('paused');
    expect(it.replications.get(1)?.pause).toMatchObject({ reason: 'first' });
    expect(it.activities.get(1)?.filter(({ action }) => action === 'pause-requested')).toHaveLength(1);
  });

  test('is refused while the tables are being changed', async () => {
    const it = await active({
      tableChange: { version: 2, state: 'running', resync: [], startedAt: '2026-03-01T11:00:00.000Z' },
    });
    const answer = await it.call('pause');
    expect([answer.status, answer.body.detail]).toEqual([409, expect.stringContaining('Change 2')]);
    expect(it.replications.get(1)?.status).toBe('active');
  });

  test.each(['configured', 'starting', 'stopped', 'error', 'needs-resync'] as const)(
    'of one that is %s is refused with what is possible',
    async (status) => {
      const it = await active({ status });
      const before = it.replications.get(1);
      const answer = await it.call('pause');
      expect([answer.status, answer.body.code]).toEqual([409, 'Conflict']);
      expect(answer.body.detail).toMatch(/Possible now: POST \/replications\/1\//);
      expect(it.replications.get(1)).toEqual(before);
    },
  );
});

describe('a resume', () => {
  test('is a start that copies nothing again', async () => {
    const it = await active();
    await it.call('pause');
    const answer = await it.call('resume');
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ status: 'starting', desired: 'running', generation: 2 });
    const { pause, copyGeneration } = it.replications.get(1) as Replication;
    expect([pause, copyGeneration]).toEqual([undefined, 1]);
    expect(it.activities.get(1)?.at(-1)).toMatchObject({
      message: 'Start 2 was requested by a resume.',
      before: { status: 'paused', desired: 'paused' },
      after: { status: 'starting', desired: 'running' },
    });
    const again = await it.call('resume');
    expect([again.status, again.body.generation]).toEqual([202, 2]);
  });

  test('that cannot be begun leaves the pause as it was', async () => {
    const it = await active();
    await it.call('pause', { reason: 'An upgrade' });
    it.world.startFailure = new MillraceError('ServiceUnavailable', 'Step Functions is down.');
    expect((await it.call('resume')).status).toBe(503);
    expect(it.replications.get(1)).toMatchObject({
      status: 'paused',
      desired: 'paused',
      pause: { reason: 'An upgrade' },
    });
  });

  test('of a stopped one is refused, and says how it is started', async () => {
    const it = await active({ status: 'stopped', desired: 'stopped' });
    const answer = await it.call('resume');
    expect([answer.status, answer.body.detail]).toEqual([
      409,
      expect.stringContaining(
        'Only a paused replication can be resumed. Possible now: POST /replications/1/start',
      ),
    ]);
  });
});

describe('a restart', () => {
  test.each(['active', 'error'] as const)(
    'of one that is %s starts it with its connector restarted',
    async (status) => {
      const it = await active({ status });
      const answer = await it.call('restart');
      expect(answer.status).toBe(202);
      expect(answer.body).toMatchObject({ status: 'starting', generation: 2 });
      const execution = it.executions.get('arn:execution:replication-1-start-2');
      expect(runSchema.parse(JSON.parse(execution?.input ?? ''))).toMatchObject({
        restartConnector: true,
        forceResync: false,
      });
      // It waits for the consumer, which commits what it has in hand.
      expect(it.calls).toEqual(['stop task arn:task', 'describe task arn:task']);
      expect((await it.call('restart')).body.generation).toBe(2);
    },
  );

  test('that a check speaks against changes nothing', async () => {
    const it = await active();
    it.world.databaseFailure = new MillraceError('DatabaseUnreachable', 'It is down.');
    expect((await it.call('restart')).status).toBe(422);
    expect(it.replications.get(1)).toMatchObject({ status: 'active', generation: 1 });
    expect(it.calls).toEqual([]);
  });
});

test('a stop while a start is checked is the later word, also of one that is stopped', async () => {
  const it = await active({ status: 'stopped', desired: 'stopped' });
  const { getDatabase } = it.ports.store;
  let isFirst = true;
  it.ports.store.getDatabase = async (...ids) => {
    if (isFirst) {
      isFirst = false;
      await it.call('stop');
    }
    return getDatabase(...ids);
  };
  const answer = await it.call('start');
  expect([answer.status, answer.body.code]).toEqual([409, 'Conflict']);
  expect(it.replications.get(1)).toMatchObject({ status: 'stopped', desired: 'stopped', generation: 1 });
});

test('a database that is changed while a replication is paused restarts its connector alone', async () => {
  const it = await active();
  await it.call('pause');
  it.world.config = { name: 'acme_shop_connector', 'table.include.list': 'old' };
  const answer = await it.request(it.client, 'PATCH', '/databases/1', { password: 'another' });
  expect(answer.body).toMatchObject({ replications: [{ effect: 'restarted' }] });
  expect(it.calls).toContain('put acme_shop_connector');
  expect(it.launches.size).toBe(0);
});
