import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs, { type Kafka, type KafkaConfig } from 'kafkajs';
import type { KafkaSecurity } from '#core/contracts/environment.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { Log } from '#core/ports/clock-and-log.ts';
import type { Credentials } from '#core/ports/services.ts';
import { iamToken } from './iam-token.ts';
import { createKafkaUser } from './kafka-user.ts';
import { repairRequestQueue, scramLogin } from './kafkajs-internals.ts';

export interface KafkaSettings {
  /** `host:port` each. */
  readonly brokers: readonly string[];
  readonly security: KafkaSecurity;
  /** The certificate of the brokers' authority, in PEM, where it is a private one. */
  readonly caPem?: string;
  /** With `scram`: reads the user for each new connection. `fresh` after a broker has refused the last ones. */
  readonly readUser?: (options: { readonly fresh: boolean }) => Promise<Credentials>;
  /** Shown in the brokers' logs and quotas. */
  readonly clientId: string;
}

/** As the environment variable MILLRACE_KAFKA_BROKERS has them. */
export const parseBrokers = (text: string): readonly string[] =>
  text
    .split(',')
    .map((broker) => broker.trim())
    .filter((broker) => broker !== '');

/** Kafka's TCP connect and TLS handshake; a broker that is up answers in milliseconds. */
const connectionTimeoutMs = 5_000;
/** Kafka's own default for a request. */
const requestTimeoutMs = 30_000;

/**
 * kafkajs repeats a failed request after 0.2, 0.4, 0.8, 1.6, 3.2 s (with jitter): 6 s, in which a partition gets a new
 * leader. What lasts longer is for the caller to decide.
 */
const requestRetry = { initialRetryTime: 200, retries: 5, maxRetryTime: 5_000 } as const;

const decompressZstd = promisify(zstdDecompress);
const compressZstd = promisify(zstdCompress);

/**
 * Node makes the output of a decompression in pieces, by default of 16 KiB, and each piece is a turn of its own through
 * the thread pool. So a piece is made as large as the output is likely to be: as much as the last one by its ratio, and a quarter.
 */
const outputMargin = 1.25;
const maxPieceBytes = 4 * 1024 * 1024;
/** Before anything is known: JSON without much repetition. */
let expectedRatio = 4;

const decompress = async (compressed: Buffer): Promise<Buffer> => {
  const pieceBytes = Math.ceil(compressed.length * expectedRatio * outputMargin);
  const output = await decompressZstd(compressed, {
    chunkSize: Math.min(maxPieceBytes, Math.max(constants.Z_MIN_CHUNK, pieceBytes)),
  });
  expectedRatio = Math.max(1, output.length / compressed.length);
  return output;
};

/** kafkajs has gzip only; Connect's producer writes zstd, which Node has built in. */
const zstdCodec = {
  compress: (encoder: { readonly buffer: Buffer }) => compressZstd(encoder.buffer),
  decompress,
};

/** Whether connections are encrypted, and whom they trust. */
export const tlsOf = ({ security, caPem }: KafkaSettings): boolean | { readonly ca: string } =>
  security === 'plaintext' ? false : caPem === undefined ? true : { ca: caPem };

const saslOf = (settings: KafkaSettings): Pick<KafkaConfig, 'sasl'> => {
  switch (settings.security) {
    case 'plaintext':
    case 'tls':
      return {};
    case 'iam':
      return {
        sasl: { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: await iamToken() }) },
      };
    case 'scram': {
      const user = createKafkaUser(settings);
      // kafkajs itself would keep one password for as long as the client lives.
      return {
        sasl: {
          mechanism: 'scram-sha-512',
          authenticationProvider: (connection) => ({
            authenticate: () => user.authenticate((credentials) => scramLogin(credentials, connection)),
          }),
        },
      };
    }
  }
};

/** A kafkajs client. Nothing is connected yet. */
export const createKafka = (settings: KafkaSettings, log: Log): Kafka => {
  repairRequestQueue();
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => zstdCodec;
  const config: KafkaConfig = {
    clientId: settings.clientId,
    brokers: [...settings.brokers],
    ssl: tlsOf(settings),
    ...saslOf(settings),
    connectionTimeout: connectionTimeoutMs,
    requestTimeout: requestTimeoutMs,
    retry: requestRetry,
    logLevel: kafkajs.logLevel.WARN,
    logCreator:
      () =>
      ({ log: entry }) =>
        forwardLog(log, entry),
  };
  return new kafkajs.Kafka(config);
};

/**
 * kafkajs logs each attempt that it then repeats by itself, several lines for each, as errors. What it cannot repeat
 * itself out of is thrown and reported by its caller, so its own lines are for debugging.
 */
const forwardLog = (log: Log, entry: { readonly message: string; readonly [key: string]: unknown }): void => {
  const { message, error, broker, groupId } = entry;
  log.debug(`Kafka client: ${message}`, {
    broker,
    groupId,
    error: typeof error === 'string' ? error : undefined,
  });
};

/** kafkajs puts what several topics were refused for into one error that says nothing of it. */
const innerReasons = (error: unknown): readonly string[] => {
  if (!(error instanceof Error && 'errors' in error && Array.isArray(error.errors))) return [];
  const errors: readonly unknown[] = error.errors;
  return [...new Set(errors.map((inner) => (inner instanceof Error ? inner.message : String(inner))))].slice(
    0,
    3,
  );
};

/** What kafkajs throws, as a MillraceError: everything it cannot repeat itself out of is the brokers' absence. */
export const toKafkaError = (error: unknown, action: string): MillraceError => {
  if (error instanceof MillraceError) return error;
  const reason = [error instanceof Error ? error.message : String(error), ...innerReasons(error)].join(': ');
  return new MillraceError('KafkaUnavailable', `Cannot ${action}: ${reason}`, { cause: error });
};
