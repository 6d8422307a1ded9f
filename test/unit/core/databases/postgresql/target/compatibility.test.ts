import { describe, expect, test } from '@jest/globals';
import { comparableTarget } from '#core/canonical/compatibility.ts';
import { compareTargetTable } from '#core/databases/postgresql/target/compatibility.ts';
import { columnOf, tableOf } from '../column-samples.ts';

const varchar = (maxLength?: number) =>
  columnOf(
    maxLength === undefined ? 'character varying' : `character varying(${maxLength})`,
    'varchar',
    maxLength === undefined ? {} : { maxLength },
  );
const char = (maxLength: number) => columnOf(`character(${maxLength})`, 'bpchar', { maxLength });
const numeric = (precision?: number, scale?: number) =>
  columnOf(
    `numeric(${precision},${scale})`,
    'numeric',
    precision === undefined || scale === undefined ? {} : { precision, scale },
  );
const timestamp = (precision?: number) =>
  columnOf(`timestamp(${precision})`, 'timestamp', precision === undefined ? {} : { precision });
const text = columnOf('text', 'text');
const int2 = columnOf('smallint', 'int2');
const int4 = columnOf('integer', 'int4');
const int8 = columnOf('bigint', 'int8');
const mood = columnOf('public.mood', 'mood', { typeKind: 'enum' });
const money = (scale: number) => columnOf('money', 'money', { scale });
const citext = columnOf('public.citext', 'citext', { typeKind: 'extension' });
const pair = columnOf('public.pair', 'pair', { typeKind: 'composite', typeParts: ['integer', 'text'] });
const int4range = columnOf('int4range', 'int4range', { typeKind: 'range' });
const point4326 = columnOf('public.geometry(Point,4326)', 'geometry', { typeKind: 'extension' });

describe('comparableTarget', () => {
  test.each([
    [int4, int4],
    [int4, int8],
    [int8, numeric()],
    [int8, numeric(21, 2)],
    [varchar(80), varchar(80)],
    [varchar(80), varchar(81)],
    [varchar(80), text],
    [text, varchar()],
    [char(5), char(5)],
    [char(5), varchar(5)],
    [numeric(12, 2), numeric(12, 2)],
    [numeric(12, 2), numeric(14, 4)],
    [numeric(12, 2), numeric()],
    [timestamp(3), timestamp()],
    [timestamp(), timestamp(6)],
    [mood, text],
    [mood, mood],
    [columnOf('uuid', 'uuid'), text],
    [money(2), money(2)],
    [money(2), numeric()],
    [money(2), numeric(19, 2)],
    [money(2), text],
    [citext, text],
    [citext, columnOf('others.citext', 'citext', { typeKind: 'extension' })],
    [pair, text],
    [pair, columnOf('others.pair', 'pair', { typeKind: 'composite', typeParts: ['integer', 'text'] })],
    [int4range, int4range],
    [int4range, text],
    [point4326, point4326],
  ])('$type fits into $type', (source, target) => {
    expect(comparableTarget(source, target)).toBeUndefined();
  });

  test.each([
    [int8, int4],
    [int8, numeric(18, 0)],
    [int8, numeric(20, 2)],
    [varchar(80), varchar(79)],
    [varchar(), varchar(80)],
    [text, varchar(80)],
    [char(5), char(6)],
    [char(5), char(4)],
    [numeric(12, 2), numeric(11, 2)],
    [numeric(12, 2), numeric(12, 3)],
    [numeric(12, 2), numeric(12, 1)],
    [numeric(), numeric(12, 2)],
    [timestamp(), timestamp(3)],
    [timestamp(), columnOf('timestamp with time zone', 'timestamptz')],
    [columnOf('real', 'float4'), columnOf('double precision', 'float8')],
    [columnOf('json', 'json'), columnOf('jsonb', 'jsonb')],
    [columnOf('text[]', 'text', { isArray: true }), text],
    [text, columnOf('text[]', 'text', { isArray: true })],
    [columnOf('integer[]', 'int4', { isArray: true }), columnOf('text[]', 'text', { isArray: true })],
    [columnOf('uuid', 'uuid'), varchar(36)],
    [text, citext],
    [mood, columnOf('public.other', 'other', { typeKind: 'enum' })],
    [money(2), money(0)],
    [money(2), numeric(18, 2)],
    [money(2), numeric(20, 1)],
    [citext, columnOf('public.citext[]', 'citext', { typeKind: 'extension', isArray: true })],
    [
      pair,
      columnOf('public.pair', 'pair', { typeKind: 'composite', typeParts: ['integer', 'numeric(3,1)'] }),
    ],
    [pair, columnOf('public.pair', 'pair', { typeKind: 'extension' })],
    [int4range, columnOf('int8range', 'int8range', { typeKind: 'range' })],
    [int4range, columnOf('public.int4range', 'int4range', { typeKind: 'range', typeParts: ['integer'] })],
    [point4326, columnOf('public.geometry(Point,3857)', 'geometry', { typeKind: 'extension' })],
  ])('$type does not fit into $type', (source, target) => {
    expect(comparableTarget(source, target)).toBe(`is ${target.type}, but the source has ${source.type}`);
  });

  test.each([
    [undefined, 'is missing'],
    [{ ...int4, isGenerated: true }, 'is generated, so it cannot be written'],
    [{ ...int4, isIdentityAlways: true }, 'is GENERATED ALWAYS AS IDENTITY, so it cannot be updated'],
    [{ ...int4, notNull: true }, 'is NOT NULL, but the source allows NULL'],
  ])('%j: %s', (target, reason) => {
    expect(comparableTarget(int2, target)).toBe(reason);
  });
});

describe('compareTargetTable', () => {
  const id = columnOf('integer', 'int4', { name: 'id', notNull: true });
  const name = columnOf('text', 'text', { name: 'name' });
  const total = columnOf('integer', 'int4', { name: 'total', isGenerated: true });
  const source = tableOf([id, name, total], { primaryKey: ['id'] });

  test('a table with the same columns and key fits; generated columns do not count', () => {
    expect(compareTargetTable(source, tableOf([name, id], { primaryKey: ['id'] }))).toEqual([]);
    expect(compareTargetTable(source, source)).toEqual([]);
  });

  test('names every problem', () => {
    const extra = columnOf('text', 'text', { name: 'extra', notNull: true });
    const target = tableOf([{ ...id, type: 'smallint', baseType: 'int2' }, extra], { primaryKey: ['extra'] });
    expect(compareTargetTable(source, target)).toEqual([
      'column id is smallint, but the source has integer',
      'column name is missing',
      'column extra is NOT NULL without a default, and the source has no such column',
      'has the key (extra), but the source has (id)',
    ]);
  });

  test('a deferrable key does not fit, since rows could not be merged by it', () => {
    const target = tableOf([name, id], { primaryKey: ['id'], isKeyDeferrable: true });
    expect(compareTargetTable(source, target)).toEqual(['has a DEFERRABLE primary key']);
  });

  test('an extra column with a default is no problem, nor is the order of the key', () => {
    const stamped = columnOf('timestamp with time zone', 'timestamptz', {
      name: 'at',
      notNull: true,
      hasDefault: true,
    });
    const pair = [id, { ...name, notNull: true }];
    expect(
      compareTargetTable(
        tableOf(pair, { primaryKey: ['id', 'name'] }),
        tableOf([...pair, stamped], { primaryKey: ['name', 'id'] }),
      ),
    ).toEqual([]);
  });

  test('a table without key, and a view', () => {
    expect(compareTargetTable(source, tableOf([id, name]))).toEqual([
      'has no primary key, but the source has the key (id)',
    ]);
    expect(compareTargetTable(source, tableOf([], { relationKind: 'view' }))).toEqual([
      'is not a table that can be written (view)',
    ]);
  });
});
