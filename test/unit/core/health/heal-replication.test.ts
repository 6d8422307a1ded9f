import { expect, test } from '@jest/globals';
import type { Replication } from '#core/contracts/replication.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { HealAction } from '#core/health/decide.ts';
import { type HealPorts, healReplication } from '#core/health/heal-replication.ts';
import type { Alert } from '#core/ports/services.ts';
import { createManualClock } from '../../../kit/manual-clock.ts';
import { createMemoryStore, sampleReplication } from '../../../kit/memory-store.ts';
import { createRecordingLog, createRecordingMetrics } from '../../../kit/recording-log.ts';

const createWorld = (change: Partial<Replication> = {}) => {
  const { store, state } = createMemoryStore(sampleReplication({ status: 'active', ...change }));
  const calls: string[] = [];
  const alerts: Alert[] = [];
  const metrics = createRecordingMetrics();
  const log = createRecordingLog();
  const failures = { connect: undefined as Error | undefined, alert: 0 };
  const call = (name: string) => async (): Promise<void> => {
    calls.push(name);
    if (failures.connect !== undefined) throw failures.connect;
  };
  const ports: HealPorts = {
    store,
    connectors: {
      pause: call('pause'),
      resume: call('resume'),
      restartFailed: call('restartFailed'),
      recreate: call('recreate'),
    },
    tasks: {
      runConsumer: async ({ launchId }) => {
        calls.push(`run ${launchId}`);
        return `arn:${launchId}`;
      },
      stopTask: async (arn) => {
        calls.push(`stop ${arn}`);
      },
      describeTask: async () => undefined,
    },
    alerts: {
      publish: async (alert) => {
        if (failures.alert > 0) {
          failures.alert -= 1;
          throw new MillraceError('ServiceUnavailable', 'SNS is silent');
        }
        alerts.push(alert);
      },
    },
    metrics,
    clock: createManualClock(),
    log,
  };
  const heal = (actions: readonly HealAction[]) =>
    healReplication(state.replication, 'me', async () => actions, ports);
  return { store, state, calls, alerts, metrics, log, failures, ports, heal };
};

const restartConsumer: HealAction = { kind: 'restart-consumer', reason: 'It is silent.' };
const giveUp: HealAction = {
  kind: 'escalate',
  status: 'needs-resync',
  code: 'NeedsResync',
  reason: 'The slot is gone.',
};

test.each<[string, Partial<Replication>]>([
  ['started again', { generation: 4 }],
  ['stopped', { desired: 'stopped' }],
  ['declared in error', { status: 'error' }],
])('a replication that was %s while it was looked at is not given up', async (_what, change) => {
  const { ports, state, alerts, calls } = createWorld();
  state.launch = { launchId: 'newer', taskArn: 'arn:newer', launchedAt: 'x', generation: 4 };
  let looks = 0;
  const examine = async () => {
    looks += 1;
    // The second look is that under the lease, after the replication was read.
    if (looks === 2) state.replication = { ...state.replication, ...change };
    return [giveUp];
  };
  expect(await healReplication(state.replication, 'me', examine, ports)).toEqual([]);
  expect(state.replication).toMatchObject(change);
  expect(state.replication.lastErrorCode).toBeUndefined();
  expect([alerts, calls]).toEqual([[], []]);
});

test.each([
  ['resume-connector', 'resume', 'connector-resumed'],
  ['restart-connector', 'restartFailed', 'connector-restarted'],
  ['retry-connector', 'restartFailed', 'connector-restarted'],
  ['recreate-connector', 'recreate', 'connector-recreated'],
  ['pause-connector', 'pause', 'connector-paused'],
] as const)('%s is carried out, counted and told', async (kind, call, action) => {
  const { heal, calls, state, metrics } = createWorld();
  expect(await heal([{ kind, reason: 'because' }])).toHaveLength(1);
  expect(calls).toEqual([call]);
  expect(state.attempts).toEqual([{ action: kind, at: '2026-03-01T12:00:00.000Z' }]);
  expect(state.activity).toEqual([
    { at: '2026-03-01T12:00:00.000Z', actor: 'healer', action, message: 'because' },
  ]);
  expect(metrics.emitted).toEqual([{ Heals: 1 }]);
  expect(state.leaseHolder).toBeUndefined();
});

test('a consumer is replaced by a new launch', async () => {
  const { heal, calls, state } = createWorld();
  state.launch = { launchId: 'r7-g3-l1', taskArn: 'arn:old', launchedAt: 'x', generation: 3 };
  await heal([restartConsumer]);
  expect(calls).toEqual(['stop arn:old', 'run r7-g3-l2']);
  expect(state.launch).toMatchObject({ launchId: 'r7-g3-l2', taskArn: 'arn:r7-g3-l2' });
});

test('nothing is done while someone else holds the lease', async () => {
  const { heal, calls, state } = createWorld();
  state.leaseHolder = 'the user';
  expect(await heal([restartConsumer])).toEqual([]);
  expect(calls).toEqual([]);
  expect(state.leaseHolder).toBe('the user');
});

test('what is done is decided again under the lease', async () => {
  const { ports, calls, state } = createWorld();
  const seen = state.replication;
  const examined: string[] = [];
  state.replication = { ...seen, desired: 'stopped', status: 'stopped' };
  const done = await healReplication(
    seen,
    'me',
    async ({ desired }) => {
      examined.push(desired);
      return desired === 'running' ? [restartConsumer] : [];
    },
    ports,
  );
  expect(examined).toEqual(['running', 'stopped']);
  expect(done).toEqual([]);
  expect(calls).toEqual([]);
});

test('a stop that comes between deciding and launching wins', async () => {
  const { ports, calls, state, metrics } = createWorld();
  const done = await healReplication(
    state.replication,
    'me',
    async () => {
      state.replication = { ...state.replication, desired: 'stopped' };
      return [restartConsumer];
    },
    ports,
  );
  expect(done).toEqual([]);
  expect(calls).toEqual([]);
  expect(metrics.errors).toEqual([]);
});

test('an action that fails counts as an attempt, and the next one is tried all the same', async () => {
  const { heal, calls, failures, state, metrics } = createWorld();
  failures.connect = new MillraceError('ConnectUnavailable', 'silent');
  const done = await heal([{ kind: 'resume-connector', reason: 'paused' }, restartConsumer]);
  expect(done).toEqual([restartConsumer]);
  expect(calls).toEqual(['resume', 'run r7-g3-l1']);
  expect(state.attempts.map(({ action }) => action)).toEqual(['resume-connector', 'restart-consumer']);
  expect(metrics.errors).toEqual(['ConnectUnavailable']);
  expect(state.leaseHolder).toBeUndefined();
});

test('a connector that cannot be recreated without a loss is given up', async () => {
  const { heal, failures, state, alerts } = createWorld();
  failures.connect = new MillraceError('NeedsResync', 'The slot is gone.');
  await heal([{ kind: 'recreate-connector', reason: 'deleted' }]);
  expect(state.replication).toMatchObject({ status: 'needs-resync', lastErrorMessage: 'The slot is gone.' });
  expect(alerts).toHaveLength(1);
});

test('giving up sets the status, stops the consumer and alerts once', async () => {
  const { heal, calls, state, alerts, metrics } = createWorld();
  state.launch = { launchId: 'r7-g3-l1', taskArn: 'arn:old', launchedAt: 'x', generation: 3 };
  await heal([giveUp]);
  expect(state.replication).toMatchObject({
    status: 'needs-resync',
    lastErrorCode: 'NeedsResync',
    lastErrorMessage: 'The slot is gone.',
  });
  expect(calls).toEqual(['stop arn:old']);
  expect(state.launch).toBeUndefined();
  expect(alerts).toMatchObject([
    { subject: 'Millrace: acme_shop_connector is in state needs-resync', replicationId: 7 },
  ]);
  expect(alerts[0]?.message).toContain('force_resync');
  expect(state.activity).toMatchObject([{ action: 'gave-up' }]);
  expect(metrics.errors).toEqual(['NeedsResync']);
});

test('of two that give up at the same time one alerts', async () => {
  const { ports, alerts, state } = createWorld();
  const seen = state.replication;
  const done = await healReplication(
    seen,
    'me',
    async () => {
      state.replication = { ...seen, status: 'error' };
      return [giveUp];
    },
    { ...ports, store: { ...ports.store, getReplication: async () => seen } },
  );
  expect(done).toEqual([]);
  expect(alerts).toEqual([]);
});

test('an alert that cannot be published is tried again', async () => {
  const { heal, alerts, failures } = createWorld();
  failures.alert = 2;
  await heal([giveUp]);
  expect(alerts).toHaveLength(1);
});
