import { forEachBounded } from '../concurrency/for-each-bounded.ts';
import type { Replication } from '../contracts/replication.ts';
import type { Log } from '../ports/clock-and-log.ts';
import type { HealAction } from './decide.ts';

/** As many as fill two calls of the state store and of ECS, which answer 100 at a time. */
const parallelReplications = 200;

export interface ActOnEach {
  readonly logFor: (replication: Replication) => Log;
  /** Returns how many actions were carried out. */
  readonly act: (replication: Replication, log: Log) => Promise<number>;
  /** Told of an `act` that has failed; the others have their turn all the same. */
  readonly report: (log: Log, error: unknown, replication: Replication) => void;
  /** Once it says no, nothing further is begun. */
  readonly mayBegin?: () => boolean;
  /** How many have their turn at a time; 200 by default. */
  readonly parallel?: number;
}

export interface HealEach extends Omit<ActOnEach, 'act'> {
  readonly check: (replication: Replication, log: Log) => Promise<readonly HealAction[]>;
}

export interface HealedEach {
  /** How many actions were carried out. */
  readonly healed: number;
  /** Those for which there was no time, in their order. */
  readonly leftOut: readonly Replication[];
}

/** Acts on each replication, in order, with its own log. */
export const actOnEach = async (
  replications: readonly Replication[],
  { logFor, act, report, mayBegin = () => true, parallel = parallelReplications }: ActOnEach,
): Promise<HealedEach> => {
  let healed = 0;
  const leftOut: Replication[] = [];
  await forEachBounded(replications, parallel, async (replication) => {
    if (!mayBegin()) {
      leftOut.push(replication);
      return;
    }
    const log = logFor(replication);
    try {
      const acted = await act(replication, log);
      healed += acted;
    } catch (error) {
      report(log, error, replication);
    }
  });
  return { healed, leftOut };
};

/** Checks each replication, in order, with its own log. */
export const healEach = (
  replications: readonly Replication[],
  { check, ...rest }: HealEach,
): Promise<HealedEach> =>
  actOnEach(replications, {
    ...rest,
    act: async (replication, log) => (await check(replication, log)).length,
  });
