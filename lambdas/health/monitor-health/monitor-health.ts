import { metricNames } from '#core/contracts/environment.ts';
import { type TableRef, tableKey } from '#core/contracts/identifiers.ts';
import type { Replication } from '#core/contracts/replication.ts';
import type { SourceLog } from '#core/contracts/source-log.ts';
import { decide, decideCapture, type HealAction, launchAllowanceMs } from '#core/health/decide.ts';
import { healEach } from '#core/health/heal-each.ts';
import { type ConnectorHealer, type HealPorts, healReplication } from '#core/health/heal-replication.ts';
import { heartbeatAgeMs, type Observation } from '#core/health/observation.ts';
import { type ObservationPorts, observeReplication } from '#core/health/observe-replication.ts';
import { countOf } from '#core/naming/count-of.ts';
import type { Log } from '#core/ports/clock-and-log.ts';
import type { ConnectPort, TaskRunner } from '#core/ports/services.ts';
import type { CopyStore, ReplicationStore, SourceLogStore } from '#core/ports/state-store.ts';

export interface MonitorHealthPorts extends HealPorts, ObservationPorts {
  readonly store: HealPorts['store'] &
    ObservationPorts['store'] &
    Pick<ReplicationStore, 'listAllReplications'> &
    Pick<CopyStore, 'listTableProgress'> &
    Pick<SourceLogStore, 'putSourceLog'>;
  readonly connect: ObservationPorts['connect'] & Pick<ConnectPort, 'checkHealth'>;
  readonly connectors: ConnectorHealer;
  /** What the source tells; see `SourceDatabase.listUncaptured`. */
  readonly captures: {
    listUncaptured(replication: Replication): Promise<readonly TableRef[]>;
    /** What is said of the source's log in the status. */
    observeLog(replication: Replication): Promise<SourceLog>;
  };
  readonly tasks: TaskRunner;
  readonly logFor: (replication: Replication) => Log;
}

export interface HealthReport {
  readonly examined: number;
  readonly healed: number;
}

/** A look at a source takes a connection of its own, and up to 10 s when it does not answer. */
const captureCheckMinutes = 5;

/**
 * The check of every minute: looks at each replication as a whole, and heals. One replication's failure does not keep
 * the others from being looked at. `holder` names this invocation in leases.
 */
export const monitorHealth = async (holder: string, ports: MonitorHealthPorts): Promise<HealthReport> => {
  const { store, log } = ports;
  const all = await store.listAllReplications();
  const replications = all.filter(isWatched);
  const connect = await reachableConnect(ports);
  const healed = await healEach(
    replications,
    ports.logFor,
    (replication, replicationLog) =>
      checkOne(replication, holder, { ...ports, connect, log: replicationLog }),
    (replicationLog, error) => replicationLog.error('The health check of this replication failed', { error }),
  );
  // Last, so that a source that does not answer keeps nothing waiting.
  const ended = await checkSources(all, holder, ports);
  const report = { examined: replications.length, healed: healed + ended };
  log.info(
    `Examined ${countOf(report.examined, 'replication')}, carried out ${countOf(report.healed, 'action')}`,
  );
  return report;
};

/**
 * Each replication has its turn every fifth minute, by its number. The log is looked at also where nothing runs: a source may
 * keep it for a replication that was stopped or has failed.
 */
const checkSources = (
  replications: readonly Replication[],
  holder: string,
  ports: MonitorHealthPorts,
): Promise<number> => {
  const minute = Math.floor(ports.clock.now().getTime() / 60_000);
  return healEach(
    replications.filter(
      ({ status, replicationId }) =>
        status !== 'configured' && (minute + replicationId) % captureCheckMinutes === 0,
    ),
    ports.logFor,
    async (replication, log) => {
      const done =
        replication.status === 'active'
          ? await healReplication(
              replication,
              holder,
              async (current) => decideCapture(current, await listUncaptured(current, ports)),
              { ...ports, log },
            )
          : [];
      const { replicationId } = replication;
      await ports.store.putSourceLog(replicationId, await ports.captures.observeLog(replication));
      return done;
    },
    (log, error) =>
      log.warn('Could not look at the source; the next check in 5 minutes tries again', { error }),
  );
};

/** A table that the consumer holds already keeps nothing else from going on. */
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
  status === 'active' || status === 'starting' || (desired === 'stopped' && status === 'stopped');

/**
 * When Connect as a whole does not answer, it is asked once and not once for each connector: with a black-holed
 * connection the Lambda's time would be over before the consumers are looked at.
 */
const reachableConnect = async ({
  connect,
  log,
}: MonitorHealthPorts): Promise<MonitorHealthPorts['connect']> => {
  try {
    await connect.checkHealth();
    return connect;
  } catch (error) {
    log.error('Kafka Connect does not answer; the next check looks at the connectors', { error });
    return { ...connect, getStatus: () => Promise.reject(error) };
  }
};

const checkOne = async (
  replication: Replication,
  holder: string,
  ports: MonitorHealthPorts,
): Promise<readonly HealAction[]> => {
  let first: Observation | undefined;
  const actions = await healReplication(
    replication,
    holder,
    async (current, history, now) => {
      const observation = await observeReplication(current, ports);
      first ??= observation;
      return decide(current, observation, history, now);
    },
    ports,
  );
  if (replication.status === 'active' && first !== undefined) emitHealth(replication, first, ports);
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
