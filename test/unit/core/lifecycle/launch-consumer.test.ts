import { expect, test } from '@jest/globals';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { launchForStart, relaunchConsumer } from '#core/lifecycle/launch-consumer.ts';
import { createManualClock } from '../../../kit/manual-clock.ts';
import { createMemoryStore, sampleReplication } from '../../../kit/memory-store.ts';
import { createRecordingLog } from '../../../kit/recording-log.ts';

const createWorld = () => {
  const { store, state } = createMemoryStore(sampleReplication());
  const calls: string[] = [];
  const world = { taskStatus: 'RUNNING', runFailure: undefined as Error | undefined };
  return {
    state,
    calls,
    world,
    ports: {
      store,
      tasks: {
        runConsumer: async ({ launchId }: { launchId: string }) => {
          calls.push(`run ${launchId}`);
          if (world.runFailure !== undefined) throw world.runFailure;
          return `arn:${launchId}`;
        },
        stopTask: async (arn: string) => {
          calls.push(`stop ${arn}`);
        },
        describeTask: async () => ({ lastStatus: world.taskStatus }),
      },
      clock: createManualClock(),
      log: createRecordingLog(),
    },
  };
};

test('the first launch of a start', async () => {
  const { ports, calls, state } = createWorld();
  const launched = await launchForStart(state.replication, ports);
  expect(launched).toEqual({
    launchId: 'r7-g3-l1',
    taskArn: 'arn:r7-g3-l1',
    launchedAt: '2026-03-01T12:00:00.000Z',
    generation: 3,
  });
  expect(state.launch).toEqual(launched);
  expect(calls).toEqual(['run r7-g3-l1']);
});

test('a step that is repeated finds the task that it has launched', async () => {
  const { ports, calls, state } = createWorld();
  const first = await launchForStart(state.replication, ports);
  expect(await launchForStart(state.replication, ports)).toEqual(first);
  expect(calls).toEqual(['run r7-g3-l1']);
});

test('a step that died between recording and launching launches the same task', async () => {
  const { ports, calls, state, world } = createWorld();
  world.runFailure = new MillraceError('TaskLaunchFailed', 'no capacity');
  await expect(launchForStart(state.replication, ports)).rejects.toMatchObject({ code: 'TaskLaunchFailed' });
  world.runFailure = undefined;
  await launchForStart(state.replication, ports);
  expect(calls).toEqual(['run r7-g3-l1', 'run r7-g3-l1']);
});

test('a step that is repeated after its task has ended launches another', async () => {
  const { ports, calls, state, world } = createWorld();
  await launchForStart(state.replication, ports);
  world.taskStatus = 'STOPPED';
  await launchForStart(state.replication, ports);
  expect(calls).toEqual(['run r7-g3-l1', 'stop arn:r7-g3-l1', 'run r7-g3-l2']);
});

test('the consumer of an older start is stopped', async () => {
  const { ports, calls, state } = createWorld();
  state.launch = { launchId: 'r7-g2-l4', taskArn: 'arn:old', launchedAt: 'x', generation: 2 };
  await launchForStart(state.replication, ports);
  expect(calls).toEqual(['stop arn:old', 'run r7-g3-l1']);
});

test('a stop by the user keeps anything from being launched', async () => {
  const { ports, calls, state } = createWorld();
  const { replication } = state;
  state.replication = { ...replication, desired: 'stopped' };
  await expect(relaunchConsumer(replication, ports)).rejects.toMatchObject({ code: 'Superseded' });
  expect(calls).toEqual([]);
});

test('a start that a newer one has replaced does not stop the consumer of the newer one', async () => {
  const { ports, calls, state } = createWorld();
  const { replication } = state;
  state.replication = { ...replication, generation: 4 };
  const newer = { launchId: 'r7-g4-l1', taskArn: 'arn:newer', launchedAt: 'x', generation: 4 };
  state.launch = newer;
  await expect(launchForStart(replication, ports)).rejects.toMatchObject({ code: 'Superseded' });
  expect(calls).toEqual([]);
  expect(state.launch).toEqual(newer);
});
