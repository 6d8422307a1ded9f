import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { createRowCopier } from '#adapters/databases/row-copier.ts';
import { openChunkWriter } from '#adapters/mysql/target/chunk-writer.ts';
import { type MysqlTargetDatabase, openTargetDatabase } from '#adapters/mysql/target/target-database.ts';
import { openChunkReader } from '#adapters/postgresql/source/chunk-reader.ts';
import { openSourceDatabase } from '#adapters/postgresql/source/source-database.ts';
import { decodeRecords } from '#core/apply/decode-records.ts';
import type { NulledInTable } from '#core/apply/nulled-values.ts';
import { tableKey } from '#core/contracts/identifiers.ts';
import type { TableMapping, ValuePolicy } from '#core/contracts/replication.ts';
import { readEventSource } from '#core/databases/postgresql/source/log-position.ts';
import { mapTable } from '#core/mapping/map-table.ts';
import { mapInexactAsText } from '#core/mapping/text-columns.ts';
import type { FeedRecord } from '#core/ports/change-feed.ts';
import type { ChunkCopier, SourceDatabase } from '#core/ports/databases.ts';
import { findMappedTableProblems, findTargetProblems } from '#core/validation/validate-table.ts';
import { openConsumerDatabases } from '../../../consumer-container/consumer/open-databases.ts';
import { type PostgresServer, sourceSettings, startPostgres } from '../../../local/postgres.ts';
import { sampleOwner, takeTables } from '../../kit/target-owner.ts';
import { settingsOf } from '../postgresql/database-pair.ts';
import { describeTargets, rowsOf, startTarget, type TargetServer } from './target-servers.ts';

jest.setTimeout(60_000);

const columns = 'amount numeric(8,2), total numeric, weight float8, born date, seen timestamptz';

/** Row by row what MySQL holds, and what it does not. */
const rows = [
  ['1.50', '1.5', '0.5', '2024-02-29', '2024-02-29 10:00:00+00'],
  ['NaN', 'NaN', 'NaN', 'infinity', '-infinity'],
  [null, '2', 'Infinity', '0044-03-15 BC', '10000-01-01 00:00:00+00'],
] as const;
const names = ['amount', 'total', 'weight', 'born', 'seen'] as const;

const topic = 'client_1_db_1.public.things';

describeTargets('values that MySQL does not have', (kind) => {
  let postgres: PostgresServer;
  let server: TargetServer;
  let client: pg.Client;
  let source: SourceDatabase;
  let target: MysqlTargetDatabase;
  let copier: ChunkCopier;

  beforeAll(async () => {
    // One after the other, so that what has started is stopped when the next one does not.
    postgres = await startPostgres({ database: 'acme', config: { fsync: 'off', ...sourceSettings } });
    server = await startTarget(kind);
    const settings = settingsOf(postgres);
    const { host, port, user, password, database } = postgres;
    client = new pg.Client({ host, port, user, password, database });
    await client.connect();
    source = openSourceDatabase(settings);
    target = openTargetDatabase(server.settings);
    copier = createRowCopier(openChunkReader(settings, 1), openChunkWriter(server.settings, 1));
  }, 180_000);

  afterAll(async () => {
    await Promise.all([client?.end(), source?.close(), target?.close(), copier?.close()]);
    await Promise.all([postgres?.stop(), server?.stop()]);
  }, 60_000);

  let tables = 0;

  /** A source table with the rows, and an empty target table as a start would create it, or as `own` says. */
  const createTables = async (valuePolicy: ValuePolicy, own?: string) => {
    tables += 1;
    const table = `things${tables}`;
    await client.query(`CREATE TABLE ${table} (id int PRIMARY KEY, ${columns})`);
    for (const [id, values] of rows.entries())
      await client.query(`INSERT INTO ${table} VALUES (${id}, $1, $2, $3, $4, $5)`, [...values]);
    const ref = { schema: 'public', table };
    const described = await source.describeTable(ref);
    if (described === undefined) throw new Error('The source table is not there.');
    const to = { schema: server.settings.databaseName, table };
    const requested: TableMapping = { source: ref, target: to, valuePolicy };
    const mapping = mapInexactAsText(requested, described, source.dialect, target.dialect);
    const { source: read, mapped } = mapTable(described, mapping);
    expect(findMappedTableProblems(described, mapping, source.dialect)).toEqual([]);
    if (own === undefined) await target.createTable(to, mapped);
    else await server.client.query(`CREATE TABLE ${table} (id int PRIMARY KEY, ${own})`);
    const created = await target.describeTable(to);
    if (created === undefined) throw new Error('There is no target table.');
    expect(findTargetProblems(mapped, created, target.dialect)).toEqual([]);
    return { mapping, pair: { source: read, mapped, target: created, valuePolicy } };
  };

  /** Numeric without a precision is nothing that Millrace creates a column for. */
  const ownColumns = 'amount decimal(8,2), total decimal(20,4), weight double, born date, seen datetime(6)';

  const written = ({ target: { table } }: TableMapping) =>
    rowsOf(server, `SELECT ${names.join(', ')} FROM ${table} ORDER BY id`);
  const rowOf = (values: readonly (string | null)[]) =>
    Object.fromEntries(names.map((name, index) => [name, values[index] ?? null]));
  const nothing = [null, null, null, null, null];

  const copy = (pair: Awaited<ReturnType<typeof createTables>>['pair']) =>
    copier.copyChunk(pair, { chunkNumber: 0 }, new AbortController().signal);

  /** Applies the rows of the source as events, as Debezium writes them. */
  const apply = async (mapping: TableMapping): Promise<readonly NulledInTable[]> => {
    const nulled: NulledInTable[] = [];
    await takeTables(server.settings, sampleOwner({ replicationId: tables }), [mapping.target]);
    const databases = await openConsumerDatabases({
      shapes: [],
      capture: undefined,
      ...{
        source: settingsOf(postgres),
        target: server.settings,
        owner: sampleOwner({ replicationId: tables }),
        tables: [mapping],
      },
      onNulled: (found) => void nulled.push(...found),
    });
    try {
      const [table] = databases.tables;
      if (table === undefined) throw new Error('The table was not opened.');
      const records = rows.map((values, id): FeedRecord => {
        const after = { id, ...rowOf(values) };
        const origin = { version: '3.5.0.Final', ts_ms: 1_700_000_000_000, ...mapping.source, lsn: id + 1 };
        const value = { before: null, after, source: origin, op: 'c', ts_ms: 1_700_000_000_100 };
        return { offset: BigInt(id), value: Buffer.from(JSON.stringify(value)) };
      });
      const ofTopic = new Map([[tableKey(mapping.source), table]]);
      const { changes, counts } = decodeRecords(records, { topic, readSource: readEventSource }, ofTopic, 0);
      const { target: applyTarget } = databases;
      const { epoch } = await applyTarget.claim([{ topic, partition: 0, firstOffset: 0n, endOffset: 0n }]);
      const offsets = { expectedOffset: 0n, nextOffset: BigInt(records.length) };
      const batch = { topic, partition: 0, epoch, ...offsets, counts, changes };
      expect(await applyTarget.apply(applyTarget.prepare(batch))).toBe('applied');
      return nulled;
    } finally {
      await databases.close();
    }
  };

  const counts = { amount: 1, total: 1, weight: 2, born: 2, seen: 2 };
  const held = ['1.50', '1.5000', '0.5', '2024-02-29', '2024-02-29 10:00:00.000000'];

  test('end a copy and the consumer under fail, by their column', async () => {
    const { mapping, pair } = await createTables('fail', ownColumns);
    const refusal = {
      code: 'ValueRejected',
      message: expect.stringContaining('value_policy'),
      facts: { column: 'amount', table: `${mapping.target.schema}.${mapping.target.table}` },
    };
    await expect(copy(pair)).rejects.toMatchObject(refusal);
    await expect(apply(mapping)).rejects.toMatchObject(refusal);
    expect(await written(mapping)).toEqual([]);
  });

  test('are NULL under null, and are counted, in a copy, in its repetition and in the stream', async () => {
    const { mapping, pair } = await createTables('null', ownColumns);
    for (const _attempt of ['first', 'again'])
      expect(Object.fromEntries((await copy(pair)).nulled ?? [])).toEqual(counts);
    const expected = [held, nothing, [null, '2.0000', null, null, null]].map(rowOf);
    expect(await written(mapping)).toEqual(expected);
    await server.client.query(`DELETE FROM ${mapping.target.table}`);
    const [nulled] = await apply(mapping);
    expect(nulled?.table).toEqual(mapping.target);
    expect(Object.fromEntries(nulled?.columns ?? [])).toEqual(counts);
    expect(await written(mapping)).toEqual(expected);
  });

  test('are what PostgreSQL writes for them under text, and nothing is counted', async () => {
    const { mapping, pair } = await createTables('text');
    expect(mapping.columns?.map(({ source: name, type }) => [name, type])).toEqual(
      names.map((name) => [name, 'text']),
    );
    expect(await copy(pair)).not.toHaveProperty('nulled');
    expect(await written(mapping)).toEqual(rows.map(rowOf));
    await server.client.query(`DELETE FROM ${mapping.target.table}`);
    expect(await apply(mapping)).toEqual([]);
    expect(await written(mapping)).toEqual(rows.map(rowOf));
  });
});
