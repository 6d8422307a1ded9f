import { createRequire } from 'node:module';
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Batch, KafkaMessage } from 'kafkajs';
import fetchResponse from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import { createKafka } from '#adapters/kafka/kafka-client.ts';
import { askedOffsetOf, recordBatchOf, takeWholeBatches } from '#adapters/kafka/record-batches.ts';
import type { FeedRecord } from '#core/ports/change-feed.ts';

const require = createRequire(import.meta.url);
const Encoder = require('kafkajs/src/protocol/encoder');
const { RecordBatch: encodeBatch } = require('kafkajs/src/protocol/recordBatch/v0');
const encodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0');
const KafkaBatch = require('kafkajs/src/consumer/batch');

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
// Registers zstd.
createKafka({ brokers: ['127.0.0.1:9'], security: 'plaintext', clientId: 'test' }, log);
const [plain, zstd] = [0, 4];
/** kafkajs's own, before anything replaces it. */
const decodeByKafkajs = fetchResponse.decode;

interface SampleRecord {
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
}
interface SampleBatch {
  /** Of its records, which have the offsets in turn when absent. */
  readonly offsetDeltas?: readonly number[];
  readonly lastOffsetDelta?: number;
  readonly compression: number;
  readonly producerId: number;
  readonly isInTransaction: boolean;
  readonly records: readonly SampleRecord[];
}

/** Version 11's response for one partition of `topic`, with offsets from `firstOffset` on. */
const encodeResponse = async (
  topic: string,
  firstOffset: number,
  batches: readonly SampleBatch[],
  aborted: readonly { readonly producerId: number; readonly firstOffset: number }[] = [],
): Promise<Buffer> => {
  let offset = firstOffset;
  const encoded: Buffer[] = [];
  for (const batch of batches) {
    const { compression, producerId, isInTransaction, records } = batch;
    const lastOffsetDelta = batch.lastOffsetDelta ?? records.length - 1;
    const { buffer } = await encodeBatch({
      compression,
      producerId,
      transactional: isInTransaction,
      firstOffset: offset,
      lastOffsetDelta,
      records: records.map(({ key, value, headers }, index) => {
        const offsetDelta = batch.offsetDeltas?.[index] ?? index;
        return encodeRecord({ offsetDelta, timestampDelta: offsetDelta * 1_000, key, value, headers });
      }),
    });
    encoded.push(buffer);
    offset += lastOffsetDelta + 1;
  }
  const partition = new Encoder().writeInt32(0).writeInt16(0);
  for (const position of [offset, offset, 0]) partition.writeInt64(position);
  partition.writeInt32(aborted.length);
  for (const each of aborted) partition.writeInt64(each.producerId).writeInt64(each.firstOffset);
  partition.writeInt32(-1).writeBytes(Buffer.concat(encoded));
  return new Encoder()
    .writeInt32(0)
    .writeInt16(0)
    .writeInt32(0)
    .writeInt32(1)
    .writeString(topic)
    .writeInt32(1)
    .writeEncoder(partition).buffer;
};

/** The partition as kafkajs hands it to `eachBatch`. */
const batchOf = async (decode: typeof decodeByKafkajs, response: Buffer, asked: number): Promise<Batch> => {
  const { responses } = (await decode(response)) as {
    readonly responses: readonly [{ readonly topicName: string; readonly partitions: readonly [unknown] }];
  };
  return new KafkaBatch(responses[0].topicName, String(asked), responses[0].partitions[0]);
};

const seen = ({ offset, value, headers }: FeedRecord | KafkaMessage): unknown => ({
  offset: String(offset),
  value: value === null ? null : String(value),
  headers: Object.keys(headers ?? {}).toSorted(),
});

const recordsOf = (batch: Batch): readonly unknown[] =>
  batch.messages
    .flatMap((message) => recordBatchOf(message)?.records() ?? [])
    .filter(({ offset }) => offset >= askedOffsetOf(batch))
    .map(seen);

const header = fc.dictionary(
  fc.constantFrom('__debezium.newkey', '__debezium.oldkey', '__debezium.context.taskId', 'trace'),
  fc.string(),
);
const sampleRecord = fc.record({
  key: fc.option(fc.string()),
  value: fc.option(fc.string({ unit: 'grapheme', maxLength: 300 })),
  headers: header,
});
const sampleBatch = fc.record({
  compression: fc.constantFrom(plain, zstd),
  producerId: fc.integer({ min: 1, max: 3 }),
  isInTransaction: fc.boolean(),
  records: fc.array(sampleRecord, { minLength: 1, maxLength: 20 }),
});

let release: () => void = () => undefined;
afterEach(() => release());

describe('takeWholeBatches', () => {
  test('brings the records that kafkajs brings, aborted transactions left out', async () => {
    release = takeWholeBatches(['whole']);
    await fc.assert(
      fc.asyncProperty(
        fc.array(sampleBatch, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 0, max: 2 ** 40 }),
        fc.nat({ max: 30 }),
        fc.option(fc.record({ producerId: fc.integer({ min: 1, max: 3 }), after: fc.nat({ max: 60 }) })),
        async (batches, firstOffset, skipped, abort) => {
          const aborted =
            abort === null ? [] : [{ producerId: abort.producerId, firstOffset: firstOffset + abort.after }];
          // An aborted transaction begins with a batch.
          const starts = batches.map((_batch, index) =>
            batches.slice(0, index).reduce((sum, { records }) => sum + records.length, firstOffset),
          );
          const real = aborted.filter((each) => starts.includes(each.firstOffset));
          const response = await encodeResponse('whole', firstOffset, batches, real);
          const asked = firstOffset + skipped;
          const expected = await batchOf(decodeByKafkajs, response, asked);
          const found = await batchOf(fetchResponse.decode, response, asked);
          expect(recordsOf(found)).toEqual(expected.messages.map(seen));
          expect(found.highWatermark).toBe(expected.highWatermark);
        },
      ),
      { verbose: true },
    );
  });

  test('leaves other topics, and topics that were given back, as kafkajs has them', async () => {
    const record = { key: 'k', value: 'v', headers: {} };
    const batches = [{ compression: zstd, producerId: 1, isInTransaction: false, records: [record, record] }];
    release = takeWholeBatches(['whole']);
    const other = await batchOf(fetchResponse.decode, await encodeResponse('other', 5, batches), 5);
    expect(other.messages.map(seen)).toEqual([
      { offset: '5', value: 'v', headers: [] },
      { offset: '6', value: 'v', headers: [] },
    ]);
    release();
    release = () => undefined;
    const returned = await batchOf(fetchResponse.decode, await encodeResponse('whole', 5, batches), 5);
    expect(returned.messages).toHaveLength(2);
  });

  test('leaves out a batch that the end of the answer cuts off', async () => {
    release = takeWholeBatches(['whole']);
    const record = { key: null, value: 'value', headers: {} };
    const batch = { compression: plain, producerId: 1, isInTransaction: false, records: [record] };
    const response = await encodeResponse('whole', 0, [batch, batch]);
    const lastBatchBytes = (response.length - (await encodeResponse('whole', 0, [])).length) / 2;
    const sizeAt = response.length - 2 * lastBatchBytes - 4;
    const cut = Buffer.from(response.subarray(0, -10));
    cut.writeInt32BE(2 * lastBatchBytes - 10, sizeAt);
    expect(recordsOf(await batchOf(fetchResponse.decode, cut, 0))).toEqual([
      { offset: '0', value: 'value', headers: [] },
    ]);
  });

  test('tells which records a batch had and has no more', async () => {
    release = takeWholeBatches(['whole']);
    const record = { key: 'k', value: 'v', headers: {} };
    const batch = { compression: zstd, producerId: 1, isInTransaction: false };
    const response = await encodeResponse('whole', 10, [
      { ...batch, records: [record, record] },
      { ...batch, records: [record, record], offsetDeltas: [1, 4], lastOffsetDelta: 5 },
      { ...batch, records: [], lastOffsetDelta: 2 },
    ]);
    const found = await batchOf(fetchResponse.decode, response, 10);
    const [whole, thinned, emptied] = found.messages.map(recordBatchOf);
    expect([whole?.firstOffset, whole?.lastOffset, whole?.findMissing(10n)]).toEqual([10n, 11n, undefined]);
    expect([thinned?.firstOffset, thinned?.lastOffset]).toEqual([12n, 17n]);
    expect(thinned?.findMissing(0n)).toEqual({ from: 12n, to: 12n });
    expect(thinned?.findMissing(13n)).toEqual({ from: 14n, to: 15n });
    expect(thinned?.findMissing(16n)).toEqual({ from: 17n, to: 17n });
    expect(emptied?.findMissing(0n)).toEqual({ from: 18n, to: 20n });
  });

  test('brings markers of transactions and what was aborted hidden, so that nothing seems to be missing', async () => {
    release = takeWholeBatches(['whole']);
    const record = { key: 'k', value: 'v', headers: {} };
    const inTransaction = { compression: plain, producerId: 7, isInTransaction: true, records: [record] };
    const response = await encodeResponse(
      'whole',
      0,
      [inTransaction, { ...inTransaction, producerId: 8 }, { ...inTransaction, isInTransaction: false }],
      [{ producerId: 7, firstOffset: 0 }],
    );
    const found = await batchOf(fetchResponse.decode, response, 0);
    expect(found.messages.map((message) => recordBatchOf(message)?.isHidden)).toEqual([true, false, false]);
    expect(recordsOf(found)).toMatchObject([{ offset: '1' }, { offset: '2' }]);
  });
});
