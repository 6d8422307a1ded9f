import type { Socket } from 'node:net';
import type { DatabaseNetwork } from '#core/contracts/database-network.ts';
import { createNetworkRules } from '#core/databases/network-rules.ts';
import {
  type DetectedServer,
  isPostgresAnswer,
  isTnsAnswer,
  postgresSslRequest,
  readMysqlGreeting,
  tnsConnect,
} from '#core/databases/server-greeting.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { createDatabaseSocket } from '../network/database-socket.ts';

/** A TCP connection within a region takes milliseconds; a security group that drops packets answers never. */
const connectTimeoutMs = 5_000;

/**
 * For the first bytes. A MySQL server may look up the caller's name first; with three probes and one connection that fails
 * the whole still fits into the API's 29 s.
 */
const answerTimeoutMs = 4_000;

/** Enough for every answer that is recognised by its beginning. */
const maxAnswerBytes = 4_096;

interface Probe {
  /** Sent when the connection is there; nothing: the server speaks first. */
  readonly question?: Uint8Array;
  readonly recognise: (answer: Uint8Array) => DetectedServer | undefined;
}

const probes = {
  greeting: { recognise: readMysqlGreeting },
  postgres: {
    question: postgresSslRequest,
    // A MySQL server greets whatever is sent.
    recognise: (answer) => (isPostgresAnswer(answer) ? { kind: 'postgresql' } : readMysqlGreeting(answer)),
  },
  oracle: {
    question: tnsConnect,
    recognise: (answer) => (isTnsAnswer(answer) ? { kind: 'oracle' } : readMysqlGreeting(answer)),
  },
} as const satisfies Record<string, Probe>;

/** What a port is usually for is asked first. Only the server's answer decides. */
const probesByPort: ReadonlyMap<number, readonly Probe[]> = new Map([
  [3306, [probes.greeting, probes.postgres, probes.oracle]],
  [1521, [probes.oracle, probes.postgres]],
]);
const inOrder = (port: number): readonly Probe[] =>
  probesByPort.get(port) ?? [probes.postgres, probes.oracle];

/**
 * What kind of database server listens there, by the first thing that it says; nobody logs in. Undefined when something
 * answers that is none that we know. Throws `DatabaseUnreachable` when nothing takes the connection,
 * and `DatabaseAddressRefused`.
 */
export const detectServer = async (
  network: DatabaseNetwork,
  host: string,
  port: number,
): Promise<DetectedServer | undefined> => {
  const rules = createNetworkRules(network);
  for (const probe of inOrder(port)) {
    const found = await ask(createDatabaseSocket(rules), host, port, probe);
    if (found !== undefined) return found;
  }
  return undefined;
};

const ask = (
  socket: Socket,
  host: string,
  port: number,
  { question, recognise }: Probe,
): Promise<DetectedServer | undefined> =>
  new Promise((resolve, reject) => {
    let answer = Buffer.alloc(0);
    let isConnected = false;
    const end = (found: DetectedServer | undefined): void => {
      socket.destroy();
      resolve(found);
    };
    socket.setTimeout(connectTimeoutMs);
    socket.on('connect', () => {
      isConnected = true;
      socket.setTimeout(answerTimeoutMs);
      if (question !== undefined) socket.write(question);
    });
    socket.on('data', (part: Buffer) => {
      answer = Buffer.concat([answer, part]);
      const found = recognise(answer);
      if (found !== undefined || answer.length >= maxAnswerBytes) end(found);
    });
    socket.on('end', () => end(undefined));
    const fail = (cause: Error): void => {
      socket.destroy();
      // A server that resets the connection on a question that it does not understand has answered.
      if (isConnected) resolve(undefined);
      else if (cause instanceof MillraceError) reject(cause);
      else {
        reject(
          new MillraceError('DatabaseUnreachable', `Nothing answers at ${host}:${port}: ${cause.message}.`, {
            cause,
            facts: { host, port },
          }),
        );
      }
    };
    socket.on('timeout', () => fail(new Error(`no connection within ${connectTimeoutMs / 1_000} s`)));
    socket.on('error', fail);
    socket.connect(port, host);
  });
