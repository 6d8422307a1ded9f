import { expect, test } from '@jest/globals';
import { WorkSlots } from '../../../../consumer-container/consumer/work-slots.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('no more work at the same time than there are slots, and all get one in turn', async () => {
  const slots = new WorkSlots(3);
  let working = 0;
  let most = 0;
  const order: number[] = [];
  await Promise.all(
    Array.from({ length: 50 }, async (_unused, index) => {
      const yieldSlot = (): void => {};
      await slots.acquire(yieldSlot);
      working += 1;
      most = Math.max(most, working);
      order.push(index);
      await turn();
      working -= 1;
      slots.release(yieldSlot);
    }),
  );
  expect(most).toBe(3);
  expect(order).toEqual(Array.from({ length: 50 }, (_unused, index) => index));
});

test('a holder hears that someone waits, also when that is so from the beginning', async () => {
  const slots = new WorkSlots(1);
  const told: string[] = [];
  const holders = ['first', 'second', 'third'].map((name) => () => {
    told.push(name);
  });
  const [first, second, third] = holders as [() => void, () => void, () => void];
  await slots.acquire(first);
  expect([slots.isContended, told]).toEqual([false, []]);
  const waiting = [slots.acquire(second), slots.acquire(third)];
  await turn();
  expect(slots.isContended).toBe(true);
  expect(told).toEqual(['first', 'first']);
  slots.release(first);
  await waiting[0];
  expect(told.at(-1)).toBe('second');
  slots.release(second);
  await waiting[1];
  expect(slots.isContended).toBe(false);
  slots.release(third);
  slots.release(third);
  const twice = [slots.acquire(first), slots.acquire(second)];
  await turn();
  // A release that is repeated gave no second slot.
  expect(slots.isContended).toBe(true);
  slots.release(first);
  await Promise.all(twice);
});
