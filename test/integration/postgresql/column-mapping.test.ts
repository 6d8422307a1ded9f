import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import type pg from 'pg';
import { createRowCopier } from '#adapters/databases/row-copier.ts';
import { closePool, createPool } from '#adapters/postgresql/driver/connection.ts';
import { openSourceDatabase } from '#adapters/postgresql/source/source-database.ts';
import { createSourceRows } from '#adapters/postgresql/source/source-rows.ts';
import { applyPoolOptions, createApplyTarget } from '#adapters/postgresql/target/apply-target.ts';
import { openChunkCopier } from '#adapters/postgresql/target/chunk-copier.ts';
import { openChunkWriter } from '#adapters/postgresql/target/chunk-writer.ts';
import { openTargetDatabase } from '#adapters/postgresql/target/target-database.ts';
import { decodeRecords } from '#core/apply/decode-records.ts';
import { resolveKeyChanges } from '#core/apply/resolve-key-changes.ts';
import { type TableRef, tableKey } from '#core/contracts/identifiers.ts';
import type { TableMapping } from '#core/contracts/replication.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import { quoteTable } from '#core/databases/postgresql/identifiers.ts';
import { unavailableValue } from '#core/databases/postgresql/source/capture-settings.ts';
import { readEventSource } from '#core/databases/postgresql/source/log-position.ts';
import { describeApplyTable } from '#core/databases/postgresql/target/apply-statements.ts';
import { mapTable } from '#core/mapping/map-table.ts';
import type { FeedRecord } from '#core/ports/change-feed.ts';
import type {
  ChunkCopier,
  ChunkReader,
  CopiedTables,
  SourceDatabase,
  TargetDatabase,
} from '#core/ports/databases.ts';
import { findMappedTableProblems, findTargetProblems } from '#core/validation/validate-table.ts';
import { sampleOwner, takeTables } from '../../kit/target-owner.ts';
import { type DatabasePair, startDatabasePair } from './database-pair.ts';

jest.setTimeout(60_000);

let pair: DatabasePair;
let source: SourceDatabase;
let target: TargetDatabase;
let copier: ChunkCopier;
let targetPool: pg.Pool;
let sourcePool: pg.Pool;

beforeAll(async () => {
  pair = await startDatabasePair();
  source = openSourceDatabase(pair.source.settings);
  target = openTargetDatabase(pair.target.settings);
  copier = openChunkCopier(pair.source.settings, pair.target.settings);
  targetPool = createPool(pair.target.settings, applyPoolOptions);
  sourcePool = createPool(pair.source.settings, { applicationName: 'test', maxConnections: 1 });
}, 60_000);

afterAll(async () => {
  await Promise.all([source?.close(), target?.close(), copier?.close()]);
  await Promise.all([targetPool, sourcePool].map((pool) => pool && closePool(pool)));
  await pair?.stop();
}, 60_000);

const mapping: TableMapping = {
  source: { schema: 'Sales', table: 'Orders' },
  target: { schema: 'T', table: 'acme_Sales_Orders' },
  columns: [
    { source: 'Id', target: 'order "id"', type: 'bigint' },
    { source: 'part', target: 'ID' },
    { source: 'total', type: 'numeric' },
    { source: 'Card', omit: true },
    { source: 'active', type: 'text' },
    { source: 'code', target: 'total code', type: 'text' },
    { source: 'mood', target: 'Card' },
  ],
};

beforeEach(async () => {
  await pair.source.client.query(`
    DROP SCHEMA IF EXISTS "Sales" CASCADE;
    CREATE SCHEMA "Sales";
    CREATE TYPE "Sales".mood AS ENUM ('sad', 'happy');
    CREATE TYPE "Sales".card AS (number text, until date);
    CREATE TABLE "Sales"."Orders" (
      "Id" integer, part text NOT NULL, total numeric(8,2), "Card" "Sales".card, active boolean, code char(4),
      mood "Sales".mood, twice numeric GENERATED ALWAYS AS (total * 2) STORED, PRIMARY KEY (part, "Id"));
    INSERT INTO "Sales"."Orders" VALUES
      (1, 'a', 1.50, ('4111', NULL), true, 'ab', 'sad'), (2, 'b', NULL, NULL, NULL, NULL, NULL),
      (3, 'c', 0.10, ('4222', NULL), false, '', 'happy')`);
  await pair.target.client.query('DROP SCHEMA IF EXISTS millrace CASCADE; DROP SCHEMA IF EXISTS "T" CASCADE');
});

const found = async (database: SourceDatabase | TargetDatabase, ref: TableRef): Promise<TableDescription> => {
  const table = await database.describeTable(ref);
  if (table === undefined) throw new Error(`There is no table ${ref.schema}.${ref.table}.`);
  return table;
};

/** Creates the target table as a start does, and describes both ends. */
const prepare = async (of: TableMapping = mapping): Promise<CopiedTables> => {
  const mapped = mapTable(await found(source, of.source), of);
  await target.createTable(of.target, mapped.mapped);
  return { ...mapped, target: await found(target, of.target) };
};

const content = async (ref: TableRef = mapping.target): Promise<readonly string[]> => {
  const { rows } = await pair.target.client.query<{ row: string }>(
    `SELECT t::text AS row FROM ${quoteTable(ref)} t ORDER BY 1`,
  );
  return rows.map(({ row }) => row);
};

const never = new AbortController().signal;
const copied = ['(1,a,1.50,t,"ab  ",sad)', '(2,b,,,,)', '(3,c,0.10,f,"    ",happy)'];

test('the mapping works at the source, whose column of a composite type is left out', async () => {
  const described = await found(source, mapping.source);
  expect(findMappedTableProblems(described, mapping, source.dialect)).toEqual([]);
});

test('the target table has the names and types of the mapping, and is what a later start expects', async () => {
  const tables = await prepare();
  expect(tables.target.columns.map(({ name, type, notNull }) => [name, type, notNull])).toEqual([
    ['order "id"', 'bigint', true],
    ['ID', 'text', true],
    ['total', 'numeric', false],
    ['active', 'text', false],
    ['total code', 'text', false],
    ['Card', 'text', false],
  ]);
  expect(tables.target.primaryKey).toEqual(['ID', 'order "id"']);
  expect(findTargetProblems(tables.mapped ?? tables.source, tables.target, target.dialect)).toEqual([]);
});

test('an existing table is compared as mapped, with what is left out', async () => {
  await pair.target.client.query(`
    CREATE SCHEMA "T";
    CREATE TABLE "T"."acme_Sales_Orders" (
      "order ""id""" bigint, "ID" text, total numeric(8,2), "Card" text NOT NULL, extra text NOT NULL,
      PRIMARY KEY ("order ""id"""))`);
  const mapped = mapTable(await found(source, mapping.source), mapping).mapped;
  const problems = findTargetProblems(mapped, await found(target, mapping.target), target.dialect);
  expect(problems.map(({ problem }) => problem)).toEqual([
    'Its column total is numeric(8,2), but the source has numeric.',
    'Its column active is missing.',
    'Its column total code is missing.',
    'Its column Card is NOT NULL, but the source allows NULL.',
    'Its column extra is NOT NULL without a default, and the source has no such column.',
    'It has the key (order "id"), but the source has (ID, order "id").',
  ]);
});

test('chunks are read by the names of the source and written by those of the target, also twice', async () => {
  const tables = await prepare();
  const upTo = await source.nextChunkBound(tables.source, undefined, 2);
  expect(upTo).toEqual(['b', '2']);
  const chunks = [
    { chunkNumber: 0, ...(upTo && { upTo }) },
    { chunkNumber: 1, ...(upTo && { after: upTo }) },
  ];
  for (const chunk of [...chunks, ...chunks]) await copier.copyChunk(tables, chunk, never);
  expect(await content()).toEqual(copied);
});

test('a copy by way of canonical rows does the same', async () => {
  const tables = await prepare();
  const asked: string[][] = [];
  const reader: ChunkReader = {
    readChunk: async function* (table) {
      asked.push(table.columns.map(({ name }) => name));
      yield { rowCount: 1, rows: [['1', 'a', '1.50', 't', 'ab  ', 'sad']], bytes: 10 };
    },
    close: async () => {},
  };
  const rowCopier = createRowCopier(reader, openChunkWriter(pair.target.settings, 1));
  try {
    for (const chunkNumber of [0, 1]) await rowCopier.copyChunk(tables, { chunkNumber }, never);
  } finally {
    await rowCopier.close();
  }
  expect(asked[0]).toEqual(['Id', 'part', 'total', 'active', 'code', 'mood', 'twice']);
  expect(await content()).toEqual(copied.slice(0, 1));
});

test('changes arrive under the names of the source: insert, update, delete, and a key change that is read again', async () => {
  const tables = await prepare();
  await copier.copyChunk(tables, { chunkNumber: 0 }, never);
  const described = await found(source, mapping.source);
  const table = describeApplyTable(mapping, described, tables.target, source.dialect);
  const topic = 'client_1_db_1.Sales.Orders';
  const key = (part: string, number: number) => ({ part, Id: number });
  const whole = (part: string, number: number) => ({
    ...key(part, number),
    ...{ total: '7.00', Card: { number: '4333' }, active: true, code: 'zz  ', mood: 'sad' },
  });
  const records = [
    event(1, 'c', { after: whole('d', 4) }),
    event(2, 'u', { after: { ...whole('a', 1), total: null, active: false, code: unavailableValue } }),
    event(3, 'd', { before: key('b', 2) }),
    event(4, 'd', { before: key('c', 3) }, '__debezium.newkey'),
    event(5, 'c', { after: { ...whole('c', 30), code: unavailableValue } }, '__debezium.oldkey'),
  ];
  await pair.source.client.query(`UPDATE "Sales"."Orders" SET "Id" = 30, code = 'xy' WHERE part = 'c'`);
  const decoded = decodeRecords(
    records,
    { topic, readSource: readEventSource },
    new Map([[tableKey(mapping.source), table]]),
    0,
  );
  const { changes } = await resolveKeyChanges(decoded.changes, {
    source: createSourceRows(sourcePool, [described], 'source'),
    isLive: () => false,
    rereadPosition: 0,
  });
  const apply = createApplyTarget({
    pool: targetPool,
    owner: sampleOwner(),
    tables: [mapping.target],
    database: 'target',
  });
  await takeTables(pair.target.settings, sampleOwner(), [mapping.target]);
  const { epoch } = await apply.claim([{ topic, partition: 0, firstOffset: 0n, endOffset: 0n }]);
  const batch = {
    topic,
    partition: 0,
    epoch,
    expectedOffset: 0n,
    nextOffset: 6n,
    counts: decoded.counts,
    changes,
  };
  expect(await apply.apply(apply.prepare(batch))).toBe('applied');
  expect(await content()).toEqual([
    '(1,a,,f,"ab  ",sad)',
    '(30,c,0.10,f,"xy  ",happy)',
    '(4,d,7.00,t,"zz  ",sad)',
  ]);
});

/** As Debezium writes it; both records of a key change have one position. */
const event = (
  offset: number,
  op: string,
  rows: { readonly before?: object; readonly after?: object },
  header?: string,
): FeedRecord => {
  const { before = null, after = null } = rows;
  const origin = {
    version: '3.5.0.Final',
    ts_ms: 1_700_000_000_000,
    ...mapping.source,
    lsn: header ? 9 : offset,
  };
  return {
    offset: BigInt(offset),
    value: Buffer.from(JSON.stringify({ before, after, source: origin, op, ts_ms: 1_700_000_000_100 })),
    ...(header && { headers: { [header]: '' } }),
  };
};

test('tables of one name in several schemas, and names that differ only in case, stay apart', async () => {
  await pair.source.client.query(`
    CREATE TABLE "Sales".orders (k int PRIMARY KEY, "Kind" text, v text);
    DROP SCHEMA IF EXISTS sales CASCADE;
    CREATE SCHEMA sales;
    CREATE TABLE sales.orders (k int PRIMARY KEY);
    INSERT INTO "Sales".orders VALUES (1, 'upper', 'v');
    INSERT INTO sales.orders VALUES (2)`);
  const mappings: readonly TableMapping[] = [
    {
      source: { schema: 'Sales', table: 'orders' },
      target: { schema: 'T', table: 'Sales_orders' },
      columns: [{ source: 'Kind', omit: true }],
    },
    { source: { schema: 'sales', table: 'orders' }, target: { schema: 'T', table: 'sales_orders' } },
    mapping,
  ];
  for (const one of mappings) await copier.copyChunk(await prepare(one), { chunkNumber: 0 }, never);
  expect(await Promise.all(mappings.map((one) => content(one.target)))).toEqual([['(1,v)'], ['(2)'], copied]);
});
