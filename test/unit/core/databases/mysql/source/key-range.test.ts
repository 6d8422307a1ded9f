import { expect, test } from '@jest/globals';
import type { ColumnDescription, TableDescription } from '#core/contracts/table-description.ts';
import { nextBoundStatement, readChunkStatement } from '#core/databases/mysql/source/copy-statements.ts';
import { isDivisible, keyRangeCondition } from '#core/databases/mysql/source/key-range.ts';
import { column } from '../columns.ts';

const named = (name: string, described: ColumnDescription): ColumnDescription => ({ ...described, name });
const table = (columns: readonly ColumnDescription[], primaryKey: readonly string[]): TableDescription => ({
  ref: { schema: 'shop', table: 'orders' },
  columns,
  primaryKey,
  isKeyDeferrable: false,
  replicaIdentity: 'full',
  relationKind: 'table',
  estimatedRows: 0,
  bytes: 0,
  uniqueIndexes: [],
});

const orders = table([named('id', column('int')), named('amount', column('double'))], ['id']);
const lines = table(
  [named('a', column('int')), named('b', column('varchar')), named('c', column('bigint'))],
  ['a', 'b', 'c'],
);
const text = (value: string): string => `_utf8mb4 X'${Buffer.from(value).toString('hex')}'`;

test('a key of one column is one range', () => {
  expect(keyRangeCondition(orders, { after: ['10'], upTo: ['20'] })).toBe('`id` > 10 AND `id` <= 20');
  expect(keyRangeCondition(orders, {})).toBeUndefined();
});

test('a key of several columns is compared column by column, with the first as a bound of the read', () => {
  expect(keyRangeCondition(lines, { after: ['1', 'x', '2'] })).toBe(
    `\`a\` >= 1 AND (\`a\` > 1 OR (\`a\` = 1 AND (\`b\` > ${text('x')} OR (\`b\` = ${text('x')} AND \`c\` > 2))))`,
  );
  expect(keyRangeCondition(lines, { upTo: ['1', 'x', '2'] })).toBe(
    `\`a\` <= 1 AND (\`a\` < 1 OR (\`a\` = 1 AND (\`b\` < ${text('x')} OR (\`b\` = ${text('x')} AND \`c\` <= 2))))`,
  );
});

test('a bound of another key is refused', () => {
  expect(() => keyRangeCondition(orders, { after: ['1', '2'] })).toThrow(
    expect.objectContaining({ code: 'Internal' }),
  );
});

test('a chunk is read along the primary key, floats as doubles, and without generated columns', () => {
  const generated = { ...named('g', column('int')), isGenerated: true };
  expect(
    readChunkStatement(
      { ...orders, columns: [...orders.columns, generated] },
      { chunkNumber: 1, after: ['1'] },
    ),
  ).toBe(
    'SELECT `id`, CAST(`amount` AS DOUBLE) FROM `shop`.`orders` FORCE INDEX (PRIMARY) WHERE `id` > 1 ORDER BY `id`',
  );
});

test('the next bound is so many rows further', () => {
  expect(nextBoundStatement(orders, undefined, 100)).toBe(
    'SELECT `id` FROM `shop`.`orders` FORCE INDEX (PRIMARY) ORDER BY `id` LIMIT 1 OFFSET 99',
  );
  expect(nextBoundStatement(orders, ['7'], 1)).toContain('WHERE `id` > 7 ORDER BY `id` LIMIT 1 OFFSET 0');
});

test('a key with a column that is sorted in another way than compared is not divided', () => {
  expect(isDivisible(lines)).toBe(true);
  expect(isDivisible(table([named('e', column('enum', { columnType: "enum('a')" }))], ['e']))).toBe(false);
});
