import { forEachBounded } from '../concurrency/for-each-bounded.ts';
import type { Replication } from '../contracts/replication.ts';
import type { Log } from '../ports/clock-and-log.ts';
import type { HealAction } from './decide.ts';

/** Examining one replication takes at most five reads, some 50 ms: ten at once do 1,000 replications in a few seconds. */
const parallelReplications = 10;

/**
 * Checks each replication, with its own log, and returns how many actions were carried out. One whose check fails is
 * reported and does not keep the others from being looked at.
 */
export const healEach = async (
  replications: readonly Replication[],
  logFor: (replication: Replication) => Log,
  check: (replication: Replication, log: Log) => Promise<readonly HealAction[]>,
  report: (log: Log, error: unknown) => void,
): Promise<number> => {
  let healed = 0;
  await forEachBounded(replications, parallelReplications, async (replication) => {
    const log = logFor(replication);
    try {
      healed += (await check(replication, log)).length;
    } catch (error) {
      report(log, error);
    }
  });
  return healed;
};
