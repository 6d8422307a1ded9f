import { describeUncaptured } from '#core/contracts/capture-verdict.ts';
import { metricNames } from '#core/contracts/environment.ts';
import type { ReplicationId } from '#core/contracts/identifiers.ts';
import { type TableRef, tableKey } from '#core/contracts/identifiers.ts';
import { isCaptured, type Replication } from '#core/contracts/replication.ts';
import { toMillraceError } from '#core/errors/millrace-error.ts';
import { beginRound, type CheckRun, endRound, onlyRun, type RoundPorts } from '#core/health/check-round.ts';
import { decide, decideLoss, type HealAction, healWindowMs, launchAllowanceMs } from '#core/health/decide.ts';
import { actOnEach, healEach } from '#core/health/heal-each.ts';
import { type ConnectorHealer, type HealPorts, healReplication } from '#core/health/heal-replication.ts';
import { decideMove, mayMove, moveHistoryMs, movesAtOnce } from '#core/health/move-consumers.ts';
import { heartbeatAgeMs, type Observation } from '#core/health/observation.ts';
import {
  type ObservationPorts,
  observeConsumer,
  observeReplication,
} from '#core/health/observe-replication.ts';
import { chooseUpdates, decideUpdate, type SeenConsumer } from '#core/health/update-consumers.ts';
import { resumeDeletion } from '#core/lifecycle/begin-deletion.ts';
import { resumeTableChange } from '#core/lifecycle/begin-table-change.ts';
import { changeAgain, changesAgainByItself } from '#core/lifecycle/change-again.ts';
import { continueEnding, type EndingPorts } from '#core/lifecycle/end-replication.ts';
import { underFreeLease } from '#core/lifecycle/lease.ts';
import { mayRecopy, type RecopyPorts, recopyByPolicy } from '#core/lifecycle/recopy-by-policy.ts';
import { resyncLost, resyncsByItself } from '#core/lifecycle/resync-lost.ts';
import { startAgain, startsAgainByItself } from '#core/lifecycle/start-again.ts';
import { nextStatus } from '#core/lifecycle/transitions.ts';
import { countOf } from '#core/naming/count-of.ts';
import type { Log } from '#core/ports/clock-and-log.ts';
import type { ConnectorStatus, ConnectPort, ExecutionPort, TaskRunner } from '#core/ports/services.ts';
import type { CopyStore, DeletionStore, HealthStore } from '#core/ports/state-store.ts';
import { lookForTables, type NewTablesCheck } from './look-for-tables.ts';
import { type RecordHealthPorts, recordHealth, type Seen } from './record-health.ts';
import { type LostLog, type WatchSourcesPorts, watchSources } from './watch-sources.ts';

export interface MonitorHealthPorts extends HealPorts, ObservationPorts {
  readonly store: HealPorts['store'] &
    EndingPorts['store'] &
    RecopyPorts['store'] &
    ObservationPorts['store'] &
    RoundPorts['store'] &
    Pick<CopyStore, 'listTableProgress'> &
    WatchSourcesPorts['store'] &
    RecordHealthPorts['store'] &
    Pick<HealthStore, 'listHealth'> &
    Pick<DeletionStore, 'beginDeletion' | 'getDeletion' | 'updateDeletion'>;
  readonly executions: Pick<ExecutionPort, 'getStatus' | 'startExecution' | 'stopExecution'>;
  readonly connect: ObservationPorts['connect'] & Pick<ConnectPort, 'listStatuses'>;
  readonly connectors: ConnectorHealer;
  /** What the source tells; see `SourceDatabase.listUncaptured`. */
  readonly captures: {
    listUncaptured(replication: Replication): Promise<readonly TableRef[]>;
  };
  readonly sources: WatchSourcesPorts['sources'];
  readonly newTables: NewTablesCheck;
  readonly removeRowRelay: EndingPorts['removeRowRelay'];
  readonly metrics: HealPorts['metrics'] & RecordHealthPorts['metrics'];
  readonly queue: RecordHealthPorts['queue'];
  readonly topicRetentionHours: number;
  readonly tasks: TaskRunner;
  /** Sees to it that there are as many pool tasks as pooled replications need. */
  readonly fitPool: () => Promise<void>;
  /** Of the task definition that the last deployment made; undefined where it says none. */
  readonly taskRevision: number | undefined;
  readonly logFor: (replication: Replication) => Log;
}

export interface HealthReport {
  readonly examined: number;
  readonly healed: number;
}

const deletionGraceMs = 60_000;

/** A look at a source takes a connection of its own, and up to 10 s when it does not answer. */
const captureCheckMinutes = 5;

/**
 * Of the Lambda's 60 s. A replication that heals takes some seconds; then the sources are looked at, and last what was seen is
 * written down. The next run begins with those that were left out.
 */
const checksEndAfterMs = 25_000;

/** Before the sources are looked at. */
const movesEndAfterMs = 30_000;

/** What goes before the checks: each takes some calls of the state store, and a start up to 8 s, while a consumer drains. */
const errandsEndAfterMs = 10_000;

/**
 * The check of every minute: looks at each replication as a whole, and heals. One replication's failure does not keep
 * the others from being looked at. `holder` names this invocation in leases.
 */
export const monitorHealth = async (
  holder: string,
  ports: MonitorHealthPorts,
  run: CheckRun = onlyRun,
): Promise<HealthReport> => {
  const { clock, log } = ports;
  const startedMs = clock.now().getTime();
  const round = await beginRound('monitor-health', run, ports);
  const all = round.replications;
  const replications = all.filter(isWatched);
  const errands: readonly (readonly [readonly Replication[], Errand])[] = [
    [all.filter(({ status }) => status === 'deleting'), resumeDeletionOf(ports)],
    [replications.filter(({ tableChange }) => tableChange !== undefined), resumeTableChangeOf(ports)],
    [
      all.filter(({ status }) => status === 'pausing' || status === 'stopping'),
      continueEndingOf(holder, ports),
    ],
    [all.filter(resyncsByItself), startOf(resyncLost, holder, ports)],
    [all.filter(startsAgainByItself), startOf(startAgain, holder, ports)],
    [replications.filter(changesAgainByItself), changeAgainOf(holder, ports)],
    [all.filter((one) => one.status === 'active' && mayRecopy(one)), recopyOf(holder, ports)],
  ];
  let errandsDone = 0;
  for (const [some, errand] of errands) errandsDone += await runErrand(some, errand, startedMs, ports);
  const connect = await seeConnectors(ports);
  const seen = new Map<ReplicationId, Seen>();
  const consumers: SeenConsumer[] = [];
  const { healed, leftOut } = await healEach(replications, {
    logFor: ports.logFor,
    mayBegin: () => clock.now().getTime() - startedMs < checksEndAfterMs,
    check: (replication, replicationLog) =>
      checkOne(replication, holder, connect, { ...ports, log: replicationLog }, seen, consumers),
    report: (replicationLog, cause, { replicationId }) => {
      const error = toMillraceError(cause);
      seen.set(replicationId, { failure: error });
      replicationLog.error(`The health check of this replication failed: ${error.message}`, { error });
    },
  });
  await endRound('monitor-health', run, { replications }, leftOut, ports);
  const updated = await updateConsumers(all, consumers, holder, ports);
  const moved = await moveConsumers(consumers, startedMs, holder, ports);
  await ports.fitPool().catch((error: unknown) => {
    log.error('Could not see to it that there are enough pool tasks; the next check tries again', { error });
  });
  // Last, so that a source that does not answer keeps nothing waiting.
  const [ended, losses, added] = await Promise.all([
    checkCaptures(all, holder, ports),
    watchSources(all, connect.answers, startedMs, ports),
    lookForTables(all, holder, startedMs, ports),
  ]);
  const lost = await endLost(losses, holder, ports);
  await recordHealth(all, seen, ports);
  const report = {
    examined: replications.length - leftOut.length,
    healed: errandsDone + healed + updated + moved + ended + lost + added,
  };
  log.info(
    `Examined ${countOf(report.examined, 'replication')}, carried out ${countOf(report.healed, 'action')}`,
  );
  return report;
};

interface Errand {
  readonly act: (replication: Replication, log: Log) => Promise<number>;
  /** Completes "Could not ...". */
  readonly failing: string;
}

/**
 * Acts on the replications one after the other, and returns how many actions were carried out. The checks need the rest of the time, so what
 * has not had its turn waits for the next run; what is begun is no longer among these then.
 */
const runErrand = async (
  replications: readonly Replication[],
  { act, failing }: Errand,
  startedMs: number,
  ports: MonitorHealthPorts,
): Promise<number> => {
  const { healed, leftOut } = await actOnEach(replications, {
    ...{ logFor: ports.logFor, parallel: 1, act },
    mayBegin: () => ports.clock.now().getTime() - startedMs < errandsEndAfterMs,
    report: (log, error) => log.error(`Could not ${failing}; it is tried again later`, { error }),
  });
  if (leftOut.length > 0)
    ports.log.warn(
      `No time was left to ${failing} for ${countOf(leftOut.length, 'replication')}; the next check goes on`,
    );
  return healed;
};

/** A deletion whose execution has ended without an end is started again. One that is blocked waits for its user. */
const resumeDeletionOf = (ports: MonitorHealthPorts): Errand => ({
  failing: 'look after the deletion',
  act: async ({ clientId, replicationId }, log) => {
    const deletion = await ports.store.getDeletion(clientId, replicationId);
    if (deletion?.state !== 'running') return 0;
    // The API records a deletion before its execution, and the execution's number right after it has begun.
    if (ports.clock.now().getTime() - Date.parse(deletion.updatedAt) < deletionGraceMs) return 0;
    const current = await resumeDeletion(deletion, { dropTargetTables: false, force: false }, ports);
    if (current.attempt === deletion.attempt) return 0;
    log.warn(
      `Deletion attempt ${deletion.attempt} has ended before its end; attempt ${current.attempt} goes on`,
    );
    return 1;
  },
});

/** A pause or a stop whose parts had not ended when its call was answered. */
const continueEndingOf = (holder: string, ports: MonitorHealthPorts): Errand => ({
  failing: 'complete a pause or a stop',
  act: async ({ clientId, replicationId }, log) => {
    const ending = await underFreeLease(replicationId, holder, ports, async () => {
      // The list is eventually consistent.
      const before = await ports.store.getReplication(clientId, replicationId);
      if (nextStatus(before.status, 'ended') === undefined) return undefined;
      const connect = { getStatus: ports.connect.getStatus, pause: ports.connectors.pause };
      return { before, after: await continueEnding(before, { ...ports, connect }) };
    });
    if (ending === undefined) return 0;
    const { status } = ending.after;
    if (status !== ending.before.status) return 1;
    log.warn(`It is still ${status}; the next check tries again`);
    return 0;
  },
});

/** Of those that have ended and are started by themselves: after lost changes where the user wants it, and after what time can cure. */
const startOf = (
  start: typeof startAgain | typeof resyncLost,
  holder: string,
  ports: MonitorHealthPorts,
): Errand => ({
  failing: 'begin the start',
  act: async (replication, log) => ((await start(replication, holder, { ...ports, log })) ? 1 : 0),
});

const changeAgainOf = (holder: string, ports: MonitorHealthPorts): Errand => ({
  failing: 'begin the change of the tables again',
  act: async (replication, log) => ((await changeAgain(replication, holder, { ...ports, log })) ? 1 : 0),
});

/** Of tables that are held at a change after which their policy wants a new copy. */
const recopyOf = (holder: string, ports: MonitorHealthPorts): Errand => ({
  failing: 'begin to copy changed tables again',
  act: (replication, log) => recopyByPolicy(replication, holder, { ...ports, log }),
});

const resumeTableChangeOf = (ports: MonitorHealthPorts): Errand => ({
  failing: 'look after the change of the tables',
  act: async ({ clientId, replicationId }, log) => {
    // The list is eventually consistent.
    const current = await ports.store.getReplication(clientId, replicationId);
    if ((await resumeTableChange(current, ports)) === undefined) return 0;
    log.warn('A change of the tables has ended before its end; it goes on');
    return 1;
  },
});

/** Consumers that run an older image than the deployed one are replaced, a few in each run. */
const updateConsumers = async (
  all: readonly Replication[],
  seen: readonly SeenConsumer[],
  holder: string,
  ports: MonitorHealthPorts,
): Promise<number> => {
  const { taskRevision, clock, log } = ports;
  if (taskRevision === undefined) return 0;
  const { replications, waitsFor } = chooseUpdates(all, seen, taskRevision, clock.now());
  if (waitsFor !== undefined) log.warn(`Outdated consumers keep their image: waiting for ${waitsFor}`);
  const { healed } = await healEach(replications, {
    logFor: ports.logFor,
    check: (replication, replicationLog) => {
      const replicationPorts = { ...ports, log: replicationLog };
      return healReplication(
        replication,
        holder,
        async (current, _history, now) =>
          decideUpdate(current, await observeConsumer(current, replicationPorts), taskRevision, now),
        replicationPorts,
      );
    },
    report: (replicationLog, error) =>
      replicationLog.error('Could not update the consumer; the next check tries again', { error }),
  });
  return healed;
};

/** Pooled replications that are not quiet get a task of their own, and come back later. */
const moveConsumers = async (
  seen: readonly SeenConsumer[],
  startedMs: number,
  holder: string,
  ports: MonitorHealthPorts,
): Promise<number> => {
  const { clock, store } = ports;
  let moves = 0;
  const { healed } = await healEach(
    seen
      .filter(({ replication, consumer }) => mayMove(replication, consumer))
      .map(({ replication }) => replication),
    {
      logFor: ports.logFor,
      mayBegin: () => moves < movesAtOnce && clock.now().getTime() - startedMs < movesEndAfterMs,
      check: async (replication, replicationLog) => {
        const replicationPorts = { ...ports, log: replicationLog };
        const actions = await healReplication(
          replication,
          holder,
          async (current, _attempts, now) => {
            const { replicationId } = current;
            const ago = (ms: number): Date => new Date(now.getTime() - ms);
            const [history, attempts] = await Promise.all([
              store.listHealth(replicationId, ago(moveHistoryMs(current))),
              // Here they say whether there is an action at all, and the first look is given none.
              store.listHealAttempts(replicationId, ago(healWindowMs)),
            ]);
            return decideMove(
              current,
              await observeConsumer(current, replicationPorts),
              history,
              attempts,
              now,
            );
          },
          replicationPorts,
        );
        moves += actions.length;
        return actions;
      },
      report: (replicationLog, error) =>
        replicationLog.error('Could not move the consumer; the next check tries again', { error }),
    },
  );
  return healed;
};

/** Each active replication has its turn every fifth minute, by its number. */
const checkCaptures = async (
  replications: readonly Replication[],
  holder: string,
  ports: MonitorHealthPorts,
): Promise<number> => {
  const minute = Math.floor(ports.clock.now().getTime() / 60_000);
  const due = replications.filter(
    ({ status, replicationId }) =>
      status === 'active' && (minute + replicationId) % captureCheckMinutes === 0,
  );
  const { healed } = await healEach(due, {
    logFor: ports.logFor,
    check: async (replication, log) => {
      const findUncaptured = twiceUncaptured(ports);
      return healReplication(
        replication,
        holder,
        async (current) => {
          const tables = await findUncaptured(current);
          return decideLoss(current, tables.length === 0 ? undefined : describeUncaptured(tables));
        },
        { ...ports, log },
      );
    },
    report: (log, error) =>
      log.warn('Could not look at the source; the next check in 5 minutes tries again', { error }),
  });
  return healed;
};

/** A lost log does not come back, and not every connector says so: Debezium may try again without an end. */
const endLost = async (
  losses: readonly LostLog[],
  holder: string,
  ports: MonitorHealthPorts,
): Promise<number> => {
  const reasons = new Map(losses.map(({ replication, lost }) => [replication.replicationId, lost]));
  const { healed } = await healEach(
    losses.map(({ replication }) => replication),
    {
      logFor: ports.logFor,
      check: (replication, log) =>
        healReplication(
          replication,
          holder,
          async (current) => {
            // A newer start has begun another capture.
            const isOfThisStart = current.generation === replication.generation;
            return decideLoss(current, isOfThisStart ? reasons.get(replication.replicationId) : undefined);
          },
          { ...ports, log },
        ),
      report: (log, error) =>
        log.error('Could not end a replication whose log is lost; the next check tries again', { error }),
    },
  );
  return healed;
};

/** The consumer reads the catalog every 20 s and then holds a table that was created again. */
const secondLookMs = 25_000;

/**
 * The tables whose changes are missed by two looks. A table that the consumer holds keeps nothing else from going on, and it may
 * have been created again just now, so the consumer gets the time of one look of its own. Called again it looks once more.
 */
const twiceUncaptured = (
  ports: MonitorHealthPorts,
): ((current: Replication) => Promise<readonly TableRef[]>) => {
  let hasWaited = false;
  return async (current) => {
    const uncaptured = await listUncaptured(current, ports);
    if (uncaptured.length === 0 || hasWaited) return uncaptured;
    hasWaited = true;
    await ports.clock.sleep(secondLookMs);
    return listUncaptured(current, ports);
  };
};

const listUncaptured = async (
  replication: Replication,
  { store, captures }: MonitorHealthPorts,
): Promise<readonly TableRef[]> => {
  const uncaptured = await captures.listUncaptured(replication);
  if (uncaptured.length === 0) return [];
  const held = new Set(
    (await store.listTableProgress(replication.replicationId))
      .filter(({ state }) => state === 'held')
      .map(({ source }) => tableKey(source)),
  );
  return uncaptured.filter((table) => !held.has(tableKey(table)));
};

/** Nothing runs for the others, and nothing is to run. */
const isWatched = ({ status, desired }: Replication): boolean =>
  status === 'active' ||
  status === 'starting' ||
  status === 'paused' ||
  (desired === 'stopped' && status === 'stopped');

/** What the first looks at connectors go by. */
interface SeenConnectors {
  /** Whether Kafka Connect answers at all. */
  readonly answers: boolean;
  getStatus(name: string): Promise<ConnectorStatus | undefined>;
}

/**
 * One question for all connectors. When Connect does not answer it is not asked again for each: with a black-holed connection
 * the Lambda's time would be over before the consumers are looked at. A connector that its answer leaves out may be a new one,
 * so that is asked for by itself.
 */
const seeConnectors = async ({ connect, log }: MonitorHealthPorts): Promise<SeenConnectors> => {
  try {
    const statuses = await connect.listStatuses();
    return {
      answers: true,
      getStatus: async (name) => statuses.get(name) ?? (await connect.getStatus(name)),
    };
  } catch (error) {
    log.error('Kafka Connect does not answer; the next check looks at the connectors', { error });
    return { answers: false, getStatus: () => Promise.reject(error) };
  }
};

const checkOne = async (
  replication: Replication,
  holder: string,
  connect: SeenConnectors,
  ports: MonitorHealthPorts,
  seen: Map<ReplicationId, Seen>,
  consumers: SeenConsumer[],
): Promise<readonly HealAction[]> => {
  let first: Observation | undefined;
  const actions = await healReplication(
    replication,
    holder,
    async (current, history, now) => {
      // Nobody acts on what was seen of all connectors together: it may be some seconds old.
      const asked = first === undefined || !connect.answers ? connect : ports.connect;
      const observation = await observeReplication(current, { ...ports, connect: asked });
      first ??= observation;
      return decide(current, observation, history, now);
    },
    ports,
  );
  if (first !== undefined) {
    seen.set(replication.replicationId, { connector: first.connector });
    if (actions.length === 0) consumers.push({ replication, consumer: first.consumer });
  }
  if (isCaptured(replication) && first !== undefined) emitHealth(replication, first, ports);
  return actions;
};

const emitHealth = (
  { connectorName }: Replication,
  { connector, consumer }: Observation,
  { metrics, clock }: MonitorHealthPorts,
): void => {
  const ageMs = heartbeatAgeMs(consumer, clock.now(), launchAllowanceMs);
  metrics.emit(connectorName, {
    ...(ageMs === undefined ? {} : { [metricNames.heartbeatAgeMs]: ageMs }),
    ...(connector.kind === 'unknown' ? {} : { [metricNames.connectorFailed]: isFailed(connector) ? 1 : 0 }),
  });
};

const isFailed = (connector: Exclude<Observation['connector'], { kind: 'unknown' }>): boolean =>
  connector.kind === 'missing' ||
  connector.value.state === 'FAILED' ||
  connector.value.tasks.some(({ state }) => state === 'FAILED');
