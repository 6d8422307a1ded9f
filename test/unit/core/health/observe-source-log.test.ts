import { expect, test } from '@jest/globals';
import { observeSourceLog } from '#core/health/observe-source-log.ts';
import { createManualClock } from '../../../kit/manual-clock.ts';
import { sampleReplication } from '../../../kit/memory-store.ts';

const clock = createManualClock();
const connect = { getOffset: async () => ({ file: 'binlog.000002', pos: 4 }) };
const readAt = clock.now().toISOString();

test('the bytes, and each warning with its remedy, are kept with the time', async () => {
  const source = {
    readRetainedBytes: async (_capture: unknown, readOffset: () => Promise<unknown>) =>
      (await readOffset()) === undefined ? undefined : 12,
    findCaptureWarnings: async () => [
      { subject: 'source server', problem: 'It has no limit.', remedy: 'Set one.' },
      { subject: 'source server', problem: 'It is small.' },
    ],
  };
  expect(await observeSourceLog(sampleReplication(), { source, connect, clock })).toEqual({
    readAt,
    retainedBytes: 12,
    warnings: ['It has no limit. Set one.', 'It is small.'],
  });
});

test('what a kind of database does not tell is not known', async () => {
  expect(await observeSourceLog(sampleReplication(), { source: {}, connect, clock })).toEqual({
    readAt,
    warnings: [],
  });
});
