import { expect, test } from '@jest/globals';
import { createValueGuard } from '#core/databases/mysql/value-guard.ts';

const ref = { schema: 'warehouse', table: 'things' };

test.each(['fail', 'text'] as const)(
  'under %s a value that cannot be represented is an error that names its column',
  (policy) => {
    const guard = createValueGuard(ref, policy);
    expect(() => guard({ name: 'amount', notNull: false }, 'is no finite number')).toThrow(
      expect.objectContaining({
        code: 'ValueRejected',
        message: 'A value for column amount of table warehouse.things is no finite number.',
        facts: { table: 'warehouse.things', column: 'amount' },
      }),
    );
  },
);

test('under null it is NULL and counted, unless the column is NOT NULL', () => {
  const nulled: string[] = [];
  const guard = createValueGuard(ref, 'null', (column) => nulled.push(column));
  expect(guard({ name: 'amount', notNull: false }, 'is infinite')).toBeNull();
  expect(() => guard({ name: 'id', notNull: true }, 'is infinite')).toThrow(
    expect.objectContaining({ code: 'ValueRejected' }),
  );
  expect(nulled).toEqual(['amount']);
});
