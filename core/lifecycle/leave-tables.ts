import { tableTopics } from '../capture/capture-topics.ts';
import { tableLabel } from '../contracts/identifiers.ts';
import type { Replication } from '../contracts/replication.ts';
import { topicName } from '../naming/names.ts';
import type { Log } from '../ports/clock-and-log.ts';
import type { KafkaAdminPort } from '../ports/services.ts';
import type { CopyStore, RegistryStore, ReplicationStore } from '../ports/state-store.ts';
import type { TargetOwnership } from '../ports/target-ownership.ts';
import { ownerOf } from './own-tables.ts';
import { exactKey } from './ownership-refusals.ts';

export interface LeaveTablesPorts {
  readonly store: Pick<ReplicationStore, 'updateReplication'> &
    Pick<CopyStore, 'removeTablePlan'> &
    Pick<RegistryStore, 'getInstallationId'>;
  readonly kafka: Pick<KafkaAdminPort, 'deleteTopics'>;
  readonly target: Pick<TargetOwnership, 'forgetTopics' | 'releaseTables'>;
  readonly log: Log;
}

/**
 * Removes what there is of the tables that have left a replication: topics, checkpoints, copy plans with the tables' shapes, and
 * the ownership of their target tables, which stay as they are. Call it when neither the connector nor a consumer works with them any more: a
 * connector would wait forever for a topic that is gone. It may be repeated.
 */
export const leaveTables = async (replication: Replication, ports: LeaveTablesPorts): Promise<void> => {
  const { leaving = [], replicationId, clientId, topicPrefix } = replication;
  if (leaving.length === 0) return;
  const { store, kafka, target, log } = ports;
  // Different names may become the same topic.
  const kept = new Set(tableTopics(replication));
  const topics = leaving
    .map(({ source }) => topicName(topicPrefix, source))
    .filter((topic) => !kept.has(topic));
  await kafka.deleteTopics(topics);
  const owner = await ownerOf(store, replication);
  await target.forgetTopics(owner, topics);
  for (const { source } of leaving) await store.removeTablePlan(replicationId, source);
  const used = new Set(replication.tables.map((mapping) => exactKey(mapping.target)));
  // Last: as soon as they are free, another replication may take them.
  await target.releaseTables(
    owner,
    leaving.map((mapping) => mapping.target).filter((table) => !used.has(exactKey(table))),
  );
  await store.updateReplication(clientId, replicationId, { leaving: undefined });
  log.info(`Left out: ${leaving.map(({ source }) => tableLabel(source)).join(', ')}`);
};
