import { forEachBounded } from '../concurrency/for-each-bounded.ts';
import type { Replication } from '../contracts/replication.ts';
import { toMillraceError } from '../errors/millrace-error.ts';
import { countOf } from '../naming/count-of.ts';
import type { Log } from '../ports/clock-and-log.ts';
import type { CheckStore, ReplicationKey, ReplicationStore } from '../ports/state-store.ts';

/** The scheduled checks, each with its own turns. */
export type CheckName = 'monitor-health' | 'check-heartbeats';

/** Which of the parallel runs of a check this one is: `index` 0 to `count` - 1. */
export interface CheckRun {
  readonly index: number;
  readonly count: number;
}

export const onlyRun: CheckRun = { index: 0, count: 1 };

/**
 * How many replications one run looks at while there are few: `npm run bench -- --only monitor` does 1,000 in less than 10 s on
 * two slow processors, and half of the 60 s of a run is for databases that do not answer.
 */
export const replicationsPerRun = 2_000;

/** As many as fill the calls of the state store, which answer 100 at a time. */
const parallelReads = 500;

/** What one run of a check looks at. */
export interface CheckRound {
  /** In the order in which they are looked at. */
  readonly replications: readonly Replication[];
}

export interface RoundPorts {
  readonly store: Pick<ReplicationStore, 'listReplicationKeys' | 'getReplication'> & CheckStore;
  readonly log: Log;
}

/**
 * The replications of one run. As long as there are few, the first run has them all and the others have none; beyond that they
 * are divided by their numbers. A run begins behind the last one for which the run before it had time, so that it is never the
 * same ones that are left out.
 */
export const beginRound = async (
  check: CheckName,
  run: CheckRun,
  { store, log }: RoundPorts,
): Promise<CheckRound> => {
  const keys = await store.listReplicationKeys();
  const runs = Math.min(run.count, Math.max(1, Math.ceil(keys.length / replicationsPerRun)));
  if (run.index >= runs) return { replications: [] };
  const mine = keys.filter(({ replicationId }) => replicationId % runs === run.index);
  if (mine.length > replicationsPerRun) {
    log.warn(
      `This run has ${countOf(mine.length, 'replication')} and may not have the time for all. ` +
        'Those that are left out come first in the next run. Raise healthCheckRuns in infra/config.',
    );
  }
  const after = await store.getLastChecked(check, run.index);
  return { replications: await readAll(rotated(mine, after), { store, log }) };
};

/** Remembers where the next run begins. */
export const endRound = async (
  check: CheckName,
  run: CheckRun,
  { replications }: CheckRound,
  leftOut: readonly Replication[],
  { store, log }: RoundPorts,
): Promise<void> => {
  const [next] = leftOut;
  if (next === undefined) return;
  const last = replications[replications.indexOf(next) - 1];
  log.warn(
    `There was no time for ${countOf(leftOut.length, 'replication')} of ${replications.length}; they come first in the next run`,
  );
  if (last !== undefined) await store.putLastChecked(check, run.index, last.replicationId);
};

const rotated = (keys: readonly ReplicationKey[], after: number | undefined): readonly ReplicationKey[] => {
  if (after === undefined) return keys;
  return [
    ...keys.filter(({ replicationId }) => replicationId > after),
    ...keys.filter(({ replicationId }) => replicationId <= after),
  ];
};

/** One that is gone meanwhile is left out, and so is one that cannot be read. */
const readAll = async (
  keys: readonly ReplicationKey[],
  { store, log }: RoundPorts,
): Promise<readonly Replication[]> => {
  const found = await forEachBounded(keys, parallelReads, async ({ clientId, replicationId }) => {
    try {
      return await store.getReplication(clientId, replicationId);
    } catch (cause) {
      const error = toMillraceError(cause);
      if (error.code === 'StoreUnavailable') throw error;
      if (error.code !== 'NotFound')
        log.error(`Could not read replication ${replicationId}; nobody looks after it: ${error.message}`, {
          error,
        });
      return undefined;
    }
  });
  return found.filter((replication) => replication !== undefined);
};
