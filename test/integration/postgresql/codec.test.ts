import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createConnectClient } from '#adapters/connect/connect-client.ts';
import { createKafkaAdmin } from '#adapters/kafka/kafka-admin.ts';
import { createKafka } from '#adapters/kafka/kafka-client.ts';
import { openChunkCopier } from '#adapters/postgresql/chunk-copier.ts';
import { openSourceDatabase } from '#adapters/postgresql/source-database.ts';
import { openTargetDatabase } from '#adapters/postgresql/target-database.ts';
import type { RawRow } from '#core/apply/change-event.ts';
import { parseEvent } from '#core/apply/parse-event.ts';
import { captureTopics } from '#core/capture/capture-topics.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import { decoderFor, isUnavailable, validateColumn } from '#core/databases/postgresql/column-codec.ts';
import { connectorConfig } from '#core/databases/postgresql/connector-config.ts';
import { quoteIdentifier, quoteTable } from '#core/databases/postgresql/identifiers.ts';
import { topicName } from '#core/naming/names.ts';
import type { Log } from '#core/ports/clock-and-log.ts';
import type { SourceDatabase, TableDescription } from '#core/ports/databases.ts';
import { prepareJavaParts } from '../../../local/downloads.ts';
import { type ConnectServer, type KafkaServer, startConnect, startKafka } from '../../../local/kafka.ts';
import { type DatabasePair, startDatabasePair } from './database-pair.ts';
import { refusedTypes, sampleTypes, typeSamples } from './type-samples.ts';

const quietLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Settings of a database that would change what the log's reader gets, if capture did not set its own. */
const hostileSettings = {
  IntervalStyle: 'iso_8601',
  bytea_output: 'escape',
  DateStyle: 'SQL, DMY',
  TimeZone: 'Asia/Kolkata',
  extra_float_digits: '-10',
};

const values: TableRef = { schema: 'samples', table: 'values' };
const wide: TableRef = { schema: 'samples', table: 'wide' };
const special: TableRef = { schema: 'samples', table: 'special' };

const types = Object.keys(typeSamples);
const rowCount = Math.max(...Object.values(typeSamples).map((samples) => samples.length)) + 1;

// Tests may share two cores with a whole stack; most take milliseconds.
jest.setTimeout(60_000);

let pair: DatabasePair;
let kafka: KafkaServer;
let connect: ConnectServer;
let source: SourceDatabase;
let described: Readonly<Record<'values' | 'wide' | 'special', TableDescription>>;
let events: Readonly<Record<'values' | 'wide' | 'special', readonly RawRow[]>>;

beforeAll(async () => {
  const java = await prepareJavaParts();
  [pair, kafka] = await Promise.all([startDatabasePair(), startKafka({ java })]);
  connect = await startConnect({ java, brokers: kafka.brokers });
  source = openSourceDatabase(pair.source.settings);

  await createTables();
  described = {
    values: await describeTable(values),
    wide: await describeTable(wide),
    special: await describeTable(special),
  };
  await startCapture([values, wide, special]);
  const sent = await writeRows();
  events = {
    values: await readRows(values, sent.values),
    wide: await readRows(wide, sent.wide),
    special: await readRows(special, sent.special),
  };
}, 300_000);

afterAll(async () => {
  await source?.close();
  await connect?.stop();
  await Promise.all([kafka?.stop(), pair?.stop()]);
}, 60_000);

const createTables = async () => {
  const { client } = pair.source;
  await client.query(`CREATE SCHEMA samples; ${sampleTypes}`);
  const columns = types.map(
    (type, index) => `v${index} ${type} DEFAULT ${client.escapeLiteral(typeSamples[type]?.[0] ?? '')}`,
  );
  await client.query(`CREATE TABLE samples.values (id int PRIMARY KEY, ${columns.join(', ')})`);
  await client.query(`
    CREATE TABLE samples.wide (id int PRIMARY KEY, small int, t text, v varchar, c char(9000), b bytea, j json, jb jsonb,
      x xml, n numeric, ai int[], at text[], ad date[], au uuid[], ab bytea[], vb varbit, bits bit(100000), ts tsvector);
    ${['t', 'v', 'c', 'b', 'j', 'jb', 'x', 'n', 'ai', 'at', 'ad', 'au', 'ab', 'vb', 'bits', 'ts']
      .map((name) => `ALTER TABLE samples.wide ALTER ${name} SET STORAGE EXTERNAL`)
      .join(';')}`);
  await client.query(`CREATE TABLE samples.special (id int PRIMARY KEY, i interval, t timestamp)`);
  for (const [name, value] of Object.entries(hostileSettings)) {
    await client.query(`ALTER DATABASE acme SET ${name} = ${client.escapeLiteral(value)}`);
  }
};

const describeTable = async (ref: TableRef): Promise<TableDescription> => {
  const table = await source.describeTable(ref);
  if (table === undefined) throw new Error(`There is no table ${ref.table}.`);
  return table;
};

const prefix = 'codec';

const startCapture = async (tables: readonly TableRef[]) => {
  const replication = {
    topicPrefix: prefix,
    slotName: 'millrace_codec',
    publicationName: 'millrace_codec',
    tables: tables.map((table) => ({ source: table, target: table })),
  };
  const admin = createKafkaAdmin(
    { brokers: [kafka.brokers], security: 'plaintext', clientId: 'codec' },
    quietLog,
  );
  await admin.ensureTopics(captureTopics(replication, source.dialect.capture, 1));
  await admin.close();
  await source.prepareCapture(replication, tables);
  const { host, port, databaseName, username, password } = pair.source.settings;
  const config = connectorConfig(replication, {
    host,
    port,
    databaseName,
    tlsMode: 'disable',
    secretArn: 'unused',
  });
  await connectClient().putConnector('codec', {
    ...config,
    'database.user': username,
    'database.password': password,
  });
};

/** Inserts the samples row by row; the last row is all NULLs, which have to win over the columns' defaults. */
const writeRows = async () => {
  const { client } = pair.source;
  const names = types.map((_type, index) => `v${index}`);
  const casts = types.map((type, index) => `$${index + 2}::text::${type}`);
  for (let row = 0; row < rowCount; row += 1) {
    await client.query(
      `INSERT INTO samples.values (id, ${names.join(', ')}) VALUES ($1, ${casts.join(', ')})`,
      [row, ...types.map((type) => typeSamples[type]?.[row] ?? null)],
    );
  }
  await client.query(`
    INSERT INTO samples.wide SELECT 1, 0, repeat('x', 9000), repeat('x', 9000), repeat('x', 9000), decode(repeat('ab', 9000), 'hex'),
      to_json(repeat('x', 9000)), to_jsonb(repeat('x', 9000)), ('<a>' || repeat('x', 9000) || '</a>')::xml, repeat('9', 30000)::numeric,
      array_agg(n), array_agg(n::text), array_agg(date '2024-01-01' + n), array_agg(gen_random_uuid()), array_agg(int4send(n)),
      repeat('1', 90000)::varbit, repeat('1', 100000)::bit(100000), string_agg('w' || n, ' ')::tsvector
    FROM generate_series(1, 3000) n`);
  await client.query('UPDATE samples.wide SET small = 1');
  await client.query(
    `INSERT INTO samples.special VALUES (1, 'infinity', NULL), (2, '-infinity', NULL), (3, NULL, '294247-01-10 04:00:25.2')`,
  );
  return { values: rowCount, wide: 2, special: 3 };
};

const connectClient = () =>
  createConnectClient({
    url: connect.url,
    clock: { now: () => new Date(), sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
  });

/** For the message of a failed test. */
const connectorTrace = async (): Promise<string> =>
  JSON.stringify(await connectClient().getStatus('codec'), null, 2);

/** The new rows of a topic's first `count` events, in order. */
const readRows = async (table: TableRef, count: number): Promise<readonly RawRow[]> => {
  const topic = topicName(prefix, table);
  const consumer = createKafka(
    { brokers: [kafka.brokers], security: 'plaintext', clientId: 'codec' },
    quietLog,
  ).consumer({ groupId: randomUUID() });
  const rows: RawRow[] = [];
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      const timeout = setTimeout(
        () =>
          void connectorTrace().then((trace) =>
            reject(new Error(`${topic} has ${rows.length} of ${count} events. ${trace}`)),
          ),
        60_000,
      );
      consumer
        .run({
          eachMessage: async ({ message }) => {
            const event = parseEvent({ offset: BigInt(message.offset), value: message.value }, topic);
            if (event.kind === 'insert' || event.kind === 'update') rows.push(event.after);
            if (rows.length < count) return;
            clearTimeout(timeout);
            resolve();
          },
        })
        .catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  return rows;
};

/** What the column holds under the canonical settings, by a connection of the test's own. */
const expectedTexts = async (column: string): Promise<readonly (string | null)[]> => {
  const { client } = pair.source;
  await client.query(`
    SET DateStyle = ISO; SET IntervalStyle = postgres; SET TimeZone = UTC; SET extra_float_digits = 1; SET bytea_output = hex`);
  const { rows } = await client.query<{ value: string | null }>(
    `SELECT ${column} AS value FROM samples.values ORDER BY id`,
  );
  return rows.map(({ value }) => value);
};

const columnOf = (table: TableDescription, name: string) => {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw new Error(`There is no column ${name}.`);
  return column;
};

test.each(types.map((type, index) => ({ type, name: `v${index}` })))(
  'a captured $type is decoded to the text that PostgreSQL writes',
  async ({ name }) => {
    const column = columnOf(described.values, name);
    expect(validateColumn(column)).toBeUndefined();
    const decode = decoderFor(column);
    expect(events.values.map((row) => decode(row[name]))).toEqual(await expectedTexts(name));
  },
);

test('copy and stream make equal rows of every sample', async () => {
  const target = openTargetDatabase(pair.target.settings);
  const copier = openChunkCopier(pair.source.settings, pair.target.settings);
  const { client } = pair.target;
  try {
    for (const table of ['copied', 'streamed']) {
      await target.createTable({ schema: 'samples', table }, described.values);
    }
    const copied = await target.describeTable({ schema: 'samples', table: 'copied' });
    if (copied === undefined) throw new Error('The target table was not created.');
    const { rows } = await copier.copyChunk(
      { source: described.values, target: copied },
      { chunkNumber: 0 },
      new AbortController().signal,
    );
    expect(rows).toBe(rowCount);

    const columns = copied.columns.map(({ name }) => quoteIdentifier(name));
    const casts = copied.columns.map(({ type }, index) => `$${index + 1}::text::${type}`);
    for (const row of events.values) {
      await client.query(
        `INSERT INTO samples.streamed (${columns.join(', ')}) VALUES (${casts.join(', ')})`,
        described.values.columns.map((column) => decoderFor(column)(row[column.name])),
      );
    }
    for (const { name } of copied.columns) {
      // As text and as bytes: `textsend` of the output function's text is free of the session's settings.
      const contentOf = async (table: string) =>
        (
          await client.query(
            `SELECT ${quoteIdentifier(name)}::text AS value FROM ${quoteTable({ schema: 'samples', table })} ORDER BY id`,
          )
        ).rows;
      expect(await contentOf('streamed')).toEqual(await contentOf('copied'));
    }
  } finally {
    await Promise.all([target.close(), copier.close()]);
  }
});

test('long values that a change left alone are told from all others, whatever their type', () => {
  const [inserted, updated] = events.wide;
  const columns = described.wide.columns.filter(({ name }) => name !== 'id' && name !== 'small');
  const unavailable = (row: RawRow | undefined) =>
    columns.filter((column) => isUnavailable(column, row?.[column.name])).map(({ name }) => name);
  expect(unavailable(inserted)).toEqual([]);
  expect(unavailable(updated)).toEqual(columns.map(({ name }) => name));
});

describe('known limits', () => {
  test('an infinite interval arrives as zero', () => {
    const decode = decoderFor(columnOf(described.special, 'i'));
    expect(events.special.slice(0, 2).map((row) => decode(row.i))).toEqual(['00:00:00', '00:00:00']);
  });

  test('one instant of the year 294247 is read as infinity', () => {
    const decode = decoderFor(columnOf(described.special, 't'));
    expect(events.special.slice(2).map((row) => decode(row.t))).toEqual(['infinity']);
  });
});

test.each(refusedTypes)('a column of type %s is refused', async (type) => {
  const { client } = pair.source;
  await client.query(`
    DROP TABLE IF EXISTS samples.refused; DROP TYPE IF EXISTS samples.pair;
    CREATE TYPE samples.pair AS (a int, b int);
    CREATE TABLE samples.refused (id int PRIMARY KEY, v ${type})`);
  const table = await describeTable({ schema: 'samples', table: 'refused' });
  const column = columnOf(table, 'v');
  expect(validateColumn(column)).toContain(column.type);
  expect(() => decoderFor(column)('x')).toThrow(expect.objectContaining({ code: 'UnsupportedType' }));
  expect(decoderFor(column)(null)).toBeNull();
});
