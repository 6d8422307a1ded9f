import { expect, test } from '@jest/globals';
import { mysqlSourceDialect } from '#core/databases/mysql/source/dialect.ts';
import { mysqlTargetDialect } from '#core/databases/mysql/target/dialect.ts';
import { postgresSourceDialect } from '#core/databases/postgresql/source/dialect.ts';
import { postgresTargetDialect } from '#core/databases/postgresql/target/dialect.ts';
import { mapInexactAsText } from '#core/mapping/text-columns.ts';
import { column } from '../databases/mysql/columns.ts';
import { sourceColumn, tableOf } from '../databases/mysql/target-columns.ts';

const mapping = {
  source: { schema: 'public', table: 'things' },
  target: { schema: 'w', table: 'things' },
  valuePolicy: 'text',
} as const;

const things = tableOf(
  [
    sourceColumn('int8', { name: 'id' }),
    sourceColumn('numeric', { name: 'total', precision: 10, scale: 2 }),
    sourceColumn('numeric', { name: 'any' }),
    sourceColumn('float8', { name: 'weight' }),
    sourceColumn('float8', { name: 'weights', isArray: true }),
    sourceColumn('date', { name: 'day' }),
    sourceColumn('timestamptz', { name: 'at' }),
    sourceColumn('float4', { name: 'computed', isGenerated: true }),
    sourceColumn('time', { name: 'hour' }),
    sourceColumn('interval', { name: 'span' }),
    sourceColumn('text', { name: 'note' }),
  ],
  ['id'],
);

const typesOf = (entries: ReturnType<typeof mapInexactAsText>['columns']) =>
  Object.fromEntries((entries ?? []).map(({ source, type }) => [source, type]));

test('columns whose values MySQL does not all have become texts', () => {
  const { columns } = mapInexactAsText(mapping, things, postgresSourceDialect, mysqlTargetDialect);
  expect(typesOf(columns)).toEqual({ total: 'text', any: 'text', weight: 'text', day: 'text', at: 'text' });
});

test('what the mapping says of a column stays, and one that is left out stays out', () => {
  const columns = [
    { source: 'total', type: 'numeric(20,4)' },
    { source: 'day', target: 'Day' },
    { source: 'at', omit: true },
  ] as const;
  const mapped = mapInexactAsText({ ...mapping, columns }, things, postgresSourceDialect, mysqlTargetDialect);
  expect(mapped.columns).toEqual([
    { source: 'total', type: 'numeric(20,4)' },
    { source: 'day', target: 'Day', type: 'text' },
    { source: 'at', omit: true },
    { source: 'any', type: 'text' },
    { source: 'weight', type: 'text' },
  ]);
});

test('the other policies, and a target that holds everything, change nothing', () => {
  for (const valuePolicy of ['fail', 'null'] as const) {
    const other = { ...mapping, valuePolicy };
    expect(mapInexactAsText(other, things, postgresSourceDialect, mysqlTargetDialect)).toBe(other);
  }
  expect(mapInexactAsText(mapping, things, postgresSourceDialect, postgresTargetDialect)).toBe(mapping);
});

test('dates of MySQL become texts, for they may be zero, and its numbers keep their types', () => {
  const named = (name: string, type: string) => ({ ...column(type), name });
  const table = tableOf(
    ['int', 'double', 'date', 'datetime', 'timestamp', 'time'].map((type) => named(type, type)),
  );
  for (const target of [postgresTargetDialect, mysqlTargetDialect]) {
    const { columns } = mapInexactAsText(mapping, table, mysqlSourceDialect('mariadb'), target);
    expect(typesOf(columns)).toEqual({ date: 'text', datetime: 'text', timestamp: 'text' });
  }
});
