import { expect, test } from '@jest/globals';
import type { Replication } from '#core/contracts/replication.ts';
import { actOnEach } from '#core/health/heal-each.ts';
import { createRecordingLog } from '../../../kit/recording-log.ts';

const replications = [1, 2, 3, 4, 5].map((replicationId) => ({ replicationId }) as Replication);

test('each has its turn in order, also after one that fails, until there is no time left', async () => {
  const turns: number[] = [];
  const failed: number[] = [];
  const { healed, leftOut } = await actOnEach(replications, {
    logFor: () => createRecordingLog(),
    act: async ({ replicationId }) => {
      turns.push(replicationId);
      if (replicationId === 2) throw new Error('no answer');
      return 10;
    },
    report: (_log, _error, { replicationId }) => void failed.push(replicationId),
    mayBegin: () => turns.length < 4,
    parallel: 1,
  });
  expect(turns).toEqual([1, 2, 3, 4]);
  expect(failed).toEqual([2]);
  expect(healed).toBe(30);
  expect(leftOut.map(({ replicationId }) => replicationId)).toEqual([5]);
});

test('what is carried out at the same time is counted as a whole', async () => {
  const { healed } = await actOnEach(replications, {
    logFor: () => createRecordingLog(),
    act: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return 1;
    },
    report: () => {},
  });
  expect(healed).toBe(replications.length);
});
