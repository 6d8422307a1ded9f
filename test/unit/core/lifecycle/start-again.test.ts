import { expect, test } from '@jest/globals';
import type { Replication } from '#core/contracts/replication.ts';
import { startAgain, startDueAt, startsAgainByItself } from '#core/lifecycle/start-again.ts';
import type { HealAttempt } from '#core/ports/state-store.ts';
import { createOwnStartWorld } from './own-start-world.ts';

const failed = {
  replicationId: 7,
  clientId: 1,
  connectorName: 'acme_shop_connector',
  status: 'error',
  desired: 'running',
  generation: 3,
  copyGeneration: 2,
  capturedSince: '2026-01-01T00:00:00.000Z',
  statusSince: '2026-01-01T00:00:00.000Z',
  lastErrorCode: 'DatabaseUnreachable',
  lastErrorMessage: 'STEP 1/4 (Validate) failed: Cannot connect.',
} as Replication;

test.each<[string, Partial<Replication>, boolean]>([
  ['has failed for what time can cure', {}, true],
  ['has failed for what a person has to change', { lastErrorCode: 'ValidationFailed' }, false],
  ['has failed without a code', { lastErrorCode: undefined }, false],
  ['has never got as far as the source', { capturedSince: undefined }, false],
  ['was stopped by its user', { desired: 'stopped' }, false],
  ['lost changes', { status: 'needs-resync' }, false],
  ['runs', { status: 'active' }, false],
])('a replication that %s is started again by itself, or not', (_what, change, expected) => {
  expect(startsAgainByItself({ ...failed, ...change } as Replication)).toBe(expected);
});

test('the pauses grow to a quarter of an hour', () => {
  const at = (minutes: number): Date => new Date(Date.parse(failed.statusSince) + minutes * 60_000);
  const attempts = (count: number): readonly HealAttempt[] =>
    Array.from({ length: count }, () => ({ action: 'start-again', at: failed.statusSince }));
  const pauses = [1, 2, 4, 8, 15, 15];
  for (const [count, minutes] of pauses.entries()) {
    expect(startDueAt(failed, attempts(count))).toEqual(at(minutes));
  }
  expect(startDueAt(failed, [{ action: 'restart-consumer', at: failed.statusSince }])).toEqual(at(1));
});

const createWorld = () => {
  const world = createOwnStartWorld(failed);
  const old = { ...failed, statusSince: world.clock.now().toISOString() };
  world.state.current = old;
  return { ...world, old };
};

test('it is started when its pause is over, without a resync, and counted', async () => {
  const { state, attempts, runs, clock, ports, old } = createWorld();
  expect(await startAgain(old, 'health', ports)).toBe(false);
  expect(attempts).toEqual([]);
  clock.advance(60_000);
  expect(await startAgain(old, 'health', ports)).toBe(true);
  expect(runs).toEqual([expect.objectContaining({ replicationId: 7, generation: 4, forceResync: false })]);
  expect(state.current).toMatchObject({ status: 'starting' });
  expect(attempts).toEqual([{ action: 'start-again', at: clock.now().toISOString() }]);
});

test('nothing is begun when its user has stopped it meanwhile, or someone else acts on it', async () => {
  const stopped = createWorld();
  stopped.clock.advance(60_000);
  stopped.state.current = { ...stopped.old, desired: 'stopped', status: 'stopped' };
  expect(await startAgain(stopped.old, 'health', stopped.ports)).toBe(false);
  const busy = createWorld();
  busy.clock.advance(60_000);
  busy.state.isLeased = true;
  expect(await startAgain(busy.old, 'health', busy.ports)).toBe(false);
  expect([...stopped.runs, ...busy.runs]).toEqual([]);
});
