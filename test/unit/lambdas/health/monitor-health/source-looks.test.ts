import { expect, test } from '@jest/globals';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { LogLook } from '#core/health/observe-source-log.ts';
import { monitorHealth } from '../../../../../lambdas/health/monitor-health/monitor-health.ts';
import { acts, beat, checkFiveTimes, createWorld, sourceLog } from './monitor-world.ts';

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
