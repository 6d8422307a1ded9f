import { expect, test } from '@jest/globals';
import { claimTables, refuseTakenTables } from '#core/lifecycle/target-claims.ts';

const orders = { schema: 'public', table: 'orders' };
const lines = { schema: 'public', table: 'lines' };

test('a replication takes tables that nobody has claimed', () => {
  const { claims, taken } = claimTables({}, 7, [orders, lines]);
  expect(taken).toEqual([]);
  expect(Object.values(claims)).toEqual([7, 7]);
  expect(() => refuseTakenTables(taken)).not.toThrow();
});

test('a table of another replication is refused by name, and so is one that is named twice', () => {
  const { claims } = claimTables({}, 7, [orders]);
  expect(claimTables(claims, 8, [lines, orders]).taken).toEqual([orders]);
  expect(claimTables({}, 8, [lines, lines]).taken).toEqual([lines]);
  expect(() => refuseTakenTables([orders])).toThrow(
    expect.objectContaining({
      code: 'TargetTableClaimed',
      message: expect.stringContaining('public.orders'),
    }),
  );
});

test('a table whose name is that of a property of every object is like any other', () => {
  const odd = { schema: '__proto__', table: 'constructor' };
  expect(claimTables({}, 7, [odd]).taken).toEqual([]);
});
