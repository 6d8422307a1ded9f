import type { Batch, KafkaMessage } from 'kafkajs';
import type { OffsetRange } from '#core/apply/check-position.ts';
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
/** In front of the record batches of a partition. */
const sizeBytes = 4;
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
  /** A marker of a transaction, or a part of one that was aborted: no reader sees its records. */
  readonly isHidden: boolean;

  constructor(firstOffset: bigint, lastOffset: bigint, count: number, bytes: Buffer, isHidden = false) {
    this.firstOffset = firstOffset;
    this.lastOffset = lastOffset;
    this.#count = count;
    this.#bytes = bytes;
    this.isHidden = isHidden;
  }

  get byteLength(): number {
    return this.#bytes.length;
  }

  /** None of a hidden one. */
  records(): readonly FeedRecord[] {
    return this.isHidden ? [] : this.#read();
  }

  /** The first records from `from` on that the batch had when it was written, and has no more. */
  findMissing(from: bigint): OffsetRange | undefined {
    if (BigInt(this.#count) === this.lastOffset - this.firstOffset + 1n) return undefined;
    let expected = from > this.firstOffset ? from : this.firstOffset;
    for (const { offset } of this.#read()) {
      if (offset > expected) return { from: expected, to: offset - 1n };
      if (offset === expected) expected += 1n;
    }
    return expected > this.lastOffset ? undefined : { from: expected, to: this.lastOffset };
  }

  #read(): readonly FeedRecord[] {
    const reader = new RecordReader(this.#bytes, this.firstOffset);
    const records = new Array<FeedRecord>(this.#count);
    for (let index = 0; index < this.#count; index += 1) records[index] = reader.read();
    return records;
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
 * in the consumer's profile. It brings all batches that the topic has: those that no reader sees (markers of transactions, and what was
 * aborted) come hidden, so that a batch that is missing can be told from them. Returns what ends it.
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
  const abortedTransactions: AbortedTransaction[] = [];
  for (let left = decoder.readInt32(); left > 0; left -= 1) {
    const producerId = String(decoder.readInt64());
    abortedTransactions.push({ producerId, firstOffset: String(decoder.readInt64()) });
  }
  const preferredReadReplica = decoder.readInt32();
  const head = {
    partition,
    errorCode,
    highWatermark,
    lastStableOffset,
    lastStartOffset,
    preferredReadReplica,
  };
  return isWhole && holdsBatches(decoder)
    ? { ...head, abortedTransactions: [], messages: await decodeBatches(decoder, abortedTransactions) }
    : { ...head, abortedTransactions, messages: await decodeMessages(decoder) };
};

interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: string;
}

/** Whether there are record batches to come, or the messages of a broker before 0.11. */
const holdsBatches = (decoder: Decoder): boolean => {
  const magicAt = decoder.offset + sizeBytes + layout.magic;
  return (
    decoder.buffer.readInt32BE(decoder.offset) <= layout.magic || decoder.buffer[magicAt] === batchVersion
  );
};

const decodeBatches = async (
  decoder: Decoder,
  aborted: readonly AbortedTransaction[],
): Promise<readonly KafkaMessage[]> => {
  const size = decoder.readInt32();
  const records = decoder.buffer.subarray(decoder.offset, decoder.offset + Math.max(size, 0));
  decoder.offset += records.length;
  const visibility = new Visibility(aborted);
  const batches: Promise<BatchMessage>[] = [];
  let at = 0;
  while (at + layout.records <= records.length) {
    const end = at + lengthEnd + records.readInt32BE(at + layout.length);
    // The last one may be cut off, since a fetch is limited by bytes.
    if (end > records.length) break;
    const batch = records.subarray(at, end);
    batches.push(decodeBatch(batch, visibility.hides(batch)));
    at = end;
  }
  return Promise.all(batches);
};

const lastOffsetOf = (batch: Buffer): bigint =>
  batch.readBigInt64BE(0) + BigInt(batch.readInt32BE(layout.lastOffsetDelta));

/** Which batches no reader sees (Kafka's protocol guide, "Control Batches"). A batch belongs to one producer and to one transaction. */
class Visibility {
  readonly #toCome: AbortedTransaction[];
  readonly #aborted = new Set<string>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#toCome = aborted.toSorted((a, b) => Number(BigInt(a.firstOffset) - BigInt(b.firstOffset)));
  }

  /** To be asked of each batch in turn. */
  hides(batch: Buffer): boolean {
    const attributes = batch.readInt16BE(layout.attributes);
    const producerId = String(batch.readBigInt64BE(layout.producerId));
    const lastOffset = lastOffsetOf(batch);
    for (
      let [next] = this.#toCome;
      next !== undefined && BigInt(next.firstOffset) <= lastOffset;
      [next] = this.#toCome
    ) {
      this.#aborted.add(next.producerId);
      this.#toCome.shift();
    }
    if ((attributes & controlBit) !== 0) {
      // Its only record ends the transaction of its producer, whether by a commit or an abort.
      this.#aborted.delete(producerId);
      return true;
    }
    return (attributes & transactionalBit) !== 0 && this.#aborted.has(producerId);
  }
}

const decodeBatch = async (batch: Buffer, isHidden: boolean): Promise<BatchMessage> => {
  const firstOffset = batch.readBigInt64BE(0);
  const lastOffset = lastOffsetOf(batch);
  const body = batch.subarray(layout.records);
  const codec = compression.lookupCodecByAttributes(batch.readInt16BE(layout.attributes));
  const recordBatch = new RecordBatch(
    firstOffset,
    lastOffset,
    batch.readInt32BE(layout.count),
    codec === null ? body : await codec.decompress(body),
    isHidden,
  );
  return {
    offset: String(lastOffset),
    key: null,
    value: null,
    timestamp: '0',
    attributes: 0,
    headers: {},
    recordBatch,
    // What kafkajs tells hidden ones by.
    ...{ isControlRecord: false, batchContext: { producerId: '-1', inTransaction: false } },
  };
};
