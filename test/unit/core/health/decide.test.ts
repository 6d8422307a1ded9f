import { expect, test } from '@jest/globals';
import type { Heartbeat } from '#core/contracts/consumer.ts';
import { type Desired, decide, decideHeartbeat, healLimit } from '#core/health/decide.ts';
import type { Observation } from '#core/health/observation.ts';
import type { ConnectorState, ConnectorStatus } from '#core/ports/services.ts';
import type { HealAttempt } from '#core/ports/state-store.ts';

const now = new Date('2026-03-01T12:00:00.000Z');
const ago = (seconds: number): string => new Date(now.getTime() - seconds * 1_000).toISOString();

const running: Desired = { desired: 'running', status: 'active', statusSince: ago(3_600) };

const connector = (
  state: ConnectorState,
  taskState: ConnectorState = state,
  trace?: string,
): Observation['connector'] => ({
  kind: 'seen',
  value: { state, tasks: [{ id: 0, state: taskState, ...(trace === undefined ? {} : { trace }) }] },
});

const beat = (change: Partial<Heartbeat> = {}): Heartbeat => ({
  launchId: 'r7-g3-l1',
  epoch: 1,
  state: 'RUNNING',
  beatAt: ago(10),
  startedAt: ago(3_500),
  applied: { inserts: 0, updates: 0, deletes: 0, truncates: 0, duplicatesSkipped: 0 },
  lagEvents: 0,
  lagMs: 0,
  ...change,
});

const launch = { launchId: 'r7-g3-l1', taskArn: 'arn:task', launchedAt: ago(3_540), generation: 3 };
const runningTask = { kind: 'seen', value: { lastStatus: 'RUNNING' } } as const;

const healthy: Observation = {
  connector: connector('RUNNING'),
  rowsConnector: { kind: 'missing' },
  consumer: { launch, heartbeat: beat(), task: runningTask },
  execution: { kind: 'unknown' },
};

const withConnector = (seen: Observation['connector']): Observation => ({ ...healthy, connector: seen });
const withConsumer = (consumer: Partial<Observation['consumer']>): Observation => ({
  ...healthy,
  consumer: { ...healthy.consumer, ...consumer },
});
const failedBecause = (trace: string): Observation => withConnector(connector('RUNNING', 'FAILED', trace));
const tried = (action: string, times: number, secondsAgo = 60): readonly HealAttempt[] =>
  Array.from({ length: times }, () => ({ action, at: ago(secondsAgo) }));

const kinds = (
  observation: Observation,
  history: readonly HealAttempt[] = [],
  desired: Desired = running,
): readonly string[] =>
  decide(desired, observation, history, now).map((action) =>
    action.kind === 'escalate' ? `escalate ${action.status} ${action.code}` : action.kind,
  );

test.each<[string, Observation, readonly HealAttempt[], readonly string[]]>([
  ['all is well', healthy, [], []],
  ['the connector is paused', withConnector(connector('PAUSED')), [], ['resume-connector']],
  ['the connector is stopped', withConnector(connector('STOPPED')), [], ['resume-connector']],
  [
    'the connector is paused again and again: a user would have stopped the replication',
    withConnector(connector('PAUSED')),
    tried('resume-connector', 20),
    ['resume-connector'],
  ],
  ['Connect is moving the connector', withConnector(connector('UNASSIGNED')), [], []],
  ['Connect is restarting the connector', withConnector(connector('RESTARTING')), [], []],
  ['Connect does not answer', withConnector({ kind: 'unknown' }), [], []],
  ['the connector was deleted', withConnector({ kind: 'missing' }), [], ['recreate-connector']],
  [
    'the connector is deleted again and again',
    withConnector({ kind: 'missing' }),
    tried('recreate-connector', healLimit),
    ['escalate error CaptureFailed'],
  ],
  ['a task failed for a moment', failedBecause('Index 3 out of bounds'), [], ['restart-connector']],
  ['a task failed as the source was away', failedBecause('Connection refused'), [], ['retry-connector']],
  [
    'the source is away for long',
    failedBecause('Connection refused'),
    [...tried('retry-connector', 20), ...tried('restart-connector', healLimit)],
    ['retry-connector'],
  ],
  ['a task failed without a trace', withConnector(connector('RUNNING', 'FAILED')), [], ['restart-connector']],
  ['the connector itself failed', withConnector(connector('FAILED')), [], ['restart-connector']],
  [
    'a task failed, and restarts are nearly used up',
    failedBecause('Index 3 out of bounds'),
    tried('restart-connector', healLimit - 1),
    ['restart-connector'],
  ],
  [
    'a task keeps failing',
    failedBecause('Index 3 out of bounds'),
    tried('restart-connector', healLimit),
    ['escalate error CaptureFailed'],
  ],
  [
    'a task failed, as it did five times earlier today',
    failedBecause('Index 3 out of bounds'),
    tried('restart-connector', healLimit, 1_801),
    ['restart-connector'],
  ],
  [
    'a task fails, and the consumer was restarted often',
    failedBecause('Index 3 out of bounds'),
    tried('restart-consumer', healLimit),
    ['restart-connector'],
  ],
  [
    'the slot is gone',
    failedBecause('ERROR: replication slot "s" does not exist'),
    [],
    ['escalate needs-resync NeedsResync'],
  ],
  [
    'the password is wrong',
    failedBecause('FATAL: password authentication failed for user "m"'),
    [],
    ['escalate error CaptureFailed'],
  ],
  [
    'the heartbeat is late, but not too late',
    withConsumer({ heartbeat: beat({ beatAt: ago(120) }) }),
    [],
    [],
  ],
  [
    'the heartbeat is older than two minutes',
    withConsumer({ heartbeat: beat({ beatAt: ago(121) }) }),
    [],
    ['restart-consumer'],
  ],
  [
    'the heartbeat is old and the consumer was restarted often',
    withConsumer({ heartbeat: beat({ beatAt: ago(121) }) }),
    tried('restart-consumer', healLimit),
    ['escalate error TaskLaunchFailed'],
  ],
  [
    'the heartbeat is from the future',
    withConsumer({ heartbeat: beat({ beatAt: ago(-3_600), startedAt: ago(-100) }) }),
    [],
    [],
  ],
  [
    'the clock of the consumer is an hour behind',
    withConsumer({ heartbeat: beat({ beatAt: ago(3_610), startedAt: ago(3_540 + 3_590) }) }),
    [],
    [],
  ],
  [
    'the clock of the consumer is an hour ahead, and it has been silent for ten minutes',
    withConsumer({ heartbeat: beat({ beatAt: ago(600 - 3_600), startedAt: ago(3_540 - 3_600 - 30) }) }),
    [],
    ['restart-consumer'],
  ],
  [
    'the task was killed, though its last heartbeat is fresh',
    withConsumer({ task: { kind: 'seen', value: { lastStatus: 'STOPPED', exitCode: 137 } } }),
    [],
    ['restart-consumer'],
  ],
  [
    'the task is on its way out',
    withConsumer({ task: { kind: 'seen', value: { lastStatus: 'DEPROVISIONING' } } }),
    [],
    ['restart-consumer'],
  ],
  ['ECS does not answer, the heartbeat is fresh', withConsumer({ task: { kind: 'unknown' } }), [], []],
  ['ECS does not know the task, the heartbeat is fresh', withConsumer({ task: { kind: 'missing' } }), [], []],
  [
    'a consumer that was just launched has not spoken yet',
    withConsumer({
      launch: { ...launch, launchId: 'r7-g3-l2', launchedAt: ago(60) },
      heartbeat: beat({ beatAt: ago(600) }),
    }),
    [],
    [],
  ],
  [
    'a consumer that was launched has never spoken',
    withConsumer({ launch: { ...launch, launchedAt: ago(121) }, heartbeat: undefined }),
    [],
    ['restart-consumer'],
  ],
  [
    'a launch was recorded, and its launcher died before the task',
    withConsumer({
      launch: { launchId: 'r7-g3-l2', launchedAt: ago(121), generation: 3 },
      task: { kind: 'missing' },
    }),
    [],
    ['restart-consumer'],
  ],
  [
    'nobody has launched a consumer',
    withConsumer({ launch: undefined, heartbeat: undefined }),
    [],
    ['restart-consumer'],
  ],
  ['the consumer is retrying', withConsumer({ heartbeat: beat({ state: 'RETRYING' }) }), [], []],
  [
    'someone stopped the task',
    withConsumer({ heartbeat: beat({ state: 'STOPPED' }) }),
    [],
    ['restart-consumer'],
  ],
  [
    'the consumer of the launch before was told to end, and the new one has not reported yet',
    withConsumer({
      launch: { ...launch, launchedAt: ago(20) },
      heartbeat: beat({ launchId: 'an older launch', state: 'STOPPED' }),
    }),
    [],
    [],
  ],
  [
    'the consumer has given up, and died before it said so in the status',
    withConsumer({
      heartbeat: beat({ state: 'ERROR', errorCode: 'ConstraintViolated', errorMessage: 'uq' }),
      task: { kind: 'seen', value: { lastStatus: 'STOPPED', exitCode: 1 } },
    }),
    [],
    ['escalate error ConstraintViolated'],
  ],
  [
    'the consumer has found a jump',
    withConsumer({ heartbeat: beat({ state: 'ERROR', errorCode: 'NeedsResync' }) }),
    [],
    ['escalate needs-resync NeedsResync'],
  ],
  [
    'the error of an older launch does not count',
    withConsumer({
      heartbeat: beat({ launchId: 'r7-g3-l0', state: 'ERROR' }),
      launch: { ...launch, launchedAt: ago(30) },
    }),
    [],
    [],
  ],
  [
    'both halves are ill',
    { ...withConsumer({ heartbeat: beat({ beatAt: ago(500) }) }), connector: connector('PAUSED') },
    [],
    ['resume-connector', 'restart-consumer'],
  ],
  [
    'one half is given up: the other is not healed while the alert goes out',
    {
      ...withConsumer({ heartbeat: beat({ beatAt: ago(500) }) }),
      connector: connector('RUNNING', 'FAILED', 'requested WAL segment 01 has already been removed'),
    },
    [],
    ['escalate needs-resync NeedsResync'],
  ],
])('active: %s', (_name, observation, history, expected) => {
  expect(kinds(observation, history)).toEqual(expected);
});

const dead = { ...withConsumer({ heartbeat: beat({ beatAt: ago(900) }) }), connector: connector('PAUSED') };

test('a paused replication gets no consumer again, and its capture is healed', () => {
  const paused: Desired = { ...running, desired: 'paused', status: 'paused' };
  const ended: Observation = {
    ...healthy,
    consumer: { launch: undefined, heartbeat: beat({ state: 'STOPPED' }), task: { kind: 'missing' } },
  };
  expect(kinds(ended, [], paused)).toEqual([]);
  expect(kinds({ ...ended, connector: connector('PAUSED') }, [], paused)).toEqual(['resume-connector']);
  expect(kinds({ ...ended, connector: { kind: 'missing' } }, [], paused)).toEqual(['recreate-connector']);
  expect(kinds(healthy, [], paused)).toEqual(['stop-consumer']);
});

test.each(['pausing', 'stopping'] as const)('one that is %s is left to what completes that', (status) => {
  const desired = status === 'pausing' ? 'paused' : 'stopped';
  expect(kinds(healthy, [], { ...running, desired, status })).toEqual([]);
});

test.each(['configured', 'stopped', 'error', 'needs-resync'] as const)(
  'nothing is healed while the status is %s',
  (status) => {
    expect(kinds(dead, [], { ...running, status })).toEqual([]);
    expect(decideHeartbeat({ ...running, status }, dead.consumer, [], now)).toEqual([]);
  },
);

const starting = (execution: Observation['execution'], secondsAgo: number): readonly string[] =>
  kinds({ ...dead, execution }, [], { ...running, status: 'starting', statusSince: ago(secondsAgo) });

test.each<[string, Observation['execution'], number, readonly string[]]>([
  ['its execution runs', { kind: 'seen', value: 'RUNNING' }, 90_000, []],
  ['Step Functions does not answer', { kind: 'unknown' }, 90_000, []],
  ['it was asked for a moment ago', { kind: 'missing' }, 59, []],
  ['it was never carried out', { kind: 'missing' }, 60, ['escalate error StartInterrupted']],
  [
    'it was aborted behind our back',
    { kind: 'seen', value: 'ABORTED' },
    90,
    ['escalate error StartInterrupted'],
  ],
  ['it timed out', { kind: 'seen', value: 'TIMED_OUT' }, 90, ['escalate error StartInterrupted']],
])('starting: %s', (_name, execution, secondsAgo, expected) => {
  expect(starting(execution, secondsAgo)).toEqual(expected);
});

const copying = (rowsConnector: Observation['rowsConnector'], history: readonly HealAttempt[] = []) =>
  kinds({ ...dead, rowsConnector, execution: { kind: 'seen', value: 'RUNNING' } }, history, {
    ...running,
    status: 'starting',
  });

test.each<[string, Observation['rowsConnector'], readonly HealAttempt[], readonly string[]]>([
  ['runs', connector('RUNNING'), [], []],
  ['is not there yet, or not any more', { kind: 'missing' }, [], []],
  ['cannot be looked at', { kind: 'unknown' }, [], []],
  ['was paused', connector('PAUSED'), [], ['resume-rows-connector']],
  ['is stopped, as by the end of the copy', connector('STOPPED'), [], []],
  [
    'has a failed task',
    connector('RUNNING', 'FAILED', 'java.io.IOException: broken'),
    [],
    ['restart-rows-connector'],
  ],
  [
    'has been restarted often enough',
    connector('RUNNING', 'FAILED', 'java.io.IOException: broken'),
    tried('restart-rows-connector', healLimit),
    [],
  ],
])('the connector of a copy %s', (_name, rowsConnector, history, expected) => {
  expect(copying(rowsConnector, history)).toEqual(expected);
  expect(kinds({ ...healthy, rowsConnector }, history)).toEqual(expected);
});

test('a start that has ended is not healed by its copy', () => {
  const ended = { ...dead, rowsConnector: connector('PAUSED'), execution: { kind: 'missing' } } as const;
  expect(kinds(ended, [], { ...running, status: 'starting' })).toEqual(['escalate error StartInterrupted']);
});

const stopped: Desired = { desired: 'stopped', status: 'stopped', statusSince: ago(60) };

test('a user stop wins over whatever runs', () => {
  expect(kinds(healthy, [], stopped)).toEqual(['pause-connector', 'stop-consumer']);
  expect(kinds(healthy, [], { ...stopped, status: 'active' })).toEqual(['pause-connector', 'stop-consumer']);
});

test.each<[string, Observation]>([
  [
    'both are gone',
    {
      ...healthy,
      connector: { kind: 'missing' },
      consumer: { launch: undefined, heartbeat: undefined, task: { kind: 'missing' } },
    },
  ],
  [
    'both are still',
    {
      ...withConsumer({ task: { kind: 'seen', value: { lastStatus: 'STOPPED' } } }),
      connector: connector('PAUSED'),
    },
  ],
  ['nobody answers', { ...withConsumer({ task: { kind: 'unknown' } }), connector: { kind: 'unknown' } }],
  [
    'the connector has failed',
    { ...withConsumer({ task: { kind: 'missing' } }), connector: connector('FAILED') },
  ],
])('a stopped replication is left alone when %s', (_name, observation) => {
  expect(kinds(observation, [], stopped)).toEqual([]);
});

test('the check of heartbeats decides on the consumer only', () => {
  expect(decideHeartbeat(running, dead.consumer, [], now).map(({ kind }) => kind)).toEqual([
    'restart-consumer',
  ]);
  expect(decideHeartbeat({ ...running, desired: 'stopped' }, dead.consumer, [], now)).toEqual([]);
});

test('a reason tells what was seen', () => {
  const failed: ConnectorStatus = {
    state: 'RUNNING',
    tasks: [{ id: 0, state: 'FAILED', trace: 'x\nCaused by: java.net.ConnectException: Connection refused' }],
  };
  expect(decide(running, withConnector({ kind: 'seen', value: failed }), [], now)).toEqual([
    { kind: 'retry-connector', reason: 'Capture failed: ConnectException: Connection refused' },
  ]);
});

test('whether there is something to do never depends on what was tried before', () => {
  const observations: readonly Observation[] = [
    healthy,
    ...(['PAUSED', 'STOPPED', 'FAILED', 'UNASSIGNED', 'RUNNING'] as const).map((state) =>
      withConnector(connector(state, state, 'Connection refused')),
    ),
    withConnector({ kind: 'missing' }),
    withConnector({ kind: 'unknown' }),
    withConsumer({ launch: undefined }),
    withConsumer({ heartbeat: beat({ beatAt: ago(600) }) }),
    withConsumer({ task: { kind: 'seen', value: { lastStatus: 'STOPPED' } } }),
  ];
  const statuses = ['active', 'starting', 'paused', 'stopped', 'error'] as const;
  const histories = (['restart-connector', 'recreate-connector', 'restart-consumer'] as const).flatMap(
    (kind) => [1, healLimit, 20].map((times) => tried(kind, times)),
  );
  for (const observation of observations) {
    for (const status of statuses) {
      const desired = { ...running, status, desired: status === 'stopped' ? 'stopped' : 'running' } as const;
      const acts = kinds(observation, [], desired).length > 0;
      for (const history of histories) expect(kinds(observation, history, desired).length > 0).toBe(acts);
    }
  }
});
