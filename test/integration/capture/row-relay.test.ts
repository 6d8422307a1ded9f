import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { openRowRelay } from '#adapters/kafka/row-relay.ts';
import { openChunkReader } from '#adapters/postgresql/source/chunk-reader.ts';
import { openRelayedSource } from '#adapters/postgresql/source/relayed-source.ts';
import type { Chunk } from '#core/contracts/copy.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import { planChunks } from '#core/copy/plan-table.ts';
import { ensureRowRelay, relayTopics, removeRowRelay } from '#core/copy/row-relay.ts';
import { postgresSourceDialect } from '#core/databases/postgresql/source/dialect.ts';
import { rowsConnectorName } from '#core/naming/names.ts';
import type { CanonicalRow, ChunkReader } from '#core/ports/databases.ts';
import type { RowRelay } from '#core/ports/row-relay.ts';
import { localNetwork } from '../../kit/local-network.ts';
import { type CaptureStack, replicationOf, silentLog, startCaptureStack } from './capture-stack.ts';

// Tests may share two cores with a whole stack; most take a second or two.
jest.setTimeout(120_000);

const never = new AbortController().signal;
const everything: Chunk = { chunkNumber: 0 };
const replication = {
  ...replicationOf(1, [{ schema: 'public', table: 'item' }]),
  snapshotMode: 'initial' as const,
};

let stack: CaptureStack;
let relay: RowRelay;
let reader: Pick<ChunkReader, 'readChunk'> & ReturnType<typeof openRelayedSource>;
let direct: ChunkReader;

beforeAll(async () => {
  stack = await startCaptureStack();
  const { host, port, databaseName, username } = stack.sourceDatabase;
  direct = openChunkReader(
    {
      ...{ kind: 'postgresql', host, port, databaseName, username, password: stack.password },
      ...{ tlsMode: 'disable', network: localNetwork },
    },
    2,
  );
}, 300_000);

afterAll(async () => {
  await direct?.close();
  await stack?.stop();
}, 60_000);

const ensure = (): Promise<void> =>
  ensureRowRelay(postgresSourceDialect.capture, replication, stack.sourceDatabase, stack.captureKafka, stack);

beforeEach(async () => {
  await ensure();
  relay = openRowRelay({
    settings: stack.settings,
    topics: relayTopics(replication.topicPrefix),
    partitions: [0, 1],
    groupId: `copy-${randomUUID()}`,
    admin: stack.kafka,
    clock: systemClock,
    log: silentLog,
    silenceMs: 60_000,
  });
  reader = openRelayedSource(relay, 'shop');
});

afterEach(() => relay?.close());

const readAll = async (
  from: Pick<ChunkReader, 'readChunk'>,
  table: TableDescription,
  chunk = everything,
  signal = never,
): Promise<readonly CanonicalRow[]> => {
  const rows: CanonicalRow[] = [];
  for await (const batch of from.readChunk(table, chunk, signal)) rows.push(...batch.rows);
  return rows;
};

const createTable = async (name: string, sql: string): Promise<TableDescription> => {
  await stack.sql.query(`DROP TABLE IF EXISTS ${name}; ${sql}; ANALYZE ${name}`);
  const table = await stack.source.describeTable({ schema: 'public', table: name });
  if (table === undefined) throw new Error(`There is no table ${name}.`);
  return table;
};

describe('rows that are copied through Kafka', () => {
  test('are those of a direct read, whatever is in them and however long they are', async () => {
    const table = await createTable(
      'item',
      `CREATE TABLE item (id int PRIMARY KEY, note text, data bytea, day date, at timestamptz, span interval);
       INSERT INTO item SELECT n, CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN E'a\\tb\\nc\\\\d' ELSE repeat('ü', n % 300) END,
         decode(md5(n::text), 'hex'), 'infinity', '-infinity', make_interval(hours => n) FROM generate_series(1, 20000) n;
       INSERT INTO item VALUES (30000, repeat('x', 30000000), NULL, '0044-03-15 BC', now(), NULL)`,
    );
    expect(await readAll(reader, table)).toEqual(await readAll(direct, table));
  });

  test('are cut into the same chunks, and read by them', async () => {
    const table = await createTable(
      'part',
      `CREATE TABLE part (a text COLLATE "C", b int, PRIMARY KEY (a, b));
       INSERT INTO part SELECT 'k''\\' || n % 7, n FROM generate_series(1, 5000) n`,
    );
    const small = { ...table, bytes: 64 * 4 * 1024 * 1024 };
    const chunks = await planChunks(reader, small);
    expect(chunks).toEqual(await planChunks(stack.source, small));
    expect(chunks.length).toBeGreaterThan(10);
    const rows = await Promise.all(chunks.map((chunk) => readAll(reader, table, chunk)));
    const read = rows.flat();
    expect(read).toHaveLength(5_000);
    expect(read.toSorted()).toEqual((await readAll(direct, table)).toSorted());
  });

  test('an error of the server is the one of a direct read', async () => {
    const table = await createTable('gone', 'CREATE TABLE gone (id int PRIMARY KEY)');
    await stack.sql.query('DROP TABLE gone');
    await expect(readAll(reader, table)).rejects.toMatchObject({
      code: 'TableNotFound',
      facts: { sqlState: '42P01', table: 'public.gone' },
    });
    const item = await createTable(
      'kept',
      'CREATE TABLE kept (id int PRIMARY KEY); INSERT INTO kept VALUES (1)',
    );
    expect(await readAll(reader, item)).toEqual([['1']]);
  });

  test('a read that is left, and one that is aborted, end at the source, and the next one has its own rows', async () => {
    const table = await createTable(
      'long',
      `CREATE TABLE long (id int PRIMARY KEY, note text);
       INSERT INTO long SELECT n, repeat(md5(n::text), 40) FROM generate_series(1, 100000) n`,
    );
    for await (const batch of reader.readChunk(table, everything, never)) {
      expect(batch.rowCount).toBeGreaterThan(0);
      break;
    }
    const stop = new AbortController();
    const reading = (async () => {
      for await (const _batch of reader.readChunk(table, everything, stop.signal))
        stop.abort(new Error('stopped'));
    })();
    await expect(reading).rejects.toThrow('stopped');
    expect(await readAll(reader, table, { chunkNumber: 1, upTo: ['3'] })).toHaveLength(3);
    for (let tries = 0; ; tries += 1) {
      const { rows } = await stack.sql.query(
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'millrace-copy' AND state = 'active'",
      );
      if (rows.length === 0) break;
      expect(tries).toBeLessThan(100);
      await sleep(100);
    }
  });

  test('what was read ahead for reads that were left takes no room from the next one', async () => {
    const table = await createTable(
      'ahead',
      `CREATE TABLE ahead (id int PRIMARY KEY, note text);
       INSERT INTO ahead SELECT n, repeat(md5(n::text), 40) FROM generate_series(1, 100000) n`,
    );
    // More lanes than one, each with what a partition may have in memory.
    for (let reads = 0; reads < 4; reads += 1) {
      for await (const _batch of reader.readChunk(table, everything, never)) {
        await sleep(1_500);
        break;
      }
    }
    expect(await readAll(reader, table, { chunkNumber: 1, upTo: ['3'] })).toHaveLength(3);
  });

  test('Connect killed within a chunk: its read fails for now, and read again it is whole', async () => {
    const table = await createTable(
      'killed',
      `CREATE TABLE killed (id int PRIMARY KEY, note text);
       INSERT INTO killed SELECT n, repeat(md5(n::text), 40) FROM generate_series(1, 150000) n`,
    );
    const reading = (async () => {
      let isKilled = false;
      for await (const _batch of reader.readChunk(table, everything, never)) {
        if (isKilled) continue;
        isKilled = true;
        await stack.killConnect();
        await stack.restartConnect();
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'ConnectUnavailable', isTransient: true });
    expect(await readAll(reader, table)).toHaveLength(150_000);
  });
});

/** A broker lists a topic for a moment after its deletion. */
const topicsAreGone = async (): Promise<void> => {
  const list = () => stack.kafka.listTopics(`${replication.topicPrefix}.copy`);
  for (let tries = 0; tries < 100 && (await list()).length > 0; tries += 1) await sleep(100);
  expect(await list()).toEqual([]);
};

test('what was made for the copy is removed, also when only a part of it is there, and is made again', async () => {
  const ports = { ...stack, clock: systemClock, log: silentLog };
  const name = rowsConnectorName(replication.connectorName);
  await relay.close();
  await removeRowRelay(replication, ports);
  expect(await stack.connect.getStatus(name)).toBeUndefined();
  await topicsAreGone();
  await removeRowRelay(replication, ports);
  await ensure();
  const config = await stack.connect.getConfig(name);
  // The status of a connector goes a moment after the connector: in more than half of the times it was still there.
  for (let times = 0; times < 5; times += 1) {
    await stack.connect.putConnector(name, config ?? {});
    await stack.connect.deleteConnector(name);
    await removeRowRelay(replication, ports);
  }
  await topicsAreGone();
});
