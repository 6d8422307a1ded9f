import { expect, test } from '@jest/globals';
import { compareTargetTable } from '#core/databases/mysql/target/compatibility.ts';
import { mysqlColumn, sourceColumn, tableOf } from '../target-columns.ts';

const key = (collation: string) =>
  mysqlColumn('varchar(80)', { maxLength: 80, charset: 'utf8mb4', collation, notNull: true });
const source = tableOf([sourceColumn('varchar', { maxLength: 80, notNull: true })], ['v']);

test.each([
  ['utf8mb4_nopad_bin', []],
  ['utf8mb4_0900_bin', []],
  ['utf8mb4_bin', [expect.stringContaining('ignores blanks at the end')]],
  ['utf8mb4_0900_ai_ci', [expect.stringContaining('ignores case or accents')]],
])('a key of collation %s', (collation, reasons) => {
  expect(compareTargetTable(source, tableOf([key(collation)], ['v']))).toEqual(reasons);
});

test('a key that has the collation of the source distinguishes what the source does', () => {
  const collated = tableOf([key('utf8mb4_0900_ai_ci')], ['v']);
  expect(compareTargetTable(collated, collated)).toEqual([]);
});

test('a column that the source computes is no ordinary one at the target', () => {
  const generated = { ...key('utf8mb4_nopad_bin'), name: 'g', isGenerated: true, notNull: false };
  const computing = tableOf([key('utf8mb4_nopad_bin'), generated], ['v']);
  expect(compareTargetTable(computing, computing)).toEqual([]);
  expect(
    compareTargetTable(
      computing,
      tableOf([key('utf8mb4_nopad_bin'), { ...generated, isGenerated: false }], ['v']),
    ),
  ).toEqual([expect.stringMatching(/^column g is an ordinary column/)]);
});

test('the case of digits does not matter', () => {
  const ids = tableOf([sourceColumn('uuid', { notNull: true })], ['v']);
  const target = mysqlColumn('char(36)', {
    maxLength: 36,
    charset: 'ascii',
    collation: 'ascii_general_ci',
    notNull: true,
  });
  expect(compareTargetTable(ids, tableOf([target], ['v']))).toEqual([]);
});

test.each([
  [{ ...tableOf([key('utf8mb4_nopad_bin')], ['v']), storageEngine: 'MyISAM' }, /^is stored by MyISAM/],
  [{ ...tableOf([], []), relationKind: 'view' as const }, /^is not a table that can be written \(view\)$/],
  [tableOf([key('utf8mb4_nopad_bin')]), /^has no primary key, but the source has the key \(v\)$/],
  [tableOf([{ ...key('utf8mb4_nopad_bin'), isGenerated: true }], ['v']), /^column v is generated/],
])('%#', (target, reason) => {
  expect(compareTargetTable(source, target)).toEqual([expect.stringMatching(reason)]);
});
