import { forEachBounded } from '../concurrency/for-each-bounded.ts';
import type { Replication } from '../contracts/replication.ts';
import type { Log } from '../ports/clock-and-log.ts';
import type { HealAction } from './decide.ts';

/** As many as fill two calls of the state store and of ECS, which answer 100 at a time. */
const parallelReplications = 200;

export interface HealEach {
  readonly logFor: (replication: Replication) => Log;
  readonly check: (replication: Replication, log: Log) => Promise<readonly HealAction[]>;
  /** Told of a check that has failed; the others are looked at all the same. */
  readonly report: (log: Log, error: unknown, replication: Replication) => void;
  /** Once it says no, no further check is begun. */
  readonly mayBegin?: () => boolean;
}

export interface HealedEach {
  /** How many actions were carried out. */
  readonly healed: number;
  /** Those for which there was no time, in their order. */
  readonly leftOut: readonly Replication[];
}

/** Checks each replication, in order, with its own log. */
export const healEach = async (
  replications: readonly Replication[],
  { logFor, check, report, mayBegin = () => true }: HealEach,
): Promise<HealedEach> => {
  let healed = 0;
  const leftOut: Replication[] = [];
  await forEachBounded(replications, parallelReplications, async (replication) => {
    if (!mayBegin()) {
      leftOut.push(replication);
      return;
    }
    const log = logFor(replication);
    try {
      healed += (await check(replication, log)).length;
    } catch (error) {
      report(log, error, replication);
    }
  });
  return { healed, leftOut };
};
