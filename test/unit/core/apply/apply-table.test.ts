import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeKey, decodeRow, keyOf } from '#core/apply/apply-table.ts';
import type { ApplyTable } from '#core/ports/apply-table.ts';

const tableOf = (columns: number): ApplyTable => ({
  mapping: {
    source: { schema: 'shop', table: 'orders' },
    target: { schema: 'public', table: 'shop_orders' },
  },
  columns: Array.from({ length: columns }, (_, index) => ({
    name: `c${index}`,
    decode: (raw) => String(raw),
    isUnavailable: () => false,
  })),
  keyColumns: Array.from({ length: columns }, (_, index) => index),
  ignoredColumns: new Set(),
});

const part = fc.string({ unit: fc.constantFrom('\0', '\u0001', 'a'), maxLength: 4 });

test.each([1, 2, 3])('keys of %i columns have the same text only when they are the same', (columns) => {
  const table = tableOf(columns);
  const key = fc.array(part, { minLength: columns, maxLength: columns });
  fc.assert(
    fc.property(key, key, (one, other) => {
      const isSame = one.every((value, index) => value === other[index]);
      expect(keyOf(table, one) === keyOf(table, other)).toBe(isSame);
    }),
    { numRuns: 2_000 },
  );
});

test('a NUL that moves from one part to the other is another key', () => {
  expect(keyOf(tableOf(2), ['a\0', 'b'])).not.toBe(keyOf(tableOf(2), ['a', '\0b']));
});

test.each([[['a', null]], [['a']]])('a key without a value of each column is refused', (row) => {
  expect(() => keyOf(tableOf(2), row)).toThrow(expect.objectContaining({ code: 'UndecodableEvent' }));
});

test.each(['__proto__', 'constructor', 'toString', '__defineGetter__'])(
  'a column called %s is known only where the event has it',
  (name) => {
    const plain = tableOf(2);
    const table = {
      ...plain,
      columns: plain.columns.map((column, at) => (at === 1 ? { ...column, name } : column)),
    };
    const read = (json: string) => decodeRow({ ...table, keyColumns: [0] }, JSON.parse(json)).row;
    expect(read(`{"c0": 1, "${name}": 2}`)).toEqual(['1', '2']);
    expect(read('{"c0": 1}')).toEqual(['1', undefined]);
    expect(decodeKey(table, JSON.parse(`{"c0": 1, "${name}": 2}`)).row).toEqual(['1', '2']);
    expect(() => decodeKey(table, JSON.parse('{"c0": 1}'))).toThrow(`no value for key column ${name}`);
  },
);

test('an event has to mention the columns that the table had when it was copied, and no others', () => {
  const table: ApplyTable = { ...tableOf(3), keyColumns: [0], expectedColumns: [0, 1] };
  expect(decodeRow(table, { c0: 1, c1: null }).row).toEqual(['1', null, undefined]);
  expect(() => decodeRow(table, { c0: 1, c2: 3 })).toThrow(
    expect.objectContaining({
      code: 'SchemaChanged',
      message: expect.stringContaining('lacks columns that the table had when it was copied (c1)'),
    }),
  );
});
