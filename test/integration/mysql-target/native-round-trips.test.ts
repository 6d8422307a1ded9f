import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createRowCopier } from '#adapters/databases/row-copier.ts';
import { createPool, type Pool } from '#adapters/mysql/driver/connection.ts';
import { openChunkReader } from '#adapters/mysql/source/chunk-reader.ts';
import { openSourceDatabase } from '#adapters/mysql/source/source-database.ts';
import { applyPoolOptions, createApplyTarget } from '#adapters/mysql/target/apply-target.ts';
import { openChunkWriter } from '#adapters/mysql/target/chunk-writer.ts';
import { type MysqlTargetDatabase, openTargetDatabase } from '#adapters/mysql/target/target-database.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import type { MysqlKind } from '#core/databases/mysql/flavors.ts';
import { quoteIdentifier, quoteTable } from '#core/databases/mysql/identifiers.ts';
import { describeApplyTable } from '#core/databases/mysql/target/apply-statements.ts';
import type { MysqlTargetTable } from '#core/databases/mysql/target/catalog.ts';
import type { ChunkCopier, SourceDatabase } from '#core/ports/databases.ts';
import { sampleOwner, takeTables } from '../../kit/target-owner.ts';
import { kinds, type MysqlServer, startServer, withoutMysql } from '../mysql/mysql-servers.ts';
import { sampleTable } from '../mysql/type-samples.ts';
import { connect, rowsOf, type TargetServer } from './target-servers.ts';

jest.setTimeout(60_000);

/** A number of a JSON document that is no double, but a DECIMAL: MySQL would read it as a double. */
const lackedNumber = '12345678901234567890.123456789';

/** What a column is made as, where that is not its own type: the values are the same, only their looks are not. */
const madeAs: Readonly<Record<string, string>> = {
  'int(8) unsigned zerofill': 'int unsigned',
  'decimal(8,2) unsigned zerofill': 'decimal(8,2) unsigned',
  'float(7,3)': 'float',
  'double(10,2)': 'double',
  // MySQL has no such types.
  uuid: 'char(36)',
  inet6: 'varchar(43)',
  inet4: 'varchar(43)',
};

/** Widths of integers, which only some versions write, say nothing but for TINYINT(1). */
const withoutWidth = (type: string): string =>
  type.replace(/^((?:small|medium|big)?int|year|tinyint(?!\(1\)))\(\d+\)/, '$1');

/** What shows each bit of a value. Of a text its bytes do, which also depend on its character set. */
const exactForm = (baseType: string): string => {
  switch (baseType) {
    case 'float':
    case 'double':
      return 'CAST(v AS DOUBLE)';
    case 'tinyint':
    case 'smallint':
    case 'mediumint':
    case 'int':
    case 'bigint':
    case 'decimal':
      // ZEROFILL is no part of the value.
      return 'v + 0';
    case 'uuid':
      return 'HEX(CAST(v AS CHAR))';
    case 'inet4':
    case 'inet6':
      return 'HEX(INET6_ATON(CAST(v AS CHAR)))';
    default:
      return 'HEX(v)';
  }
};

/** Values that the target has none for, by the type of the column. A server without a strict mode takes them. */
const lackedValues: readonly { readonly type: string; readonly sql: string; readonly only?: MysqlKind }[] = [
  { type: 'date', sql: "'0000-00-00'" },
  { type: 'datetime', sql: "'2020-00-01'" },
  { type: 'timestamp null', sql: "'0000-00-00'" },
  { type: "enum('a','b')", sql: "'none'" },
  { type: 'json', sql: `JSON_OBJECT('a', CAST('${lackedNumber}' AS DECIMAL(40,10)))`, only: 'mysql' },
];

if (withoutMysql !== undefined) test.skip(withoutMysql, () => undefined);

describe.each(kinds)('%s to its own kind', (kind) => {
  const samples = sampleTable(kind);
  /** MySQL keeps JSON parsed, so what is the same to it may have other bytes: 1.0 has become 1. */
  const isParsedJson = (type: string): boolean => kind === 'mysql' && type === 'json';

  let server: MysqlServer;
  let source: SourceDatabase;
  let target: MysqlTargetDatabase;
  let copier: ChunkCopier;
  let pool: Pool;
  let client: TargetServer['client'];
  let described: TableDescription;

  beforeAll(async () => {
    server = await startServer(kind);
    const settings = { ...server.settings, databaseName: `${server.settings.databaseName}_target` };
    source = openSourceDatabase(server.settings);
    target = openTargetDatabase(settings);
    copier = createRowCopier(openChunkReader(server.settings, 1), openChunkWriter(settings, 1));
    await server.sql.query(`CREATE DATABASE ${quoteIdentifier(settings.databaseName)}`);
    pool = createPool(settings, applyPoolOptions);
    client = await connect(settings);
    await server.sql.query(samples.create('values'));
    for (const insert of samples.inserts('values')) await server.sql.query(insert);
    // The samples have it, too: it is refused, see below.
    for (const { name } of samples.columns.filter(({ type }) => isParsedJson(type)))
      await server.sql.query(`UPDATE \`values\` SET ${name} = NULL WHERE ${name} LIKE '%${lackedNumber}%'`);
    described = await describeSource('values');
  }, 180_000);

  afterAll(async () => {
    await Promise.all([source?.close(), target?.close(), copier?.close(), pool?.close()]);
    client?.destroy();
    await server?.sql.query(
      `DROP DATABASE IF EXISTS ${quoteIdentifier(`${server.settings.databaseName}_target`)}`,
    );
    await server?.stop();
  }, 60_000);

  const sourceRef = (table: string): TableRef => ({ schema: server.settings.databaseName, table });

  const describeSource = async (table: string): Promise<TableDescription> => {
    const found = await source.describeTable(sourceRef(table));
    if (found === undefined) throw new Error(`There is no table ${table}.`);
    return found;
  };

  const createTarget = async (table: string, of: TableDescription): Promise<MysqlTargetTable> => {
    const ref = { schema: `${server.settings.databaseName}_target`, table };
    expect(target.dialect.refuseTable(of)).toEqual([]);
    await target.createTable(ref, of);
    const created = await target.describeTable(ref);
    if (created === undefined) throw new Error(`There is no table ${table}.`);
    expect(target.dialect.compareTargetTable(of, created)).toEqual([]);
    return created;
  };

  const copy = (of: TableDescription, into: MysqlTargetTable) =>
    copier.copyChunk({ source: of, target: into }, { chunkNumber: 0 }, new AbortController().signal);

  /** By the names of the columns, read by a connection of the test's own. */
  const contentOf = async (ref: TableRef): Promise<Readonly<Record<string, readonly (string | null)[]>>> => {
    const list = described.columns
      .filter(({ name }) => name !== 'id')
      .map(({ name, native }) => `${exactForm(native?.baseType ?? '').replace('v', name)} AS ${name}`);
    const rows = await rowsOf({ client }, `SELECT ${list.join(', ')} FROM ${quoteTable(ref)} ORDER BY id`);
    return Object.fromEntries(
      samples.columns.map(({ name }) => [name, rows.map((row) => row[name] ?? null)]),
    );
  };

  const expectSource = async (table: MysqlTargetTable): Promise<void> => {
    const [expected, written] = [await contentOf(described.ref), await contentOf(table.ref)];
    for (const { name, type } of samples.columns) {
      if (!isParsedJson(type)) {
        expect({ type, values: written[name] }).toEqual({ type, values: expected[name] });
        continue;
      }
      // What JSON has no type for is a string at the target, with the same text.
      const same = await rowsOf(
        { client },
        `SELECT (s.${name} <=> t.${name} OR CAST(s.${name} AS CHAR) <=> CAST(t.${name} AS CHAR)) AS same FROM ${quoteTable(described.ref)} s JOIN ${quoteTable(table.ref)} t USING (id)`,
      );
      expect({ type, same }).toEqual({
        type,
        same: Array.from({ length: samples.rowCount }, () => ({ same: '1' })),
      });
    }
  };

  const columnTypes = async (ref: TableRef) => {
    const rows = await rowsOf(
      { client },
      `SELECT COLUMN_NAME AS name, COLUMN_TYPE AS type, CHARACTER_SET_NAME AS charset, IS_NULLABLE AS nullable
       FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = '${ref.schema}' AND TABLE_NAME = '${ref.table}'`,
    );
    return new Map(
      rows.map(({ name, ...column }) => [name, { ...column, type: withoutWidth(column.type ?? '') }]),
    );
  };

  test('columns are made with their own types and character sets', async () => {
    const created = await columnTypes((await createTarget('typed', described)).ref);
    const own = await columnTypes(described.ref);
    for (const { name, type } of samples.columns) {
      const made = madeAs[type];
      const expected = { ...own.get(name), ...(made !== undefined && { type: made }) };
      expect({ of: type, ...created.get(name) }).toEqual({
        of: type,
        ...expected,
        ...(type === 'uuid' && { charset: 'ascii' }),
        ...(type.startsWith('inet') && { charset: 'utf8mb4' }),
      });
    }
  });

  test("copied values are the source's to the byte, also when rows are replaced", async () => {
    const copied = await createTarget('copied', described);
    // The second time every row is there, so that it is deleted and inserted by statements.
    for (const _time of ['loaded', 'replaced']) {
      const { rows } = await copy(described, copied);
      expect(rows).toBe(samples.rowCount);
      await expectSource(copied);
    }
  });

  test.each([
    { table: 'applied', kind: 'upsert', more: {} },
    { table: 'patched', kind: 'patch', more: {} },
    { table: 'merged', kind: 'upsert', more: { hasOtherUniqueIndexes: true, isReferenced: true } },
  ] as const)(
    "$table values are the source's to the byte, also when rows are changed",
    async ({ table: name, kind: event, more }) => {
      const applied = await createTarget(name, described);
      const table = describeApplyTable(
        { source: described.ref, target: applied.ref },
        described,
        { ...applied, ...more },
        source.dialect,
      );
      const texts = samples.columns.map((column) =>
        samples
          .canonical(column)
          .map((text) => (isParsedJson(column.type) && text?.includes(lackedNumber) === true ? null : text)),
      );
      const rows = Array.from({ length: samples.rowCount }, (_row, row) => [
        String(row),
        ...texts.map((ofColumn) => ofColumn[row] ?? null),
      ]);
      const applyTarget = createApplyTarget({
        pool,
        owner: sampleOwner(),
        tables: [applied.ref],
        database: 'test',
      });
      await takeTables(server.settings, sampleOwner(), [applied.ref]);
      const topic = name;
      const { epoch } = await applyTarget.claim([{ topic, partition: 0, firstOffset: 0n, endOffset: 0n }]);
      // Each key first has the values of another row.
      const shifted = rows.map(([, ...values], row) => [String((row + 1) % rows.length), ...values]);
      // A row with a long value is written alone, so the others come first, as a change of their own.
      const isLong = [false, ...samples.columns.map(({ type }) => type === 'longblob')];
      const without = (long: boolean) =>
        rows.map((row) =>
          row.map((value, index) => (index > 0 && isLong[index] === long ? undefined : value)),
        );
      const batches = [
        { written: shifted, as: 'upsert' as const },
        ...(event === 'upsert' ? [rows] : [without(true), without(false)]).map((written) => ({
          written,
          as: event,
        })),
      ];
      for (const [batch, { written, as }] of batches.entries()) {
        const expectedOffset = BigInt(batch * rows.length);
        const prepared = applyTarget.prepare({
          ...{ topic, partition: 0, epoch, expectedOffset },
          nextOffset: expectedOffset + BigInt(rows.length),
          counts: { inserts: rows.length, updates: 0, deletes: 0, truncates: 0, duplicatesSkipped: 0 },
          changes: [{ table, events: written.map((row) => ({ kind: as, key: row[0] ?? '', row })) }],
        });
        expect(await applyTarget.apply(prepared)).toBe('applied');
      }
      await expectSource(applied);
    },
  );

  test.each(
    lackedValues
      .filter(({ only }) => only === undefined || only === kind)
      .map((lacked, index) => ({ ...lacked, table: `lacked${index}` })),
  )('$sql of a column of type $type is refused', async ({ type, sql, table }) => {
    await server.sql.query(
      `CREATE TABLE ${table} (id int PRIMARY KEY, v ${type}); INSERT INTO ${table} VALUES (1, ${sql})`,
    );
    const of = await describeSource(table);
    const created = await createTarget(table, of);
    const error = await copy(of, created).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'ValueRejected', facts: { column: 'v' } });
    expect(await rowsOf({ client }, `SELECT * FROM ${quoteTable(created.ref)}`)).toEqual([]);
  });
});
