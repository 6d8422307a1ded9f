import { expect, test } from '@jest/globals';
import { maxLaggingTopics } from '#core/contracts/consumer.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { Progress } from '../../../../consumer-container/consumer/progress.ts';

const counts = { inserts: 0, updates: 0, deletes: 0, truncates: 0, duplicatesSkipped: 0 };
const startMs = 1_000_000;

/** Partitions by the offsets of their next event and of their end. */
const progressOf = (partitions: readonly (readonly [topic: string, next: bigint, end: bigint])[]) =>
  new Progress(
    partitions.map(([topic, nextOffset], partition) => ({ topic, partition, nextOffset, epoch: 1, counts })),
    partitions.map(([topic, , endOffset], partition) => ({ topic, partition, firstOffset: 0n, endOffset })),
    startMs,
    String,
  );

test('a topic that has caught up is not listed', () => {
  expect(progressOf([['a', 5n, 5n]]).laggingTopics(startMs + 100)).toEqual([]);
});

test('the partitions of a topic are one entry: events are summed, and the oldest change counts', () => {
  const progress = progressOf([
    ['a', 2n, 5n],
    ['a', 0n, 4n],
  ]);
  progress.partition('a', 1)?.underWay.push(startMs - 500);
  expect(progress.laggingTopics(startMs + 100)).toEqual([{ topic: 'a', lagEvents: 7, lagMs: 600 }]);
});

test('the lag is unknown once the ends of the topics have not been read for 30 s, and known again when they are', () => {
  const progress = progressOf([
    ['a', 5n, 5n],
    ['b', 5n, 5n],
  ]);
  expect(progress.lagUnknown(startMs + 30_000)).toBeUndefined();
  expect(progress.lagUnknown(startMs + 30_001)).toBe(
    `Could not read the end offsets of 2 topics since ${new Date(startMs).toISOString()}, so the lag is not known ` +
      'until this works again: Kafka has not answered yet',
  );
  progress.endsError = new MillraceError('KafkaUnavailable', 'no broker');
  expect(progress.lagUnknown(startMs + 30_001)).toMatch(/works again: no broker$/);
  expect(progress.lagMsAtMost(startMs + 60_000)).toBe(60_000);
  progress.readEnds(startMs + 60_000);
  expect(progress.lagUnknown(startMs + 60_001)).toBeUndefined();
  expect(progress.lagMsAtMost(startMs + 60_001)).toBe(0);
});

test('the oldest waiting change comes first, then the most events, and the list is bounded', () => {
  const progress = progressOf(
    Array.from({ length: maxLaggingTopics + 20 }, (_none, index) => [`t${index}`, 0n, BigInt(index + 1)]),
  );
  progress.partition('t0', 0)?.underWay.push(startMs - 500);
  const lagging = progress.laggingTopics(startMs + 100);
  expect(lagging).toHaveLength(maxLaggingTopics);
  expect(lagging[0]?.topic).toBe('t0');
  expect(lagging[1]?.topic).toBe(`t${maxLaggingTopics + 19}`);
});

test('the lag of a consumer that begins behind is unknown until it has read what waits, for a minute at most', () => {
  const progress = progressOf([
    ['a', 2n, 5n],
    ['b', 5n, 5n],
  ]);
  progress.readEnds(startMs + 20_000);
  expect(progress.lagUnknown(startMs + 20_000)).toBe(
    'The consumer has just begun, and 3 changes wait of which it has read none yet, so it is not known how old they are',
  );
  progress.partition('a', 0)?.underWay.push(startMs - 300_000);
  expect(progress.lagUnknown(startMs + 20_000)).toBeUndefined();
  expect(progress.lagMs(startMs)).toBe(300_000);

  const refused = progressOf([['a', 2n, 5n]]);
  refused.readEnds(startMs + 60_000);
  expect(refused.lagUnknown(startMs + 60_000)).toBeUndefined();
  expect(refused.lagMs(startMs + 60_000)).toBe(60_000);
});

test('what comes later is no older than when there was nothing', () => {
  const progress = progressOf([['a', 5n, 5n]]);
  const partition = progress.partition('a', 0);
  if (partition === undefined) throw new Error('no partition');
  partition.endOffset = 9n;
  expect(progress.lagUnknown(startMs + 100)).toBeUndefined();
  expect(progress.lagMs(startMs + 100)).toBe(100);
});
