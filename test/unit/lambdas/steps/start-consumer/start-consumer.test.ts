import { expect, test } from '@jest/globals';
import type { Heartbeat } from '#core/contracts/consumer.ts';
import type { Replication } from '#core/contracts/replication.ts';
import type { TaskObservation } from '#core/ports/services.ts';
import { startConsumer } from '../../../../../lambdas/steps/start-consumer/start-consumer.ts';
import { createManualClock } from '../../../../kit/manual-clock.ts';
import { createMemoryStore, sampleReplication } from '../../../../kit/memory-store.ts';
import { createRecordingLog } from '../../../../kit/recording-log.ts';

const run = { clientId: 1, replicationId: 7, generation: 3, forceResync: false };

const beat = (change: Partial<Heartbeat>): Heartbeat => ({
  launchId: 'r7-g3-l1',
  epoch: 1,
  state: 'RUNNING',
  beatAt: '2026-03-01T12:00:00.000Z',
  startedAt: '2026-03-01T12:00:00.000Z',
  applied: { inserts: 0, updates: 0, deletes: 0, truncates: 0, duplicatesSkipped: 0 },
  lagEvents: 0,
  lagMs: 0,
  ...change,
});

/** `onLook` runs each time the task is described, once a second. */
const createWorld = (onLook: (look: number) => void = () => {}) => {
  const { store, state } = createMemoryStore(
    sampleReplication({ lastErrorCode: 'CopyFailed', lastErrorMessage: 'old' }),
  );
  const world = { task: { lastStatus: 'RUNNING' } as TaskObservation | undefined };
  let looks = 0;
  const log = createRecordingLog();
  const begin = () =>
    startConsumer(run, {
      store,
      tasks: {
        runConsumer: async () => 'arn:task',
        stopTask: async () => {},
        describeTask: async () => {
          looks += 1;
          onLook(looks);
          return world.task;
        },
      },
      clock: createManualClock(),
      log,
    });
  return { begin, store, state, world, log };
};

test.each(['RUNNING', 'RETRYING'] as const)(
  'a consumer whose first word is %s makes it active',
  async (word) => {
    const world = createWorld((look) => {
      if (look === 3) world.state.heartbeat = beat({ state: word });
    });
    expect(await world.begin()).toEqual({ launchId: 'r7-g3-l1' });
    expect(world.state.replication.status).toBe('active');
    expect(world.state.replication.lastErrorMessage).toBeUndefined();
    expect(world.state.activity).toMatchObject([{ actor: 'start-replication', action: 'started' }]);
    expect(world.log.lines.at(-1)).toContain('STEP 4/4');
  },
);

test('the heartbeat of an older launch does not count', async () => {
  const { begin, state } = createWorld();
  state.heartbeat = beat({ launchId: 'r7-g2-l1' });
  await expect(begin()).rejects.toMatchObject({ code: 'TaskLaunchFailed' });
  expect(state.replication.status).toBe('starting');
});

test('a consumer that stops on an error of its own hands it on', async () => {
  const world = createWorld((look) => {
    if (look === 2) {
      world.state.heartbeat = beat({
        state: 'ERROR',
        errorCode: 'SchemaMismatch',
        errorMessage: 'Column x is missing.',
      });
    }
  });
  await expect(world.begin()).rejects.toMatchObject({
    code: 'SchemaMismatch',
    message: expect.stringContaining('Column x is missing.'),
  });
});

test('a task that ends before its first word has failed to launch', async () => {
  const { begin, world } = createWorld();
  world.task = { lastStatus: 'STOPPED', exitCode: 1, stoppedReason: 'CannotPullContainerError' };
  await expect(begin()).rejects.toMatchObject({
    code: 'TaskLaunchFailed',
    message: expect.stringMatching(/exit code 1.*CannotPullContainerError/),
  });
});

test.each<[string, Partial<Replication>]>([
  ['a stop', { desired: 'stopped' }],
  ['a newer start', { generation: 4 }],
])('%s right before it is declared active wins', async (_what, change) => {
  const world = createWorld();
  const { updateReplication } = world.store;
  world.store.updateReplication = async (...update) => {
    world.state.replication = { ...world.state.replication, ...change };
    return updateReplication(...update);
  };
  world.state.heartbeat = beat({});
  await expect(world.begin()).rejects.toMatchObject({ code: 'Superseded' });
  expect(world.state.replication).toMatchObject({ ...change, status: 'starting' });
});

test('an older start launches nothing for a newer one', async () => {
  const world = createWorld();
  world.state.replication = { ...world.state.replication, generation: 4 };
  await expect(world.begin()).rejects.toMatchObject({ code: 'Superseded' });
  expect(world.state.launch).toBeUndefined();
});

test('a stop by the user while it starts wins', async () => {
  const world = createWorld((look) => {
    if (look === 2) world.state.replication = { ...world.state.replication, desired: 'stopped' };
  });
  await expect(world.begin()).rejects.toMatchObject({ code: 'Superseded' });
  expect(world.state.replication.status).toBe('starting');
});
