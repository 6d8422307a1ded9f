import { describe, expect, test } from '@jest/globals';
import type { ConsumerLaunch, PoolStore } from '#core/ports/state-store.ts';

export interface PoolStoreWorld {
  readonly pool: PoolStore;
  /** A replication that is to run, with the launch `r{number}-g1-l1` on record; its number. */
  readonly launched: () => Promise<number>;
  /** A user's stop. */
  readonly stop: (replicationId: number) => Promise<void>;
  readonly launchOf: (replicationId: number) => Promise<ConsumerLaunch | undefined>;
}

const launchId = (replicationId: number, number = 1): string => `r${replicationId}-g1-l${number}`;
const launch = (replicationId: number, number: number) => ({
  launchId: launchId(replicationId, number),
  taskArn: `pool:${launchId(replicationId, number)}`,
  launchedAt: '2026-03-01T12:00:00.000Z',
  generation: 1,
});

/** What every `PoolStore` does. */
export const describePoolStore = (open: () => PoolStoreWorld): void => {
  describe('slots and pool tasks', () => {
    const addSlot = async (world: PoolStoreWorld) => {
      const replicationId = await world.launched();
      const slot = { clientId: 1, replicationId, launchId: launchId(replicationId) };
      await world.pool.addSlot(slot);
      return slot;
    };
    const waits = async ({ pool }: PoolStoreWorld, id: string): Promise<boolean> =>
      (await pool.listWaitingSlots(1_000)).some((slot) => slot.launchId === id);

    test('a slot that waits is claimed by one of those who try', async () => {
      const world = open();
      const slot = await addSlot(world);
      expect(await waits(world, slot.launchId)).toBe(true);
      const claims = await Promise.all(['a', 'b', 'c'].map((holder) => world.pool.claimSlot(slot, holder)));
      expect(claims.filter((isClaimed) => isClaimed)).toHaveLength(1);
      const holder = ['a', 'b', 'c'][claims.indexOf(true)] ?? '';
      expect(await world.pool.getSlot(slot.replicationId)).toEqual({ ...slot, holder });
      expect(await world.pool.listSlotsOf(holder)).toContainEqual({ ...slot, holder });
      expect(await waits(world, slot.launchId)).toBe(false);
      await world.pool.endSlot(slot, holder);
      expect(await world.pool.getSlot(slot.replicationId)).toBeUndefined();
    });

    test('added again it stays what it is, and another launch takes its place', async () => {
      const world = open();
      const slot = await addSlot(world);
      await world.pool.claimSlot(slot, 'd');
      await world.pool.addSlot(slot);
      expect(await world.pool.getSlot(slot.replicationId)).toEqual({ ...slot, holder: 'd' });
      const next = { ...slot, launchId: launchId(slot.replicationId, 2), revision: 7 };
      await world.pool.addSlot(next);
      expect(await world.pool.getSlot(slot.replicationId)).toEqual(next);
      // The former one is still among those of its pool task, which ends it without touching the new one.
      expect(await world.pool.listSlotsOf('d')).toHaveLength(1);
      await world.pool.endSlot(slot, 'd');
      expect(await world.pool.listSlotsOf('d')).toEqual([]);
      expect(await world.pool.getSlot(slot.replicationId)).toEqual(next);
    });

    test('a stop removes one that waits, and marks one that is held', async () => {
      const world = open();
      const waiting = await addSlot(world);
      await world.pool.stopSlot(waiting.replicationId, waiting.launchId);
      expect(await waits(world, waiting.launchId)).toBe(false);
      expect(await world.pool.claimSlot(waiting, 'e')).toBe(false);
      const held = await addSlot(world);
      await world.pool.claimSlot(held, 'e');
      await world.pool.stopSlot(held.replicationId, launchId(held.replicationId, 9));
      expect((await world.pool.listSlotsOf('e'))[0]?.stop).toBeUndefined();
      await world.pool.stopSlot(held.replicationId, held.launchId);
      expect(await world.pool.listSlotsOf('e')).toEqual([{ ...held, holder: 'e', stop: true }]);
    });

    test('passed on, it waits under the next launch, which is the recorded one then', async () => {
      const world = open();
      const slot = await addSlot(world);
      await world.pool.claimSlot(slot, 'f');
      expect(await world.pool.passSlot(slot, 'f', launch(slot.replicationId, 2))).toBe(true);
      expect(await world.launchOf(slot.replicationId)).toMatchObject(launch(slot.replicationId, 2));
      expect(await waits(world, launchId(slot.replicationId, 2))).toBe(true);
      expect(await world.pool.listSlotsOf('f')).toEqual([]);
      // The pool task that lost it cannot pass it on a second time.
      expect(await world.pool.passSlot(slot, 'f', launch(slot.replicationId, 3))).toBe(false);
      expect((await world.launchOf(slot.replicationId))?.launchId).toBe(launchId(slot.replicationId, 2));
    });

    test("a user's stop comes before a pool task that passes a slot on", async () => {
      const world = open();
      const slot = await addSlot(world);
      await world.pool.claimSlot(slot, 'g');
      await world.stop(slot.replicationId);
      expect(await world.pool.passSlot(slot, 'g', launch(slot.replicationId, 2))).toBe(false);
      expect(await world.pool.getSlot(slot.replicationId)).toBeUndefined();
      expect(await world.pool.listSlotsOf('g')).toEqual([]);
    });

    test('a pool task is there from its launch to its end, and has no lease afterwards', async () => {
      const { pool } = open();
      const poolTaskId = await pool.nextPoolTaskId();
      expect(await pool.nextPoolTaskId()).not.toBe(poolTaskId);
      const launchedAt = '2026-03-01T12:00:00.000Z';
      await pool.putPoolTask({ poolTaskId, capacity: 5, launchedAt });
      await pool.setPoolTaskLaunched(poolTaskId, { taskArn: 'arn:1', revision: 3 });
      const beat = { held: 2, leasedUntil: '2026-03-01T12:00:35.000Z' };
      const known = { poolTaskId, capacity: 5, launchedAt, taskArn: 'arn:1', revision: 3, ...beat };
      expect(await pool.beatPoolTask(poolTaskId, beat)).toEqual(known);
      await pool.drainPoolTask(poolTaskId);
      expect(await pool.getPoolTask(poolTaskId)).toEqual({ ...known, drain: true });
      expect(await pool.listPoolTasks()).toContainEqual({ ...known, drain: true });
      await pool.removePoolTask(poolTaskId);
      expect(await pool.beatPoolTask(poolTaskId, beat)).toBeUndefined();
      expect(await pool.getPoolTask(poolTaskId)).toBeUndefined();
    });

    test('one at a time decides on launches', async () => {
      const { pool } = open();
      const now = new Date('2026-03-01T12:00:00.000Z');
      expect(await pool.acquirePoolLease('one', 20_000, now)).toBe(true);
      expect(await pool.acquirePoolLease('two', 20_000, now)).toBe(false);
      await pool.releasePoolLease('two');
      expect(await pool.acquirePoolLease('two', 20_000, now)).toBe(false);
      await pool.releasePoolLease('one');
      expect(await pool.acquirePoolLease('two', 20_000, now)).toBe(true);
      await pool.releasePoolLease('two');
    });
  });
};
