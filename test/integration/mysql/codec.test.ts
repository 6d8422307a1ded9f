import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { createRowCopier } from '#adapters/databases/row-copier.ts';
import { openChunkReader } from '#adapters/mysql/chunk-reader.ts';
import { openSourceDatabase } from '#adapters/mysql/source-database.ts';
import { openChunkWriter } from '#adapters/postgresql/chunk-writer.ts';
import { openTargetDatabase } from '#adapters/postgresql/target-database.ts';
import type { RawRow } from '#core/apply/change-event.ts';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import { decoderFor, validateColumn } from '#core/databases/mysql/column-codec.ts';
import { quoteTable } from '#core/databases/mysql/identifiers.ts';
import { quoteIdentifier } from '#core/databases/postgresql/identifiers.ts';
import type { CanonicalRow, ChunkReader, SourceDatabase, TableDescription } from '#core/ports/databases.ts';
import { type PostgresServer, startPostgres } from '../../../local/postgres.ts';
import { type CaptureServices, startCaptureServices } from './capture.ts';
import { kinds, type MysqlServer, startServer, withoutMysql } from './mysql-servers.ts';
import { refusedTypes, sampleTable } from './type-samples.ts';

// Tests may share two cores with a whole stack; most take milliseconds.
jest.setTimeout(60_000);

let services: CaptureServices;
let postgres: PostgresServer;
let target: ConnectionSettings;

beforeAll(async () => {
  [services, postgres] = await Promise.all([startCaptureServices(), startPostgres({ database: 'acme' })]);
  const { host, port, user, password } = postgres;
  target = {
    kind: 'postgresql',
    host,
    port,
    databaseName: 'acme',
    username: user,
    password,
    tlsMode: 'disable',
  };
}, 300_000);

afterAll(async () => {
  await services?.stop();
  await postgres?.stop();
}, 60_000);

const readAll = async (reader: ChunkReader, table: TableDescription): Promise<readonly CanonicalRow[]> => {
  const rows: CanonicalRow[] = [];
  const chunk = { chunkNumber: 0 };
  for await (const batch of reader.readChunk(table, chunk, new AbortController().signal))
    rows.push(...batch.rows);
  return rows;
};

if (withoutMysql !== undefined) test.skip(withoutMysql, () => undefined);

describe.each(kinds)('values of %s', (kind) => {
  const samples = sampleTable(kind);
  const { columns, rowCount } = samples;

  let server: MysqlServer;
  let source: SourceDatabase;
  let values: TableRef;
  let described: TableDescription;
  let events: readonly RawRow[];
  let copied: readonly CanonicalRow[];

  beforeAll(async () => {
    server = await startServer(kind);
    source = openSourceDatabase(server.settings);
    values = { schema: server.settings.databaseName, table: 'values' };
    await server.sql.query(samples.create('values'));
    described = await describeTable(values);
    await services.start(`codec_${kind}`, server, [values], 1);
    for (const insert of samples.inserts('values')) await server.sql.query(insert);
    const changes = await services.readChanges(`codec_${kind}`, values, rowCount);
    events = changes.flatMap((event) => (event.kind === 'insert' ? [event.after] : []));
    const reader = openChunkReader(server.settings, 1);
    copied = await readAll(reader, described);
    await reader.close();
  }, 120_000);

  afterAll(async () => {
    await source?.close();
    await server?.stop();
  }, 60_000);

  const describeTable = async (ref: TableRef): Promise<TableDescription> => {
    const table = await source.describeTable(ref);
    if (table === undefined) throw new Error(`There is no table ${ref.table}.`);
    return table;
  };

  const columnOf = (table: TableDescription, name: string) => {
    const column = table.columns.find((candidate) => candidate.name === name);
    if (column === undefined) throw new Error(`There is no column ${name}.`);
    return column;
  };

  test.each(columns)('$type is the same text in a copy and in the stream', (sample) => {
    const column = columnOf(described, sample.name);
    expect(validateColumn(column)).toBeUndefined();
    const expected = samples.canonical(sample);
    const index = described.columns.indexOf(column);
    expect(copied.map((row) => row[index])).toEqual(expected);
    const decode = decoderFor(column);
    expect(events.map((row) => decode(row[sample.name]))).toEqual(expected);
  });

  test('PostgreSQL holds every value and writes it as the same text', async () => {
    const ref = { schema: 'samples', table: kind };
    const database = openTargetDatabase(target);
    const copier = createRowCopier(openChunkReader(server.settings, 1), openChunkWriter(target, 1));
    const client = new pg.Client({
      connectionString: `postgres://${postgres.user}:${postgres.password}@${postgres.host}:${postgres.port}/acme`,
      options: '-c TimeZone=UTC -c IntervalStyle=postgres',
      types: { getTypeParser: () => (value: string) => value },
    });
    await client.connect();
    try {
      await database.createTable(ref, described);
      const created = await database.describeTable(ref);
      if (created === undefined) throw new Error('The target table was not created.');
      expect(database.dialect.compareTargetTable(described, created)).toEqual([]);
      const { rows } = await copier.copyChunk(
        { source: described, target: created },
        { chunkNumber: 0 },
        new AbortController().signal,
      );
      expect(rows).toBe(rowCount);
      for (const sample of columns) {
        const { rows: written } = await client.query<{ value: string | null }>(
          `SELECT ${quoteIdentifier(sample.name)}::text AS value FROM samples.${kind} ORDER BY id`,
        );
        expect(written.map(({ value }) => value)).toEqual(samples.canonical(sample));
      }
    } finally {
      await client.end();
      await Promise.all([database.close(), copier.close()]);
    }
  });

  test.each(refusedTypes.filter(({ only }) => only === undefined || only === kind))(
    'a column of type $type is refused',
    async ({ type, reason }) => {
      await server.sql.query(
        `DROP TABLE IF EXISTS refused; CREATE TABLE refused (id int PRIMARY KEY, v ${type})`,
      );
      const table = await describeTable({ ...values, table: 'refused' });
      const column = columnOf(table, 'v');
      expect(validateColumn(column)).toContain(reason);
      expect(() => decoderFor(column)('x')).toThrow(expect.objectContaining({ code: 'UnsupportedType' }));
    },
  );

  test('zero dates keep their own text where the event says which one it is', async () => {
    const zero = { ...values, table: 'zero' };
    await server.sql.query(
      `CREATE TABLE zero (id int PRIMARY KEY, d date NOT NULL, dt datetime NOT NULL, ts timestamp NOT NULL,
         l varchar(5) CHARACTER SET latin1, dn date, dtn datetime, tsn timestamp NULL)`,
    );
    const name = `zero_${kind}`;
    await services.start(name, server, [zero], 2);
    await server.sql.query(
      `INSERT INTO zero VALUES (1, '0000-00-00', '2020-00-01', '0000-00-00', _latin1 X'81',
         '0000-00-00', '2020-00-01', '0000-00-00')`,
    );
    const table = await describeTable(zero);
    const [change] = await services.readChanges(name, zero, 1);
    if (change?.kind !== 'insert') throw new Error('There is no new row.');
    for (const [column, code] of [
      ['d', 'ValueRejected'],
      ['dt', 'ValueRejected'],
      ['l', 'UndecodableEvent'],
    ] as const) {
      expect(() => decoderFor(columnOf(table, column))(change.after[column])).toThrow(
        expect.objectContaining({ code }),
      );
    }
    for (const column of ['ts', 'tsn'])
      expect(decoderFor(columnOf(table, column))(change.after[column])).toBe('0000-00-00 00:00:00');
    // Debezium (3.5) reads them as NULL, and where NULL is allowed nothing tells the two apart.
    expect([change.after.dn, change.after.dtn]).toEqual([null, null]);
    const reader = openChunkReader(server.settings, 1);
    try {
      const [row] = await readAll(reader, table);
      const [date, datetime, timestamp] = ['0000-00-00', '2020-00-01 00:00:00', '0000-00-00 00:00:00'];
      expect(row?.filter((_text, index) => index !== 4)).toEqual([
        '1',
        date,
        datetime,
        timestamp,
        date,
        datetime,
        timestamp,
      ]);
    } finally {
      await reader.close();
    }
    expect(quoteTable(zero)).toBe(`\`${zero.schema}\`.\`zero\``);
  });
});
