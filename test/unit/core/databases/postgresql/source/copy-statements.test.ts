import { describe, expect, test } from '@jest/globals';
import {
  copyFormat,
  copyFromStatement,
  copyToStatement,
  needsStaging,
  nextBoundStatement,
  stagedCopy,
} from '#core/databases/postgresql/source/copy-statements.ts';
import { columnOf, tableOf } from '../column-samples.ts';

const id = columnOf('integer', 'int4', { name: 'id' });
const mood = columnOf('public.mood', 'mood', { name: 'Mood', typeKind: 'enum' });
const list = columnOf('integer[]', 'int4', { name: 'list', isArray: true });
const total = columnOf('integer', 'int4', { name: 'total', isGenerated: true });
const source = tableOf([id, mood, list, total], { primaryKey: ['id'] });
const target = tableOf([id, { ...mood, type: 'text', baseType: 'text', typeKind: 'base' }, list], {
  ref: { schema: 'T', table: 'acme_t' },
  primaryKey: ['id'],
});

describe('copyFormat', () => {
  test('is binary where both sides have the same built-in types', () => {
    expect(copyFormat({ source, target })).toBe('binary');
  });

  test.each([
    ['another type', { ...id, type: 'bigint', baseType: 'int8' }],
    ['an array', { ...id, isArray: true }],
    ['a type of an extension', { ...id, typeKind: 'extension' as const }],
  ])('is text when a target column has %s', (_case, column) => {
    expect(copyFormat({ source, target: tableOf([column, ...target.columns.slice(1)]) })).toBe('text');
  });

  test('is text for xml, whose binary form keeps an encoding that the stream drops', () => {
    const xml = tableOf([columnOf('xml', 'xml')]);
    expect(copyFormat({ source: xml, target: xml })).toBe('text');
  });
});

test('reads the rows of a chunk in the types of the target, without generated columns', () => {
  expect(copyToStatement({ source, target }, { chunkNumber: 0, after: ['5'] }, 'binary')).toBe(
    `COPY (SELECT "id", "Mood"::text, "list"::integer[] FROM ONLY "public"."t" WHERE ("id") > ('5'::integer)) TO STDOUT (FORMAT binary)`,
  );
  expect(copyToStatement({ source, target }, { chunkNumber: 0 }, 'text')).toMatch(
    /FROM ONLY "public"\."t"\) TO STDOUT \(FORMAT text\)$/,
  );
});

test('writes the same columns', () => {
  expect(copyFromStatement({ source, target }, 'binary')).toBe(
    'COPY "T"."acme_t" ("id", "Mood", "list") FROM STDIN (FORMAT binary)',
  );
});

test('writes columns under the names that a mapping gives them', () => {
  const mapped = tableOf([{ ...id, name: 'Mood' }, { ...mood, name: 'key' }, list, total], {
    primaryKey: ['Mood'],
  });
  const renamed = tableOf([{ ...id, name: 'Mood' }, { ...target.columns[1], name: 'key' }, list] as never, {
    ref: target.ref,
  });
  const tables = { source, mapped, target: renamed };
  expect(copyFormat(tables)).toBe('binary');
  expect(copyFromStatement(tables, 'binary')).toContain('("Mood", "key", "list")');
  expect(stagedCopy(tables, 'binary').merge[0]).toMatch(/ WHERE old\."Mood" = new\."Mood"$/);
});

test('replaces rows by key through a temporary table that ends with the transaction', () => {
  expect(stagedCopy({ source, target }, 'text')).toEqual({
    create:
      'CREATE TEMPORARY TABLE pg_temp.millrace_chunk ON COMMIT DROP AS SELECT "id", "Mood", "list" FROM "T"."acme_t" WITH NO DATA',
    copy: 'COPY pg_temp.millrace_chunk ("id", "Mood", "list") FROM STDIN (FORMAT text)',
    merge: [
      'DELETE FROM "T"."acme_t" AS old USING pg_temp.millrace_chunk AS new WHERE old."id" = new."id"',
      'INSERT INTO "T"."acme_t" ("id", "Mood", "list") OVERRIDING SYSTEM VALUE SELECT "id", "Mood", "list" FROM pg_temp.millrace_chunk',
    ],
  });
});

test('changes rows in their place where the target has columns of its own', () => {
  const own = { ...target, columns: [...target.columns, columnOf('text', 'text', { name: 'own' })] };
  expect(stagedCopy({ source, target: own }, 'text').merge).toEqual([
    'INSERT INTO "T"."acme_t" ("id", "Mood", "list") OVERRIDING SYSTEM VALUE SELECT "id", "Mood", "list" FROM pg_temp.millrace_chunk ' +
      'ON CONFLICT ("id") DO UPDATE SET "Mood" = excluded."Mood", "list" = excluded."list"',
  ]);
});

describe('money', () => {
  const fee = columnOf('money', 'money', { name: 'fee', scale: 2 });
  const number = { ...fee, type: 'numeric', baseType: 'numeric' };
  const note = columnOf('xml', 'xml', { name: 'note' });
  const from = tableOf([id, fee], { primaryKey: ['id'] });
  const everything = { chunkNumber: 0 };

  test('is read as a number, and as its bytes where both sides have it', () => {
    const toNumber = { source: from, target: tableOf([id, number]) };
    expect(copyFormat(toNumber)).toBe('binary');
    expect(copyToStatement(toNumber, everything, 'binary')).toContain('SELECT "id", "fee"::numeric FROM');
    expect(copyFormat({ source: from, target: from })).toBe('binary');
    expect(copyToStatement({ source: from, target: from }, everything, 'binary')).toContain(
      '"id", "fee" FROM',
    );
    expect(needsStaging({ source: from, target: from }, 'binary')).toBe(false);
  });

  test('is staged as a number where its text would have to be read', () => {
    const both = tableOf([fee, note], { primaryKey: ['fee'] });
    const tables = { source: both, target: both };
    expect(copyFormat(tables)).toBe('text');
    expect(needsStaging(tables, 'text')).toBe(true);
    expect(copyToStatement(tables, everything, 'text')).toContain('SELECT "fee"::numeric, "note" FROM');
    const { create, merge } = stagedCopy(tables, 'text');
    expect(create).toContain('SELECT "fee"::numeric AS "fee", "note" FROM');
    expect(merge[0]).toContain('old."fee" = new."fee"::money');
  });
});

test('types of others are read as the log has them, and compared by their own operators', () => {
  const name = columnOf('"My ext".citext', 'citext', { name: 'name', typeKind: 'extension' });
  const pair = columnOf('public.pair[]', 'pair', { name: 'pair', typeKind: 'composite', isArray: true });
  const table = tableOf([name, pair], { primaryKey: ['name'] });
  expect(copyFormat({ source: table, target: table })).toBe('text');
  expect(copyToStatement({ source: table, target: table }, { chunkNumber: 0 }, 'text')).toContain(
    'SELECT "name", "pair" FROM',
  );
  expect(stagedCopy({ source: table, target: table }, 'text').merge[0]).toContain(
    'old."name" OPERATOR("My ext".=) new."name"',
  );
});

test('an interval is copied as text, since the bytes of an infinite one are a finite one to older servers', () => {
  const interval = tableOf([columnOf('interval', 'interval')]);
  expect(copyFormat({ source: interval, target: interval })).toBe('text');
});

test('finds the next bound with bound values', () => {
  expect(nextBoundStatement(source, undefined, 100)).toEqual({
    text: 'SELECT "id" FROM ONLY "public"."t" ORDER BY "id" OFFSET 99 LIMIT 1',
  });
  expect(nextBoundStatement(source, ['5'], 1)).toEqual({
    text: 'SELECT "id" FROM ONLY "public"."t" WHERE ("id") > ($1::integer) ORDER BY "id" OFFSET 0 LIMIT 1',
    values: ['5'],
  });
});
