import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { copyText } from '#core/databases/postgresql/copy-text.ts';
import { createUtf8CopyEncoder } from '#core/databases/postgresql/copy-utf8.ts';
import { createRowCheck } from '#core/databases/postgresql/value-check.ts';
import { Utf8RowsWriter } from '#core/databases/utf8-rows.ts';
import { createValueGuard } from '#core/databases/value-guard.ts';
import type { CanonicalRow, ColumnDescription } from '#core/ports/databases.ts';

const column = (name: string, baseType: string, notNull = false): ColumnDescription => ({
  ...{ name, type: baseType, baseType, isArray: false, typeKind: 'base', notNull, isGenerated: false },
});

const columns = [
  column('n', 'int4'),
  column('day', 'date'),
  column('at', 'timestamptz'),
  column('note', 'text'),
];
const table = { schema: 'public', table: 'orders' };

const encode = (rows: readonly CanonicalRow[], policy: 'fail' | 'null', of = columns) => {
  const writer = new Utf8RowsWriter(of.length, 16);
  for (const row of rows) {
    for (const value of row) {
      if (value === null) writer.addNull();
      else writer.addText(value);
    }
  }
  const { utf8 } = writer.take(0);
  if (utf8 === undefined) throw new Error('There are no values.');
  const { guard, take } = createValueGuard(table, policy);
  return { lines: createUtf8CopyEncoder(of, guard)(utf8).toString(), nulled: take() };
};

test('no rows are no lines', () => {
  expect(encode([], 'fail').lines).toBe('');
});

test('is what the rows are as text', () => {
  const value = fc.option(
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        '2020-00-01',
        '2020-01-00 10:00:00',
        '0000-00-00',
        '2020-10-10',
        '\\N',
        '\t\r\n\\',
        '\0',
      ),
    ),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(value, value, value, value)), (rows) => {
      const { guard, take } = createValueGuard(table, 'null');
      const expected = copyText(rows.map(createRowCheck(columns, guard))).toString();
      const encoded = encode(rows, 'null');
      expect(encoded.lines).toBe(expected);
      expect(encoded.nulled).toEqual(take());
    }),
  );
});

test.each([
  ['day', ['1', '2020-01-00', null, null]],
  ['at', ['1', null, '0000-00-00 00:00:00', null]],
  ['note', ['1', null, null, 'a\0b']],
])('a value that %s cannot have fails, unless it may become NULL', (name, row) => {
  expect(() => encode([row], 'fail')).toThrow(expect.objectContaining({ code: 'ValueRejected' }));
  const { lines, nulled } = encode([row, ['2', null, null, 'x']], 'null');
  expect(lines).toBe('1\t\\N\t\\N\t\\N\n2\t\\N\t\\N\tx\n');
  expect(nulled).toEqual(new Map([[name, 1]]));
  expect(() =>
    encode(
      [row],
      'null',
      columns.map((found) => ({ ...found, notNull: true })),
    ),
  ).toThrow(expect.objectContaining({ code: 'ValueRejected' }));
});
