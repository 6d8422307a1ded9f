import type { z } from 'zod';
import { forEachBounded } from '#core/concurrency/for-each-bounded.ts';
import { withOpened } from '#core/concurrency/with-opened.ts';
import { type Database, databaseIdentity } from '#core/contracts/database.ts';
import type { ClientId, DatabaseId } from '#core/contracts/identifiers.ts';
import { isCaptured, type Replication } from '#core/contracts/replication.ts';
import { engineOf } from '#core/databases/registry.ts';
import { MillraceError, type Problem, toMillraceError } from '#core/errors/millrace-error.ts';
import { applyDatabaseChange } from '#core/lifecycle/apply-database-change.ts';
import { changeAgainAfterCure } from '#core/lifecycle/change-again.ts';
import { underLease } from '#core/lifecycle/lease.ts';
import { refuseClaimed } from '#core/lifecycle/map-tables.ts';
import { ownerOf } from '#core/lifecycle/own-tables.ts';
import { leadsPasswordElsewhere } from '#core/lifecycle/stored-password.ts';
import type { TargetDatabase } from '#core/ports/databases.ts';
import type { Credentials } from '#core/ports/services.ts';
import { findKindProblems } from '#core/validation/kind-problems.ts';
import { recordDatabaseChange } from './database-activity.ts';
import type { updateDatabaseSchema } from './database-contracts.ts';
import { invalidRequest } from './invalid-request.ts';
import type { ApiPorts } from './ports.ts';
import { databaseSecretName } from './register-database.ts';
import { startAgain } from './start-replication.ts';

type UpdateRequest = z.output<typeof updateDatabaseSchema>;

/** What became of a replication that uses the database. */
export interface ReplicationEffect {
  readonly replicationId: number;
  /**
   * restarted: its connector and consumer work with the change. started: it had failed and starts again. next-start: nothing
   * runs. failed: it could not be told; `message` says why.
   */
  readonly effect: 'restarted' | 'started' | 'next-start' | 'failed';
  readonly message: string;
}

export interface UpdatedDatabase {
  readonly database: Database;
  readonly effects: readonly ReplicationEffect[];
}

/** Replications that are told at a time. */
const parallelReplications = 5;

/** Failures that a change of the registration may have cured. */
const curableCodes: ReadonlySet<string> = new Set([
  'DatabaseUnreachable',
  'DatabaseAuthenticationFailed',
  'DatabaseTlsFailed',
  'DatabaseNotFound',
  'DatabaseTimeout',
  'DatabaseUnavailable',
  'PermissionDenied',
  'SecretMissing',
  'CaptureFailed',
  'CaptureNotStreaming',
]);

/**
 * Changes how a registered database is reached, after a connection with the change was made. Replications that run go on
 * with it, and those that had failed for want of it start again; nothing is copied again. Sending the same change again
 * tells all of them again. Throws, with nothing saved: `InvalidRequest` for a change that needs the password again, `NotFound`, what keeps the connection from being made,
 * `ValidationFailed` for a server of another kind, what `checkVersion` throws, and `Conflict` where a replication cannot take the change.
 */
export const updateDatabase = async (
  clientId: ClientId,
  databaseId: DatabaseId,
  { by, ...request }: UpdateRequest & { readonly by: string },
  ports: ApiPorts,
  checkVersion: (before: Database) => void = () => undefined,
): Promise<UpdatedDatabase> => {
  const { store } = ports;
  const before = await store.getDatabase(clientId, databaseId);
  checkVersion(before);
  const after = merge(before, request);
  const networkProblems = ports.findNetworkProblems(after.host, after.port);
  if (networkProblems.length > 0) throw invalidRequest(networkProblems);
  if (request.password === undefined && leadsPasswordElsewhere(before, after)) throw needsPassword();
  engineOf(after.kind).checkRegistration?.({
    host: after.host,
    databaseName: after.databaseName,
    tlsMode: after.tlsMode,
  });
  const users = (await store.listReplications(clientId)).filter(
    ({ sourceDatabaseId, targetDatabaseId, status }) =>
      (sourceDatabaseId === databaseId || targetDatabaseId === databaseId) && status !== 'deleting',
  );
  refuseWhileStarting(users);
  if (after.databaseName !== before.databaseName) refuseOtherRows(after, users);

  const credentials = await credentialsOf(before, after, request.password, ports);
  await checkConnection(before, after, credentials, users, ports);

  const saved = await save(before, after, credentials, ports);
  await recordDatabaseChange(
    { before, after: saved, by, hasNewPassword: request.password !== undefined },
    ports,
  );
  const effects = await forEachBounded(users, parallelReplications, (replication) =>
    tell(replication, saved, by, ports),
  );
  return { database: saved, effects };
};

/** The registration first, since only it tells whether someone else has changed it meanwhile. */
const save = async (
  before: Database,
  after: Database,
  credentials: Credentials,
  { store, secrets, secretPrefix }: ApiPorts,
): Promise<Database> => {
  const { clientId, databaseId } = after;
  if (!(await store.replaceDatabase(before, after))) {
    throw new MillraceError(
      'Conflict',
      `Database ${databaseId} was changed by someone else just now. Read it, then send the change again.`,
    );
  }
  try {
    const secretArn = await secrets.putCredentials(
      databaseSecretName(secretPrefix, clientId, databaseId),
      credentials,
    );
    const saved = { ...after, secretArn };
    // Another secret only when the old one had been deleted.
    if (secretArn !== after.secretArn) await store.replaceDatabase(after, saved);
    return saved;
  } catch (error) {
    // What failed first is what the caller must hear.
    await store.replaceDatabase(after, before).catch(() => undefined);
    throw error;
  }
};

const merge = (before: Database, request: UpdateRequest): Database => {
  const { caPem: oldCaPem, ...rest } = before;
  const caPem = request.ca_pem === undefined ? oldCaPem : (request.ca_pem ?? undefined);
  return {
    ...rest,
    name: request.name ?? before.name,
    host: request.host ?? before.host,
    port: request.port ?? before.port,
    databaseName: request.database ?? before.databaseName,
    username: request.username ?? before.username,
    tlsMode: request.tls_mode ?? before.tlsMode,
    ...(caPem === undefined ? {} : { caPem }),
  };
};

const needsPassword = (): MillraceError =>
  invalidRequest([
    {
      subject: 'body.password',
      problem:
        'is missing: with another host, port or authority, or less TLS, the stored password could go to another server.',
      remedy: 'Send the change together with the password (millrace databases update NAME --password ...).',
    },
  ]);

const listNumbers = (users: readonly Replication[]): string =>
  users.map(({ replicationId }) => replicationId).join(', ');

/** The steps of a start have opened the database as it was, and a copy may last for days. */
const refuseWhileStarting = (users: readonly Replication[]): void => {
  const starting = users.filter(({ status }) => status === 'starting');
  if (starting.length === 0) return;
  throw new MillraceError(
    'Conflict',
    `Replication ${listNumbers(starting)} is starting with the database as it is. Wait until it is active, or stop it ` +
      `(POST /replications/${starting[0]?.replicationId}/stop), then send the change again.`,
    { facts: { replications: starting.map(({ replicationId }) => String(replicationId)) } },
  );
};

/** Tables, topics and checkpoints belong to the database of that name. */
const refuseOtherRows = ({ name }: Database, users: readonly Replication[]): void => {
  if (users.length === 0) return;
  throw new MillraceError(
    'Conflict',
    `Replication ${listNumbers(users)} uses ${name} under its present name, and another name means other tables. ` +
      'Register the other database (POST /databases) and create a replication for it, or delete those replications first.',
    { facts: { replications: users.map(({ replicationId }) => String(replicationId)) } },
  );
};

const credentialsOf = async (
  before: Database,
  after: Database,
  password: string | undefined,
  { secrets }: ApiPorts,
): Promise<Credentials> => ({
  username: after.username,
  password: password ?? (await secrets.getCredentials(before.secretArn, { fresh: true })).password,
});

/**
 * Connects as the change says. Elsewhere there may be another server: a source must have the log that the replications
 * still need, and a target their checkpoints. Another user may not see these.
 */
const checkConnection = (
  before: Database,
  after: Database,
  credentials: Credentials,
  users: readonly Replication[],
  { openSourceWith, openTargetWith, connect, store }: ApiPorts,
): Promise<void> =>
  withOpened(async (keep) => {
    const source = keep(await openSourceWith(after, credentials));
    const { serverVersion } = await source.ping();
    const problems = findKindProblems(`database ${after.name}`, after, {
      dialect: source.dialect,
      serverVersion,
    });
    refuseProblems(after, problems);
    const isElsewhere = databaseIdentity(before) !== databaseIdentity(after);
    if (!isElsewhere && before.username === after.username) return;
    for (const replication of isElsewhere ? users.filter(isRunningFrom(after)) : []) {
      const verdict = await source.judgeCapture(replication, {
        readOffset: () => connect.getOffset(replication.connectorName),
        hasCopy: replication.copyGeneration > 0,
      });
      if (verdict.kind === 'gap') refuseOtherServer(replication, after, verdict.reason);
    }
    const writers = users.filter(({ targetDatabaseId }) => targetDatabaseId === after.databaseId);
    if (writers.length === 0) return;
    const target = keep(await openTargetWith(after, credentials));
    for (const replication of writers) await checkTarget(replication, after, target, store);
  });

/**
 * The target at this address, as this user sees it, has the checkpoints of a replication that has copied, and its tables are
 * the replication's own or free. Throws `TargetTableClaimed` when another one writes them.
 */
const checkTarget = async (
  replication: Replication,
  after: Database,
  target: TargetDatabase,
  store: ApiPorts['store'],
): Promise<void> => {
  const owner = await ownerOf(store, replication);
  if (replication.copyGeneration > 0 && !(await target.knowsReplication(owner))) {
    refuseOtherServer(
      replication,
      after,
      `user ${after.username} finds no checkpoints of this replication there`,
    );
  }
  const tables = replication.tables.map((mapping) => mapping.target);
  await refuseClaimed(owner, tables, after, target, { store });
};

const isRunningFrom =
  ({ databaseId }: Database) =>
  (replication: Replication): boolean =>
    replication.sourceDatabaseId === databaseId && isCaptured(replication);

const refuseProblems = ({ name }: Database, problems: readonly Problem[]): void => {
  const [first] = problems;
  if (first === undefined) return;
  throw new MillraceError(
    'ValidationFailed',
    `The change of ${name} was not saved: ${first.subject}: ${first.problem}`,
    { facts: { problems } },
  );
};

const refuseOtherServer = (
  { replicationId }: Replication,
  { host, port }: Database,
  reason: string,
): never => {
  throw new MillraceError(
    'Conflict',
    `What is at ${host}:${port} is not what replication ${replicationId} works with: ${reason}. Nothing was saved. ` +
      'Register it as another database (POST /databases) and create a replication for it; or stop the replication, send ' +
      'the change again, and start it with force_resync.',
    { facts: { replicationId } },
  );
};

const tell = async (
  { clientId, replicationId }: Replication,
  database: Database,
  by: string,
  ports: ApiPorts,
): Promise<ReplicationEffect> => {
  const { store, clock } = ports;
  try {
    return await underLease(replicationId, ports, async (): Promise<ReplicationEffect> => {
      const current = await store.getReplication(clientId, replicationId);
      const log = ports.logFor(current.connectorName, replicationId);
      if (isCaptured(current)) {
        await applyDatabaseChange(current, database, {
          ...ports,
          dialectOf: ({ kind }) => engineOf(kind).source,
          log,
        });
        const isRepeated = await changeAgainAfterCure(current, curableCodes, ports);
        const message =
          current.status === 'active'
            ? `Connector and consumer were restarted with the change of database ${database.name}; nothing is copied again.` +
              (isRepeated ? ' The change of the tables that had failed is tried again.' : '')
            : `The replication is paused and stays so; what runs of it works with the change of database ${database.name}.`;
        await store.addActivity(current, {
          at: clock.now().toISOString(),
          actor: 'user',
          action: 'database-changed',
          message,
          by,
        });
        return { replicationId, effect: 'restarted', message };
      }
      const isCurable =
        current.status === 'error' &&
        current.desired === 'running' &&
        curableCodes.has(current.lastErrorCode ?? '');
      if (!isCurable) {
        return {
          replicationId,
          effect: 'next-start',
          message: `It is ${current.status}; its next start uses the change.`,
        };
      }
      const started = await startAgain(current, by, ports);
      return {
        replicationId,
        effect: 'started',
        message: `It had failed with ${current.lastErrorCode}; start ${started.generation} goes on where it stopped.`,
      };
    });
  } catch (cause) {
    const error = toMillraceError(cause);
    return {
      replicationId,
      effect: 'failed',
      message: `${error.message} The change is saved; send it again to tell the replication once more.`,
    };
  }
};
