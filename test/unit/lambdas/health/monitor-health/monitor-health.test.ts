import { expect, test } from '@jest/globals';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ConnectorStatus } from '#core/ports/services.ts';
import { checkHeartbeats } from '../../../../../lambdas/health/check-heartbeats/check-heartbeats.ts';
import { monitorHealth } from '../../../../../lambdas/health/monitor-health/monitor-health.ts';
import { acts, beat, createWorld } from './monitor-world.ts';

test('a healthy replication is left alone and measured', async () => {
  const { ports, calls, metrics } = createWorld();
  expect(await monitorHealth('me', ports)).toEqual({ examined: 1, healed: 0 });
  expect(acts(calls)).toEqual([]);
  expect(metrics.emitted).toEqual([
    { HeartbeatAgeMs: 10_000, ConnectorFailed: 0 },
    { CaptureLagMs: 0, SourceRetainedBytes: 5 },
  ]);
});

test('a consumer of an older image than the deployed one is replaced, and that is no healing', async () => {
  const { ports, calls, world, state, metrics } = createWorld();
  world.taskRevision = 3;
  expect(await monitorHealth('me', ports)).toEqual({ examined: 1, healed: 1 });
  expect(acts(calls)).toEqual(['stop arn:task', 'run r7-g3-l2']);
  expect(state.activity.map(({ action }) => action)).toEqual(['consumer-updated']);
  expect(metrics.emitted.some((values) => 'Heals' in values)).toBe(false);
});

test('a pooled consumer that has ended three times lately runs alone, although it is quiet', async () => {
  const { ports, calls, state } = createWorld({ consumer: { placement: 'pooled' } });
  const at = ports.clock.now().toISOString();
  state.attempts.push(...Array.from({ length: 2 }, () => ({ action: 'restart-consumer' as const, at })));
  expect(await monitorHealth('me', ports)).toEqual({ examined: 1, healed: 0 });
  state.attempts.push({ action: 'restart-consumer', at });
  expect(await monitorHealth('me', ports)).toEqual({ examined: 1, healed: 1 });
  expect(acts(calls)).toEqual(['stop arn:task', 'run r7-g3-l2']);
  expect(state.replication.consumer?.movedOut?.reason).toContain('ended 3 times');
});

test('a consumer that is ill is healed, which gives it the deployed image as well', async () => {
  const { ports, calls, world, state } = createWorld();
  world.taskRevision = 3;
  world.taskStatus = 'STOPPED';
  await monitorHealth('me', ports);
  expect(acts(calls)).toEqual(['stop arn:task', 'run r7-g3-l2']);
  expect(state.activity.map(({ action }) => action)).toEqual(['consumer-restarted']);
});

test('a paused connector is resumed and a killed consumer replaced in one go', async () => {
  const { ports, calls, world, state } = createWorld();
  world.connector = { state: 'PAUSED', tasks: [{ id: 0, state: 'PAUSED' }] };
  world.taskStatus = 'STOPPED';
  expect(await monitorHealth('me', ports)).toEqual({ examined: 1, healed: 2 });
  expect(acts(calls)).toEqual(['resume', 'stop arn:task', 'run r7-g3-l2']);
  expect(state.activity.map(({ action }) => action)).toEqual(['connector-resumed', 'consumer-restarted']);
});

test.each([
  ['PAUSED', 'resume copy', 'copy-connector-resumed'],
  ['FAILED', 'restartFailed copy', 'copy-connector-restarted'],
] as const)(
  'the connector that a copy reads its rows through, %s behind our back, runs again',
  async (rowsState, act, action) => {
    const { ports, calls, world, state } = createWorld({
      snapshotMode: 'initial',
      tableChange: { version: 2, state: 'running', resync: [], startedAt: '2026-03-01T11:59:59.000Z' },
    });
    world.rowsConnector = {
      state: rowsState,
      tasks: [{ id: 0, state: rowsState, trace: 'java.io.IOException' }],
    };
    expect(await monitorHealth('me', ports)).toEqual({ examined: 1, healed: 1 });
    expect(acts(calls)).toEqual([act]);
    expect(state.activity.map((line) => line.action)).toEqual([action]);
  },
);

test('what is left of a copy is none of the business of a replication that does not copy', async () => {
  const { ports, calls, world } = createWorld({ snapshotMode: 'initial' });
  world.rowsConnector = { state: 'PAUSED', tasks: [] };
  expect(await monitorHealth('me', ports)).toEqual({ examined: 1, healed: 0 });
  expect(acts(calls)).toEqual([]);
});

test.each([
  ['pausing', 'paused', []],
  ['stopping', 'stopped', ['pause']],
] as const)('what is %s becomes %s once its parts have ended', async (status, ended, connectorCalls) => {
  const { ports, calls, world, state } = createWorld({
    status,
    desired: ended,
    executionArn: 'arn:execution',
  });
  expect(await monitorHealth('me', ports)).toMatchObject({ healed: 0 });
  expect(state.replication.status).toBe(status);
  expect(acts(calls)).toEqual(expect.arrayContaining(['stop arn:task', ...connectorCalls]));

  world.taskStatus = 'STOPPED';
  world.connector = { state: status === 'stopping' ? 'PAUSED' : 'RUNNING', tasks: [] };
  expect(await monitorHealth('me', ports)).toMatchObject({ healed: 1 });
  expect(state.replication.status).toBe(ended);
  expect(state.activity.map(({ actor, action }) => [actor, action])).toEqual([['healer', ended]]);
  expect(state.leaseHolder).toBeUndefined();
});

test('a paused replication is measured by its connector, and gets no consumer', async () => {
  const { ports, calls, metrics, state } = createWorld({ status: 'paused', desired: 'paused' });
  state.launch = undefined;
  expect(await monitorHealth('me', ports)).toEqual({ examined: 1, healed: 0 });
  expect(acts(calls)).toEqual([]);
  expect(metrics.emitted).toEqual([{ ConnectorFailed: 0 }, { CaptureLagMs: 0, SourceRetainedBytes: 5 }]);
});

test('a deletion and a change of the tables whose executions have ended go on', async () => {
  const { ports, state } = createWorld();
  const long = '2026-03-01T11:50:00.000Z';
  state.replication = {
    ...state.replication,
    tablesVersion: 2,
    tableChange: { version: 2, state: 'running', resync: [], startedAt: long, executionArn: 'ended' },
  };
  expect(await monitorHealth('me', ports)).toMatchObject({ healed: 1 });
  expect(state.replication).toMatchObject({
    tablesVersion: 3,
    tableChange: { version: 3, state: 'running' },
  });

  state.replication = { ...state.replication, status: 'deleting', desired: 'stopped' };
  state.deletion = {
    replicationId: 7,
    clientId: 1,
    name: 'shop to warehouse',
    connectorName: 'acme_shop_connector',
    state: 'running',
    attempt: 1,
    dropTargetTables: false,
    force: false,
    requestedAt: long,
    attemptedAt: long,
    quietAt: long,
    updatedAt: long,
    removed: [],
    remains: [],
  };
  expect(await monitorHealth('me', ports)).toMatchObject({ healed: 1 });
  expect(state.deletion).toMatchObject({ attempt: 2, executionArn: 'arn:execution' });
  state.deletion = { ...state.deletion, state: 'blocked' };
  expect(await monitorHealth('me', ports)).toMatchObject({ healed: 0 });
});

test('a replication that failed for what time can cure is started again, after its pause', async () => {
  const { ports, state } = createWorld({
    status: 'error',
    lastErrorCode: 'DatabaseUnreachable',
    lastErrorMessage: 'STEP 1/4 (Validate) failed: Cannot connect.',
    capturedSince: '2026-03-01T10:00:00.000Z',
    statusSince: '2026-03-01T11:59:30.000Z',
  });
  expect(await monitorHealth('me', ports)).toMatchObject({ healed: 0 });
  expect(state.replication.status).toBe('error');
  ports.clock.advance(60_000);
  expect(await monitorHealth('me', ports)).toMatchObject({ healed: 1 });
  expect(state.replication).toMatchObject({ status: 'starting', generation: 4 });
});

test('a failed connector is measured as it was seen', async () => {
  const { ports, world, metrics } = createWorld();
  world.connector = { state: 'RUNNING', tasks: [{ id: 0, state: 'FAILED', trace: 'x' }] };
  await monitorHealth('me', ports);
  expect(metrics.emitted).toContainEqual({ HeartbeatAgeMs: 10_000, ConnectorFailed: 1 });
});

test('while Connect is away it is asked once, and consumers are healed all the same', async () => {
  const { ports, calls, world, metrics } = createWorld();
  world.connectFailure = new MillraceError('ConnectUnavailable', 'silent');
  world.taskStatus = 'STOPPED';
  expect(await monitorHealth('me', ports)).toMatchObject({ healed: 1 });
  expect(calls).toEqual(['listStatuses', 'stop arn:task', 'run r7-g3-l2', 'look']);
  expect(metrics.emitted).toContainEqual({ HeartbeatAgeMs: 10_000 });
});

test('a stopped replication whose connector runs is stopped again', async () => {
  const { ports, calls } = createWorld({ status: 'stopped', desired: 'stopped' });
  await monitorHealth('me', ports);
  expect(acts(calls)).toEqual(['pause', 'stop arn:task']);
});

test.each(['configured', 'error', 'needs-resync'] as const)('nobody looks at status %s', async (status) => {
  const { ports, calls } = createWorld({ status });
  expect(await monitorHealth('me', ports)).toEqual({ examined: 0, healed: 0 });
  expect(acts(calls)).toEqual([]);
});

test('one replication that cannot be examined does not end the check', async () => {
  const { ports, log } = createWorld();
  const store = {
    ...ports.store,
    getHeartbeat: async () => {
      throw new MillraceError('StoreUnavailable', 'no');
    },
  };
  expect(await monitorHealth('me', { ...ports, store })).toEqual({ examined: 1, healed: 0 });
  expect(log.lines.some((line) => line.startsWith('error'))).toBe(true);
});

test('the check of heartbeats replaces a silent consumer and touches no connector', async () => {
  const { ports, calls, state, metrics } = createWorld();
  state.heartbeat = { ...beat, beatAt: '2026-03-01T11:57:00.000Z' };
  expect(await checkHeartbeats('me', ports)).toEqual({ examined: 1, healed: 1 });
  expect(calls).toEqual(['stop arn:task', 'run r7-g3-l2']);
  expect(metrics.emitted).toContainEqual({ HeartbeatAgeMs: 180_000 });
});

test('two checks at the same time replace a consumer once', async () => {
  const { ports, calls, world, state } = createWorld();
  world.taskStatus = 'STOPPED';
  const tasks = {
    ...ports.tasks,
    describeTask: async () => ({ lastStatus: state.launch?.launchId === 'r7-g3-l1' ? 'STOPPED' : 'RUNNING' }),
  };
  await Promise.all([
    monitorHealth('monitor', { ...ports, tasks }),
    checkHeartbeats('heartbeats', { ...ports, tasks }),
  ]);
  expect(calls.filter((call) => call.startsWith('run'))).toEqual(['run r7-g3-l2']);
});

test('a connector that Connect leaves out of its list is asked for before it is called missing', async () => {
  const world = createWorld();
  const ports = {
    ...world.ports,
    connect: { ...world.ports.connect, listStatuses: async () => new Map<string, ConnectorStatus>() },
  };
  expect(await monitorHealth('me', ports)).toEqual({ examined: 1, healed: 0 });
  expect(world.calls).toContain('getStatus');
});
