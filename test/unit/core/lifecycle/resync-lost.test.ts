import { expect, test } from '@jest/globals';
import type { Replication } from '#core/contracts/replication.ts';
import { resyncLost, resyncsByItself } from '#core/lifecycle/resync-lost.ts';
import { createOwnStartWorld } from './own-start-world.ts';

const lost = {
  replicationId: 7,
  clientId: 1,
  connectorName: 'acme_shop_connector',
  status: 'needs-resync',
  desired: 'running',
  snapshotMode: 'when_needed',
  generation: 3,
  copyGeneration: 2,
  lastErrorMessage: 'Changes of acme_shop_connector were lost: the slot is gone.',
} as Replication;

const createWorld = (first = lost) => createOwnStartWorld(first);

test('only a replication that has lost changes, is meant to run and has this mode is copied again by itself', () => {
  expect(resyncsByItself(lost)).toBe(true);
  for (const change of [{ status: 'error' }, { desired: 'stopped' }, { snapshotMode: 'initial' }] as const) {
    expect(resyncsByItself({ ...lost, ...change })).toBe(false);
  }
  const { snapshotMode: _mode, ...direct } = lost;
  expect(resyncsByItself(direct)).toBe(false);
});

test('a forced start begins, and the activity and an alert say so and why', async () => {
  const { state, runs, alerts, activities, ports } = createWorld();
  expect(await resyncLost(lost, 'health', ports)).toBe(true);
  expect(runs).toEqual([expect.objectContaining({ replicationId: 7, generation: 4, forceResync: true })]);
  expect(state.current).toMatchObject({ status: 'starting', resyncGeneration: 4 });
  expect(activities).toEqual([
    expect.objectContaining({
      actor: 'healer',
      action: 'start-requested',
      reason: expect.stringContaining('the slot is gone. The snapshot mode is when_needed'),
    }),
  ]);
  expect(alerts).toHaveLength(1);
  expect(alerts[0]?.message).toContain('the slot is gone');
});

test('once an hour at most', async () => {
  const { state, runs, clock, ports } = createWorld();
  await resyncLost(lost, 'health', ports);
  state.current = lost;
  clock.advance(3_599_000);
  expect(await resyncLost(lost, 'health', ports)).toBe(false);
  expect(runs).toHaveLength(1);
  clock.advance(2_000);
  expect(await resyncLost(lost, 'health', ports)).toBe(true);
  expect(runs).toHaveLength(2);
});

test("a user's stop or start of the same moment counts", async () => {
  const stopped = createWorld({ ...lost, status: 'stopped', desired: 'stopped' });
  expect(await resyncLost(lost, 'health', stopped.ports)).toBe(false);
  expect([stopped.runs, stopped.attempts]).toEqual([[], []]);
  const busy = createWorld();
  busy.state.isLeased = true;
  expect(await resyncLost(lost, 'health', busy.ports)).toBe(false);
  expect([busy.runs, busy.attempts]).toEqual([[], []]);
});
