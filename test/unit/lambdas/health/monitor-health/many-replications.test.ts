import { expect, test } from '@jest/globals';
import type { Replication } from '#core/contracts/replication.ts';
import type { SourceLog } from '#core/contracts/source-log.ts';
import { checkHeartbeats } from '../../../../../lambdas/health/check-heartbeats/check-heartbeats.ts';
import { monitorHealth } from '../../../../../lambdas/health/monitor-health/monitor-health.ts';
import { createMany, createWorld, sourceLog } from './monitor-world.ts';

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
