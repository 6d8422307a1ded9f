import type { ReplicationId } from '../contracts/identifiers.ts';
import type { ConsumerStore, CopyStore, HealthStore, SourceLogStore } from '../ports/state-store.ts';
import type { StatusFacts } from './unified-status.ts';

export type FactsStore = Pick<ConsumerStore, 'getLaunch' | 'getHeartbeat'> &
  Pick<CopyStore, 'listTableProgress'> &
  Pick<SourceLogStore, 'getSourceLog'> &
  Pick<HealthStore, 'getHealth'>;

/** What is stored of a replication that its status is made of. */
export const readFacts = async (
  replicationId: ReplicationId,
  store: FactsStore,
): Promise<Pick<StatusFacts, 'launch' | 'heartbeat' | 'tables' | 'sourceLog' | 'recorded'>> => {
  const [launch, heartbeat, tables, sourceLog, recorded] = await Promise.all([
    store.getLaunch(replicationId),
    store.getHeartbeat(replicationId),
    store.listTableProgress(replicationId),
    store.getSourceLog(replicationId),
    store.getHealth(replicationId),
  ]);
  return { launch, heartbeat, tables, sourceLog, recorded };
};
