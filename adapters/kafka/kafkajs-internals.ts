import type { AuthenticationProviderArgs, Kafka } from 'kafkajs';
import kafkajsPackage from 'kafkajs/package.json' with { type: 'json' };
import scram512 from 'kafkajs/src/broker/saslAuthenticator/scram512.js';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import requestQueue from 'kafkajs/src/network/requestQueue/index.js';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import compression from 'kafkajs/src/protocol/message/compression/index.js';
import decodeMessages from 'kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js';
import fetchResponse from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { Credentials } from '#core/ports/services.ts';

/**
 * Everything that Millrace takes from inside of kafkajs or changes there. kafkajs has had no release since 2023, so its inside
 * is stable; another version could differ in any of it, and is refused.
 */
export { compression, Decoder, decodeMessages };

const knownVersion = '2.2.4';

/** Throws `Internal` for a version of kafkajs whose inside nobody has looked at. */
export const requireKnownVersion = (version: string = kafkajsPackage.version): void => {
  if (version === knownVersion) return;
  throw new MillraceError(
    'Internal',
    `Millrace changes parts of kafkajs ${knownVersion}, but ${version} is installed. Install ${knownVersion}, or check every ` +
      'change in adapters/kafka/kafkajs-internals.ts against the new version.',
    { facts: { version } },
  );
};

/**
 * Replaces how kafkajs reads answers to Fetch version 11, which it sends to every broker since Kafka 2.3. kafkajs makes several
 * objects and a dozen bigints of each record, which showed in the consumer's profile: record-batches.ts hands on whole
 * batches instead.
 */
export const replaceFetchDecoder = (decode: (response: Buffer) => Promise<unknown>): void => {
  requireKnownVersion();
  fetchResponse.decode = decode;
};

/** kafkajs's SCRAM-SHA-512 (RFC 5802) over any connection. Throws what the broker says against it. */
export const scramLogin = async (
  user: Credentials,
  connection: AuthenticationProviderArgs,
): Promise<void> => {
  requireKnownVersion();
  await scram512(user)(connection).authenticate();
};

/** kafkajs's own interval for requests that wait for others to be answered. */
const checkPendingIntervalMs = 10;

/**
 * kafkajs 2.2.4 schedules a look at its pending requests after each answer, also when none is pending and nothing is
 * throttled. The delay is then `-1 - Date.now()`, which Node takes for 1 ms (and since version 24 warns about with
 * TimeoutNegativeWarning), and the look schedules the next one: a timer every millisecond for each connection,
 * forever. With nothing pending there is nothing to look at, so none is scheduled.
 */
export const repairRequestQueue = (): void => {
  requireKnownVersion();
  requestQueue.prototype.scheduleCheckPendingRequests = function () {
    if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
    const throttledForMs = this.throttledUntil - Date.now();
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      throttledForMs > 0 ? throttledForMs : checkPendingIntervalMs,
    );
  };
};

/** What is asked of one topic's partitions, and answered. */
interface AskedOffsets {
  readonly topic: string;
  readonly fromBeginning: boolean;
  readonly partitions: readonly { readonly partition: number }[];
}
interface FoundOffsets {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
}

/** kafkajs's client of a whole cluster. Its `Admin` asks for the offsets of one topic at a time, which this one does not need to. */
export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  fetchTopicsOffset(topics: readonly AskedOffsets[]): Promise<readonly FoundOffsets[]>;
}

interface ClusterOptions {
  readonly allowAutoTopicCreation: boolean;
  readonly metadataMaxAge: number;
}

/** Throws `Internal` where kafkajs has no such thing. */
export const createCluster = (kafka: Kafka, options: ClusterOptions): Cluster => {
  requireKnownVersion();
  const name = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  const create =
    name === undefined
      ? undefined
      : (kafka as unknown as Record<symbol, (options: ClusterOptions) => Cluster>)[name];
  if (create === undefined) throw new MillraceError('Internal', 'kafkajs creates no cluster.');
  return create(options);
};

/** By consumer group: how long the broker may hold the next fetch that finds nothing. */
const fetchWaits = new Map<string, () => number>();
let isFetchWaitSettable = false;

/**
 * Lets `waitMs` say before each fetch of a consumer group how long the broker may hold it. kafkajs takes one number for all. Returns what ends
 * it.
 */
export const setFetchWait = (groupId: string, waitMs: () => number): (() => void) => {
  requireKnownVersion();
  if (!isFetchWaitSettable) {
    isFetchWaitSettable = true;
    const fetch = ConsumerGroup.prototype.fetch;
    ConsumerGroup.prototype.fetch = function (nodeId) {
      const wait = fetchWaits.get(this.groupId);
      if (wait !== undefined) this.maxWaitTime = wait();
      return fetch.call(this, nodeId);
    };
  }
  fetchWaits.set(groupId, waitMs);
  return () => void fetchWaits.delete(groupId);
};
