import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createValueGuard } from '#core/canonical/value-guard.ts';
import type { ColumnDescription } from '#core/contracts/table-description.ts';
import { CopyLines } from '#core/databases/postgresql/target/copy-lines.ts';
import { copyText } from '#core/databases/postgresql/target/copy-text.ts';
import { createRowCheck } from '#core/databases/postgresql/target/value-check.ts';
import type { CanonicalRow } from '#core/ports/databases.ts';

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

/** Every second value is written as bytes, as most of a reader's are; the others as texts. */
const encode = (rows: readonly CanonicalRow[], policy: 'fail' | 'null', of = columns) => {
  const { guard, take } = createValueGuard(table, policy);
  const lines = new CopyLines(of, guard);
  for (const row of rows) {
    for (const [index, value] of row.entries()) {
      if (value === null) lines.addNull();
      else if (index % 2 === 0) lines.addText(value);
      else {
        lines.reserve(Buffer.byteLength(value));
        lines.addWritten(lines.at + lines.bytes.write(value, lines.at));
      }
    }
  }
  expect(lines.isEmpty).toBe(rows.length === 0);
  const { rowCount, encoded, bytes } = lines.take(7);
  expect({ rowCount, bytes, isEmpty: lines.isEmpty }).toEqual({
    rowCount: rows.length,
    bytes: 7,
    isEmpty: true,
  });
  return { lines: encoded?.toString(), nulled: take() };
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

test('rows longer than the room that there is are kept, and so is a batch that was taken', () => {
  const { guard } = createValueGuard(table, 'fail');
  const lines = new CopyLines(columns.slice(3), guard);
  const long = 'a\\'.repeat(300_000);
  lines.addText(long);
  lines.addText('b');
  const first = lines.take(0);
  lines.addText('c');
  expect(first.encoded?.toString()).toBe(`${'a\\\\'.repeat(300_000)}\nb\n`);
  expect(lines.take(0).encoded?.toString()).toBe('c\n');
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
