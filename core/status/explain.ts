import type { FaultCondition, OverallHealth } from '../contracts/health-record.ts';
import type { Hop } from '../contracts/hop.ts';
import type { Replication } from '../contracts/replication.ts';
import type { SourceLog } from '../contracts/source-log.ts';
import { type Fault, remedies, runbookSectionOf } from '../health/fault.ts';
import { withoutStop } from '../health/find-source-faults.ts';
import { durationOf } from '../naming/amount-of.ts';
import type { UnifiedStatus } from './unified-status.ts';

/** Why a replication is as it is, for a person. */
export interface Explanation {
  readonly overall: OverallHealth;
  readonly since: string;
  /** What is the matter, where, and for how long, in one sentence. */
  readonly sentence: string;
  /** Of the most likely cause; undefined when nothing is at fault. */
  readonly condition: FaultCondition | undefined;
  readonly hop: Hop | undefined;
  readonly figures: Readonly<Record<string, string | number>>;
  readonly doing: string;
  /** When Millrace tries again by itself what has failed; undefined when it does not. */
  readonly triesAgainAt: string | undefined;
  readonly advice: string | undefined;
  /** A call of the API that may end it. */
  readonly call: string | undefined;
  readonly runbook: string | undefined;
  /** What else is at fault, perhaps because of the first. */
  readonly others: readonly Fault[];
  /** How old the last look at the source is; undefined before there was one. */
  readonly lookedAgoMs: number | undefined;
}

const places: Readonly<Record<Hop, string>> = {
  source: 'the source',
  capture: 'capture',
  kafka: 'Kafka',
  consumer: 'the consumer',
  target: 'the target',
};

export const explain = (
  { replicationId, sourceDatabaseId }: Pick<Replication, 'replicationId' | 'sourceDatabaseId'>,
  status: UnifiedStatus,
  sourceLog: SourceLog | undefined,
  now: Date,
): Explanation => {
  const { overall, since, faults, reasons } = status;
  const lookedAt = sourceLog?.failure?.at ?? sourceLog?.readAt;
  const lookedAgoMs = lookedAt === undefined ? undefined : now.getTime() - Date.parse(lookedAt);
  const [cause, ...others] = faults;
  const base = { overall, lookedAgoMs, others };
  if (cause === undefined) {
    return {
      ...base,
      since,
      sentence:
        overall === 'healthy' ? 'Everything is captured and applied.' : `${reasons[0] ?? 'It does not run'}.`,
      condition: undefined,
      hop: undefined,
      figures: {},
      doing: overall === 'healthy' ? 'It replicates.' : 'As the user asked.',
      triesAgainAt: undefined,
      advice: undefined,
      call: undefined,
      runbook: undefined,
    };
  }
  const remedy = remedyOf(cause, { replicationId, sourceDatabaseId });
  const begun = cause.since ?? since;
  const lastsMs = now.getTime() - Date.parse(begun);
  return {
    ...base,
    since: begun,
    sentence: `At ${places[cause.hop]}, for ${durationOf(lastsMs)}: ${withoutStop(cause.message)}.`,
    condition: cause.condition,
    hop: cause.hop,
    figures: cause.figures ?? {},
    ...remedy,
    triesAgainAt: cause.triesAgainAt,
  };
};

/** What is done and can be done about a fault of a replication. */
export const remedyOf = (
  fault: Fault,
  { replicationId, sourceDatabaseId }: Pick<Replication, 'replicationId' | 'sourceDatabaseId'>,
): {
  readonly doing: string;
  readonly advice: string;
  readonly call: string | undefined;
  readonly runbook: string;
} => {
  const { doing, advice, call } = remedies[fault.condition];
  const named: Readonly<Record<string, string | number>> = {
    ...fault.figures,
    id: replicationId,
    database_id: sourceDatabaseId,
  };
  return {
    doing: fault.doing ?? doing,
    advice: fault.advice ?? advice,
    call: call?.replaceAll(/\{(\w+)\}/g, (placeholder, name: string) => String(named[name] ?? placeholder)),
    runbook: runbookSectionOf(fault.condition),
  };
};
