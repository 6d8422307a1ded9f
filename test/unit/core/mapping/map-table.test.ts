import { expect, test } from '@jest/globals';
import { formerSourceColumn, mapTable } from '#core/mapping/map-table.ts';
import { sampleColumn, sampleTable } from '../../../kit/databases.ts';

const orders = sampleTable('orders', {
  columns: [
    sampleColumn('id'),
    sampleColumn('total', { type: 'numeric(8,2)', baseType: 'numeric', precision: 8, scale: 2 }),
    sampleColumn('secret', { type: 'text', baseType: 'text' }),
    sampleColumn('mood', { type: 'mood', baseType: 'mood', typeKind: 'enum', notNull: false }),
  ],
  primaryKey: ['id'],
});

test('without column mappings both views are the source table itself', () => {
  const { source, mapped } = mapTable(orders, {});
  expect([source, mapped]).toEqual([orders, orders]);
  expect(source).toBe(orders);
});

test('what is read keeps the source names, what is written has the target names and types, in one order', () => {
  const { source, mapped } = mapTable(orders, {
    columns: [
      { source: 'id', target: 'Order Id', type: 'bigint' },
      { source: 'total', type: 'numeric' },
      { source: 'secret', omit: true },
      { source: 'mood', target: 'total_mood' },
    ],
  });
  expect(source.columns.map(({ name, type }) => [name, type])).toEqual([
    ['id', 'integer'],
    ['total', 'numeric(8,2)'],
    ['mood', 'mood'],
  ]);
  expect(source.primaryKey).toEqual(['id']);
  expect(mapped.columns).toEqual([
    sampleColumn('Order Id', { type: 'bigint', baseType: 'int8' }),
    sampleColumn('total', { type: 'numeric', baseType: 'numeric' }),
    sampleColumn('total_mood', { type: 'mood', baseType: 'mood', typeKind: 'enum', notNull: false }),
  ]);
  expect(mapped.primaryKey).toEqual(['Order Id']);
  expect(mapped.ref).toEqual(orders.ref);
});

test('a new type is no longer what the column is at its source', () => {
  const flag = sampleColumn('flag', {
    type: 'smallint',
    baseType: 'int2',
    native: { type: 'tinyint(1)', baseType: 'tinyint' },
  });
  const table = sampleTable('t', { columns: [sampleColumn('id'), flag] });
  const [, retyped] = mapTable(table, { columns: [{ source: 'flag', type: 'integer' }] }).mapped.columns;
  expect(retyped).toEqual(sampleColumn('flag', { type: 'integer', baseType: 'int4' }));
  const [, renamed] = mapTable(table, { columns: [{ source: 'flag', target: 'f' }] }).mapped.columns;
  expect(renamed).toEqual({ ...flag, name: 'f' });
});

test('a column that is gone from the source still names what it fed', () => {
  const mapping = {
    columns: [
      { source: 'old', target: 'new' },
      { source: 'secret', omit: true as const },
      { source: 'kept', type: 'text' },
    ],
  };
  expect(['new', 'old', 'secret', 'kept', 'other'].map((name) => formerSourceColumn(mapping, name))).toEqual([
    'old',
    undefined,
    undefined,
    'kept',
    'other',
  ]);
});
