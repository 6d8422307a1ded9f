import { setTimeout as sleep } from 'node:timers/promises';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { readAdminToken } from '../local/admin-token.ts';
import type { StackState } from '../local/stack-state.ts';
import { adminApi, type ClientApi, clientApi, errorOfCode, type ReplicationStatus } from './control-api.ts';
import type { DemoDatabase, DemoKindName } from './demo-database.ts';
import { kindOf } from './demo-kinds.ts';

/** What someone does who uses the product: through its API, and on the two databases as their owner. */
export interface DatabasePair {
  readonly source: DemoDatabase;
  readonly target: DemoDatabase;
}

/** The kinds of the two databases of a replication. */
export interface KindPair {
  readonly source: DemoKindName;
  readonly target: DemoKindName;
}

/**
 * A source and a target database that nobody has used yet on the stack's servers: `{source}`, or `{source}_2` and
 * so on, so that a second demo on the same stack does not meet the first one's tables.
 */
export const createDatabases = async (
  stack: StackState,
  names: { readonly source: string; readonly target: string },
  kinds: KindPair = { source: 'postgresql', target: 'postgresql' },
): Promise<DatabasePair> => ({
  source: await kindOf({ kind: kinds.source }).createDatabase(
    serverOf(stack, kinds.source, 'source'),
    names.source,
  ),
  target: await kindOf({ kind: kinds.target }).createDatabase(
    serverOf(stack, kinds.target, 'target'),
    names.target,
  ),
});

/** PostgreSQL has a server for each role; MariaDB, which only runs when it is asked for, has one for both. */
const serverOf = (stack: StackState, kind: DemoKindName, role: keyof KindPair): StackState['source'] => {
  const server = { postgresql: stack[role], mariadb: stack.mariadb }[kind];
  if (server === undefined) throw new MillraceError('LocalStackFailed', `The stack runs without ${kind}.`);
  return server;
};

/** The API of a deployed stack. Throws `LocalStackFailed` when the app is not deployed. */
export const deployedApi = (stack: StackState): NonNullable<StackState['api']> => {
  if (stack.api === undefined)
    throw new MillraceError('LocalStackFailed', 'The app is not deployed on the stack.');
  return stack.api;
};

export interface ClientAccess {
  readonly api: ClientApi;
  readonly clientId: number;
  readonly token: string;
}

/** A new client with a token of its own. */
export const createClient = async (
  stack: StackState,
  name: string,
  signal?: AbortSignal,
): Promise<ClientAccess> => {
  const { url } = deployedApi(stack);
  const admin = adminApi(url, await readAdminToken(stack), signal);
  const clientId = await admin.createClient(name);
  const token = await admin.createToken(clientId);
  return { api: clientApi(url, token, signal), clientId, token };
};

export interface RegisteredPair {
  readonly sourceId: number;
  readonly targetId: number;
  /** The versions of the two servers, each with its product's name. */
  readonly servers: { readonly source: string; readonly target: string };
}

/** Registers both databases and has the product test them. Throws `ValidationFailed` when one is not ready. */
export const registerDatabases = async (api: ClientApi, pair: DatabasePair): Promise<RegisteredPair> => {
  const [sourceId, targetId] = [
    await registerDatabase(api, pair.source),
    await registerDatabase(api, pair.target),
  ];
  const [source, target] = [await api.testDatabase(sourceId), await api.testDatabase(targetId)];
  const problems = [...source.as_source.problems, ...target.as_target.problems];
  if (problems.length > 0) {
    throw new MillraceError(
      'ValidationFailed',
      `The databases are not ready:\n${problems.map((found) => `  - ${found.subject}: ${found.message}`).join('\n')}`,
    );
  }
  const describe = (database: DemoDatabase, version: string): string =>
    `${kindOf(database).title} ${version}`;
  return {
    sourceId,
    targetId,
    servers: {
      source: describe(pair.source, source.server_version),
      target: describe(pair.target, target.server_version),
    },
  };
};

/** Returns the number that the database has got. */
export const registerDatabase = (
  api: ClientApi,
  { kind, host, port, user, password, database }: DemoDatabase,
): Promise<number> =>
  api.registerDatabase({
    ...{ name: database, kind, host, port, database },
    username: user,
    password,
    tls_mode: 'disable',
  });

const defaultPollEveryMs = 500;

export interface Waiting {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly onStatus?: (status: ReplicationStatus) => void;
  /** Half a second when left out. */
  readonly pollEveryMs?: number;
}

/** Throws the replication's own error when it fails, and `LocalStackFailed` when it is not there within the deadline. */
export const waitForStatus = async (
  api: ClientApi,
  replicationId: number,
  what: string,
  isReached: (status: ReplicationStatus) => boolean,
  { deadlineMs, signal, onStatus, pollEveryMs = defaultPollEveryMs }: Waiting,
): Promise<ReplicationStatus> => {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const status = await api.getStatus(replicationId);
    onStatus?.(status);
    if (isReached(status)) return status;
    const { status: state, last_error_code: code, last_error_message: message } = status.config;
    if (state === 'error' || state === 'needs-resync')
      throw errorOfCode(code, `The replication is in status ${state}: ${message ?? 'no message'}`);
    if (performance.now() > deadline) {
      const waited = Math.round(deadlineMs / 1_000);
      throw new MillraceError(
        'LocalStackFailed',
        `${what} was not reached within ${waited} s; status ${state}, ${status.overall}. ${status.reasons.join(' ')}`,
      );
    }
    await sleep(pollEveryMs, undefined, { signal });
  }
};

export const isEveryTableLive = (status: ReplicationStatus): boolean =>
  status.config.status === 'active' &&
  status.tables.length > 0 &&
  status.tables.every((table) => table.state === 'live');

/**
 * Waits until everything that is committed now has been applied, in two steps that do not trust each other: the databases
 * themselves show that anyone who reads the source's log has come up to here, and a heartbeat from after that says that the
 * consumer has nothing left to read.
 */
export const waitForZeroLag = async (
  api: ClientApi,
  replicationId: number,
  isCaptured: () => Promise<boolean>,
  waiting: Waiting,
): Promise<ReplicationStatus> => {
  const deadline = performance.now() + waiting.deadlineMs;
  while (!(await isCaptured())) {
    if (performance.now() > deadline) {
      throw new MillraceError(
        'CaptureNotStreaming',
        'What was committed last at the source is not captured.',
      );
    }
    await sleep(waiting.pollEveryMs ?? defaultPollEveryMs, undefined, { signal: waiting.signal });
  }
  const captured = Date.now();
  return waitForStatus(
    api,
    replicationId,
    'Zero lag',
    ({ consumer, statistics }) =>
      statistics.lag_events === 0 &&
      consumer.last_heartbeat !== null &&
      Date.parse(consumer.last_heartbeat) > captured,
    waiting,
  );
};
