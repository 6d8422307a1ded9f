import { metricNames } from '#core/contracts/environment.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { beginRound, type CheckRun, endRound, onlyRun, type RoundPorts } from '#core/health/check-round.ts';
import { decideHeartbeat, launchAllowanceMs } from '#core/health/decide.ts';
import { healEach } from '#core/health/heal-each.ts';
import { type HealPorts, healReplication } from '#core/health/heal-replication.ts';
import { heartbeatAgeMs } from '#core/health/observation.ts';
import { observeConsumer } from '#core/health/observe-replication.ts';
import { countOf } from '#core/naming/count-of.ts';
import type { Log } from '#core/ports/clock-and-log.ts';

export interface CheckHeartbeatsPorts extends Omit<HealPorts, 'connectors'> {
  readonly store: HealPorts['store'] & RoundPorts['store'];
  readonly logFor: (replication: Replication) => Log;
}

/** Of the Lambda's 60 s. A check that heals takes some seconds; the next run begins with those that were left out. */
const checksEndAfterMs = 40_000;

/**
 * The check of every other minute, which needs neither Kafka Connect nor a database: whether each consumer is heard of.
 * It goes on when monitor-health is held up by one of those.
 */
export const checkHeartbeats = async (
  holder: string,
  ports: CheckHeartbeatsPorts,
  run: CheckRun = onlyRun,
): Promise<{ readonly examined: number; readonly healed: number }> => {
  const { metrics, clock, log } = ports;
  const startedMs = clock.now().getTime();
  const round = await beginRound('check-heartbeats', run, ports);
  const active = round.replications.filter(({ status }) => status === 'active');
  const { healed, leftOut } = await healEach(active, {
    logFor: ports.logFor,
    mayBegin: () => clock.now().getTime() - startedMs < checksEndAfterMs,
    check: (replication, replicationLog) => {
      const replicationPorts = { ...ports, log: replicationLog };
      return healReplication(
        replication,
        holder,
        async (current, history, now) => {
          const consumer = await observeConsumer(current, replicationPorts);
          const ageMs = heartbeatAgeMs(consumer, clock.now(), launchAllowanceMs);
          if (ageMs !== undefined)
            metrics.emit(current.connectorName, { [metricNames.heartbeatAgeMs]: ageMs });
          return decideHeartbeat(current, consumer, history, now);
        },
        replicationPorts,
      );
    },
    report: (replicationLog, error) =>
      replicationLog.error('The heartbeat check of this replication failed', { error }),
  });
  await endRound('check-heartbeats', run, { replications: active }, leftOut, ports);
  const examined = active.length - leftOut.length;
  log.info(`Checked ${countOf(examined, 'heartbeat')}, carried out ${countOf(healed, 'action')}`);
  return { examined, healed };
};
