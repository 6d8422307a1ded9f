import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Producer } from 'kafkajs';
import { MillraceError, toMillraceError } from '#core/errors/millrace-error.ts';
import type { PartitionSession } from '#core/ports/change-feed.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import {
  RelayedFailure,
  type RelayedStatement,
  type RelayedStep,
  type RowRelay,
} from '#core/ports/row-relay.ts';
import type { KafkaAdminPort } from '#core/ports/services.ts';
import { createChangeFeed } from './change-feed.ts';
import { createKafka, type KafkaSettings, toKafkaError } from './kafka-client.ts';
import { AnswerReader } from './row-answer.ts';

export interface RowRelayOptions {
  readonly settings: KafkaSettings;
  readonly topics: { readonly requests: string; readonly rows: string };
  /** Those that only this relay uses at this time: so many statements are read at once. */
  readonly partitions: readonly number[];
  /** New for each process, so that nobody else's members are in the way. */
  readonly groupId: string;
  readonly admin: Pick<KafkaAdminPort, 'topicOffsets'>;
  readonly clock: Clock;
  readonly log: Log;
  /** See `silenceMs`. */
  readonly silenceMs?: number;
}

/**
 * A statement whose answer says nothing for so long is given up. Long enough for a source that reads a table for its first row, and for
 * Connect to move its tasks to another worker.
 */
const defaultSilenceMs = 300_000;

/** Of the rows that have come and were not taken, of all partitions: a chunk has about 32 MiB. */
const bufferBytes = 32 * 1024 * 1024;
const takeBytes = 1024 * 1024;
const takeRecords = 64;

/** A `RowRelay` by two topics and the connector of connect-container/row-copy. Nothing is connected before the first statement. */
export const openRowRelay = (options: RowRelayOptions): RowRelay => new KafkaRowRelay(options);

/** One partition of both topics: the place of one statement at a time. */
interface Lane {
  readonly partition: number;
  /** The offset of the next record of the rows. */
  position: bigint;
}

class KafkaRowRelay implements RowRelay {
  readonly #options: RowRelayOptions;
  readonly #end = new AbortController();
  /** Partitions that no statement is read from. */
  readonly #free: Lane[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #sessions = new Map<number, PartitionSession>();
  /** The session of each partition that has been told where to begin. */
  readonly #sought = new Map<number, PartitionSession>();
  #sessionsChanged = Promise.withResolvers<void>();
  #opening: Promise<Producer> | undefined;
  #feed: Promise<void> | undefined;
  #failure: MillraceError | undefined;

  constructor(options: RowRelayOptions) {
    this.#options = options;
  }

  async *read(statement: RelayedStatement, signal: AbortSignal): AsyncGenerator<RelayedStep> {
    signal.throwIfAborted();
    const producer = await this.#open();
    const lane = await this.#acquire(signal);
    const id = randomUUID();
    let isAnswered = false;
    try {
      await this.#send(producer, lane, id, requestOf(statement));
      const answer = new AnswerReader(id, crc32);
      while (!isAnswered) {
        for (const value of await this.#take(lane, signal)) {
          const step = answer.read(value);
          if (step === undefined) continue;
          isAnswered = step.kind !== 'rows';
          if (step.kind === 'failed') throw new RelayedFailure(step.state, step.number, step.message);
          yield step;
          if (isAnswered) break;
        }
      }
    } finally {
      if (!isAnswered) {
        // What was read ahead takes room of all lanes, and nobody takes it any more.
        this.#sessions.get(lane.partition)?.leave();
        this.#sought.delete(lane.partition);
        await this.#send(producer, lane, id, null).catch(() => undefined);
      }
      this.#release(lane);
    }
  }

  async close(): Promise<void> {
    this.#end.abort();
    await Promise.all([
      this.#feed,
      this.#opening?.then((producer) => producer.disconnect()).catch(() => undefined),
    ]);
  }

  #open(): Promise<Producer> {
    this.#opening ??= this.#connect().catch((error: unknown) => {
      this.#opening = undefined;
      throw toKafkaError(error, 'open the topics of the copy');
    });
    return this.#opening;
  }

  async #connect(): Promise<Producer> {
    const { settings, topics, partitions, groupId, admin, clock, log } = this.#options;
    const kafka = createKafka(settings, log);
    const ends = new Map(
      (await admin.topicOffsets([topics.rows])).map(({ partition, endOffset }) => [partition, endOffset]),
    );
    const lanes = partitions.map((partition) => ({ partition, position: ends.get(partition) }));
    const missing = lanes.find(({ position }) => position === undefined);
    if (missing !== undefined) {
      throw new MillraceError(
        'KafkaUnavailable',
        `Topic ${topics.rows} has no partition ${missing.partition}: the copy's topics are not there.`,
      );
    }
    const producer = kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    this.#free.push(...lanes.map(({ partition, position = 0n }) => ({ partition, position })));
    const feed = createChangeFeed({
      kafka,
      groupId,
      log,
      clock,
      bufferBytes,
      verifyPosition: async (topic, partition, nextOffset) => {
        throw new MillraceError(
          'CopyFailed',
          `Rows of the copy are gone from topic ${topic}, partition ${partition}, at offset ${nextOffset} before they were read.`,
        );
      },
    });
    this.#feed = feed
      .run([topics.rows], (session) => this.#serve(session), this.#end.signal)
      .catch((error: unknown) => {
        this.#failure = toMillraceError(error);
        this.#wakeAll();
      });
    return producer;
  }

  async #serve(session: PartitionSession): Promise<void> {
    if (!this.#options.partitions.includes(session.partition)) session.leave();
    else {
      this.#sessions.set(session.partition, session);
      this.#wakeAll();
    }
    await new Promise<void>((resolve) => {
      if (session.signal.aborted) resolve();
      else session.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    if (this.#sessions.get(session.partition) === session) this.#sessions.delete(session.partition);
  }

  #wakeAll(): void {
    const changed = this.#sessionsChanged;
    this.#sessionsChanged = Promise.withResolvers<void>();
    changed.resolve();
  }

  async #acquire(signal: AbortSignal): Promise<Lane> {
    for (;;) {
      signal.throwIfAborted();
      const lane = this.#free.shift();
      if (lane !== undefined) return lane;
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  #release(lane: Lane): void {
    this.#free.push(lane);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async #send(producer: Producer, { partition }: Lane, key: string, value: string | null): Promise<void> {
    try {
      await producer.send({
        topic: this.#options.topics.requests,
        messages: [{ partition, key, value }],
      });
    } catch (error) {
      throw toKafkaError(error, 'ask for rows of the copy');
    }
  }

  /** The next records of a partition, at least one. */
  async #take(lane: Lane, signal: AbortSignal): Promise<readonly (Buffer | null)[]> {
    const silenceMs = this.#options.silenceMs ?? defaultSilenceMs;
    const silence = new AbortController();
    const timer = setTimeout(() => silence.abort(), silenceMs);
    const giveUp = AbortSignal.any([signal, silence.signal, this.#end.signal]);
    try {
      for (;;) {
        signal.throwIfAborted();
        if (this.#failure !== undefined) throw this.#failure;
        if (giveUp.aborted) {
          throw new MillraceError(
            'ConnectUnavailable',
            `Kafka Connect sent no row of the copy for ${silenceMs / 1_000} s: the connector that answers topic ${this.#options.topics.requests} may not run.`,
          );
        }
        const session = this.#sessions.get(lane.partition);
        if (session === undefined || session.signal.aborted) {
          await untilEither(this.#sessionsChanged.promise, giveUp);
          continue;
        }
        if (this.#sought.get(lane.partition) !== session) {
          this.#sought.set(lane.partition, session);
          session.seek(lane.position);
        }
        const records = await session.take(takeRecords, takeBytes, giveUp);
        const last = records?.at(-1);
        if (records === undefined || last === undefined) continue;
        lane.position = last.offset + 1n;
        return records.map(({ value }) => value);
      }
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The statements of a request are divided by what no statement can have; see connect-container, BoundStatement.java, for the values. */
export const requestOf = ({ begin, text, values }: RelayedStatement): string =>
  begin === undefined && values === undefined
    ? text
    : [begin ?? '', text, ...(values ?? []).map(bindTextOf)].join('\0');

const bindTextOf = (value: NonNullable<RelayedStatement['values']>[number]): string => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  if (typeof value === 'number') return `i${base64(String(value))}`;
  return typeof value === 'string' ? `t${base64(value)}` : `n${base64(value.national)}`;
};

const untilEither = (changed: Promise<void>, giveUp: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => resolve();
    if (giveUp.aborted) resolve();
    giveUp.addEventListener('abort', done, { once: true });
    void changed.then(done);
  });
