import { describe, expect, test } from '@jest/globals';
import type { TableDescription } from '#core/contracts/table-description.ts';
import { compareWithEvent, eventFingerprint } from '#core/databases/postgresql/source/event-shape.ts';
import { describeHarm } from '#core/schema/compare-tables.ts';

const column = (name: string, number: number, typeId = 23, typeModifier = -1) => ({
  ...{ name, type: 'integer', baseType: 'int4', isArray: false, typeKind: 'base' as const },
  ...{ notNull: false, isGenerated: false },
  catalog: { number, typeId, typeModifier, version: '1' },
});
const table: TableDescription = {
  ref: { schema: 'public', table: 't' },
  columns: [
    column('id', 1),
    column('a', 2),
    column('b', 3),
    column('v', 4, 1043, 14),
    { ...column('g', 5), isGenerated: true },
  ],
  ...{ primaryKey: ['id'], isKeyDeferrable: false, replicaIdentity: 'default', relationKind: 'table' },
  ...{ estimatedRows: 0, bytes: 0, uniqueIndexes: [] },
  catalog: { id: 16_384, storageId: 1, rewriteVersion: '1', nameVersion: '1', owner: 10 },
};
const definition = '16384 d\n1 23 -1 id\n0 23 -1 a\n0 23 -1 b\n0 1043 14 v';
const harmOf = (text: string, of = table) =>
  describeHarm('t', compareWithEvent(of, text))?.replace(/^.*?: /, '');

test('the fingerprint is the one that the connector makes of the same table', () => {
  // SHA-256 of `definition`, its first 8 bytes.
  expect(eventFingerprint(table)).toBe('e39db976f4cceb25');
  expect(compareWithEvent(table, definition)).toEqual([]);
});

describe('an event of another shape', () => {
  test.each([
    [
      'another table',
      definition.replace('16384', '99'),
      'it was dropped and created again, or another table has been given its name.',
    ],
    ['a column more', `${definition}\n0 23 -1 extra`, 'column extra was added, or renamed to it.'],
    [
      'two names exchanged',
      '16384 d\n1 23 -1 id\n0 23 -1 b\n0 23 -1 a\n0 1043 14 v',
      'columns have exchanged their names or were created again: id, b, a, v.',
    ],
    ['another type', definition.replace('0 23 -1 a', '0 25 -1 a'), 'the type of column a was changed.'],
    ['a shorter text', definition.replace('1043 14', '1043 9'), 'the type of column v was changed.'],
    [
      'another key',
      definition.replace('1 23 -1 id', '0 23 -1 id').replace('0 23 -1 b', '1 23 -1 b'),
      'its key was changed from (id) to (b).',
    ],
    [
      'an index of other columns for identity',
      definition.replace(' d', ' i').replace('1 23 -1 id', '0 23 -1 id').replace('0 23 -1 b', '1 23 -1 b'),
      'its key was changed from (id) to (b).',
    ],
    [
      'no identity',
      definition.replace(' d', ' n').replace('1 23 -1 id', '0 23 -1 id'),
      'its replica identity is NOTHING, so the log does not name the row by its key.',
    ],
    ['nonsense', 'nonsense', 'the shape of its events cannot be read.'],
  ])('%s', (_what, text, harm) => {
    expect(harmOf(text)).toBe(harm);
  });

  test.each([
    ['a longer text', definition.replace('1043 14', '1043 40')],
    ['a text without a limit', definition.replace('1043 14', '25 -1')],
    ['identity FULL', definition.replace(' d', ' f').replaceAll(/^0/gm, '1')],
    ['a column that was dropped', definition.replace('0 23 -1 a\n', '')],
  ])('%s is harmless', (_what, text) => {
    expect(harmOf(text)).toBeUndefined();
  });

  test('names with a backslash or a line break', () => {
    const odd = { ...table, columns: [column('id', 1), column('a\\n\nb', 2)] };
    expect(compareWithEvent(odd, '16384 d\n1 23 -1 id\n0 23 -1 a\\\\n\\nb')).toEqual([]);
  });
});
