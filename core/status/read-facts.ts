import type { Replication } from '../contracts/replication.ts';
import { changesAgainByItself } from '../lifecycle/change-again.ts';
import { startAgainWindowMs, startsAgainByItself } from '../lifecycle/start-again.ts';
import type { Clock } from '../ports/clock-and-log.ts';
import type {
  ConsumerStore,
  CopyStore,
  HealStore,
  HealthStore,
  SourceLogStore,
} from '../ports/state-store.ts';
import type { StatusFacts } from './unified-status.ts';

export interface FactsPorts {
  readonly store: FactsStore;
  readonly clock: Clock;
}

export type FactsStore = Pick<ConsumerStore, 'getLaunch' | 'getHeartbeat'> &
  Pick<CopyStore, 'listTableProgress'> &
  Pick<SourceLogStore, 'getSourceLog'> &
  Pick<HealthStore, 'getHealth'> &
  Pick<HealStore, 'listHealAttempts'>;

/** What is stored of a replication that its status is made of. */
export const readFacts = async (
  replication: Replication,
  { store, clock }: FactsPorts,
): Promise<Pick<StatusFacts, 'launch' | 'heartbeat' | 'tables' | 'sourceLog' | 'recorded' | 'attempts'>> => {
  const { replicationId } = replication;
  // Only what is tried again by itself has a next time.
  const triesAgain = changesAgainByItself(replication) || startsAgainByItself(replication);
  const since = new Date(clock.now().getTime() - startAgainWindowMs);
  const [launch, heartbeat, tables, sourceLog, recorded, attempts] = await Promise.all([
    store.getLaunch(replicationId),
    store.getHeartbeat(replicationId),
    store.listTableProgress(replicationId),
    store.getSourceLog(replicationId),
    store.getHealth(replicationId),
    triesAgain ? store.listHealAttempts(replicationId, since) : [],
  ]);
  return { launch, heartbeat, tables, sourceLog, recorded, attempts };
};
