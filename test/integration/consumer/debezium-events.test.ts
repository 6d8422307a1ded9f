import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { createChangeFeed } from '#adapters/kafka/change-feed.ts';
import { createKafka } from '#adapters/kafka/kafka-client.ts';
import { decodeRecords } from '#core/apply/decode-records.ts';
import { tableKey } from '#core/contracts/identifiers.ts';
import { readEventSource } from '#core/databases/postgresql/source/log-position.ts';
import { describeApplyTable } from '#core/databases/postgresql/target/apply-statements.ts';
import * as codec from '#core/databases/postgresql/types/column-codec.ts';
import { topicName } from '#core/naming/names.ts';
import type { FeedRecord } from '#core/ports/change-feed.ts';
import type { RowEvent } from '#core/ports/row-event.ts';
import { startCapture } from '../../../lambdas/steps/start-capture/start-capture.ts';
import { createMemoryStore } from '../../kit/memory-store.ts';
import { type CaptureStack, replicationOf, silentLog, startCaptureStack } from '../capture/capture-stack.ts';

const slow = 300_000;
const ref = { schema: 'public', table: 'documents' };

let stack: CaptureStack;
beforeAll(async () => {
  stack = await startCaptureStack();
}, slow);
afterAll(() => stack?.stop(), slow);

/** Reads a topic through the consumer's own feed. */
const readFeed = async (topic: string, count: number): Promise<readonly FeedRecord[]> => {
  const records: FeedRecord[] = [];
  const done = new AbortController();
  const feed = createChangeFeed({
    kafka: createKafka(stack.settings, silentLog),
    groupId: `test-${topic}`,
    log: silentLog,
    clock: systemClock,
    verifyPosition: () => Promise.reject(new Error('the records are without gaps')),
  });
  await feed.run(
    [topic],
    async (session) => {
      session.seek(0n);
      for (;;) {
        const taken = await session.take(1_000, 1_000_000);
        if (taken === undefined) return;
        records.push(...taken);
        if (records.length >= count) done.abort();
      }
    },
    AbortSignal.any([done.signal, AbortSignal.timeout(60_000)]),
  );
  return records;
};

test(
  "the events that are easy to get wrong mean what Debezium's version of today writes",
  async () => {
    // Stored out of line and uncompressed, so that the log leaves it out of an update that does not change it.
    await stack.sql.query('CREATE TABLE documents (id bigint PRIMARY KEY, title text, body text)');
    await stack.sql.query('ALTER TABLE documents ALTER body SET STORAGE EXTERNAL');
    const replication = replicationOf(71, [ref]);
    await startCapture(
      { clientId: 1, replicationId: 71, generation: 1, forceResync: false },
      {
        replication,
        sourceDatabase: stack.sourceDatabase,
        topicRetentionHours: 24,
        captureKafka: stack.captureKafka,
      },
      {
        source: stack.source,
        kafka: stack.kafka,
        connect: stack.connect,
        store: createMemoryStore(replication).store,
        clock: systemClock,
        log: silentLog,
      },
    );
    const body = 'long '.repeat(2_000);
    await stack.sql.query('INSERT INTO documents VALUES (9007199254740993, $1, $2)', ['beyond 2^53', body]);
    await stack.sql.query(`UPDATE documents SET title = 'changed'`);
    await stack.sql.query('UPDATE documents SET id = 1');
    await stack.sql.query(`UPDATE documents SET id = 2, body = 'short'`);
    await stack.sql.query('DELETE FROM documents');
    await stack.sql.query('TRUNCATE documents');
    await stack.sql.query(`INSERT INTO documents SELECT n, NULL, NULL FROM generate_series(1, 3) n`);

    const topic = topicName(replication.topicPrefix, ref);
    const records = await readFeed(topic, 11);
    const described = await stack.source.describeTable(ref);
    if (described === undefined) throw new Error('the table is there');
    const table = describeApplyTable({ source: ref, target: ref }, described, described, codec);
    const decoded = decodeRecords(
      records,
      { topic, readSource: readEventSource },
      new Map([[tableKey(ref), table]]),
      0,
    );

    const events = decoded.changes.flatMap((change) => change.events);
    const big = '9007199254740993';
    const expected: readonly RowEvent[] = [
      { kind: 'upsert', key: big, row: [big, 'beyond 2^53', body] },
      { kind: 'patch', key: big, row: [big, 'changed', undefined] },
      {
        kind: 'move',
        from: { key: big, row: [big, undefined, undefined] },
        key: '1',
        row: ['1', 'changed', undefined],
        position: expect.any(Number) as unknown as number,
        isNew: true,
      },
      { kind: 'delete', key: '1', row: ['1', undefined, undefined] },
      { kind: 'upsert', key: '2', row: ['2', 'changed', 'short'] },
      { kind: 'delete', key: '2', row: ['2', undefined, undefined] },
      { kind: 'truncate' },
      { kind: 'upsert', key: '1', row: ['1', null, null] },
      { kind: 'upsert', key: '2', row: ['2', null, null] },
      { kind: 'upsert', key: '3', row: ['3', null, null] },
    ];
    expect(events).toEqual(expected);
    expect(decoded.counts).toEqual({
      inserts: 4,
      updates: 3,
      deletes: 1,
      truncates: 1,
      duplicatesSkipped: 0,
    });
    expect(decoded.rest).toEqual([]);
  },
  slow,
);
