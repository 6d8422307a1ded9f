import { metricNames } from '#core/contracts/environment.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { decideHeartbeat, launchAllowanceMs } from '#core/health/decide.ts';
import { healEach } from '#core/health/heal-each.ts';
import { type HealPorts, healReplication } from '#core/health/heal-replication.ts';
import { heartbeatAgeMs } from '#core/health/observation.ts';
import { observeConsumer } from '#core/health/observe-replication.ts';
import { countOf } from '#core/naming/count-of.ts';
import type { Log } from '#core/ports/clock-and-log.ts';
import type { ReplicationStore } from '#core/ports/state-store.ts';

export interface CheckHeartbeatsPorts extends Omit<HealPorts, 'connectors'> {
  readonly store: HealPorts['store'] & Pick<ReplicationStore, 'listAllReplications'>;
  readonly logFor: (replication: Replication) => Log;
}

/**
 * The check of every other minute, which needs neither Kafka Connect nor a database: whether each consumer is heard of.
 * It goes on when monitor-health is held up by one of those.
 */
export const checkHeartbeats = async (
  holder: string,
  ports: CheckHeartbeatsPorts,
): Promise<{ readonly examined: number; readonly healed: number }> => {
  const { store, metrics, clock, log } = ports;
  const active = (await store.listAllReplications()).filter(({ status }) => status === 'active');
  const healed = await healEach(
    active,
    ports.logFor,
    (replication, replicationLog) => {
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
    (replicationLog, error) =>
      replicationLog.error('The heartbeat check of this replication failed', { error }),
  );
  log.info(`Checked ${countOf(active.length, 'heartbeat')}, carried out ${countOf(healed, 'action')}`);
  return { examined: active.length, healed };
};
