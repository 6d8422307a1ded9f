import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { createRowCopier } from '#adapters/databases/row-copier.ts';
import { openChunkReader } from '#adapters/mysql/source/chunk-reader.ts';
import { openSourceDatabase } from '#adapters/mysql/source/source-database.ts';
import { openChunkWriter } from '#adapters/postgresql/target/chunk-writer.ts';
import { openTargetDatabase } from '#adapters/postgresql/target/target-database.ts';
import { decodeRecords } from '#core/apply/decode-records.ts';
import type { NulledInTable } from '#core/apply/nulled-values.ts';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import { tableKey } from '#core/contracts/identifiers.ts';
import type { TableMapping, ValuePolicy } from '#core/contracts/replication.ts';
import { readEventSource } from '#core/databases/mysql/source/log-position.ts';
import { mapTable } from '#core/mapping/map-table.ts';
import { mapInexactAsText } from '#core/mapping/text-columns.ts';
import type { FeedRecord } from '#core/ports/change-feed.ts';
import type { ChunkCopier, SourceDatabase, TargetDatabase } from '#core/ports/databases.ts';
import { findMappedTableProblems, findTargetProblems } from '#core/validation/validate-table.ts';
import { openConsumerDatabases } from '../../../consumer-container/consumer/open-databases.ts';
import { type MariadbServer, startMariadb } from '../../../local/mariadb.ts';
import { type PostgresServer, startPostgres } from '../../../local/postgres.ts';
import { localNetwork } from '../../kit/local-network.ts';
import { sampleOwner, takeTables } from '../../kit/target-owner.ts';

let mariadb: MariadbServer;
let shop: ConnectionSettings & { readonly kind: 'mariadb' };
let sql: mysql.Connection;
let postgres: PostgresServer;
let settings: ConnectionSettings;
let source: SourceDatabase;
let target: TargetDatabase;
let copier: ChunkCopier;
let client: pg.Client;

beforeAll(async () => {
  // One after the other, so that what has started is stopped when the next one does not.
  mariadb = await startMariadb({ database: 'shop' });
  postgres = await startPostgres({ database: 'warehouse', config: { fsync: 'off' } });
  const side = ({ host, port, user, password, database }: MariadbServer | PostgresServer) => ({
    ...{ host, port, databaseName: database, username: user, password },
    network: localNetwork,
    tlsMode: 'disable' as const,
  });
  shop = { kind: 'mariadb', ...side(mariadb) };
  settings = { kind: 'postgresql', ...side(postgres) };
  source = openSourceDatabase(shop);
  target = openTargetDatabase(settings);
  copier = createRowCopier(openChunkReader(shop, 1), openChunkWriter(settings, 1));
  sql = await mysql.createConnection({
    ...{ host: mariadb.host, port: mariadb.port, user: mariadb.user, password: mariadb.password },
    database: mariadb.database,
  });
  await sql.query("SET SESSION sql_mode = 'ALLOW_INVALID_DATES', SESSION time_zone = '+00:00'");
  const { host, port, user, password, database } = postgres;
  client = new pg.Client({ host, port, user, password, database });
  await client.connect();
  await client.query("SET TimeZone = 'UTC'");
}, 300_000);

afterAll(async () => {
  await Promise.all([client?.end(), sql?.end()]);
  await Promise.all([source?.close(), target?.close(), copier?.close()]);
  await Promise.all([mariadb?.stop(), postgres?.stop()]);
}, 60_000);

let tables = 0;

/** A source table with one row for each of what PostgreSQL lacks, and its target, as a start would create it. */
const createTables = async (valuePolicy: ValuePolicy, columns: string, values: readonly string[]) => {
  tables += 1;
  const ref = { schema: mariadb.database, table: `t${tables}` };
  await sql.query(`CREATE TABLE ${mysql.escapeId(ref.table)} (id int PRIMARY KEY, ${columns})`);
  for (const [id, value] of values.entries())
    await sql.query(`INSERT INTO ${mysql.escapeId(ref.table)} VALUES (${id}, ${value})`);
  const described = await source.describeTable(ref);
  if (described === undefined) throw new Error('The source table is not there.');
  const requested: TableMapping = {
    source: ref,
    target: { schema: 'public', table: ref.table },
    valuePolicy,
  };
  const mapping = mapInexactAsText(requested, described, source.dialect, target.dialect);
  const { source: read, mapped } = mapTable(described, mapping);
  expect(findMappedTableProblems(described, mapping, source.dialect)).toEqual([]);
  await target.createTable(mapping.target, mapped);
  const created = await target.describeTable(mapping.target);
  if (created === undefined) throw new Error('The target table was not created.');
  expect(findTargetProblems(mapped, created, target.dialect)).toEqual([]);
  return { mapping, pair: { source: read, mapped, target: created, valuePolicy } };
};

const copy = (pair: Awaited<ReturnType<typeof createTables>>['pair']) =>
  copier.copyChunk(pair, { chunkNumber: 0 }, new AbortController().signal);

const rowsOf = async ({ target: { schema, table } }: TableMapping): Promise<readonly unknown[]> =>
  (
    await client.query({
      text: `SELECT * FROM "${schema}"."${table}" ORDER BY id`,
      rowMode: 'array',
      types: { getTypeParser: () => (value: string) => value },
    })
  ).rows;

const dates = 'd date, dt datetime(3), ts timestamp NULL';
const zeroDates = [
  `'0000-00-00', '2020-00-01 10:00:00.5', '0000-00-00'`,
  `'2020-02-29', '2020-02-29 10:00:00.5', '2020-02-29 10:00:00'`,
];
const texts = 'note varchar(20), extra text';
const nuls = [`'a', 'b'`, `_utf8mb4 X'610062', _utf8mb4 X'00'`];

describe('a copy', () => {
  test.each([
    { policy: 'fail', columns: dates, values: zeroDates, column: 'd' },
    { policy: 'fail', columns: texts, values: nuls, column: 'note' },
    { policy: 'text', columns: texts, values: nuls, column: 'note' },
    { policy: 'null', columns: 'd date NOT NULL', values: [`'0000-00-00'`], column: 'd' },
  ] as const)(
    'fails under $policy by the column $column, of ($columns), and writes nothing',
    async ({ policy, columns, values, column }) => {
      const { mapping, pair } = await createTables(policy, columns, values);
      const error = await copy(pair).catch((caught: unknown) => caught);
      expect(error).toMatchObject({
        code: 'ValueRejected',
        facts: { table: `public.${mapping.target.table}`, column },
      });
      expect(String(error)).not.toMatch(/0000-00|\0/);
      expect(await rowsOf(mapping)).toEqual([]);
    },
  );

  test('writes NULL under null and says of how many values, also when rows are replaced', async () => {
    const { mapping, pair } = await createTables('null', `${dates}, ${texts}`, [
      `${zeroDates[0]}, ${nuls[1]}`,
      `${zeroDates[1]}, ${nuls[0]}`,
    ]);
    for (const _attempt of ['first', 'again']) {
      const { rows, nulled } = await copy(pair);
      expect(rows).toBe(2);
      expect(Object.fromEntries(nulled ?? [])).toEqual({ d: 1, dt: 1, ts: 1, note: 1, extra: 1 });
    }
    expect(await rowsOf(mapping)).toEqual([
      ['0', null, null, null, null, null],
      ['1', '2020-02-29', '2020-02-29 10:00:00.5', '2020-02-29 10:00:00+00', 'a', 'b'],
    ]);
  });

  test('writes zero dates as they are under text', async () => {
    const { mapping, pair } = await createTables('text', dates, zeroDates);
    expect(mapping.columns?.map(({ type }) => type)).toEqual(['text', 'text', 'text']);
    expect(await copy(pair)).not.toHaveProperty('nulled');
    expect(await rowsOf(mapping)).toEqual([
      ['0', '0000-00-00', '2020-00-01 10:00:00.5', '0000-00-00 00:00:00'],
      ['1', '2020-02-29', '2020-02-29 10:00:00.5', '2020-02-29 10:00:00+00'],
    ]);
  });
});

describe('the consumer', () => {
  const topic = 'client_1_db_1.shop.t';

  /** Applies new rows in one batch, as Debezium writes them. */
  const apply = async (
    mapping: TableMapping,
    ...rows: readonly object[]
  ): Promise<readonly NulledInTable[]> => {
    const nulled: NulledInTable[] = [];
    await takeTables(settings, sampleOwner({ replicationId: tables }), [mapping.target]);
    const databases = await openConsumerDatabases({
      shapes: [],
      capture: undefined,
      ...{ source: shop, target: settings, owner: sampleOwner({ replicationId: tables }), tables: [mapping] },
      onNulled: (found) => void nulled.push(...found),
    });
    try {
      const [table] = databases.tables;
      if (table === undefined) throw new Error('The table was not opened.');
      const origin = { version: '3.5.0.Final', connector: 'mariadb', ts_ms: 1_700_000_000_000 };
      const { schema: db, table: name } = mapping.source;
      const records = rows.map((after, index): FeedRecord => {
        const position = { file: 'mysql-bin.000001', pos: 4 + index, row: 0 };
        const value = {
          ...{ before: null, after, op: 'c', ts_ms: 1_700_000_000_100 },
          source: { ...origin, ...position, db, table: name },
        };
        return { offset: BigInt(index), value: Buffer.from(JSON.stringify(value)) };
      });
      const topicTables = new Map([[tableKey(mapping.source), table]]);
      const { changes, counts } = decodeRecords(
        records,
        { topic, readSource: readEventSource },
        topicTables,
        0,
      );
      const partition = { topic, partition: 0, firstOffset: 0n, endOffset: 0n };
      const { epoch } = await databases.target.claim([partition]);
      const offsets = { expectedOffset: 0n, nextOffset: BigInt(rows.length) };
      const batch = { topic, partition: 0, epoch, ...offsets, counts, changes };
      expect(await databases.target.apply(databases.target.prepare(batch))).toBe('applied');
      return nulled;
    } finally {
      await databases.close();
    }
  };

  const row = { id: 7, ts: '1970-01-01T00:00:00Z', note: 'a\0b' };
  const columns = 'ts timestamp NULL, note text';

  test('fails by the column', async () => {
    const { mapping } = await createTables('fail', columns, []);
    await expect(apply(mapping, row)).rejects.toMatchObject({
      code: 'ValueRejected',
      facts: { column: 'ts' },
    });
    await expect(apply(mapping, { ...row, ts: null })).rejects.toMatchObject({
      code: 'ValueRejected',
      facts: { column: 'note' },
    });
    expect(await rowsOf(mapping)).toEqual([]);
  });

  test('writes NULL under null and says so when it is committed', async () => {
    const { mapping } = await createTables('null', columns, []);
    expect(await apply(mapping, row)).toEqual([
      {
        table: mapping.target,
        columns: new Map([
          ['ts', 1],
          ['note', 1],
        ]),
      },
    ]);
    expect(await rowsOf(mapping)).toEqual([['7', null, null]]);
  });

  test('counts values once, also when a batch has to be merged, or applied row by row', async () => {
    const { mapping } = await createTables('null', columns, []);
    const many = Array.from({ length: 250 }, (_, id) => ({ id, ts: row.ts, note: String(id) }));
    await client.query(`INSERT INTO public.${mapping.target.table} (id) VALUES (249)`);
    expect(await apply(mapping, ...many)).toEqual([
      { table: mapping.target, columns: new Map([['ts', 250]]) },
    ]);

    const { mapping: other } = await createTables('null', columns, []);
    await client.query(`INSERT INTO public.${other.target.table} (id, note) VALUES (1, 'a'), (2, 'b');
      CREATE UNIQUE INDEX ON public.${other.target.table} (note)`);
    // At no moment have two rows the same note, but the last states of both cannot be written at once.
    const exchange = ['c', 'a', 'b'].map((note, index) => ({ id: index === 1 ? 2 : 1, ts: row.ts, note }));
    expect(await apply(other, ...exchange)).toEqual([{ table: other.target, columns: new Map([['ts', 2]]) }]);
    expect(await rowsOf(other)).toEqual([
      ['1', null, 'b'],
      ['2', null, 'a'],
    ]);
  });

  test('writes a zero timestamp as it is under text', async () => {
    const { mapping } = await createTables('text', columns, []);
    expect(await apply(mapping, { ...row, note: 'a' })).toEqual([]);
    expect(await rowsOf(mapping)).toEqual([['7', '0000-00-00 00:00:00', 'a']]);
  });

  test('does with zero dates what the policy says, where NULL is allowed, too', async () => {
    const zeros = { id: 7, d: '2020-00-01', dt: '0000-00-00T00:00:00', ts: null };
    const { mapping: failing } = await createTables('fail', dates, []);
    const facts = { column: 'd' };
    await expect(apply(failing, zeros)).rejects.toMatchObject({ code: 'ValueRejected', facts });
    expect(await rowsOf(failing)).toEqual([]);
    const { mapping: nulling } = await createTables('null', dates, []);
    const counts = new Map([
      ['d', 1],
      ['dt', 1],
    ]);
    expect(await apply(nulling, zeros)).toEqual([{ table: nulling.target, columns: counts }]);
    expect(await rowsOf(nulling)).toEqual([['7', null, null, null]]);
    const { mapping: keeping } = await createTables('text', dates, []);
    expect(await apply(keeping, zeros)).toEqual([]);
    expect(await rowsOf(keeping)).toEqual([['7', '2020-00-01', '0000-00-00 00:00:00', null]]);
  });
});
