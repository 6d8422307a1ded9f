import { expect, test } from '@jest/globals';
import { mayLackAdded, pairColumns } from '#core/apply/pair-columns.ts';
import type { ColumnMapping } from '#core/contracts/replication.ts';
import type { ColumnDescription } from '#core/contracts/table-description.ts';
import type { SourceCodec } from '#core/ports/source-dialect.ts';
import { sampleColumn, sampleTable } from '../../../kit/databases.ts';

/** Says by which column's type a value was decoded. */
const codec: Pick<SourceCodec, 'decoderFor' | 'isUnavailable'> = {
  decoderFor: (column) => (raw) => `${column.name} ${column.type} ${String(raw)}`,
  isUnavailable: (_column, raw) => raw === 'unavailable',
};
const text = (name: string): ColumnDescription => sampleColumn(name, { type: 'text', baseType: 'text' });

const pair = (
  columns: readonly ColumnMapping[],
  source: readonly ColumnDescription[],
  target: readonly ColumnDescription[],
  keys = { source: ['id'], target: ['id'] },
) =>
  pairColumns(
    { source: { schema: 'public', table: 's' }, target: { schema: 'public', table: 't' }, columns },
    sampleTable('s', { columns: source, primaryKey: keys.source }),
    sampleTable('t', { columns: target, primaryKey: keys.target }),
    codec,
    () => true,
  );
const namesOf = ({ columns, written }: ReturnType<typeof pair>) =>
  columns.map(({ name }, index) => `${name} -> ${written[index]?.name}`);

test('events are read by the names and types of the source and written to the columns of the target', () => {
  const paired = pair(
    [
      { source: 'id', target: 'Key', type: 'bigint' },
      { source: 'a', target: 'b' },
      { source: 'b', target: 'a' },
      { source: 'secret', omit: true },
    ],
    [sampleColumn('id'), sampleColumn('a'), text('b'), text('secret')],
    [text('a'), sampleColumn('Key', { type: 'bigint', baseType: 'int8' }), sampleColumn('b'), text('own')],
    { source: ['id'], target: ['Key'] },
  );
  expect(namesOf(paired)).toEqual(['b -> a', 'id -> Key', 'a -> b', 'own -> own']);
  expect(paired.keyColumns).toEqual([1]);
  expect([...paired.ignoredColumns]).toEqual(['secret']);
  expect(paired.columns[1]?.decode(7)).toBe('id integer 7');
  expect(paired.mapped.map(({ name, type }) => `${name} ${type}`)).toEqual([
    'a text',
    'Key bigint',
    'b integer',
    'own text',
  ]);
});

test('a column that is left out is not written, even where the target has one of its name', () => {
  const paired = pair(
    [{ source: 'secret', omit: true }],
    [sampleColumn('id'), text('secret')],
    [sampleColumn('id'), text('secret')],
  );
  expect(namesOf(paired)).toEqual(['id -> id']);
});

test('the target may have a column of its own by the name that a renamed one has at the source', () => {
  const paired = pair(
    [{ source: 'a', target: 'b' }],
    [sampleColumn('id'), text('a')],
    [sampleColumn('id'), text('a'), text('b')],
  );
  expect(namesOf(paired)).toEqual(['id -> id', 'a -> b']);
});

test('changes from before a column was dropped still go where it was mapped to', () => {
  const paired = pair(
    [{ source: 'old', target: 'new' }],
    [sampleColumn('id')],
    [sampleColumn('id'), text('new'), text('unmapped')],
  );
  expect(namesOf(paired)).toEqual(['id -> id', 'old -> new', 'unmapped -> unmapped']);
  expect(paired.columns[1]?.decode('x')).toBe('old text x');
});

test('a column that the target computes is ignored by the name that events have for it', () => {
  const paired = pair(
    [{ source: 'sum', target: 'total' }],
    [sampleColumn('id'), sampleColumn('sum', { isGenerated: true })],
    [sampleColumn('id'), sampleColumn('total', { isGenerated: true })],
  );
  expect(namesOf(paired)).toEqual(['id -> id']);
  expect([...paired.ignoredColumns]).toEqual(['sum']);
});

test('a column that the source computes is ignored where the target has none, since some logs carry it', () => {
  const paired = pair(
    [],
    [sampleColumn('id'), sampleColumn('twice', { isGenerated: true })],
    [sampleColumn('id')],
  );
  expect(namesOf(paired)).toEqual(['id -> id']);
  expect([...paired.ignoredColumns]).toEqual(['twice']);
});

test('a column that the target lacks is named as the target should have it', () => {
  expect(() =>
    pair([{ source: 'a', target: 'b' }], [sampleColumn('id'), text('a')], [sampleColumn('id'), text('a')]),
  ).toThrow('Target table public.t lacks columns of public.s: b.');
});

test('events have to mention what the source logs, but not what only the target still has or the source computes', () => {
  const { columns, expectedColumns } = pair(
    [{ source: 'a', target: 'b' }],
    [sampleColumn('id'), text('a'), sampleColumn('twice', { isGenerated: true })],
    [text('gone'), sampleColumn('id'), text('b'), sampleColumn('twice')],
  );
  expect(expectedColumns?.map((index) => columns[index]?.name)).toEqual(['id', 'a']);
});

test('an event that is sent again may lack what the table has followed since it was copied', () => {
  const table = pair(
    [],
    [sampleColumn('id'), text('a'), text('b')],
    [sampleColumn('id'), text('a'), text('b')],
  );
  expect(mayLackAdded(table, {})).toBe(table);
  expect(mayLackAdded(table, { added: ['b', 'gone'] }).expectedColumns).toEqual([0, 1]);
});
