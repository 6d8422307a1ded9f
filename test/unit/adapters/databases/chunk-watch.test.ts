import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { type Progress, stallTimeoutMs, writeWatched } from '#adapters/databases/chunk-watch.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

const batch = { rowCount: 2, rows: [['1'], ['2']], bytes: 2 };

/** A write that goes on until its connection is cut, or until `finish` is called. */
const startWrite = () => {
  const released: boolean[] = [];
  const ended = Promise.withResolvers<void>();
  const abort = new AbortController();
  let told: Progress = () => undefined;
  const result = writeWatched(
    {
      cut: () => ended.reject(new Error('cut')),
      release: (isFailed) => released.push(isFailed),
      describe: () => new MillraceError('DatabaseUnreachable', 'Cannot copy chunk 1.'),
    },
    abort.signal,
    (progress) => {
      told = progress;
      return ended.promise;
    },
  );
  return { result, released, abort, finish: () => ended.resolve(), progress: () => told(batch) };
};

test('what was read is counted, and nothing watches a chunk that is written', async () => {
  const { result, released, finish, progress } = startWrite();
  progress();
  progress();
  finish();
  expect(await result).toEqual({ rows: 4, bytes: 4 });
  expect(released).toEqual([false]);
  expect(jest.getTimerCount()).toBe(0);
});

test('a copy in which nothing moves is cut, counted from its last batch', async () => {
  const { result, released, progress } = startWrite();
  jest.advanceTimersByTime(stallTimeoutMs - 1);
  progress();
  jest.advanceTimersByTime(stallTimeoutMs - 1);
  expect(released).toEqual([]);
  jest.advanceTimersByTime(1);
  await expect(result).rejects.toMatchObject({
    code: 'DatabaseTimeout',
    message: 'Cannot copy chunk 1. Nothing moved for 300 s.',
  });
  expect(released).toEqual([true]);
});

test('an abort cuts the copy, which then rejects with its reason', async () => {
  const { result, released, abort } = startWrite();
  abort.abort(new Error('stopped'));
  await expect(result).rejects.toThrow('stopped');
  expect(released).toEqual([true]);
  expect(jest.getTimerCount()).toBe(0);
});
