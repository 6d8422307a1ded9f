import type { Replication } from '../contracts/replication.ts';
import type { Run } from '../contracts/steps.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import type { ReplicationStore } from '../ports/state-store.ts';

/** Whether `run` is still what its user wants: not stopped, not failed, not started again. */
export const isCurrentRun = (run: Run, replication: Replication): boolean =>
  replication.generation === run.generation &&
  replication.desired === 'running' &&
  // A step that is repeated after its last write finds the replication active.
  (replication.status === 'starting' || replication.status === 'active');

/** Reads the replication of a run. Throws `Superseded` when a stop or a newer start has replaced the run. */
export const requireCurrentRun = async (
  store: Pick<ReplicationStore, 'getReplication'>,
  run: Run,
): Promise<Replication> => {
  const replication = await store.getReplication(run.clientId, run.replicationId);
  if (isCurrentRun(run, replication)) return replication;
  throw new MillraceError(
    'Superseded',
    `Start ${run.generation} of replication ${run.replicationId} was replaced: the replication is ` +
      `${replication.status} (desired: ${replication.desired}) at start ${replication.generation}.`,
    { facts: { replicationId: run.replicationId, generation: run.generation } },
  );
};

/** What must still be stored for a change that was decided on this state of a replication. */
export const expectedOf = ({
  status,
  desired,
  generation,
  requestCount,
}: Replication): Partial<Pick<Replication, 'status' | 'desired' | 'generation' | 'requestCount'>> => ({
  status,
  desired,
  generation,
  ...(requestCount === undefined ? {} : { requestCount }),
});
