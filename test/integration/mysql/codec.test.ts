import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { createRowCopier } from '#adapters/databases/row-copier.ts';
import { openChunkReader } from '#adapters/mysql/source/chunk-reader.ts';
import { openRelayedSource } from '#adapters/mysql/source/relayed-source.ts';
import { openSourceDatabase } from '#adapters/mysql/source/source-database.ts';
import { openChunkWriter } from '#adapters/postgresql/target/chunk-writer.ts';
import { openTargetDatabase } from '#adapters/postgresql/target/target-database.ts';
import type { RawRow } from '#core/contracts/change-event.ts';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import { quoteTable } from '#core/databases/mysql/identifiers.ts';
import { decoderFor, validateColumn } from '#core/databases/mysql/types/column-codec.ts';
import { quoteIdentifier } from '#core/databases/postgresql/identifiers.ts';
import type { CanonicalRow, ChunkReader, SourceDatabase } from '#core/ports/databases.ts';
import { type PostgresServer, startPostgres } from '../../../local/postgres.ts';
import { localNetwork } from '../../kit/local-network.ts';
import { openRelay } from '../capture/open-relay.ts';
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
    network: localNetwork,
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

  test('rows that are copied through Kafka are those of a direct copy, of every type, also into a writer that takes bytes', async () => {
    const relay = await openRelay(`relay_${kind}`, server.settings, services);
    const database = openTargetDatabase(target);
    const relayed = { ...openRelayedSource(relay, kind), close: () => relay.close() };
    const copier = createRowCopier(relayed, openChunkWriter(target, 1));
    try {
      expect(await readAll(relayed, described)).toEqual(copied);
      const [firstKey] = copied;
      const bound = await relayed.nextChunkBound(described, undefined, 1);
      expect(bound).toEqual(await source.nextChunkBound(described, undefined, 1));
      expect(bound?.[0]).toBe(firstKey?.[0]);

      const [direct, through] = [
        { schema: 'samples', table: `direct_${kind}` },
        { schema: 'samples', table: `through_${kind}` },
      ];
      const directly = createRowCopier(openChunkReader(server.settings, 1), openChunkWriter(target, 1));
      for (const [ref, by] of [
        [direct, directly],
        [through, copier],
      ] as const) {
        await database.createTable(ref, described);
        const made = await database.describeTable(ref);
        if (made === undefined) throw new Error('The target table was not created.');
        const { rows } = await by.copyChunk(
          { source: described, target: made },
          { chunkNumber: 0 },
          new AbortController().signal,
        );
        expect(rows).toBe(rowCount);
      }
      await directly.close();
      const client = new pg.Client({ ...postgres, database: 'acme' });
      await client.connect();
      const digest = async ({ table }: TableRef) =>
        (
          await client.query(
            `SELECT count(*), md5(string_agg(t::text, '|' ORDER BY id)) FROM samples.${table} t`,
          )
        ).rows[0];
      const there = await digest(through);
      expect(there).toEqual(await digest(direct));
      expect(Number(there.count)).toBe(rowCount);
      await client.end();
    } finally {
      await Promise.all([database.close(), copier.close()]);
    }
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
          // As the type itself writes it: a cast adds the mask to an inet.
          `SELECT CASE WHEN value IS NOT NULL THEN format('%s', value) END AS value
           FROM (SELECT id, ${quoteIdentifier(sample.name)} AS value FROM samples.${kind}) AS written ORDER BY id`,
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

  test('zero dates keep their own text, in a key, and where NULL is allowed, too', async () => {
    const zero = { ...values, table: 'zero' };
    await server.sql.query(
      `CREATE TABLE zero (d date, id int, d0 date NULL, dt datetime NOT NULL, dt0 datetime NULL, dt3 datetime(3) NULL,
         dt6 datetime(6) NULL, ts timestamp NOT NULL, ts6 timestamp(6) NULL, PRIMARY KEY (d, id))`,
    );
    const name = `zero_${kind}`;
    await services.start(name, server, [zero], 2);
    const none = ['0000-00-00', '1', ...Array<string>(6).fill('0000-00-00 00:00:00'), null] as const;
    const written = [
      [...none.slice(0, 2), '0000-00-00', ...none.slice(3)],
      [
        ...[
          '2020-00-01',
          '2',
          '2020-01-00',
          '2020-00-00 00:00:00',
          '0000-01-01 23:59:59',
          '2020-00-01 10:00:00.5',
        ],
        ...['9999-12-00 10:00:00.000001', '1970-01-01 00:00:01', '0000-00-00 00:00:00'],
      ],
      ['2020-02-29', '3', null, '2020-02-29 10:00:00', null, null, null, '2020-02-29 10:00:00', null],
    ];
    const table = await describeTable(zero);
    await server.sql.query('INSERT INTO zero VALUES ?', [written]);
    await server.sql.query(
      "UPDATE zero SET d0 = '2021-00-00', dt3 = '2021-00-00 00:00:00.25' WHERE id IN (1, 3)",
    );
    await server.sql.query("DELETE FROM zero WHERE d = '2020-00-01'");
    const changes = await services.readChanges(name, zero, 6);

    /** Without the zone of an instant, which a zero date is not. */
    const decode = (raw: Readonly<Record<string, unknown>>) =>
      table.columns.map((column) => decoderFor(column)(raw[column.name])?.replace('+00', '') ?? null);
    const changed = (row: readonly unknown[]) => {
      const copy = [...row];
      copy[2] = '2021-00-00';
      copy[5] = '2021-00-00 00:00:00.25';
      return copy;
    };
    const [first, second, third] = written.map((row) => row);
    expect(changes.map((change) => ('after' in change ? decode(change.after) : change.kind))).toEqual([
      ...[first, second, third],
      ...[changed(first ?? []), changed(third ?? [])],
      'delete',
    ]);
    const deleted = changes.at(-1);
    if (deleted?.kind !== 'delete') throw new Error('There is no deleted row.');
    expect(deleted.before).toMatchObject({ d: '2020-00-01', id: 2 });

    const reader = openChunkReader(server.settings, 1);
    try {
      const rows = await readAll(reader, table);
      expect(rows.map((row) => row.map((text) => text?.replace('+00', '') ?? null))).toEqual([
        changed(first ?? []),
        changed(third ?? []),
      ]);
    } finally {
      await reader.close();
    }
  });

  test('a character that Debezium could not read is refused', async () => {
    const unread = { ...values, table: 'unread' };
    await server.sql.query('CREATE TABLE unread (id int PRIMARY KEY, l varchar(5) CHARACTER SET latin1)');
    const name = `unread_${kind}`;
    await services.start(name, server, [unread], 3);
    await server.sql.query("INSERT INTO unread VALUES (1, _latin1 X'81')");
    const [change] = await services.readChanges(name, unread, 1);
    if (change?.kind !== 'insert') throw new Error('There is no new row.');
    const decode = decoderFor(columnOf(await describeTable(unread), 'l'));
    expect(() => decode(change.after.l)).toThrow(expect.objectContaining({ code: 'UndecodableEvent' }));
    expect(quoteTable(unread)).toBe(`\`${unread.schema}\`.\`unread\``);
  });
});
