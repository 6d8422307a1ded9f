import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type oracledb from 'oracledb';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { createConnectClient } from '#adapters/connect/connect-client.ts';
import { createKafkaAdmin, type KafkaAdmin } from '#adapters/kafka/kafka-admin.ts';
import { createKafka, type KafkaSettings } from '#adapters/kafka/kafka-client.ts';
import { openSourceDatabase } from '#adapters/oracle/source/source-database.ts';
import { parseEvent } from '#core/apply/parse-event.ts';
import { captureTopics } from '#core/capture/capture-topics.ts';
import type { ChangeEvent } from '#core/contracts/change-event.ts';
import type { Replication } from '#core/contracts/replication.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import { readEventSource } from '#core/databases/oracle/source/log-position.ts';
import { topicName } from '#core/naming/names.ts';
import type { SourceDatabase } from '#core/ports/databases.ts';
import { prepareJavaParts } from '../../../local/downloads.ts';
import { type ConnectServer, type KafkaServer, startConnect, startKafka } from '../../../local/kafka.ts';
import { replicationOf, silentLog } from '../capture/capture-stack.ts';
import { connectToServer, dropTable, needsServer, serverSettings, serverUrl } from './oracle-server.ts';
import { typeSamples } from './type-samples.ts';

jest.setTimeout(120_000);

const rowCount = Math.max(...typeSamples.map(({ values }) => values.length));
/** The one that an UPDATE changes. */
const changedColumn = typeSamples.findIndex(({ type }) => type === 'INTEGER');
const streamTimeoutMs = 90_000;

(serverUrl === undefined ? describe.skip : describe)(`capture: ${needsServer}`, () => {
  let sql: oracledb.Connection;
  let source: SourceDatabase;
  let kafka: KafkaServer;
  let worker: ConnectServer;
  let admin: KafkaAdmin;
  let settings: KafkaSettings;
  let replication: Replication;
  let table: TableDescription;
  let events: readonly ChangeEvent[];

  const connect = () => createConnectClient({ url: worker.url, clock: systemClock });

  beforeAll(async () => {
    const java = await prepareJavaParts();
    sql = await connectToServer();
    kafka = await startKafka({ java });
    worker = await startConnect({ java, brokers: kafka.brokers });
    settings = { brokers: [kafka.brokers], security: 'plaintext', clientId: 'oracle-test' };
    admin = createKafkaAdmin(settings, silentLog);
    source = openSourceDatabase(serverSettings());

    const ref = { schema: serverSettings().username.toUpperCase(), table: 'TEST_CAPTURED' };
    await dropTable(sql, ref.table);
    const columns = typeSamples.map(({ type }, index) => `V${index} ${type}`);
    await sql.execute(`CREATE TABLE TEST_CAPTURED (ID NUMBER(10) PRIMARY KEY, ${columns.join(', ')})`);
    await sql.execute('ALTER TABLE TEST_CAPTURED ADD SUPPLEMENTAL LOG DATA (ALL) COLUMNS');
    const described = await source.describeTable(ref);
    if (described === undefined) throw new Error('The table was not created.');
    table = described;

    replication = replicationOf(1, [ref]);
    await startConnector();
    await waitUntilStreamed();
    for (let row = 0; row < rowCount; row += 1) {
      const values = typeSamples.map(({ values: samples }) => samples[row]?.[0] ?? 'NULL');
      await sql.execute(`INSERT INTO TEST_CAPTURED VALUES (${row}, ${values.join(', ')})`);
      await sql.commit();
    }
    await sql.execute(`UPDATE TEST_CAPTURED SET V${changedColumn} = 7 WHERE ID = 0`);
    await sql.execute('UPDATE TEST_CAPTURED SET ID = 100 WHERE ID = 1');
    await sql.execute('DELETE FROM TEST_CAPTURED WHERE ID = 2');
    await sql.commit();
    await sql.execute('TRUNCATE TABLE TEST_CAPTURED');
    await waitUntilStreamed();
    events = await readEvents(rowCount + 5);
  }, 400_000);

  afterAll(async () => {
    await connect().deleteConnector('oracle-test');
    await worker?.stop();
    await admin?.close();
    await kafka?.stop();
    if (sql) await dropTable(sql, 'TEST_CAPTURED');
    await source?.dropCapture(replication);
    await source?.close();
    await sql?.close();
  }, 120_000);

  const startConnector = async (): Promise<void> => {
    const { host, port, databaseName, username, password } = serverSettings();
    const { capture } = source.dialect;
    await admin.ensureTopics(captureTopics(replication, capture, 1));
    await source.prepareCapture(replication, [table.ref]);
    const config = capture.connectorConfig(
      replication,
      {
        databaseId: 1,
        clientId: 1,
        name: 'oracle',
        kind: 'oracle',
        host,
        port,
        databaseName,
        username,
        tlsMode: 'disable',
        secretArn: 'unused',
        createdAt: '2026-01-01T00:00:00.000Z',
      },
      { brokers: kafka.brokers, security: 'plaintext' },
    );
    await connect().putConnector('oracle-test', {
      ...config,
      'database.user': username,
      'database.password': password,
    });
  };

  /** Everything that was committed before is in Kafka once the connector's offset has passed a marker of afterwards. */
  const waitUntilStreamed = async (): Promise<void> => {
    const { parsePosition, streamedPosition } = source.dialect.capture;
    const marker = parsePosition(await source.writeMarker('test'));
    const deadline = Date.now() + streamTimeoutMs;
    for (;;) {
      const position = streamedPosition(await connect().getOffset('oracle-test'));
      if (position !== undefined && position >= marker) return;
      if (Date.now() > deadline) {
        const status = await connect().getStatus('oracle-test');
        throw new Error(`Not streamed in ${streamTimeoutMs} ms: ${JSON.stringify(status)}`);
      }
      await systemClock.sleep(1_000);
    }
  };

  const readEvents = async (count: number): Promise<readonly ChangeEvent[]> => {
    const topic = topicName(replication.topicPrefix, table.ref);
    const consumer = createKafka(settings, silentLog).consumer({ groupId: `test-${Date.now()}` });
    const read: ChangeEvent[] = [];
    await consumer.connect();
    try {
      await consumer.subscribe({ topics: [topic], fromBeginning: true });
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(resolve, 30_000);
        consumer
          .run({
            eachMessage: async ({ message }) => {
              const { value, headers } = message;
              read.push(
                parseEvent(
                  {
                    offset: BigInt(message.offset),
                    key: message.key,
                    value,
                    ...(headers && { headers }),
                  } as Parameters<typeof parseEvent>[0],
                  topic,
                  readEventSource,
                ),
              );
              if (read.length < count) return;
              clearTimeout(timer);
              resolve();
            },
          })
          .catch(reject);
      });
    } finally {
      await consumer.disconnect();
    }
    return read;
  };

  test('every value is captured as the canonical text that a copy gives', () => {
    const inserted = events.slice(0, rowCount).map((event) => {
      if (event.kind !== 'insert') throw new Error(`An insert arrived as ${event.kind}.`);
      return event.after;
    });
    for (const [index, { values }] of typeSamples.entries()) {
      const column = table.columns[index + 1];
      if (column === undefined) throw new Error('A column is missing.');
      const decode = source.dialect.decoderFor(column);
      const expected = Array.from({ length: rowCount }, (_unused, row) => values[row]?.[1] ?? null);
      expect(inserted.map((row) => decode(row[column.name]))).toEqual(expected);
    }
  });

  test('an update has the whole row, but for LOBs that it left as they were', () => {
    const update = events.find(({ kind }) => kind === 'update');
    if (update?.kind !== 'update') throw new Error('There is no update.');
    for (const [index, { type, values }] of typeSamples.entries()) {
      const column = table.columns[index + 1];
      if (column === undefined || index === changedColumn) continue;
      const raw = update.after[column.name];
      if (/LOB/.test(type)) expect(source.dialect.isUnavailable(column, raw)).toBe(true);
      else expect(source.dialect.decoderFor(column)(raw)).toBe(values[0]?.[1]);
    }
  });

  test('a key change is two halves, and a truncate arrives', () => {
    const marked = events.filter((event) => 'isKeyChange' in event && event.isKeyChange);
    expect(marked.map(({ kind }) => kind)).toEqual(['delete', 'insert']);
    expect(events.at(-1)).toMatchObject({ kind: 'truncate', table: 'TEST_CAPTURED' });
  });

  test('the log of the connector is still there', async () => {
    const verdict = await source.judgeCapture(replication, {
      readOffset: () => connect().getOffset('oracle-test'),
      hasCopy: true,
    });
    expect(verdict).toEqual({ kind: 'continuous' });
  });
});
