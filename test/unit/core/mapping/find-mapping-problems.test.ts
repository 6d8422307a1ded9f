import { expect, test } from '@jest/globals';
import type { ColumnMapping } from '#core/contracts/replication.ts';
import { findMappingProblems } from '#core/mapping/find-mapping-problems.ts';
import { sampleColumn, sampleTable } from '../../../kit/databases.ts';

const column = (name: string, type: string, baseType = type) => sampleColumn(name, { type, baseType });
const table = sampleTable('orders', {
  columns: [
    sampleColumn('id'),
    column('Note', 'text'),
    column('code', 'character varying(10)', 'varchar'),
    column('doc', 'json'),
    sampleColumn('tags', { type: 'integer[]', baseType: 'int4', isArray: true }),
    sampleColumn('twice', { isGenerated: true }),
    sampleColumn('shape', { type: 'shape', baseType: 'shape', typeKind: 'composite' }),
  ],
});
const find = (...columns: readonly ColumnMapping[]) => findMappingProblems(table, { columns });

test('a mapping that works has no problem', () => {
  expect(findMappingProblems(table, {})).toEqual([]);
  expect(
    find(
      { source: 'id', target: 'order id', type: 'bigint' },
      // Names exchanged are no collision.
      { source: 'Note', target: 'code' },
      { source: 'code', target: 'Note', type: 'text' },
      { source: 'doc', type: 'text' },
      { source: 'tags', type: 'bigint[]' },
      { source: 'shape', omit: true },
      // A generated column takes no name at the target.
      { source: 'twice', omit: true },
    ),
  ).toEqual([]);
});

test('every reason is told at once', () => {
  const problems = find(
    { source: 'id', omit: true },
    { source: 'note', target: 'x' },
    { source: 'gone', omit: true },
    { source: 'Note', target: 'code' },
    { source: 'doc', type: 'jsonb' },
    { source: 'doc', type: 'money' },
    { source: 'tags', type: 'text' },
    { source: 'twice', target: 'double' },
    { source: 'shape', omit: true, type: 'text' },
  );
  expect(
    problems.map(({ subject, problem }) => `${subject.replace('source table public.', '')}: ${problem}`),
  ).toEqual([
    'orders, column id: It belongs to the key, so it can be renamed but not left out.',
    'orders, column note: The table has no such column.',
    'orders, column gone: The table has no such column.',
    'orders, column doc: Type jsonb does not hold every value of type json as it is: ' +
      'jsonb keeps neither blanks, nor the order of keys, nor repeated keys.',
    'orders, column doc: Its type money is none that a mapping can give.',
    'orders, column tags: Type text does not hold every value of type integer[] as it is: ' +
      'one is an array and the other is not.',
    'orders, column twice: It is generated, so it is not replicated and has no name or type at the target.',
    'orders, column shape: It is left out, so it can have neither a target name nor a type.',
    'orders, column doc: It is mapped more than once.',
    'orders, columns Note, code: They would share the target column code.',
  ]);
  expect(problems[1]?.remedy).toBe('Names are case-sensitive: did you mean Note?');
});

test.each([
  ['id', 'smallint', 'bigint, numeric, text'],
  ['code', 'varchar(9)', 'text, character varying'],
  ['doc', 'jsonb', 'text'],
  ['tags', 'smallint[]', 'bigint[], numeric[]'],
])('column %s of no type %s: what it can be is named', (source, type, exact) => {
  expect(find({ source, type })[0]?.remedy).toBe(`Types that do: ${exact}.`);
});
