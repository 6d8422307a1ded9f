import { expect, test } from '@jest/globals';
import { nextBoundStatement, readChunkStatement } from '#core/databases/oracle/source/copy-statements.ts';
import { columnOf, tableOf } from '../column-samples.ts';

const table = tableOf(
  [
    columnOf('NUMBER', { precision: 10, scale: 0 }, { name: 'ID', notNull: true }),
    columnOf('DATE', {}, { name: 'Placed at' }),
    columnOf('CLOB', {}, { name: 'NOTE' }),
    columnOf('NUMBER', {}, { name: 'TOTAL', isGenerated: true }),
  ],
  ['ID'],
);
const number = (name: string) => `TO_CHAR(${name}, 'TM9', 'NLS_NUMERIC_CHARACTERS=''.,''')`;

test('a chunk is one statement over all columns but virtual ones', () => {
  expect(readChunkStatement(table, { chunkNumber: 0, after: ['5'] })).toEqual({
    text:
      `SELECT ${number('"ID"')} AS "C0", TO_CHAR("Placed at", 'SYYYY-MM-DD HH24:MI:SS') AS "C1", "NOTE" AS "C2" ` +
      'FROM "SHOP"."ORDERS" WHERE "ID" > TO_NUMBER(:1)',
    values: ['5'],
  });
  expect(readChunkStatement(table, { chunkNumber: 0 })).not.toHaveProperty('values');
});

test('the next bound is the key of one row, found by reading the index up to it', () => {
  expect(nextBoundStatement(table, ['5'], 1_000)).toEqual({
    text:
      `SELECT ${number('"ID"')} AS "C0" FROM (SELECT "ID", ROWNUM AS millrace_row FROM (SELECT "ID" FROM ` +
      '"SHOP"."ORDERS" WHERE "ID" > TO_NUMBER(:1) ORDER BY "ID") WHERE ROWNUM <= :2) WHERE millrace_row = :3',
    values: ['5', 1_000, 1_000],
  });
  expect(nextBoundStatement(table, undefined, 0.5).values).toEqual([1, 1]);
});

test('a column that cannot be replicated cannot be read either', () => {
  const long = tableOf([columnOf('LONG', {}, { name: 'TEXT' })], []);
  expect(() => readChunkStatement(long, { chunkNumber: 0 })).toThrow(
    expect.objectContaining({ code: 'UnsupportedType' }),
  );
});
