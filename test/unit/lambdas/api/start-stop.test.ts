import { describe, expect, test } from '@jest/globals';
import type { Replication } from '#core/contracts/replication.ts';
import { runSchema } from '#core/contracts/steps.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { createWorld } from './api-world.ts';

const launch = {
  launchId: 'r1-g1-l1',
  taskArn: 'arn:task',
  launchedAt: '2026-03-01T12:00:00.000Z',
  generation: 1,
};

/** A replication that is active after its first start. */
const active = async () => {
  const it = createWorld();
  const { client, replication } = await it.configured();
  await it.request(client, 'POST', `/replications/${replication}/start`);
  set(it, { status: 'active', copyGeneration: 1 });
  it.launches.set(1, launch);
  it.world.connector = { state: 'RUNNING', tasks: [{ id: 0, state: 'RUNNING' }] };
  return { ...it, client };
};
const set = (it: { replications: Map<number, Replication> }, change: Partial<Replication>): void => {
  it.replications.set(1, { ...(it.replications.get(1) as Replication), ...change });
};

test('a start begins one execution, named by its generation', async () => {
  const { request, configured, executions, leases, activities, open } = createWorld();
  const { client } = await configured();
  const answer = await request(client, 'POST', '/replications/1/start');
  expect(answer.status).toBe(202);
  expect(answer.body).toMatchObject({
    status: 'starting',
    desired: 'running',
    generation: 1,
    execution_arn: 'arn:execution:replication-1-start-1',
  });
  const [execution] = executions.values();
  expect(runSchema.parse(JSON.parse(execution?.input ?? ''))).toEqual({
    clientId: 1,
    replicationId: 1,
    generation: 1,
    transactionWaitSeconds: 600,
    forceResync: false,
  });
  expect(activities.get(1)?.map(({ action }) => action)).toEqual(['created', 'start-requested']);
  expect([leases.size, open.connections]).toEqual([0, 0]);
});

test('starting twice, or ten times at once, is one start', async () => {
  const { request, configured, executions } = createWorld();
  const { client } = await configured();
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => request(client, 'POST', '/replications/1/start')),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array<number>(10).fill(202));
  expect(new Set(answers.map(({ body }) => body.generation))).toEqual(new Set([1]));
  const again = await request(client, 'POST', '/replications/1/start', { force_resync: true });
  expect(again.body.generation).toBe(1);
  expect(executions.size).toBe(1);
});

test('an active replication is left as it is', async () => {
  const { request, client, replications, executions, calls } = await active();
  const before = replications.get(1);
  const answer = await request(client, 'POST', '/replications/1/start', {});
  expect(answer.status).toBe(202);
  expect([replications.get(1), executions.size, calls]).toEqual([before, 1, []]);
});

test('force_resync on an active one stops its consumer before the new start', async () => {
  const { request, client, executions, calls, launches } = await active();
  const answer = await request(client, 'POST', '/replications/1/start', { force_resync: true });
  expect(answer.body).toMatchObject({ status: 'starting', generation: 2 });
  expect(calls).toEqual(['stop task arn:task', 'describe task arn:task']);
  expect(launches.size).toBe(0);
  expect(JSON.parse(executions.get('arn:execution:replication-1-start-2')?.input ?? '')).toMatchObject({
    forceResync: true,
    generation: 2,
  });
});

test('a consumer that does not end is not waited for without end', async () => {
  const it = await active();
  it.world.taskStatus = 'RUNNING';
  const before = it.clock.now().getTime();
  const answer = await it.request(it.client, 'POST', '/replications/1/start', { force_resync: true });
  expect(answer.status).toBe(202);
  expect(it.clock.now().getTime() - before).toBeLessThanOrEqual(10_000);
});

test('everything that is not ready is answered at once, and the replication stays as it was', async () => {
  const { request, configured, world, replications, executions, activities, open } = createWorld();
  const { client } = await configured();
  world.readiness = { ...world.readiness, walLevel: 'replica' };
  world.catalog = [];
  world.kafkaFailure = new MillraceError('KafkaUnavailable', 'No broker answers.');
  const before = replications.get(1);
  const answer = await request(client, 'POST', '/replications/1/start');
  expect(answer.status).toBe(422);
  expect(answer.type).toBe('application/problem+json');
  expect(answer.body.code).toBe('ValidationFailed');
  expect(answer.body.problems).toEqual([
    expect.objectContaining({ subject: 'source server', message: 'wal_level is replica, not logical.' }),
    expect.objectContaining({ subject: 'source table public.flights' }),
    expect.objectContaining({ subject: 'Kafka' }),
  ]);
  expect(replications.get(1)).toEqual(before);
  expect([executions.size, activities.get(1)?.length, open.connections]).toEqual([0, 1, 0]);
});

test('an execution that cannot be begun leaves the replication as it was, and the next start works', async () => {
  const { request, configured, world, replications, leases } = createWorld();
  const { client } = await configured();
  world.startFailure = new MillraceError('ServiceUnavailable', 'Step Functions is down.');
  const refused = await request(client, 'POST', '/replications/1/start');
  expect(refused.status).toBe(503);
  expect(replications.get(1)).toMatchObject({ status: 'configured', desired: 'stopped', generation: 1 });
  expect(leases.size).toBe(0);
  world.startFailure = undefined;
  const started = await request(client, 'POST', '/replications/1/start');
  expect(started.body).toMatchObject({ status: 'starting', generation: 2 });
});

test('a resync that cannot be begun shows as an error, since its consumer was stopped', async () => {
  const it = await active();
  it.world.startFailure = new MillraceError('ServiceUnavailable', 'Step Functions is down.');
  await it.request(it.client, 'POST', '/replications/1/start', { force_resync: true });
  expect(it.replications.get(1)).toMatchObject({
    status: 'error',
    lastErrorMessage: 'Step Functions is down.',
  });
});

test('a start that died before its execution began is completed by the next call', async () => {
  const it = createWorld();
  const { client } = await it.configured();
  set(it, { status: 'starting', desired: 'running', generation: 4 });
  const answer = await it.request(client, 'POST', '/replications/1/start', { force_resync: true });
  expect(answer.body).toMatchObject({ generation: 4, execution_arn: 'arn:execution:replication-1-start-4' });
});

test('a start whose execution ended without a word is begun again', async () => {
  const it = createWorld();
  const { client } = await it.configured();
  await it.request(client, 'POST', '/replications/1/start');
  it.executions.set('arn:execution:replication-1-start-1', { input: '', status: 'FAILED' });
  expect((await it.request(client, 'POST', '/replications/1/start')).body.generation).toBe(2);
});

test('lost changes need force_resync', async () => {
  const it = await active();
  set(it, { status: 'needs-resync', lastErrorMessage: 'The slot is lost.' });
  const refused = await it.request(it.client, 'POST', '/replications/1/start');
  expect(refused.status).toBe(409);
  expect(refused.body).toMatchObject({ code: 'NeedsResync', detail: 'The slot is lost.' });
  await it.request(it.client, 'POST', '/replications/1/stop');
  expect(it.replications.get(1)).toMatchObject({ status: 'needs-resync', desired: 'stopped' });
  const forced = await it.request(it.client, 'POST', '/replications/1/start', { force_resync: true });
  expect(forced.body).toMatchObject({ status: 'starting', last_error_message: null });
});

describe('a forced start that was broken off before its copy began', () => {
  const forceOf = (it: Pick<Awaited<ReturnType<typeof active>>, 'executions'>, start: number): unknown =>
    JSON.parse(it.executions.get(`arn:execution:replication-1-start-${start}`)?.input ?? '{}').forceResync;

  test.each<[string, Partial<Replication>]>([
    ['by a failure', { status: 'error', desired: 'running', lastErrorMessage: 'The target is full.' }],
    ['by a stop', { status: 'stopped', desired: 'stopped' }],
  ])('%s is made up for by the next start, which says so', async (_how, change) => {
    const it = await active();
    await it.request(it.client, 'POST', '/replications/1/start', { force_resync: true });
    set(it, change);
    await it.request(it.client, 'POST', '/replications/1/start');
    expect(forceOf(it, 3)).toBe(true);
    expect(it.activities.get(1)?.at(-1)?.message).toBe(
      'Start 3 was requested with force_resync, because start 2 was told to and has not got so far.',
    );
    // Its copy has begun, and fails: from here on chunks are resumed.
    set(it, { status: 'error', copyGeneration: 3 });
    await it.request(it.client, 'POST', '/replications/1/start');
    expect(forceOf(it, 4)).toBe(false);
  });

  test('by a crash of the API is what the next call begins', async () => {
    const it = createWorld();
    const { client } = await it.configured();
    set(it, {
      status: 'starting',
      desired: 'running',
      generation: 4,
      copyGeneration: 1,
      resyncGeneration: 4,
    });
    await it.request(client, 'POST', '/replications/1/start');
    expect(forceOf(it, 4)).toBe(true);
  });

  test('whose execution could not be begun has changed nothing', async () => {
    const it = await active();
    await it.request(it.client, 'POST', '/replications/1/stop');
    it.world.startFailure = new MillraceError('ServiceUnavailable', 'Step Functions is down.');
    await it.request(it.client, 'POST', '/replications/1/start', { force_resync: true });
    it.world.startFailure = undefined;
    await it.request(it.client, 'POST', '/replications/1/start');
    expect(forceOf(it, 3)).toBe(false);
  });
});

test('a start waits for a heal, and gives up with a conflict', async () => {
  const it = createWorld();
  const { client } = await it.configured();
  it.leases.set(1, 'healer');
  const before = it.replications.get(1);
  const answer = await it.request(client, 'POST', '/replications/1/start');
  expect(answer.status).toBe(409);
  expect(answer.body.code).toBe('Conflict');
  expect(it.replications.get(1)).toEqual(before);
});

test('a stop stops the execution, the consumer and the connector', async () => {
  const it = await active();
  const answer = await it.request(it.client, 'POST', '/replications/1/stop');
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({ status: 'stopped', desired: 'stopped', is_active: false });
  expect(it.calls.toSorted()).toEqual([
    'describe task arn:task',
    'pause acme_shop_connector',
    'stop execution arn:execution:replication-1-start-1',
    'stop task arn:task',
  ]);
  expect([it.launches.size, it.leases.size]).toEqual([0, 0]);
  expect(it.activities.get(1)?.slice(-2)).toMatchObject([
    {
      action: 'stop-requested',
      actor: 'user',
      by: 'client 1',
      before: { status: 'active', desired: 'running' },
      after: { status: 'stopping', desired: 'stopped' },
    },
    { action: 'stopped', actor: 'user', after: { status: 'stopped', desired: 'stopped' } },
  ]);
});

test('a stop whose consumer takes longer than the call is still stopping', async () => {
  const it = await active();
  it.world.taskStatus = 'DEACTIVATING';
  const answer = await it.request(it.client, 'POST', '/replications/1/stop');
  expect([answer.status, answer.body.status]).toEqual([200, 'stopping']);
  expect(it.leases.size).toBe(0);
  it.world.taskStatus = 'STOPPED';
  expect((await it.request(it.client, 'POST', '/replications/1/stop')).body.status).toBe('stopped');
});

test("a user's stop is in force even while a heal holds the lease", async () => {
  const it = await active();
  it.leases.set(1, 'healer');
  const answer = await it.request(it.client, 'POST', '/replications/1/stop');
  expect(answer.status).toBe(409);
  expect(it.replications.get(1)).toMatchObject({ status: 'stopping', desired: 'stopped' });
  it.leases.clear();
  const again = await it.request(it.client, 'POST', '/replications/1/stop');
  expect([again.status, again.body.status]).toEqual([200, 'stopped']);
  expect(it.calls).toContain('stop task arn:task');
});

test('a part that cannot be stopped is reported after the others were', async () => {
  const it = await active();
  it.world.stopTaskFailure = new MillraceError('ServiceUnavailable', 'ECS is down.');
  const answer = await it.request(it.client, 'POST', '/replications/1/stop');
  expect(answer.status).toBe(503);
  expect(it.calls).toContain('pause acme_shop_connector');
  expect(it.replications.get(1)).toMatchObject({ status: 'stopping', desired: 'stopped' });
});

test('a stop before the first start changes nothing', async () => {
  const it = createWorld();
  const { client } = await it.configured();
  const answer = await it.request(client, 'POST', '/replications/1/stop', {});
  expect(answer.body).toMatchObject({ status: 'configured' });
  expect(it.calls).toEqual([]);
});

test('a stop of a start that created no connector yet stops its execution', async () => {
  const it = createWorld();
  const { client } = await it.configured();
  await it.request(client, 'POST', '/replications/1/start');
  const answer = await it.request(client, 'POST', '/replications/1/stop');
  expect(answer.body).toMatchObject({ status: 'stopped' });
  expect(it.calls).toEqual(['stop execution arn:execution:replication-1-start-1']);
});

test('a stopped replication starts where it stopped', async () => {
  const it = await active();
  await it.request(it.client, 'POST', '/replications/1/stop');
  const answer = await it.request(it.client, 'POST', '/replications/1/start');
  expect(answer.body).toMatchObject({ status: 'starting', generation: 2 });
  expect(it.replications.get(1)?.copyGeneration).toBe(1);
});

/** Changes the replication right before the first write of `updateReplication` for which `isMeant` holds. */
const overtake = (
  it: Pick<ReturnType<typeof createWorld>, 'replications' | 'ports'>,
  isMeant: (change: Partial<Replication>) => boolean,
  by: Partial<Replication>,
): void => {
  const { updateReplication } = it.ports.store;
  let isDone = false;
  it.ports.store.updateReplication = async (...update) => {
    if (!isDone && isMeant(update[2] as Partial<Replication>)) {
      isDone = true;
      set(it, by);
    }
    return updateReplication(...update);
  };
};

describe('what someone else does between a look and the write', () => {
  test.each<[string, Partial<Replication>]>([
    ['a failure', { status: 'error' }],
    ['a stop', { desired: 'stopped' }],
    ['another start', { generation: 9 }],
  ])('%s keeps a start from being recorded', async (_what, by) => {
    const it = await active();
    overtake(it, ({ status }) => status === 'starting', by);
    const answer = await it.request(it.client, 'POST', '/replications/1/start', { force_resync: true });
    expect([answer.status, answer.body.code]).toEqual([409, 'Conflict']);
    expect(it.replications.get(1)).toMatchObject(by);
    expect([it.executions.size, it.calls]).toEqual([1, []]);
  });

  test('a newer start keeps its execution', async () => {
    const it = await active();
    overtake(it, ({ executionArn }) => executionArn !== undefined, {
      generation: 9,
      executionArn: 'arn:newer',
    });
    await it.request(it.client, 'POST', '/replications/1/start', { force_resync: true });
    expect(it.replications.get(1)).toMatchObject({ generation: 9, executionArn: 'arn:newer' });
  });

  test.each<[string, Partial<Replication>]>([
    ['another start', { generation: 9 }],
    ['a stop', { status: 'stopped', desired: 'stopped' }],
  ])('%s stays, when the execution of this one could not be begun', async (_what, by) => {
    const it = await active();
    it.world.startFailure = new MillraceError('ServiceUnavailable', 'Step Functions is down.');
    overtake(it, ({ lastErrorCode }) => lastErrorCode !== undefined, by);
    await it.request(it.client, 'POST', '/replications/1/start', { force_resync: true });
    expect(it.replications.get(1)).toMatchObject(by);
    expect(it.replications.get(1)?.lastErrorCode).toBeUndefined();
  });

  test('lost changes stay known, when the user stops at the same moment', async () => {
    const it = await active();
    overtake(it, ({ desired }) => desired === 'stopped', { status: 'needs-resync' });
    await it.request(it.client, 'POST', '/replications/1/stop');
    expect(it.replications.get(1)).toMatchObject({ status: 'needs-resync', desired: 'stopped' });
  });

  test('a start that comes while a stop waits for its turn is not stopped', async () => {
    const it = await active();
    const { acquireLease } = it.ports.store;
    it.ports.store.acquireLease = async (...lease) => {
      set(it, { status: 'starting', desired: 'running', generation: 2 });
      return acquireLease(...lease);
    };
    await it.request(it.client, 'POST', '/replications/1/stop');
    expect(it.calls).toEqual([]);
    expect(it.launches.size).toBe(1);
  });

  test('a start that is recorded has no execution until its own has begun', async () => {
    const it = await active();
    const { revokeLaunch } = it.ports.store;
    const seen: unknown[] = [];
    it.ports.store.revokeLaunch = async (id) => {
      seen.push(it.replications.get(1)?.executionArn);
      return revokeLaunch(id);
    };
    await it.request(it.client, 'POST', '/replications/1/start', { force_resync: true });
    expect(seen).toEqual([undefined]);
  });
});

test.each([[{ force_resync: 'yes' }], [{ force: true }], [[]]])(
  'a start with %j is refused',
  async (body) => {
    const it = createWorld();
    const { client } = await it.configured();
    expect((await it.request(client, 'POST', '/replications/1/start', body)).status).toBe(400);
    expect(it.executions.size).toBe(0);
  },
);
