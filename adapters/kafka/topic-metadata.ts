import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { iamToken } from './iam-token.ts';
import { type KafkaSettings, tlsOf } from './kafka-client.ts';
import { createKafkaUser } from './kafka-user.ts';
import { authenticateByScram, authenticateByToken, type SaslConnection } from './sasl-handshake.ts';
import { WireReader } from './wire-reader.ts';

/** A topic as the brokers describe it. */
export interface TopicMetadata {
  readonly topic: string;
  /** 32 hexadecimal digits. */
  readonly topicId: string;
  readonly partitions: readonly number[];
}

/** A broker answers from memory. */
const timeoutMs = 10_000;

const metadataApiKey = 3;
/** The first version by which topics are asked for by name and answered with their UUIDs, since Kafka 3.1 (KIP-516). */
const metadataApiVersion = 12;
const unknownTopicError = 3;

/** Reads topics' metadata over one connection, which is opened when it is first needed and again after it was lost. */
export interface TopicMetadataReader {
  /** Topics that do not exist are left out. Throws `KafkaUnavailable` when no broker answers. */
  read(topics: readonly string[]): Promise<readonly TopicMetadata[]>;
  close(): void;
}

/** A test has other ones. */
export interface TopicMetadataOptions {
  readonly token?: () => Promise<string>;
  readonly open?: (settings: KafkaSettings, broker: string) => Socket;
}

/**
 * Reads the topics' UUIDs with one Metadata request. kafkajs stops at version 6 of that request, which knows no
 * UUIDs, and nothing else tells a recreated topic from the old one. The format is that of
 * https://kafka.apache.org/protocol (Metadata, request and response version 12, flexible headers).
 */
export const createTopicMetadataReader = (
  settings: KafkaSettings,
  { token = iamToken, open = openSocket }: TopicMetadataOptions = {},
): TopicMetadataReader => {
  let connection: BrokerConnection | undefined;
  /** Requests take turns: an answer belongs to the one that was sent last. */
  let turn: Promise<unknown> = Promise.resolve();

  const user = createKafkaUser(settings);
  const logIn = async (opened: SaslConnection): Promise<void> => {
    switch (settings.security) {
      case 'plaintext':
      case 'tls':
        return;
      case 'iam':
        await authenticateByToken(opened, await token());
        return;
      case 'scram':
        await user.authenticate((credentials) => authenticateByScram(opened, credentials));
    }
  };

  const ask = async (request: Buffer): Promise<Buffer> => {
    if (connection?.isOpen === true) {
      try {
        return await connection.exchange(request);
      } catch {
        // A broker ends connections that were idle, so the request is sent once more over a new one.
      }
    }
    let lastError: unknown;
    for (const broker of settings.brokers) {
      const opened = new BrokerConnection(open(settings, broker), broker);
      connection = opened;
      try {
        await logIn({ clientId: settings.clientId, broker, exchange: (step) => opened.exchange(step) });
        return await connection.exchange(request);
      } catch (error) {
        connection.close();
        lastError = error;
      }
    }
    const reason = lastError instanceof Error ? lastError.message : String(lastError);
    throw new MillraceError('KafkaUnavailable', `Cannot read the topics' metadata: ${reason}`, {
      cause: lastError,
    });
  };

  return {
    read: async (topics) => {
      if (topics.length === 0) return [];
      const answer = turn.then(() => ask(encodeRequest(settings.clientId, topics)));
      turn = answer.catch(() => undefined);
      return decodeAnswer(await answer);
    },
    close: () => connection?.close(),
  };
};

const decodeAnswer = (response: Buffer): readonly TopicMetadata[] => {
  try {
    return decodeResponse(response);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MillraceError('KafkaUnavailable', `Cannot read the topics' metadata: ${reason}`, { cause });
  }
};

/** One request and its answer at a time. */
class BrokerConnection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #waiting:
    | { readonly resolve: (response: Buffer) => void; readonly reject: (error: Error) => void }
    | undefined;

  /** Why it ended. It may end while nobody waits, as before a token or password is there. */
  #failure: Error | undefined;

  constructor(socket: Socket, broker: string) {
    this.#socket = socket;
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error(`${broker} closed the connection`)));
    this.#socket.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#socket.on('timeout', () => this.#socket.destroy(new Error(`${broker} does not answer`)));
    // An idle connection alone must not keep a Lambda or a test from ending.
    this.#socket.unref();
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  exchange(request: Buffer): Promise<Buffer> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise<Buffer>((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.ref();
      this.#socket.setTimeout(timeoutMs);
      this.#socket.write(request);
    }).finally(() => {
      this.#waiting = undefined;
      this.#socket.setTimeout(0);
      this.#socket.unref();
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    if (this.#received.length < 4) return;
    const end = 4 + this.#received.readInt32BE(0);
    if (this.#received.length < end) return;
    const response = this.#received.subarray(4, end);
    this.#received = this.#received.subarray(end);
    this.#waiting?.resolve(response);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#socket.destroy();
    this.#waiting?.reject(error);
  }
}

const openSocket = (settings: KafkaSettings, broker: string): Socket => {
  const colon = broker.lastIndexOf(':');
  const host = broker.slice(0, colon).replaceAll(/^\[|\]$/g, '');
  const port = Number(broker.slice(colon + 1));
  const tls = tlsOf(settings);
  if (tls === false) return connectTcp({ host, port });
  return connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }), ...(tls !== true && tls) });
};

const encodeRequest = (clientId: string, topics: readonly string[]): Buffer => {
  const client = Buffer.from(clientId);
  const header = Buffer.alloc(10);
  header.writeInt16BE(metadataApiKey, 0);
  header.writeInt16BE(metadataApiVersion, 2);
  header.writeInt32BE(1, 4);
  header.writeInt16BE(client.length, 8);
  const noTags = Buffer.from([0]);
  const body = [
    header,
    client,
    noTags,
    encodeVarint(topics.length + 1),
    ...topics.flatMap((topic) => {
      const name = Buffer.from(topic);
      return [Buffer.alloc(16), encodeVarint(name.length + 1), name, noTags];
    }),
    // No automatic creation, no authorized operations.
    Buffer.from([0, 0]),
    noTags,
  ];
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.reduce((sum, part) => sum + part.length, 0));
  return Buffer.concat([size, ...body]);
};

const encodeVarint = (value: number): Buffer => {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return Buffer.from(bytes);
};

const decodeResponse = (response: Buffer): readonly TopicMetadata[] => {
  const reader = new WireReader(response);
  reader.skip(4); // correlation
  reader.skipTags();
  reader.skip(4); // throttle time
  reader.eachCompact(() => {
    reader.skip(4);
    reader.compactString();
    reader.skip(4);
    reader.compactString();
    reader.skipTags();
  });
  reader.compactString(); // cluster
  reader.skip(4); // controller
  const topics: TopicMetadata[] = [];
  reader.eachCompact(() => {
    const error = reader.int16();
    const topic = reader.compactString() ?? '';
    const topicId = reader.bytes(16).toString('hex');
    reader.skip(1); // internal
    const partitions: number[] = [];
    reader.eachCompact(() => {
      reader.skip(2);
      partitions.push(reader.int32());
      reader.skip(4 + 4); // leader and its epoch
      for (let list = 0; list < 3; list += 1) reader.eachCompact(() => reader.skip(4)); // replicas, in sync, offline
      reader.skipTags();
    });
    reader.skip(4); // authorized operations
    reader.skipTags();
    if (error === 0) topics.push({ topic, topicId, partitions: partitions.toSorted((a, b) => a - b) });
    else if (error !== unknownTopicError) throw new Error(`Kafka error ${error} for topic ${topic}`);
  });
  return topics;
};
