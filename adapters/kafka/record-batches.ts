import type { Batch, KafkaMessage } from 'kafkajs';
import type { FeedRecord } from '#core/ports/change-feed.ts';
import { compression, Decoder, decodeMessages, replaceFetchDecoder } from './kafkajs-internals.ts';
import { WireReader } from './wire-reader.ts';

/** Where the fields of a record batch of version 2 are (Kafka's protocol guide, "Record Batch"). */
const layout = {
  length: 8,
  magic: 16,
  attributes: 21,
  lastOffsetDelta: 23,
  producerId: 43,
  count: 57,
  records: 61,
} as const;
/** `length` counts what comes after itself. */
const lengthEnd = layout.length + 4;
const batchVersion = 2;
const transactionalBit = 0x10;
const controlBit = 0x20;

/** Consecutive records as one producer wrote them at once, decompressed and not yet taken apart. */
export class RecordBatch {
  readonly firstOffset: bigint;
  /** The records that the topic does not hold any more (it is compacted) included. */
  readonly lastOffset: bigint;
  readonly #count: number;
  readonly #bytes: Buffer;

  constructor(firstOffset: bigint, lastOffset: bigint, count: number, bytes: Buffer) {
    this.firstOffset = firstOffset;
    this.lastOffset = lastOffset;
    this.#count = count;
    this.#bytes = bytes;
  }

  get byteLength(): number {
    return this.#bytes.length;
  }

  records(): readonly FeedRecord[] {
    const reader = new RecordReader(this.#bytes, this.firstOffset);
    const records = new Array<FeedRecord>(this.#count);
    for (let index = 0; index < this.#count; index += 1) records[index] = reader.read();
    return records;
  }

  /** The key of its first record. */
  firstKey(): Buffer | null {
    return new RecordReader(this.#bytes, this.firstOffset).readKey();
  }
}

/** Events are longer. What is shorter is a note in the place of one, and only then the key is looked at. */
const maxNoteBytes = 128;

type Headers = NonNullable<FeedRecord['headers']>;

/** Reads records of version 2 one after the other (Kafka's protocol guide, "Record"). */
class RecordReader {
  readonly #wire: WireReader;
  readonly #firstOffset: bigint;
  /** Connect gives all records of a connector the same headers; so what they were made of is kept. */
  #headers: Headers = {};
  #headersFrom = 0;
  #headersTo = 0;

  constructor(bytes: Buffer, firstOffset: bigint) {
    this.#wire = new WireReader(bytes);
    this.#firstOffset = firstOffset;
  }

  read(): FeedRecord {
    const wire = this.#wire;
    const length = wire.varint();
    const end = wire.at + length;
    wire.skip(1); // attributes, of which none is used
    wire.passVarint(); // timestamp
    const offset = this.#firstOffset + BigInt(wire.varint());
    const keyLength = wire.varint();
    const keyAt = wire.at;
    if (keyLength > 0) wire.skip(keyLength);
    const value = wire.block();
    const headers = this.#readHeaders(end);
    wire.at = end;
    const record: FeedRecord = headers === undefined ? { offset, value } : { offset, value, headers };
    return keyLength > 0 && value !== null && value.length <= maxNoteBytes
      ? { ...record, key: wire.source.subarray(keyAt, keyAt + keyLength) }
      : record;
  }

  readKey(): Buffer | null {
    const wire = this.#wire;
    wire.passVarint(); // length
    wire.skip(1); // attributes
    wire.passVarint(); // timestamp
    wire.passVarint(); // offset
    return wire.block();
  }

  #readHeaders(end: number): Headers | undefined {
    const wire = this.#wire;
    const from = wire.at;
    const bytes = wire.source;
    if (bytes.compare(bytes, this.#headersFrom, this.#headersTo, from, end) === 0) return this.#headers;
    const count = wire.varint();
    if (count === 0) return undefined;
    const headers: Record<string, unknown> = {};
    for (let index = 0; index < count; index += 1) {
      const name = wire.block()?.toString() ?? '';
      headers[name] = wire.block();
    }
    [this.#headers, this.#headersFrom, this.#headersTo] = [headers, from, end];
    return headers;
  }
}

/** A message that stands for all records of a batch. */
type BatchMessage = KafkaMessage & { readonly recordBatch: RecordBatch };

/** The batch, when a message of a topic of `takeWholeBatches` stands for one. */
export const recordBatchOf = (message: KafkaMessage): RecordBatch | undefined =>
  'recordBatch' in message ? (message as BatchMessage).recordBatch : undefined;

/** The offset that kafkajs asked for, which the first record batch may begin before. */
export const askedOffsetOf = (batch: Batch): bigint =>
  BigInt((batch as Batch & { readonly fetchedOffset: string }).fetchedOffset);

/** How many feeds of this process take whole batches, by topic. */
const takers = new Map<string, number>();

/**
 * From now on kafkajs brings one message for each record batch of these topics, whatever consumer of this process reads
 * them. kafkajs 2.2.4 makes several objects and a dozen bigints of each record, which showed
 * in the consumer's profile; what it does with messages (offsets, aborted transactions, control records) is right for whole batches too,
 * because a batch belongs to one producer and to one transaction. Returns what ends it.
 */
export const takeWholeBatches = (topics: readonly string[]): (() => void) => {
  replaceFetchDecoder(decodeFetchResponse);
  for (const topic of topics) takers.set(topic, (takers.get(topic) ?? 0) + 1);
  return () => {
    for (const topic of topics) takers.set(topic, (takers.get(topic) ?? 0) - 1);
  };
};

/** In place of kafkajs's own for version 11 of Fetch, the one that every broker since 2.3 gets from it. */
const decodeFetchResponse = async (response: Buffer): Promise<unknown> => {
  const decoder = new Decoder(response);
  const clientSideThrottleTime = decoder.readInt32();
  const errorCode = decoder.readInt16();
  const sessionId = decoder.readInt32();
  const responses: unknown[] = [];
  for (let topics = decoder.readInt32(); topics > 0; topics -= 1) {
    const topicName = decoder.readString() ?? '';
    const partitions: unknown[] = [];
    for (let left = decoder.readInt32(); left > 0; left -= 1) {
      partitions.push(await decodePartition(decoder, (takers.get(topicName) ?? 0) > 0));
    }
    responses.push({ topicName, partitions });
  }
  // Brokers since 2.0 throttle by themselves; kafkajs, too, does not wait any longer on top of that.
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
};

const decodePartition = async (decoder: Decoder, isWhole: boolean): Promise<unknown> => {
  const partition = decoder.readInt32();
  const errorCode = decoder.readInt16();
  const [highWatermark, lastStableOffset, lastStartOffset] = [
    String(decoder.readInt64()),
    String(decoder.readInt64()),
    String(decoder.readInt64()),
  ];
  const abortedTransactions: unknown[] = [];
  for (let left = decoder.readInt32(); left > 0; left -= 1) {
    const producerId = String(decoder.readInt64());
    abortedTransactions.push({ producerId, firstOffset: String(decoder.readInt64()) });
  }
  const preferredReadReplica = decoder.readInt32();
  const messages = isWhole ? await decodeBatches(decoder) : await decodeMessages(decoder);
  return {
    ...{ partition, errorCode, highWatermark, lastStableOffset, lastStartOffset },
    ...{ abortedTransactions, preferredReadReplica, messages },
  };
};

const decodeBatches = async (decoder: Decoder): Promise<readonly KafkaMessage[]> => {
  const start = decoder.offset;
  const size = decoder.readInt32();
  const records = decoder.buffer.subarray(decoder.offset, decoder.offset + Math.max(size, 0));
  if (records.length > layout.magic && records[layout.magic] !== batchVersion) {
    decoder.offset = start;
    return decodeMessages(decoder);
  }
  decoder.offset += records.length;
  const batches: Promise<BatchMessage>[] = [];
  let at = 0;
  while (at + layout.records <= records.length) {
    const end = at + lengthEnd + records.readInt32BE(at + layout.length);
    // The last one may be cut off, since a fetch is limited by bytes.
    if (end > records.length) break;
    batches.push(decodeBatch(records.subarray(at, end)));
    at = end;
  }
  return Promise.all(batches);
};

const decodeBatch = async (batch: Buffer): Promise<BatchMessage> => {
  const attributes = batch.readInt16BE(layout.attributes);
  const firstOffset = batch.readBigInt64BE(0);
  const lastOffset = firstOffset + BigInt(batch.readInt32BE(layout.lastOffsetDelta));
  const body = batch.subarray(layout.records);
  const codec = compression.lookupCodecByAttributes(attributes);
  const recordBatch = new RecordBatch(
    firstOffset,
    lastOffset,
    batch.readInt32BE(layout.count),
    codec === null ? body : await codec.decompress(body),
  );
  const isControlRecord = (attributes & controlBit) !== 0;
  return {
    offset: String(lastOffset),
    // kafkajs tells by it whether a control record ends an aborted transaction.
    key: isControlRecord ? recordBatch.firstKey() : null,
    value: null,
    timestamp: '0',
    attributes: 0,
    headers: {},
    recordBatch,
    ...{
      isControlRecord,
      batchContext: {
        producerId: String(batch.readBigInt64BE(layout.producerId)),
        inTransaction: (attributes & transactionalBit) !== 0,
      },
    },
  };
};
