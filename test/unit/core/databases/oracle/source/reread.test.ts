import { expect, test } from '@jest/globals';
import { rereadStatement } from '#core/databases/oracle/source/reread.ts';
import { columnOf, tableOf } from '../column-samples.ts';

test('rows are read by their keys, without columns that the source does not have any more', () => {
  const table = tableOf(
    [columnOf('NUMBER', {}, { name: 'ID' }), columnOf('CLOB', {}, { name: 'NOTE' })],
    ['ID'],
  );
  const column = (name: string) => ({ name, decode: () => null, isUnavailable: () => false });
  const statement = rereadStatement(
    table,
    {
      mapping: { source: table.ref, target: table.ref },
      columns: [column('FORMER'), column('NOTE'), column('ID')],
      keyColumns: [2],
      ignoredColumns: new Set(),
    },
    [
      [undefined, undefined, '1'],
      [undefined, undefined, '2'],
    ],
  );
  expect(statement.text).toBe(
    `SELECT "NOTE" AS "C0", TO_CHAR("ID", 'TM9', 'NLS_NUMERIC_CHARACTERS=''.,''') AS "C1" FROM "SHOP"."ORDERS" ` +
      'WHERE ("ID" = TO_NUMBER(:1)) OR ("ID" = TO_NUMBER(:2))',
  );
  expect(statement.values).toEqual(['1', '2']);
  expect(statement.columns.map(({ index }) => index)).toEqual([1, 2]);
});
