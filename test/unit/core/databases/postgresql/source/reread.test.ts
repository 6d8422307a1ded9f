import { expect, test } from '@jest/globals';
import type { ColumnDescription } from '#core/contracts/table-description.ts';
import { rereadStatement } from '#core/databases/postgresql/source/reread.ts';
import { describeApplyTable } from '#core/databases/postgresql/target/apply-statements.ts';
import * as codec from '#core/databases/postgresql/types/column-codec.ts';
import { columnOf, tableOf } from '../column-samples.ts';

const reread = (columns: readonly ColumnDescription[], key: readonly (string | null)[]) => {
  const source = tableOf(columns, { primaryKey: [columns[0]?.name ?? ''] });
  const table = describeApplyTable({ source: source.ref, target: source.ref }, source, source, codec);
  return rereadStatement(source, table, [key]);
};

test('rows are read by their keys, which come as one array for each key column', () => {
  const statement = reread(
    [columnOf('integer', 'int4', { name: 'id' }), columnOf('text', 'text', { name: 'note' })],
    ['1', null],
  );
  expect(statement).toEqual({
    text:
      'SELECT t."id", t."note" FROM unnest($1::text[]) AS k (c0) ' +
      'JOIN ONLY "public"."t" AS t ON t."id" = k.c0::integer',
    values: ['{"1"}'],
    columns: [0, 1],
  });
});

test('money is read and found as the number that it is', () => {
  const fee = columnOf('money', 'money', { name: 'fee', scale: 2 });
  const fees = columnOf('money[]', 'money', { name: 'fees', scale: 2, isArray: true });
  const { text } = reread([fee, fees], ['1.50', null]);
  expect(text).toContain('SELECT t."fee"::numeric, t."fees"::numeric[] FROM');
  expect(text).toContain('t."fee" = k.c0::numeric::money');
});

test('a key of a type of an extension is found by its own operator', () => {
  const name = columnOf('extensions.citext', 'citext', { name: 'name', typeKind: 'extension' });
  expect(reread([name], ['a']).text).toContain('t."name" OPERATOR(extensions.=) k.c0::extensions.citext');
});
