import { expect, test } from '@jest/globals';
import type { DeliveryRequest } from '#core/contracts/alerting.ts';
import type { Heartbeat } from '#core/contracts/consumer.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { Replication } from '#core/contracts/replication.ts';
import type { SourceLog } from '#core/contracts/source-log.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { LogLook } from '#core/health/observe-source-log.ts';
import type { Alert, ConnectorStatus } from '#core/ports/services.ts';
import { checkHeartbeats } from '../../../../../lambdas/health/check-heartbeats/check-heartbeats.ts';
import { monitorHealth } from '../../../../../lambdas/health/monitor-health/monitor-health.ts';
import { sampleChannel, sampleRoute } from '../../../../kit/alert-samples.ts';
import { createManualClock } from '../../../../kit/manual-clock.ts';
import { createMemoryChanges } from '../../../../kit/memory-changes.ts';
import { createMemoryStore, sampleReplication } from '../../../../kit/memory-store.ts';
import { createRecordingLog, createRecordingMetrics } from '../../../../kit/recording-log.ts';

const beat: Heartbeat = {
  launchId: 'r7-g3-l1',
  epoch: 1,
  state: 'RUNNING',
  beatAt: '2026-03-01T11:59:50.000Z',
  startedAt: '2026-03-01T11:00:00.000Z',
  applied: { inserts: 0, updates: 0, deletes: 0, truncates: 0, duplicatesSkipped: 0 },
  lagEvents: 0,
  lagMs: 0,
};

const sourceLog: SourceLog = {
  readAt: '2026-03-01T12:00:00.000Z',
  retainedBytes: 5,
  captured: '0/1',
  marks: [],
  warnings: ['It keeps its log.'],
};

const createWorld = (change: Partial<Replication> = {}) => {
  const {
    store: memory,
    state,
    alerting,
  } = createMemoryStore(sampleReplication({ status: 'active', ...change }));
  const store = { ...memory, ...createMemoryChanges() };
  state.launch = {
    launchId: 'r7-g3-l1',
    taskArn: 'arn:task',
    launchedAt: '2026-03-01T11:00:00.000Z',
    generation: 3,
  };
  state.heartbeat = beat;
  const calls: string[] = [];
  const alerts: Alert[] = [];
  const queued: DeliveryRequest[] = [];
  const world = {
    connector: { state: 'RUNNING', tasks: [{ id: 0, state: 'RUNNING' }] } as ConnectorStatus | undefined,
    rowsConnector: undefined as ConnectorStatus | undefined,
    connectFailure: undefined as Error | undefined,
    taskStatus: 'RUNNING',
    taskRevision: 4,
    uncaptured: [] as readonly TableRef[],
    sourceFailure: undefined as Error | undefined,
    looks: [] as LogLook[],
  };
  const call = (name: string) => async (): Promise<void> => {
    calls.push(name);
  };
  const callOf = (name: string) => async (connector: string) => {
    calls.push(connector.endsWith('.copy') ? `${name} copy` : name);
  };
  const metrics = createRecordingMetrics();
  const log = createRecordingLog();
  const ports = {
    store,
    connect: {
      listStatuses: async () => {
        calls.push('listStatuses');
        if (world.connectFailure !== undefined) throw world.connectFailure;
        return new Map(world.connector === undefined ? [] : [['acme_shop_connector', world.connector]]);
      },
      getStatus: async (name: string) => {
        calls.push('getStatus');
        return name.endsWith('.copy') ? world.rowsConnector : world.connector;
      },
    },
    connectors: {
      pause: call('pause'),
      resume: callOf('resume'),
      restartFailed: callOf('restartFailed'),
      recreate: call('recreate'),
    },
    newTables: { add: async () => 0 },
    captures: {
      listUncaptured: async () => {
        calls.push('listUncaptured');
        if (world.sourceFailure !== undefined) throw world.sourceFailure;
        return world.uncaptured;
      },
    },
    removeRowRelay: call('removeRowRelay'),
    topicRetentionHours: 168,
    sources: {
      look: async () => {
        calls.push('look');
        return world.looks.shift() ?? { sourceLog, isOpen: false };
      },
    },
    fitPool: async () => undefined,
    tasks: {
      runConsumer: async ({ launchId }: { launchId: string }) => {
        calls.push(`run ${launchId}`);
        return `arn:${launchId}`;
      },
      stopTask: async (arn: string) => {
        calls.push(`stop ${arn}`);
      },
      describeTask: async () => ({
        lastStatus: world.taskStatus,
        taskDefinition: `arn:aws:ecs:us-east-1:1:task-definition/worker:${world.taskRevision}`,
      }),
    },
    taskRevision: 4,
    executions: {
      getStatus: async () => undefined,
      startExecution: async () => 'arn:execution',
      stopExecution: async () => {},
    },
    queue: { send: async (request: DeliveryRequest) => void queued.push(request) },
    alerts: { publish: async (alert: Alert) => void alerts.push(alert) },
    metrics,
    clock: createManualClock(),
    log,
    logFor: () => log,
  };
  return { state, alerting, world, calls, alerts, queued, metrics, log, ports };
};

const acts = (calls: readonly string[]): readonly string[] =>
  calls.filter((call) => !['listStatuses', 'getStatus', 'listUncaptured', 'look'].includes(call));

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

/** Checks of five minutes, one after the other. */
const checkFiveTimes = async ({ ports }: Pick<ReturnType<typeof createWorld>, 'ports'>): Promise<void> => {
  for (let minute = 0; minute < 5; minute += 1) {
    await monitorHealth('me', ports);
    await ports.clock.sleep(60_000);
  }
};

test('a table that was created again, so that its changes are missed, ends the replication', async () => {
  const world = createWorld();
  world.state.heartbeat = { ...beat, beatAt: '2026-03-01T12:04:00.000Z' };
  world.world.uncaptured = [{ schema: 'public', table: 'flights' }];
  await checkFiveTimes(world);
  expect(world.state.replication).toMatchObject({
    status: 'needs-resync',
    lastErrorMessage: expect.stringContaining('public.flights is not in the publication'),
  });
  expect(acts(world.calls)).toEqual(['stop arn:task']);
});

test('a table that was created again, and that the consumer holds meanwhile, ends nothing', async () => {
  const world = createWorld();
  world.state.heartbeat = { ...beat, beatAt: '2026-03-01T12:04:00.000Z' };
  const source = { schema: 'public', table: 'flights' };
  world.world.uncaptured = [source];
  const { sleep } = world.ports.clock;
  world.ports.clock.sleep = async (ms, signal) => {
    const plan = { source, target: source, generation: 1, state: 'held' } as const;
    if (ms === 25_000) {
      world.state.progress.set('public.flights', {
        ...plan,
        ...{ estimatedRows: 0, estimatedBytes: 0, chunks: 0, chunksDone: 0, rowsCopied: 0, bytesCopied: 0 },
        runsOn: 'lambda',
      });
    }
    return sleep(ms, signal);
  };
  await checkFiveTimes(world);
  expect(world.state.replication.status).toBe('active');
  expect(acts(world.calls)).toEqual([]);
});

test('log that the source has removed before it was captured ends the replication', async () => {
  const world = createWorld();
  world.world.looks.push({ sourceLog: { ...sourceLog, lost: 'the slot is lost' }, isOpen: false });
  await monitorHealth('me', world.ports);
  expect(world.state.replication).toMatchObject({
    status: 'needs-resync',
    lastErrorCode: 'NeedsResync',
    lastErrorMessage: expect.stringContaining('Changes were lost: the slot is lost.'),
  });
  expect(acts(world.calls)).toEqual(['stop arn:task']);
});

test('log that an older start has lost ends no newer one', async () => {
  const world = createWorld();
  const { look } = world.ports.sources;
  world.ports.sources.look = async () => {
    const { generation } = world.state.replication;
    world.state.replication = { ...world.state.replication, generation: generation + 1 };
    return { ...(await look()), sourceLog: { ...sourceLog, lost: 'the slot is lost' } };
  };
  await monitorHealth('me', world.ports);
  expect(world.state.replication.status).toBe('active');
});

test('a source is looked at every fifth minute, and one that does not answer changes nothing', async () => {
  const world = createWorld();
  world.state.heartbeat = { ...beat, beatAt: '2026-03-01T12:04:00.000Z' };
  world.world.sourceFailure = new MillraceError('DatabaseUnreachable', 'silent');
  await checkFiveTimes(world);
  expect(world.calls.filter((call) => call === 'listUncaptured')).toHaveLength(1);
  expect(world.state.replication.status).toBe('active');
});

test.each([
  ['active', 5],
  ['starting', 5],
  ['stopped', 1],
  ['error', 1],
  ['needs-resync', 1],
] as const)(
  'in status %s the log of the source is looked at %s times in five minutes',
  async (status, looks) => {
    const world = createWorld({ status, desired: status === 'stopped' ? 'stopped' : 'running' });
    world.state.heartbeat = { ...beat, beatAt: '2026-03-01T12:04:00.000Z' };
    if (status === 'starting')
      world.state.replication = { ...world.state.replication, statusSince: '2026-03-01T12:05:00.000Z' };
    await checkFiveTimes(world);
    expect(world.calls.filter((call) => call === 'look')).toHaveLength(looks);
    expect(world.state.sourceLog).toEqual(sourceLog);
  },
);

test('nothing is stored of the log of a source whose replication is being deleted', async () => {
  const world = createWorld({ status: 'deleting', desired: 'stopped' });
  await checkFiveTimes(world);
  expect(world.calls).not.toContain('look');
  expect(world.state.sourceLog).toBeUndefined();
});

test('nothing is stored when the deletion has begun during the look', async () => {
  const world = createWorld({ status: 'stopped', desired: 'stopped' });
  const { sources } = world.ports;
  const ports = {
    ...world.ports,
    sources: {
      look: async () => {
        world.state.replication = { ...world.state.replication, status: 'deleting' };
        return sources.look();
      },
    },
  };
  await checkFiveTimes({ ports });
  expect(world.calls).toContain('look');
  expect(world.state.sourceLog).toBeUndefined();
});

test('a look that leaves it open whether capture comes on is repeated, as long as the check has time', async () => {
  const world = createWorld();
  const seen = (at: string): LogLook => ({ sourceLog: { ...sourceLog, readAt: at }, isOpen: true });
  world.world.looks = ['12:00:00', '12:00:05', '12:00:20'].map((time) => seen(`2026-03-01T${time}.000Z`));
  await monitorHealth('me', world.ports);
  expect(world.calls.filter((call) => call === 'look')).toHaveLength(4);
  expect(world.ports.clock.sleeps).toEqual([5_000, 15_000, 15_000]);
  expect(world.state.sourceLog).toEqual(sourceLog);
});

test('each minute the health is recorded, with since when it is so, and a point of its history', async () => {
  const world = createWorld();
  const { connector } = world.world;
  world.state.heartbeat = { ...beat, beatAt: '2026-03-01T12:02:00.000Z' };
  world.world.connector = { state: 'UNASSIGNED', tasks: [] };
  await monitorHealth('me', world.ports);
  await world.ports.clock.sleep(60_000);
  await monitorHealth('me', world.ports);
  const since = '2026-03-01T12:00:00.000Z';
  expect(world.state.health).toMatchObject({
    overall: 'degraded',
    since,
    faults: [{ condition: 'connector-not-running', hop: 'capture', since }],
  });
  world.world.connector = connector;
  await world.ports.clock.sleep(60_000);
  await monitorHealth('me', world.ports);
  expect(world.state.health).toEqual({
    at: '2026-03-01T12:02:00.000Z',
    overall: 'healthy',
    since: '2026-03-01T12:02:00.000Z',
    faults: [],
    figures: { captureLagMs: 0, heartbeatAgeMs: 0, retainedBytes: 5, tables: { pending: 2 } },
    copiesTold: { upTo: '2026-02-01T00:00:00.000Z', tables: 0 },
  });
  expect(world.state.history.map(({ overall, condition }) => [overall, condition])).toEqual([
    ['degraded', 'connector-not-running'],
    ['degraded', 'connector-not-running'],
    ['healthy', undefined],
  ]);
});

test('rows that are known to differ are recorded, none of them as 0, and what nobody has counted not at all', async () => {
  const world = createWorld();
  const [first] = world.state.replication.tables;
  if (first === undefined) throw new Error('There is no table.');
  const counted = async (deadLetters: Heartbeat['deadLetters']) => {
    world.state.heartbeat = { ...beat, ...(deadLetters !== undefined && { deadLetters }) };
    await monitorHealth('me', world.ports);
    return world.state.health?.figures?.deadLetterRows;
  };
  expect(await counted(undefined)).toBeUndefined();
  expect(await counted([])).toBe(0);
  expect(await counted([{ source: first.source, rows: 3 }])).toBe(3);
});

test('what lasts becomes an incident, with one alert at its opening and one when it is over', async () => {
  const world = createWorld();
  const failure = { code: 'DatabaseUnreachable', message: 'It is away.', since: '2026-03-01T11:59:00.000Z' };
  const lookAt = async (isAway: boolean): Promise<void> => {
    const at = world.ports.clock.now().toISOString();
    world.state.heartbeat = { ...beat, beatAt: at };
    const seen = { ...sourceLog, readAt: at };
    world.world.looks = [
      { sourceLog: isAway ? { ...seen, failure: { ...failure, at } } : seen, isOpen: false },
    ];
    await monitorHealth('me', world.ports);
    await world.ports.clock.sleep(60_000);
  };
  for (let minute = 0; minute < 4; minute += 1) await lookAt(true);
  expect(world.state.openIncidents).toMatchObject([
    {
      condition: 'source-unreachable',
      hop: 'source',
      since: failure.since,
      openedAt: '2026-03-01T12:01:00.000Z',
    },
  ]);
  const told = () => [...world.alerting.deliveries.values()].map(({ message }) => message.subject);
  expect(told()).toEqual([expect.stringContaining('source-unreachable at source')]);
  for (let minute = 0; minute < 3; minute += 1) await lookAt(false);
  expect(world.state.openIncidents).toEqual([]);
  expect(world.state.closedIncidents).toMatchObject([
    { ending: 'Recovered after 5 m, 0 changes caught up.' },
  ]);
  expect(told().slice(1)).toEqual([expect.stringContaining('over: source-unreachable')]);
  expect(world.metrics.totals.map(({ ReplicationsDegraded }) => ReplicationsDegraded)).toEqual([
    1, 1, 1, 1, 0, 0, 0,
  ]);
});

test.each(['error', 'needs-resync'] as const)(
  'what is in status %s is counted as failed for as long as it lasts, and so is a deletion that cannot go on',
  async (status) => {
    const { ports, metrics, state } = createWorld({ status });
    await monitorHealth('me', ports);
    await monitorHealth('me', ports);
    state.replication = { ...state.replication, status: 'deleting', lastErrorMessage: 'It cannot go on.' };
    await monitorHealth('me', ports);
    expect(state.openIncidents).toContainEqual(expect.objectContaining({ condition: 'deletion-blocked' }));
    state.replication = sampleReplication({ status: 'stopped' });
    await monitorHealth('me', ports);
    expect(metrics.totals.map(({ ReplicationsFailed }) => ReplicationsFailed)).toEqual([1, 1, 1, 0]);
  },
);

test('what could not be put on its way is told by the next check', async () => {
  const { ports, state, alerting, queued, log } = createWorld({ status: 'error' });
  const failing = {
    ...ports.store,
    addDelivery: async () => {
      throw new MillraceError('StoreUnavailable', 'no');
    },
  };
  await alerting.alertStore.addChannel(sampleChannel());
  await alerting.alertStore.addRoute(sampleRoute());
  await monitorHealth('me', { ...ports, store: failing });
  expect(state.openIncidents[0]).not.toHaveProperty('toldAt');
  expect(log.lines.join()).toContain('the next check tries again');
  await monitorHealth('me', ports);
  await monitorHealth('me', ports);
  expect(state.openIncidents[0]).toHaveProperty('toldAt');
  expect([...alerting.deliveries.values()].map(({ channelName }) => channelName)).toEqual(['ops']);
  expect(queued).toHaveLength(1);
});

test('a delivery whose message is lost is put into the queue again', async () => {
  const { ports, alerting, queued } = createWorld({ status: 'error' });
  await alerting.alertStore.addChannel(sampleChannel());
  await alerting.alertStore.addRoute(sampleRoute());
  const queue = { send: () => Promise.reject(new MillraceError('ServiceUnavailable', 'no')) };
  await monitorHealth('me', { ...ports, queue });
  await ports.clock.sleep(60_000);
  await monitorHealth('me', ports);
  expect(queued).toEqual([]);
  await ports.clock.sleep(60_000);
  await monitorHealth('me', ports);
  expect(queued).toMatchObject([{ attempt: 1 }]);
});

test('a copy that has ended is told once', async () => {
  const { ports, state, alerting } = createWorld();
  await monitorHealth('me', ports);
  const source = { schema: 'public', table: 'flights' };
  const done = {
    ...({ source, target: source, generation: 1, state: 'live', runsOn: 'lambda' } as const),
    ...{ estimatedRows: 9, estimatedBytes: 9, chunks: 1, chunksDone: 1, rowsCopied: 9, bytesCopied: 9 },
    ...{ startedAt: '2026-03-01T12:00:10.000Z', finishedAt: '2026-03-01T12:00:40.000Z' },
  };
  state.replication = { ...state.replication, tables: state.replication.tables.slice(0, 1) };
  state.progress.set('public.flights', done);
  await monitorHealth('me', ports);
  await monitorHealth('me', ports);
  state.progress.set('public.flights', { ...done, finishedAt: '2026-03-01T12:09:00.000Z' });
  await monitorHealth('me', ports);
  expect([...alerting.deliveries.values()].map(({ message }) => [message.condition, message.text])).toEqual([
    ['copy-done', 'acme_shop_connector: Copied 1 table with 9 rows in 30 s.'],
    ['resync-done', 'acme_shop_connector: Copied 1 table with 9 rows again in 8 m.'],
  ]);
  expect(state.openIncidents).toEqual([]);
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

test('a check that fails leaves a point that says so, and calls nothing over that was at fault', async () => {
  const world = createWorld();
  const at = '2026-03-01T11:58:00.000Z';
  const incident = {
    incidentId: 'i',
    replicationId: 7,
    condition: 'connector-failed',
    severity: 'warning',
    toldAt: at,
    hop: 'capture',
    message: 'It has failed',
    since: at,
    openedAt: at,
    updatedAt: at,
    appliedAtOpening: 3,
  } as const;
  world.state.openIncidents = [incident];
  const { store } = world.ports;
  let isBroken = true;
  const ports = {
    ...world.ports,
    store: {
      ...store,
      getLaunch: async (id: number) => {
        if (isBroken) throw new MillraceError('Internal', 'Stored item CONSUMER is malformed.');
        return store.getLaunch(id);
      },
    },
  };
  for (let minute = 0; minute < 4; minute += 1) {
    await monitorHealth('me', ports);
    await ports.clock.sleep(60_000);
  }
  expect(world.state.history).toHaveLength(4);
  expect(world.state.history[0]).toEqual({
    at: '2026-03-01T12:00:00.000Z',
    overall: 'degraded',
    hop: 'consumer',
    condition: 'check-failed',
  });
  expect(world.state.health).toMatchObject({
    overall: 'degraded',
    since: '2026-03-01T12:00:00.000Z',
    faults: [{ condition: 'check-failed' }],
  });
  expect(world.state.openIncidents.map(({ condition }) => condition)).toEqual([
    'connector-failed',
    'check-failed',
  ]);
  expect(world.state.closedIncidents).toEqual([]);
  expect(world.state.openIncidents[1]?.message).toContain('Stored item CONSUMER is malformed');
  expect(world.alerting.deliveries.size).toBe(1);

  isBroken = false;
  world.state.heartbeat = { ...beat, beatAt: '2026-03-01T12:04:00.000Z' };
  await monitorHealth('me', ports);
  expect(world.state.history.at(-1)?.condition).not.toBe('check-failed');
});

test('replications of one source are looked at one after the other, and wait for its silence once', async () => {
  const world = createWorld();
  const at = '2026-03-01T12:00:00.000Z';
  const failure = { code: 'DatabaseUnreachable', message: 'It is away.', at, since: at };
  const all = [1, 2, 3].map((replicationId) => ({
    ...world.state.replication,
    replicationId,
    sourceDatabaseId: replicationId === 3 ? 2 : 1,
  }));
  const looked: number[] = [];
  const stored = new Map<number, SourceLog>();
  const ports = {
    ...world.ports,
    store: {
      ...world.ports.store,
      listReplicationKeys: async () => all,
      getReplication: async (_clientId: number, id: number) => all[id - 1] ?? world.state.replication,
      putSourceLog: async (id: number, log: SourceLog) => void stored.set(id, log),
    },
    sources: {
      look: async ({ replicationId, sourceDatabaseId }: Replication) => {
        looked.push(replicationId);
        const sawFailure = sourceDatabaseId === 1 ? { failure } : {};
        return { sourceLog: { ...sourceLog, ...sawFailure }, isOpen: false };
      },
    },
  };
  await monitorHealth('me', ports);
  expect(looked.toSorted()).toEqual([1, 3]);
  expect(stored.get(2)?.failure).toMatchObject({ code: 'DatabaseUnreachable', message: 'It is away.' });
  expect(stored.get(3)?.failure).toBeUndefined();
});

/** A world of many replications, whose connectors are asked for one by one when Connect's list leaves them out. */
const createMany = (count: number) => {
  const world = createWorld();
  const all = Array.from({ length: count }, (_, index) => ({
    ...world.state.replication,
    replicationId: index + 1,
    connectorName: `c${index + 1}`,
  }));
  const examined: number[] = [];
  const lastChecked = new Map<string, number>();
  const ports = {
    ...world.ports,
    store: {
      ...world.ports.store,
      listReplicationKeys: async () => all,
      getReplication: async (_clientId: number, id: number) => all[id - 1] ?? world.state.replication,
      getLastChecked: async (check: string, run: number) => lastChecked.get(`${check} ${run}`),
      putLastChecked: async (check: string, run: number, id: number) =>
        void lastChecked.set(`${check} ${run}`, id),
      getLaunch: async (id: number) => {
        examined.push(id);
        return world.state.launch;
      },
    },
  };
  return { ...world, examined, ports };
};

test('a check that runs out of time goes on with those that it left out', async () => {
  const world = createMany(700);
  const { ports, examined } = world;
  const { getLaunch } = ports.store;
  const slow = {
    ...ports,
    store: {
      ...ports.store,
      getLaunch: async (id: number) => {
        const launch = await getLaunch(id);
        if (examined.length % 100 === 0) await ports.clock.sleep(15_000);
        return launch;
      },
    },
  };
  const seen = new Set<number>();
  const first = await checkHeartbeats('me', slow);
  expect(first.examined).toBeLessThan(700);
  for (let run = 0; run < 5; run += 1) {
    for (const id of examined.splice(0)) seen.add(id);
    await checkHeartbeats('me', slow);
  }
  for (const id of examined) seen.add(id);
  expect(seen.size).toBe(700);
});

test('beyond what one run does, parallel runs divide the replications; until then the first has them all', async () => {
  const few = createMany(3);
  expect(await checkHeartbeats('me', few.ports, { index: 1, count: 2 })).toMatchObject({ examined: 0 });
  expect(await checkHeartbeats('me', few.ports, { index: 0, count: 2 })).toMatchObject({ examined: 3 });
  const many = createMany(2_001);
  const runs = [0, 1, 2, 3].map((index) => checkHeartbeats('me', many.ports, { index, count: 4 }));
  const examined = (await Promise.all(runs)).map((run) => run.examined);
  expect(examined).toEqual([1_000, 1_001, 0, 0]);
  expect(new Set(many.examined).size).toBe(2_001);
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
