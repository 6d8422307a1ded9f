import { withOpened } from '#core/concurrency/with-opened.ts';
import type { ClientId, ReplicationId } from '#core/contracts/identifiers.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { removeRowRelay } from '#core/copy/row-relay.ts';
import { engineOf } from '#core/databases/registry.ts';
import { type EndingWish, endReplication } from '#core/lifecycle/end-replication.ts';
import { describeKeptLog, isAtSource } from '#core/status/objects-at-source.ts';
import type { ApiPorts } from './ports.ts';

/**
 * Pauses or stops a replication: core/lifecycle/end-replication.ts. The activity of a stop names what the source keeps its log
 * for. Throws as `endReplication` does.
 */
export const pauseOrStop = async (
  clientId: ClientId,
  replicationId: ReplicationId,
  wish: EndingWish,
  ports: ApiPorts,
): Promise<Replication> => {
  const seen = await ports.store.getReplication(clientId, replicationId);
  const log = ports.logFor(seen.connectorName, replicationId);
  log.info(`A ${wish.action} was requested by ${wish.by}`);
  const remark = wish.action === 'stop' ? await describeSource(seen, ports) : '';
  const ended = await endReplication(
    clientId,
    replicationId,
    { ...wish, remark },
    {
      ...ports,
      removeRowRelay: (replication) =>
        withOpened((keep) =>
          removeRowRelay(replication, { ...ports, kafka: keep(ports.openKafka(log)), log }),
        ),
    },
  );
  log.info(`The replication is ${ended.status}`);
  return ended;
};

const describeSource = async (
  replication: Replication,
  { store }: Pick<ApiPorts, 'store'>,
): Promise<string> => {
  if (!isAtSource(replication)) return '';
  const { kind } = await store.getDatabase(replication.clientId, replication.sourceDatabaseId);
  return describeKeptLog(engineOf(kind).source.capture.objectsAtSource(replication))
    .map((sentence) => `${sentence}.`)
    .join(' ');
};
