import { setTimeout as sleep } from 'node:timers/promises';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Client, ClientConfig } from 'pg';
import { escapeIdentifier } from 'pg';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { StackState } from '../local/stack-state.ts';
import { connect } from './connection.ts';
import { adminApi, type ClientApi, clientApi, errorOfCode, type ReplicationStatus } from './control-api.ts';

/** What somebody does who uses the product: through its API, and on the two databases as their owner. */
export interface DatabasePair {
  readonly source: ClientConfig & { readonly database: string };
  readonly target: ClientConfig & { readonly database: string };
}

/**
 * A source and a target database that nobody has used yet on the stack's two servers: `{source}`, or `{source}_2` and
 * so on, so that a second demo on the same stack does not meet the first one's tables.
 */
export const createDatabases = async (
  stack: StackState,
  names: { readonly source: string; readonly target: string },
): Promise<DatabasePair> => ({
  source: await createDatabase(stack.source, names.source),
  target: await createDatabase(stack.target, names.target),
});

const createDatabase = async (
  server: StackState['source'],
  name: string,
): Promise<DatabasePair['source']> => {
  const client = await connect(server, 'setup');
  try {
    const found = await client.query<{ datname: string }>('SELECT datname FROM pg_database');
    const taken = new Set(found.rows.map((row) => row.datname));
    let database = name;
    for (let number = 2; taken.has(database); number += 1) database = `${name}_${number}`;
    await client.query(`CREATE DATABASE ${escapeIdentifier(database)}`);
    return { host: server.host, port: server.port, user: server.user, password: server.password, database };
  } finally {
    await client.end();
  }
};

/** The API of a deployed stack. Throws `LocalStackFailed` when the app is not deployed. */
export const deployedApi = (stack: StackState): NonNullable<StackState['api']> => {
  if (stack.api === undefined)
    throw new MillraceError('LocalStackFailed', 'The app is not deployed on the stack.');
  return stack.api;
};

/** The admin token that the deployment generated, read from Secrets Manager as an operator does. */
export const readAdminToken = async (stack: StackState): Promise<string> => {
  const secrets = new SecretsManagerClient({
    endpoint: stack.emulator.url,
    region: stack.emulator.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  try {
    const found = await secrets.send(
      new GetSecretValueCommand({ SecretId: deployedApi(stack).adminTokenSecretArn }),
    );
    return found.SecretString ?? '';
  } finally {
    secrets.destroy();
  }
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
  readonly serverVersion: string;
}

/** Registers both databases and has the product test them. Throws `ValidationFailed` when one is not ready. */
export const registerDatabases = async (api: ClientApi, pair: DatabasePair): Promise<RegisteredPair> => {
  const sourceId = await api.registerDatabase(registrationOf(pair.source));
  const targetId = await api.registerDatabase(registrationOf(pair.target));
  const [source, target] = [await api.testDatabase(sourceId), await api.testDatabase(targetId)];
  const problems = [...source.as_source.problems, ...target.as_target.problems];
  if (problems.length > 0) {
    throw new MillraceError(
      'ValidationFailed',
      `The databases are not ready:\n${problems.map((found) => `  - ${found.subject}: ${found.message}`).join('\n')}`,
    );
  }
  return { sourceId, targetId, serverVersion: source.server_version };
};

const registrationOf = (config: DatabasePair['source']): Parameters<ClientApi['registerDatabase']>[0] => ({
  name: config.database,
  kind: 'postgresql',
  host: config.host ?? '',
  port: config.port ?? 0,
  database: config.database,
  username: config.user ?? '',
  password: String(config.password),
  tls_mode: 'disable',
});

const pollEveryMs = 500;

export interface Waiting {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly onStatus?: (status: ReplicationStatus) => void;
}

/** Throws the replication's own error when it fails, and `LocalStackFailed` when it is not there within the deadline. */
export const waitForStatus = async (
  api: ClientApi,
  replicationId: number,
  what: string,
  isReached: (status: ReplicationStatus) => boolean,
  { deadlineMs, signal, onStatus }: Waiting,
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
 * Waits until everything that is committed now has been applied, in two steps that do not trust each other: the source
 * itself says that whoever reads its log has confirmed it up to here, and a heartbeat from after that says that the
 * consumer has nothing left to read.
 */
export const waitForZeroLag = async (
  api: ClientApi,
  replicationId: number,
  source: Client,
  waiting: Waiting,
): Promise<ReplicationStatus> => {
  const end = await source.query<{ position: string }>('SELECT pg_current_wal_lsn()::text AS position');
  const position = end.rows[0]?.position;
  const deadline = performance.now() + waiting.deadlineMs;
  for (;;) {
    const slots = await source.query<{ passed: boolean | null }>(
      `SELECT bool_and(confirmed_flush_lsn >= $1::pg_lsn) AS passed FROM pg_replication_slots
       WHERE database = current_database()`,
      [position],
    );
    if (slots.rows[0]?.passed === true) break;
    // The log may end in something that no reader is told of, such as a checkpoint or a vacuum; on a source that is quiet
    // the slot would stay before it for ever. A message in the log comes after it and changes no row.
    await source.query("SELECT pg_logical_emit_message(true, 'millrace', 'demo')");
    if (performance.now() > deadline) {
      throw new MillraceError('CaptureNotStreaming', `The replication slot did not pass ${position}.`);
    }
    await sleep(pollEveryMs, undefined, { signal: waiting.signal });
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
