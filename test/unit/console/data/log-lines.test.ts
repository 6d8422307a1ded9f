import { expect, test } from '@jest/globals';
import type { LogLine } from '../../../../console/api/client.ts';
import { emptyLog, reduceLog } from '../../../../console/data/log-lines.ts';

const line = (message: string): LogLine => ({
  at: '2026-01-02T03:04:05.000Z',
  level: 'info',
  component: 'consumer',
  service: 'consumer',
  message,
  error: null,
});
const answered = (count: number) =>
  ({
    kind: 'answered',
    lines: Array.from({ length: count }, (_, index) => line(String(index))),
    isAtEnd: true,
    atMs: 1,
  }) as const;

test('lines are added in their order, each with a number of its own', () => {
  const once = reduceLog(emptyLog, answered(2));
  const twice = reduceLog(once, answered(2));
  expect(twice.data?.map(({ number }) => number)).toEqual([0, 1, 2, 3]);
});

test('an answer without lines draws nothing again, and a first one ends the loading', () => {
  const first = reduceLog(emptyLog, answered(0));
  expect(first.data).toEqual([]);
  const some = reduceLog(first, answered(1));
  expect(reduceLog(some, answered(0)).data).toBe(some.data);
});

test('the oldest lines go first, and are counted', () => {
  let state = emptyLog;
  for (let page = 0; page < 11; page += 1) state = reduceLog(state, answered(500));
  expect([state.data?.length, state.dropped, state.data?.[0]?.number]).toEqual([5_000, 500, 500]);
});

test('a failure keeps the lines, and the next answer forgets it', () => {
  const failed = reduceLog(reduceLog(emptyLog, answered(1)), { kind: 'failed', error: new Error('no') });
  expect([failed.data?.length, failed.errorUpdateCount]).toEqual([1, 1]);
  expect(reduceLog(failed, answered(0)).error).toBeNull();
});
