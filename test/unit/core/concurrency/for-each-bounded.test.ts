import { expect, test } from '@jest/globals';
import { forEachBounded } from '#core/concurrency/for-each-bounded.ts';

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('no more than the limit run at once, and results keep their order', async () => {
  let running = 0;
  let most = 0;
  const results = await forEachBounded([1, 2, 3, 4, 5], 2, async (item) => {
    running += 1;
    most = Math.max(most, running);
    await tick();
    running -= 1;
    return item * 10;
  });
  expect(results).toEqual([10, 20, 30, 40, 50]);
  expect(most).toBe(2);
});

test('after a failure nothing more is begun, what runs is waited for, and the first failure is thrown', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const attempt = forEachBounded([1, 2, 3, 4], 2, async (item) => {
    begun.push(item);
    if (item === 1) throw new Error('first');
    await tick();
    ended.push(item);
  });
  await expect(attempt).rejects.toThrow('first');
  expect(begun).toEqual([1, 2]);
  expect(ended).toEqual([2]);
});

test('nothing to do is done', async () => {
  expect(await forEachBounded([], 3, async () => 1)).toEqual([]);
});
