import { stateAlert } from '../alerts/compose-alert.ts';
import { captureTopics } from '../capture/capture-topics.ts';
import { removeConnector } from '../capture/remove-connector.ts';
import { withOpened } from '../concurrency/with-opened.ts';
import type { Database } from '../contracts/database.ts';
import type { Deletion, DeletionOutput, DeletionPart, DeletionRun, Remain } from '../contracts/deletion.ts';
import { tableLabel } from '../contracts/identifiers.ts';
import { copiesThroughKafka, type Replication } from '../contracts/replication.ts';
import type { TargetOwner } from '../contracts/target-owner.ts';
import { MillraceError, toMillraceError } from '../errors/millrace-error.ts';
import { consumerGroupPrefix, createdTableMark, rowsConnectorName } from '../naming/names.ts';
import type { Clock, Log } from '../ports/clock-and-log.ts';
import type { SourceDatabase, TargetDatabase } from '../ports/databases.ts';
import type { AlertSink, ConnectPort, ExecutionPort, KafkaAdminPort, TaskRunner } from '../ports/services.ts';
import type { SourceDialect } from '../ports/source-dialect.ts';
import type {
  ConsumerStore,
  DeletionStore,
  LeaseStore,
  RegistryStore,
  ReplicationStore,
} from '../ports/state-store.ts';
import type { TargetDialect } from '../ports/target-dialect.ts';
import { isEnding } from './launch-consumer.ts';
import { ownerOf } from './own-tables.ts';
import { readDatabases } from './replication-databases.ts';

export interface DeletionPorts {
  readonly store: DeletionStore &
    LeaseStore &
    Pick<RegistryStore, 'getDatabase' | 'getInstallationId'> &
    Pick<ConsumerStore, 'getLaunch' | 'getRevokedLaunch' | 'revokeLaunch'> &
    Pick<ReplicationStore, 'getReplication' | 'updateReplication' | 'addActivity'>;
  readonly executions: Pick<ExecutionPort, 'getStatus' | 'stopExecution'>;
  readonly tasks: Pick<TaskRunner, 'stopTask' | 'describeTask'>;
  readonly connect: ConnectPort;
  readonly kafka: Pick<KafkaAdminPort, 'listTopics' | 'deleteTopics' | 'listGroups' | 'deleteGroups'>;
  readonly openSource: (database: Database) => Promise<SourceDatabase>;
  readonly openTarget: (database: Database) => Promise<TargetDatabase>;
  /** What can be said of a kind of database without a connection to it. */
  readonly dialectsOf: (database: Database) => {
    readonly source: SourceDialect;
    readonly target?: TargetDialect;
  };
  readonly alerts: AlertSink;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * How long a part that cannot be reached is tried again: longer than a failover, a rebalance, or a walsender that the server
 * has not noticed to be gone (wal_sender_timeout, 60 s by default) take.
 */
const patienceMs = 5 * 60_000;
/** The user has said that what does not answer may be left; a slot is still in use for some seconds. */
const forcedPatienceMs = 30_000;

/** Longer than the Lambda's 120 s, so that the lease cannot end while its holder is at work. */
const leaseTtlMs = 130_000;

const reason = 'The replication is being deleted.';

/**
 * One look at a deletion: removes what is still there, and says whether another look is needed. Every look tries all parts
 * from the first on, whatever earlier ones have removed, so it does not matter where one was interrupted, and what a step
 * of an interrupted start creates late is found. "Not there" counts as removed; an answer that does not come never does.
 */
export const continueDeletion = async (run: DeletionRun, ports: DeletionPorts): Promise<DeletionOutput> => {
  const { store, clock, log } = ports;
  const { clientId, replicationId, attempt } = run;
  const deletion = await store.getDeletion(clientId, replicationId);
  if (deletion === undefined || deletion.attempt !== attempt || deletion.state !== 'running') {
    log.info(`Deletion attempt ${attempt} has nothing to do: a newer one has replaced it, or it is done`);
    return { again: false, state: deletion?.state ?? 'done' };
  }
  const holder = `delete-${attempt}`;
  // A start, a stop or a heal that began before may still be at work.
  if (!(await store.acquireLease(replicationId, holder, leaseTtlMs, clock.now()))) {
    return { again: true, state: 'running' };
  }
  try {
    const replication = await store.getReplication(clientId, replicationId);
    return await removeEverything(replication, deletion, ports);
  } finally {
    await store.releaseLease(replicationId, holder);
  }
};

const removeEverything = async (
  replication: Replication,
  deletion: Deletion,
  ports: DeletionPorts,
): Promise<DeletionOutput> => {
  const { store, clock, log } = ports;
  const attempts = await tryParts(replication, deletion, ports);
  const failures = attempts.flatMap(({ part, error, remedies }) =>
    error === undefined ? [] : [{ part, error, remedies }],
  );
  const left = failures.filter(({ part, error }) => mayBeLeft(part, error, deletion, clock));
  const open = failures.filter((failure) => !left.includes(failure));
  const removed = attempts.filter(({ error }) => error === undefined).map(({ part }) => part);
  const now = clock.now();
  const found = { updatedAt: now.toISOString(), removed, remains: failures.map(toRemain) };
  for (const { part, error } of failures)
    log.warn(`Not removed yet: ${part}. ${error.message}`, { part, error });

  if (open.length > 0) {
    const isHopeless = open.some(({ error }) => !error.isTransient || isOutOfPatience(deletion, clock));
    if (!isHopeless) {
      await store.updateDeletion(deletion, found, deletion.attempt);
      return { again: true, state: 'running' };
    }
    await block(replication, { ...deletion, ...found }, ports);
    return { again: false, state: 'blocked' };
  }
  if (now.getTime() < Date.parse(deletion.quietAt)) {
    log.info(
      `Everything is removed; looking again until ${deletion.quietAt}, when no step of a start can be at work`,
    );
    await store.updateDeletion(deletion, found, deletion.attempt);
    return { again: true, state: 'running' };
  }
  await finish(replication, { ...deletion, ...found, removed: [...removed, 'records'] }, ports);
  return { again: false, state: 'done' };
};

interface PartAttempt {
  readonly part: DeletionPart;
  /** Absent when the part is gone. */
  readonly error?: MillraceError;
  /** Statements that remove the part by hand. */
  readonly remedies: readonly string[];
}

/**
 * What may still write is ended first, and nothing else is touched before: a connector would wait forever for a topic that
 * is gone, and a consumer would create its checkpoints again. The rest does not depend on each other, so each is tried
 * whatever happens to the others.
 */
const tryParts = async (
  replication: Replication,
  deletion: Deletion,
  ports: DeletionPorts,
): Promise<readonly PartAttempt[]> => {
  const attempts: PartAttempt[] = [];
  const attempt = async (
    part: DeletionPart,
    work: () => Promise<unknown>,
    remedies: readonly string[] = [],
  ): Promise<boolean> => {
    try {
      await work();
      attempts.push({ part, remedies });
      return true;
    } catch (cause) {
      attempts.push({ part, error: toMillraceError(cause), remedies });
      return false;
    }
  };

  if (!(await attempt('start', () => endExecutions(replication, ports)))) return attempts;
  if (!(await attempt('consumer', () => endConsumer(replication, ports)))) return attempts;
  if (!(await attempt('connector', () => removeConnectors(replication, ports)))) return attempts;

  const { sourceDatabase, targetDatabase } = await readDatabases(ports.store, replication);
  const owner = await ownerOf(ports.store, replication);
  const source = ports.dialectsOf(sourceDatabase);
  const target = ports.dialectsOf(targetDatabase).target;
  const atSource = source.source.capture.removalStatements(replication);
  await attempt('source', () => removeAtSource(replication, sourceDatabase, atSource, ports), atSource);
  await attempt('topics', () => removeTopics(replication, source.source, ports));
  await attempt('consumer-groups', () => removeGroups(replication, ports));
  await attempt(
    'target',
    () => removeAtTarget(replication, deletion, { database: targetDatabase, owner }, ports),
    target?.removalStatements(owner, {
      written: [...replication.tables, ...(replication.leaving ?? [])].map((mapping) => mapping.target),
      // Which of them Millrace has created only the target tells.
      created: deletion.dropTargetTables ? replication.tables.map((mapping) => mapping.target) : [],
    }),
  );
  return attempts;
};

/** Transient: the next look finds it done. */
const notYet = (code: 'ServiceUnavailable' | 'KafkaUnavailable', problem: string): MillraceError =>
  new MillraceError(code, problem);

/** A start, or a change of the tables. */
const endExecutions = async (
  { executionArn, tableChange }: Replication,
  { executions }: DeletionPorts,
): Promise<void> => {
  for (const arn of [executionArn, tableChange?.executionArn]) {
    if (arn === undefined || (await executions.getStatus(arn)) !== 'RUNNING') continue;
    await executions.stopExecution(arn, reason);
    if ((await executions.getStatus(arn)) === 'RUNNING') {
      throw notYet('ServiceUnavailable', `The execution ${arn} was told to end and has not ended yet.`);
    }
  }
};

/**
 * The launch stays on record until its task has ended, so that an interrupted deletion finds the task again. A task that
 * nobody knows of, since it was launched at this moment, ends at its first heartbeat: its launch is revoked.
 */
const endConsumer = async (
  { replicationId }: Replication,
  { store, tasks }: DeletionPorts,
): Promise<void> => {
  // The task of a launch that a stop has revoked may still be ending.
  const taskArn =
    (await store.getLaunch(replicationId))?.taskArn ?? (await store.getRevokedLaunch(replicationId))?.taskArn;
  if (taskArn !== undefined) {
    const task = await tasks.describeTask(taskArn);
    if (task !== undefined && task.lastStatus !== 'STOPPED') {
      if (!isEnding(task)) await tasks.stopTask(taskArn, reason);
      throw notYet('ServiceUnavailable', `The consumer's task ${taskArn} is ending: ${task.lastStatus}.`);
    }
  }
  await store.revokeLaunch(replicationId);
};

/** The topics of the second one go with those of the first. */
const removeConnectors = async (replication: Replication, ports: DeletionPorts): Promise<void> => {
  await removeConnector(replication.connectorName, ports);
  if (!copiesThroughKafka(replication)) return;
  await removeConnector(rowsConnectorName(replication.connectorName), ports);
};

const removeAtSource = async (
  replication: Replication,
  database: Database,
  statements: readonly string[],
  { openSource }: DeletionPorts,
): Promise<void> => {
  // Where capture creates nothing, a source that is gone need not be asked.
  if (statements.length === 0) return;
  await withOpened(async (keep) => {
    const source = keep(await openSource(database));
    await source.dropCapture(replication);
  });
};

/** By their prefix, too: a table that was left out of the replication, or a step that was interrupted, may have left one. */
const removeTopics = async (
  replication: Replication,
  dialect: SourceDialect,
  { kafka }: DeletionPorts,
): Promise<void> => {
  const named = captureTopics(replication, dialect.capture, 1).map(({ topic }) => topic);
  const listAll = async (): Promise<readonly string[]> => {
    const found = await kafka.listTopics(`${replication.topicPrefix}.`);
    const others = (await kafka.listTopics('')).filter((topic) => named.includes(topic));
    return [...new Set([...found, ...others])];
  };
  const topics = await listAll();
  if (topics.length === 0) return;
  await kafka.deleteTopics(topics);
  const rest = await listAll();
  if (rest.length > 0) throw notYet('KafkaUnavailable', `Kafka is deleting ${rest.join(', ')}.`);
};

const removeGroups = async ({ connectorName }: Replication, { kafka }: DeletionPorts): Promise<void> => {
  const groups = await kafka.listGroups(consumerGroupPrefix(connectorName));
  await kafka.deleteGroups(groups);
};

/**
 * The one place where a deletion works at the target. What the target remembers goes last, checkpoints and owners in one
 * transaction: as long as it is there, no other replication can take the tables.
 */
const removeAtTarget = async (
  replication: Replication,
  deletion: Deletion,
  { database, owner }: { readonly database: Database; readonly owner: TargetOwner },
  { openTarget, log }: DeletionPorts,
): Promise<void> => {
  await withOpened(async (keep) => {
    const target = keep(await openTarget(database));
    for (const mapping of deletion.dropTargetTables ? replication.tables : []) {
      const outcome = await target.dropCreatedTable(mapping.target, createdTableMark(replication, owner));
      if (outcome === 'dropped') log.info(`Dropped target table ${tableLabel(mapping.target)}`);
      if (outcome === 'not-created') {
        log.info(`Kept target table ${tableLabel(mapping.target)}: Millrace has not created it`);
      }
    }
    await target.releaseTables(owner);
  });
};

const isOutOfPatience = ({ attemptedAt, force }: Deletion, clock: Clock): boolean =>
  clock.now().getTime() - Date.parse(attemptedAt) >= (force ? forcedPatienceMs : patienceMs);

/** Only what lies in the client's own databases: Connect, Kafka and the tasks are Millrace's, and have to be waited for. */
const mayBeLeft = (part: DeletionPart, error: MillraceError, deletion: Deletion, clock: Clock): boolean =>
  deletion.force &&
  (part === 'source' || part === 'target') &&
  (!error.isTransient || isOutOfPatience(deletion, clock));

const toRemain = ({ part, error, remedies }: Required<PartAttempt>): Remain => ({
  part,
  problem: error.message,
  remedy: remedies.length > 0 ? remedies.join(' ') : error.policy.advice,
});

/** Says once what cannot be removed and what to do. The next attempt is the user's. */
const block = async (
  replication: Replication,
  deletion: Deletion,
  { store, alerts, clock, log }: DeletionPorts,
): Promise<void> => {
  const { clientId, replicationId } = replication;
  const { attempt, removed, remains, updatedAt } = deletion;
  // A user may have asked again meanwhile, and that attempt decides.
  if ((await store.getDeletion(clientId, replicationId))?.attempt !== attempt) return;
  const [first] = remains;
  const problems = remains.map(({ part, problem }) => `${part}: ${problem}`).join(' ');
  const message = `The deletion cannot go on. ${problems}`;
  const advice =
    'Fix the cause and send DELETE again. What lies in a database that is gone for good can be left with force=true; ' +
    'the deletion then lists it, with the statements that remove it by hand.';
  await alerts.publish(stateAlert(replication, 'deleting', { reason: message, advice }));
  await store.updateReplication(
    clientId,
    replicationId,
    { lastErrorCode: 'Conflict', lastErrorMessage: message },
    { status: 'deleting' },
  );
  await store.addActivity(replication, {
    at: clock.now().toISOString(),
    actor: 'delete-replication',
    action: 'deletion-blocked',
    message: `${message} ${advice}`,
  });
  // Last, so that a repetition after a crash says it again rather than never.
  await store.updateDeletion(deletion, { state: 'blocked', removed, remains, updatedAt }, attempt);
  log.error(`${message} ${advice}`, { part: first?.part });
};

const finish = async (replication: Replication, deletion: Deletion, ports: DeletionPorts): Promise<void> => {
  const { store, clock, log } = ports;
  const finishedAt = clock.now().toISOString();
  await store.addActivity(replication, {
    at: finishedAt,
    actor: 'delete-replication',
    action: 'deleted',
    message:
      deletion.remains.length === 0
        ? 'Everything that the replication consisted of is removed.'
        : `Removed, but for what was left by force: ${deletion.remains.map(({ part }) => part).join(', ')}.`,
  });
  await store.removeReplication(replication, { ...deletion, state: 'done', finishedAt });
  log.info(`Replication ${replication.replicationId} is deleted`, { left: deletion.remains.length });
};
