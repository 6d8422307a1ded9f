import { expect, test } from '@jest/globals';
import { createValueGuard } from '#core/canonical/value-guard.ts';

const ref = { schema: 'warehouse', table: 'things' };

test.each([
  ['fail', "Correct it at the source, or give the table another value_policy than 'fail'."],
  ['text', 'Correct it at the source.'],
] as const)(
  'under %s a value that cannot be represented is an error that names its column and a remedy',
  (policy, remedy) => {
    const { guard, take } = createValueGuard(ref, policy);
    expect(() => guard({ name: 'amount', notNull: false }, 'is no finite number')).toThrow(
      expect.objectContaining({
        code: 'ValueRejected',
        message: `A value for column amount of table warehouse.things is no finite number. ${remedy}`,
        facts: { table: 'warehouse.things', column: 'amount' },
      }),
    );
    expect(take().size).toBe(0);
  },
);

test('under null it is NULL and counted once, unless the column is NOT NULL', () => {
  const { guard, take } = createValueGuard(ref, 'null');
  expect(guard({ name: 'amount', notNull: false }, 'is infinite')).toBeNull();
  expect(guard({ name: 'amount', notNull: false }, 'is infinite')).toBeNull();
  expect(() => guard({ name: 'id', notNull: true }, 'is infinite')).toThrow(
    expect.objectContaining({ code: 'ValueRejected', message: expect.stringContaining('NOT NULL') }),
  );
  expect([...take()]).toEqual([['amount', 2]]);
  expect([...take()]).toEqual([]);
});
