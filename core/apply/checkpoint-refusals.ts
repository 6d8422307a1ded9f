import type { ReplicationId } from '../contracts/identifiers.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import type { Checkpoint } from '../ports/apply-target.ts';
import type { PartitionBatch } from '../ports/partition-batch.ts';

export const fencedError = (replicationId: ReplicationId): MillraceError =>
  new MillraceError('Fenced', `A newer consumer has taken over replication ${replicationId}.`);

/** Why a checkpoint did not move: it is another's, or one of our earlier COMMITs whose answer was lost has moved it. */
export const unmovedCheckpointError = (
  replicationId: ReplicationId,
  checkpoint: Checkpoint | undefined,
  batch: PartitionBatch,
): MillraceError => {
  if (checkpoint === undefined || checkpoint.epoch !== batch.epoch) return fencedError(replicationId);
  return new MillraceError(
    'DatabaseConflict',
    `The checkpoint of topic ${batch.topic} is at ${checkpoint.nextOffset}, not at ${batch.expectedOffset}.`,
  );
};
