import { type Heartbeat, maxLaggingTopics } from '../contracts/consumer.ts';
import type { Replication } from '../contracts/replication.ts';
import { launchAllowanceMs } from '../health/decide.ts';
import { heartbeatAgeMs } from '../health/observation.ts';
import { topicName } from '../naming/names.ts';
import type { ConsumerLaunch } from '../ports/state-store.ts';
import { isCopied, type TableCopyStatus } from './copy-progress.ts';
import type { ConsumerHealth } from './part-health.ts';

export interface LagFacts {
  readonly replication: Replication;
  readonly launch: ConsumerLaunch | undefined;
  readonly heartbeat: Heartbeat | undefined;
  readonly now: Date;
}

/** How far a table's changes are behind; undefined before its copy has ended, and where the lag is not known. */
export interface TableLag {
  readonly lagEvents: number | undefined;
  readonly lagMs: number | undefined;
}

const unknownLag = { lagEvents: undefined, lagMs: undefined } as const;

export type Lag =
  | {
      readonly isKnown: true;
      readonly events: number;
      readonly ms: number;
      /** When the consumer knew of everything in Kafka. */
      readonly asOf: Date;
      readonly topics: Heartbeat['laggingTopics'];
    }
  | { readonly isKnown: false; readonly message: string };

/** What the last heartbeat says of the lag, if its consumer still works on it: the figures of any other are no longer true. */
export const describeLag = (
  { replication, launch, heartbeat, now }: LagFacts,
  { state, heartbeatRecent, message }: ConsumerHealth,
): Lag => {
  const isAtWork = (state === 'RUNNING' || state === 'RETRYING') && heartbeatRecent;
  if (!isAtWork || launch === undefined || heartbeat === undefined) return { isKnown: false, message };
  if (launch.generation !== replication.generation)
    return {
      isKnown: false,
      message: `The consumer that runs is of start ${launch.generation}; start ${replication.generation} has not launched its own yet`,
    };
  const { lagEvents, lagMs, laggingTopics, lagUnknown, endsAgeMs = 0 } = heartbeat;
  if (lagEvents === undefined || lagMs === undefined)
    return { isKnown: false, message: lagUnknown ?? 'The last heartbeat does not tell the lag' };
  const ageMs = (heartbeatAgeMs({ launch, heartbeat }, now, launchAllowanceMs) ?? 0) + endsAgeMs;
  const asOf = new Date(now.getTime() - ageMs);
  return { isKnown: true, events: lagEvents, ms: lagMs, asOf, topics: laggingTopics };
};

export const tableLag = (
  { source, state }: TableCopyStatus,
  { topicPrefix }: Replication,
  lag: Lag,
): TableLag => {
  if (!isCopied(state) || !lag.isKnown || lag.topics === undefined) return unknownLag;
  const { topics: lagging } = lag;
  const topic = topicName(topicPrefix, source);
  const found = lagging.find((lag) => lag.topic === topic);
  if (found !== undefined) return { lagEvents: found.lagEvents, lagMs: found.lagMs };
  return lagging.length < maxLaggingTopics ? { lagEvents: 0, lagMs: 0 } : unknownLag;
};
