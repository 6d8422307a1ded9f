import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createConnectClient } from '#adapters/connect/connect-client.ts';
import { createRowCopier } from '#adapters/databases/row-copier.ts';
import { createKafkaAdmin } from '#adapters/kafka/kafka-admin.ts';
import { createKafka } from '#adapters/kafka/kafka-client.ts';
import { openRelayedSource } from '#adapters/postgresql/source/relayed-source.ts';
import { openSourceDatabase } from '#adapters/postgresql/source/source-database.ts';
import { openChunkCopier } from '#adapters/postgresql/target/chunk-copier.ts';
import { openChunkWriter } from '#adapters/postgresql/target/chunk-writer.ts';
import { openTargetDatabase } from '#adapters/postgresql/target/target-database.ts';
import { decodeRow } from '#core/apply/apply-table.ts';
import { parseEvent } from '#core/apply/parse-event.ts';
import { captureTopics } from '#core/capture/capture-topics.ts';
import type { RawRow } from '#core/contracts/change-event.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import { quoteTable } from '#core/databases/postgresql/identifiers.ts';
import { connectorConfig } from '#core/databases/postgresql/source/connector-config.ts';
import { readEventSource } from '#core/databases/postgresql/source/log-position.ts';
import { describeApplyTable } from '#core/databases/postgresql/target/apply-statements.ts';
import { compareTargetTable } from '#core/databases/postgresql/target/compatibility.ts';
import * as codec from '#core/databases/postgresql/types/column-codec.ts';
import { decoderFor, isUnavailable, validateColumn } from '#core/databases/postgresql/types/column-codec.ts';
import { topicName } from '#core/naming/names.ts';
import type { Log } from '#core/ports/clock-and-log.ts';
import type { SourceDatabase } from '#core/ports/databases.ts';
import { prepareJavaParts } from '../../../local/downloads.ts';
import { type ConnectServer, type KafkaServer, startConnect, startKafka } from '../../../local/kafka.ts';
import type { PostgresVersion } from '../../../local/postgres.ts';
import { openRelay } from '../capture/open-relay.ts';
import { type DatabasePair, startDatabasePair } from './database-pair.ts';
import { generatedTypes, generateTexts } from './type-generators.ts';
import { refusedTypes, samplesFor, sampleTypes } from './type-samples.ts';

const quietLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Settings of a database that would change what the log's reader gets, if capture did not set its own. */
const hostileSettings = {
  IntervalStyle: 'iso_8601',
  bytea_output: 'escape',
  DateStyle: 'SQL, DMY',
  TimeZone: 'Asia/Kolkata',
  extra_float_digits: '-10',
};

const tables = {
  values: { schema: 'samples', table: 'values' },
  generated: { schema: 'samples', table: 'generated' },
  wide: { schema: 'samples', table: 'wide' },
} as const satisfies Readonly<Record<string, TableRef>>;
type SampleTable = keyof typeof tables;

/** A row with a value of every generated type; some hundred bytes each, in a second or two. */
const generatedRows = 40;

/** Another run, other values: MILLRACE_TEST_SEED repeats one. */
const seed = Number(process.env.MILLRACE_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));

// Tests may share two cores with a whole stack; most take milliseconds.
jest.setTimeout(60_000);

let kafka: KafkaServer;
let connect: ConnectServer;

beforeAll(async () => {
  const java = await prepareJavaParts();
  kafka = await startKafka({ java });
  connect = await startConnect({ java, brokers: kafka.brokers });
}, 300_000);

afterAll(async () => {
  await connect?.stop();
  await kafka?.stop();
}, 60_000);

const connectClient = () =>
  createConnectClient({
    url: connect.url,
    clock: { now: () => new Date(), sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
  });

/** One column for each type, `v0` and so on; values by type, of which NULLs fill up the rows. */
interface Samples {
  readonly types: readonly string[];
  readonly values: Readonly<Record<string, readonly string[]>>;
  readonly rowCount: number;
}

const toSamples = (values: Readonly<Record<string, readonly string[]>>): Samples => ({
  types: Object.keys(values),
  values,
  rowCount: Math.max(...Object.values(values).map((samples) => samples.length)) + 1,
});

/** Names of the columns whose values may be stored out of line. */
const wideColumns = [
  't',
  'v',
  'c',
  'b',
  'j',
  'jb',
  'x',
  'n',
  'ai',
  'at',
  'ad',
  'au',
  'ab',
  'vb',
  'bits',
  'ts',
  'po',
  'h',
  'co',
  'ci',
];

const createTables = async ({ client }: DatabasePair['source'], samples: Samples) => {
  await client.query(sampleTypes);
  const columns = samples.types.map(
    (type, index) => `v${index} ${type} DEFAULT ${client.escapeLiteral(samples.values[type]?.[0] ?? '')}`,
  );
  await client.query(`CREATE TABLE samples.values (id int PRIMARY KEY, ${columns.join(', ')})`);
  await client.query(
    `CREATE TABLE samples.generated (id int PRIMARY KEY, ${generatedTypes.map((type, index) => `v${index} ${type}`).join(', ')})`,
  );
  await client.query(`
    CREATE TABLE samples.wide (id int PRIMARY KEY, small int, t text, v varchar, c char(9000), b bytea, j json, jb jsonb,
      x xml, n numeric, ai int[], at text[], ad date[], au uuid[], ab bytea[], vb varbit, bits bit(100000), ts tsvector,
      po polygon, h extensions.hstore, co samples.pair, ci extensions.citext);
    ${wideColumns.map((name) => `ALTER TABLE samples.wide ALTER ${name} SET STORAGE EXTERNAL`).join(';')}`);
  for (const [name, value] of Object.entries(hostileSettings)) {
    await client.query(`ALTER DATABASE acme SET ${name} = ${client.escapeLiteral(value)}`);
  }
};

/** Says whether PostgreSQL takes a text for a value, and reads back what it writes of it: not so the longest intervals. */
const validity = `
  CREATE FUNCTION samples.is_valid(type text, value text) RETURNS boolean LANGUAGE plpgsql AS $$
    BEGIN EXECUTE format('SELECT %L::%s::text::%2$s', value, type); RETURN true;
    EXCEPTION WHEN others THEN RETURN false; END $$`;

/** What of the generated texts both servers take: an older one reads fewer intervals. */
const generateSamples = async ({ source, target }: DatabasePair): Promise<Samples> => {
  let candidates = generatedTypes.flatMap((type) =>
    generateTexts(type, generatedRows, seed)
      .filter((value) => !value.includes('\0'))
      .map((value) => ({ type, value })),
  );
  for (const { client } of [source, target]) {
    const { rows } = await client.query<{ type: string; value: string }>(
      `SELECT type, value FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS c (type, value, place)
       WHERE samples.is_valid(type, value) ORDER BY place`,
      [candidates.map(({ type }) => type), candidates.map(({ value }) => value)],
    );
    candidates = rows;
  }
  const valid = Map.groupBy(candidates, ({ type }) => type);
  return toSamples(
    Object.fromEntries(
      generatedTypes.map((type) => [type, (valid.get(type) ?? []).map(({ value }) => value)]),
    ),
  );
};

/** Inserts the samples row by row; the last row is all NULLs, which have to win over the columns' defaults. */
const writeSamples = async ({ client }: DatabasePair['source'], table: TableRef, samples: Samples) => {
  const names = samples.types.map((_type, index) => `v${index}`);
  const casts = samples.types.map((type, index) => `$${index + 2}::text::${type}`);
  for (let row = 0; row < samples.rowCount; row += 1) {
    await client.query(
      `INSERT INTO ${quoteTable(table)} (id, ${names.join(', ')}) VALUES ($1, ${casts.join(', ')})`,
      [row, ...samples.types.map((type) => samples.values[type]?.[row] ?? null)],
    );
  }
};

const writeWide = async ({ client }: DatabasePair['source']) => {
  await client.query(`
    INSERT INTO samples.wide SELECT 1, 0, repeat('x', 9000), repeat('x', 9000), repeat('x', 9000), decode(repeat('ab', 9000), 'hex'),
      to_json(repeat('x', 9000)), to_jsonb(repeat('x', 9000)), ('<a>' || repeat('x', 9000) || '</a>')::xml, repeat('9', 30000)::numeric,
      array_agg(n), array_agg(n::text), array_agg(date '2024-01-01' + n), array_agg(gen_random_uuid()), array_agg(int4send(n)),
      repeat('1', 90000)::varbit, repeat('1', 100000)::bit(100000), string_agg('w' || n, ' ')::tsvector,
      ('(' || string_agg(point(n, n)::text, ',') || ')')::polygon, extensions.hstore(array_agg(n::text), array_agg(n::text)),
      ROW(1, repeat('x', 9000))::samples.pair, repeat('X', 9000)
    FROM generate_series(1, 3000) n`);
  await client.query('UPDATE samples.wide SET small = 1');
};

const describeTable = async (source: SourceDatabase, ref: TableRef): Promise<TableDescription> => {
  const table = await source.describeTable(ref);
  if (table === undefined) throw new Error(`There is no table ${ref.table}.`);
  return table;
};

const startCapture = async (pair: DatabasePair, source: SourceDatabase, name: string) => {
  const refs = Object.values(tables);
  const replication = {
    topicPrefix: name,
    slotName: name,
    publicationName: name,
    tables: refs.map((table) => ({ source: table, target: table })),
  };
  const admin = createKafkaAdmin(
    { brokers: [kafka.brokers], security: 'plaintext', clientId: 'codec' },
    quietLog,
  );
  await admin.ensureTopics(captureTopics(replication, source.dialect.capture, 1));
  await admin.close();
  await source.prepareCapture(replication, refs);
  const { host, port, databaseName, username, password } = pair.source.settings;
  const config = connectorConfig(replication, {
    host,
    port,
    databaseName,
    tlsMode: 'disable',
    secretArn: 'unused',
  });
  await connectClient().putConnector(name, {
    ...config,
    'database.user': username,
    'database.password': password,
  });
};

/** The new rows of a topic's first `count` events, in order. */
const readRows = async (name: string, table: TableRef, count: number): Promise<readonly RawRow[]> => {
  const topic = topicName(name, table);
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
          void connectClient()
            .getStatus(name)
            .then((status) =>
              reject(new Error(`${topic} has ${rows.length} of ${count} events. ${JSON.stringify(status)}`)),
            ),
        60_000,
      );
      consumer
        .run({
          eachMessage: async ({ message }) => {
            const event = parseEvent(
              { offset: BigInt(message.offset), value: message.value },
              topic,
              readEventSource,
            );
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

/** The settings of which the canonical text is, in a connection of the test's own. */
const canonical = `
  SET DateStyle = ISO; SET IntervalStyle = postgres; SET TimeZone = UTC; SET extra_float_digits = 1; SET bytea_output = hex`;

/** Every row as PostgreSQL writes it: values by name. */
const contentOf = async (
  { client }: DatabasePair['source'],
  ref: TableRef,
  columns: readonly string[],
): Promise<Readonly<Record<string, readonly (string | null)[]>>> => {
  await client.query(canonical);
  const { rows } = await client.query<Record<string, string | null>>(
    `SELECT ${columns.join(', ')} FROM ${quoteTable(ref)} ORDER BY id`,
  );
  const names = Object.keys(rows[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name] ?? null)]));
};

const columnOf = (table: TableDescription, name: string) => {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw new Error(`There is no column ${name}.`);
  return column;
};

/** Columns of money are compared as the numbers that they stand for. */
const textsOf = (table: TableDescription): readonly string[] =>
  table.columns.map(({ name, baseType, isArray }) =>
    baseType === 'money' ? `${name}::numeric${isArray ? '[]' : ''} AS ${name}` : name,
  );

const pairsOfVersions: readonly { readonly source: PostgresVersion; readonly target: PostgresVersion }[] = [
  { source: 18, target: 18 },
  { source: 18, target: 15 },
  { source: 15, target: 18 },
  { source: 18, target: 13 },
  { source: 13, target: 18 },
];

describe.each(pairsOfVersions)('PostgreSQL $source to $target', ({ source: from, target: to }) => {
  const name = `codec_${from}_${to}`;
  const samples = toSamples(samplesFor(Math.min(from, to)));
  let pair: DatabasePair;
  let source: SourceDatabase;
  let described: Readonly<Record<SampleTable, TableDescription>>;
  let events: Readonly<Record<SampleTable, readonly RawRow[]>>;
  let expected: Readonly<Record<SampleTable, Readonly<Record<string, readonly (string | null)[]>>>>;

  beforeAll(async () => {
    pair = await startDatabasePair({}, { source: from, target: to });
    source = openSourceDatabase(pair.source.settings);
    await createTables(pair.source, samples);
    await pair.target.client.query(sampleTypes);
    for (const { client } of [pair.source, pair.target]) await client.query(validity);
    described = {
      values: await describeTable(source, tables.values),
      generated: await describeTable(source, tables.generated),
      wide: await describeTable(source, tables.wide),
    };
    await startCapture(pair, source, name);
    const generated = await generateSamples(pair);
    await writeSamples(pair.source, tables.values, samples);
    await writeSamples(pair.source, tables.generated, generated);
    await writeWide(pair.source);
    events = {
      values: await readRows(name, tables.values, samples.rowCount),
      generated: await readRows(name, tables.generated, generated.rowCount),
      wide: await readRows(name, tables.wide, 2),
    };
    expected = {
      values: await contentOf(pair.source, tables.values, textsOf(described.values)),
      generated: await contentOf(pair.source, tables.generated, textsOf(described.generated)),
      wide: await contentOf(pair.source, tables.wide, textsOf(described.wide)),
    };
  }, 300_000);

  afterAll(async () => {
    await source?.close();
    await pair?.stop();
  }, 60_000);

  test.each(samples.types.map((type, index) => ({ type, column: `v${index}` })))(
    'a captured $type is decoded to the text that PostgreSQL writes',
    ({ column: columnName }) => {
      const column = columnOf(described.values, columnName);
      expect(validateColumn(column)).toBeUndefined();
      const decode = decoderFor(column);
      expect(events.values.map((row) => decode(row[columnName]))).toEqual(expected.values[columnName]);
    },
  );

  test.each(generatedTypes.map((type, index) => ({ type, column: `v${index}` })))(
    `a generated $type is decoded to the text that PostgreSQL writes (seed ${seed})`,
    ({ column: columnName }) => {
      const decode = decoderFor(columnOf(described.generated, columnName));
      expect(events.generated.map((row) => decode(row[columnName]))).toEqual(expected.generated[columnName]);
    },
  );

  /** Copies and streams a table into two targets, and returns what is in each. */
  const copyAndStream = async (
    table: SampleTable,
    targets: { readonly copied: TableRef; readonly streamed: TableRef },
  ) => {
    const target = openTargetDatabase(pair.target.settings);
    const copier = openChunkCopier(pair.source.settings, pair.target.settings);
    try {
      const descriptions = await Promise.all(
        [targets.copied, targets.streamed].map(async (ref) => {
          await target.createTable(ref, described[table]);
          const made = await target.describeTable(ref);
          if (made === undefined) throw new Error('The target table was not created.');
          expect(compareTargetTable(described[table], made)).toEqual([]);
          return made;
        }),
      );
      const [copied, streamed] = descriptions;
      if (copied === undefined || streamed === undefined) throw new Error('There are two tables.');
      // Twice: the second time finds every row there, and goes through the temporary table.
      for (let time = 0; time < 2; time += 1) {
        const { rows } = await copier.copyChunk(
          { source: described[table], target: copied },
          { chunkNumber: 0 },
          new AbortController().signal,
        );
        expect(rows).toBe(events[table].length);
      }
      const mapping = { source: described[table].ref, target: streamed.ref };
      const apply = describeApplyTable(mapping, described[table], streamed, codec);
      const upserts = events[table].map((row) => decodeRow(apply, row).row);
      await pair.target.client.query(canonical);
      await pair.target.client.query('SET search_path = pg_catalog');
      for (const { text, values } of apply.statements.forSteps([
        { kind: 'write', deletes: [], patches: [], upserts },
      ])) {
        await pair.target.client.query(text, [...values]);
      }
      return {
        copied: await contentOf(pair.target, targets.copied, textsOf(copied)),
        streamed: await contentOf(pair.target, targets.streamed, textsOf(streamed)),
      };
    } finally {
      await Promise.all([target.close(), copier.close()]);
    }
  };

  test.each(['values', 'generated'] as const)(
    `copy and stream make rows of %s that are the source's, to the byte (seed ${seed})`,
    async (table) => {
      const { copied, streamed } = await copyAndStream(table, {
        copied: { schema: 'made', table: `copied_${table}` },
        streamed: { schema: 'made', table: `streamed_${table}` },
      });
      for (const [column, texts] of Object.entries(expected[table])) {
        const { type } = columnOf(described[table], column);
        expect({ type, texts: copied[column] }).toEqual({ type, texts });
        expect({ type, texts: streamed[column] }).toEqual({ type, texts });
      }
    },
  );

  test(`a copy through Kafka writes what a direct one writes, of every type (seed ${seed})`, async () => {
    const relay = await openRelay(`relay_${from}_${to}`, pair.source.settings, {
      connect: connectClient(),
      brokers: kafka.brokers,
    });
    const target = openTargetDatabase(pair.target.settings);
    const copier = createRowCopier(
      { ...openRelayedSource(relay, 'source'), close: () => relay.close() },
      openChunkWriter(pair.target.settings, 1),
    );
    try {
      for (const table of ['values', 'generated', 'wide'] as const) {
        const ref = { schema: 'made', table: `relayed_${table}` };
        await target.createTable(ref, described[table]);
        const made = await target.describeTable(ref);
        if (made === undefined) throw new Error('The target table was not created.');
        // Twice: the second time finds every row there.
        for (let time = 0; time < 2; time += 1) {
          await copier.copyChunk(
            { source: described[table], target: made },
            { chunkNumber: 0 },
            new AbortController().signal,
          );
        }
        const content = await contentOf(pair.target, ref, textsOf(made));
        for (const [column, texts] of Object.entries(expected[table])) {
          const { type } = columnOf(described[table], column);
          expect({ type, texts: content[column] }).toEqual({ type, texts });
        }
      }
    } finally {
      await Promise.all([target.close(), copier.close()]);
    }
  });

  test.each(['values', 'generated'] as const)(
    `copy and stream fill existing tables with the types of %s (seed ${seed})`,
    async (table) => {
      const columns = described[table].columns.map((column) => `${column.name} ${column.type}`);
      for (const path of ['copied', 'streamed']) {
        await pair.target.client.query(
          `CREATE TABLE samples.${path}_${table} (${columns.join(', ')}, PRIMARY KEY (id))`,
        );
      }
      const { copied, streamed } = await copyAndStream(table, {
        copied: { schema: 'samples', table: `copied_${table}` },
        streamed: { schema: 'samples', table: `streamed_${table}` },
      });
      for (const [column, texts] of Object.entries(expected[table])) {
        const { type } = columnOf(described[table], column);
        expect({ type, texts: copied[column] }).toEqual({ type, texts });
        expect({ type, texts: streamed[column] }).toEqual({ type, texts });
      }
    },
  );

  test('long values that a change left alone are told from all others, whatever their type', () => {
    const [inserted, updated] = events.wide;
    const columns = described.wide.columns.filter(
      ({ name: column }) => column !== 'id' && column !== 'small',
    );
    const unavailable = (row: RawRow | undefined) =>
      columns.filter((column) => isUnavailable(column, row?.[column.name])).map(({ name: column }) => column);
    expect(unavailable(inserted)).toEqual([]);
    expect(unavailable(updated)).toEqual(columns.map(({ name: column }) => column));
    for (const column of columns) {
      const texts = expected.wide[column.name];
      expect([decoderFor(column)(inserted?.[column.name])]).toEqual(texts);
    }
  });

  test.each(refusedTypes)('a column of type %s is refused', async (type) => {
    const { client } = pair.source;
    await client.query(`
      DROP TABLE IF EXISTS samples.refused;
      CREATE TABLE samples.refused (id int PRIMARY KEY, v ${type})`);
    const table = await describeTable(source, { schema: 'samples', table: 'refused' });
    const column = columnOf(table, 'v');
    expect(validateColumn(column)).toContain(column.type);
    expect(() => decoderFor(column)('x')).toThrow(expect.objectContaining({ code: 'UnsupportedType' }));
    expect(decoderFor(column)(null)).toBeNull();
  });
});
