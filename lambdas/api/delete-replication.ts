import type { z } from 'zod';
import type { Deletion } from '#core/contracts/deletion.ts';
import type { ClientId, ReplicationId } from '#core/contracts/identifiers.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { beginDeletion, type DeletionOptions, resumeDeletion } from '#core/lifecycle/begin-deletion.ts';
import { underLease } from '#core/lifecycle/lease.ts';
import { requirePossible } from '#core/lifecycle/transitions.ts';
import type { deletionAnswerSchema } from './lifecycle-contracts.ts';
import type { ApiPorts } from './ports.ts';

/**
 * Begins to delete a replication in whatever status it is; `delete-replication` does the rest. Asking again goes on with a
 * deletion that is blocked, and returns one that runs or is done. Throws `NotFound`, and `Conflict` when someone else acts
 * on it for too long.
 */
export const deleteReplication = async (
  clientId: ClientId,
  replicationId: ReplicationId,
  options: DeletionOptions & { readonly by: string },
  ports: ApiPorts,
): Promise<Deletion> => {
  const { store, clock } = ports;
  const { by, ...wanted } = options;
  const earlier = await store.getDeletion(clientId, replicationId);
  if (earlier?.state === 'done') return earlier;
  if (earlier !== undefined) return resumeDeletion(earlier, wanted, ports);

  const seen = await store.getReplication(clientId, replicationId);
  const deletion = await underLease(replicationId, ports, async () => {
    const current = await store.getReplication(clientId, replicationId);
    requirePossible(current, 'delete');
    const begun = await store.getDeletion(clientId, replicationId);
    return begun === undefined ? beginDeletion(current, wanted, ports) : resumeDeletion(begun, wanted, ports);
  });
  const log = ports.logFor(seen.connectorName, replicationId);
  log.info('Deletion was requested', { executionArn: deletion.executionArn });
  await store.addActivity(seen, {
    at: clock.now().toISOString(),
    actor: 'user',
    action: 'deletion-requested',
    message:
      'A user asked to delete the replication' +
      (options.dropTargetTables ? ' and to drop the target tables that Millrace created.' : '.'),
    by,
    before: { status: seen.status, desired: seen.desired },
    after: { status: 'deleting', desired: 'stopped' },
  });
  return deletion;
};

/** Throws `NotFound` when there is no such replication, or nobody has asked to delete it. */
export const readDeletion = async (
  clientId: ClientId,
  replicationId: ReplicationId,
  { store }: Pick<ApiPorts, 'store'>,
): Promise<Deletion> => {
  const deletion = await store.getDeletion(clientId, replicationId);
  if (deletion !== undefined) return deletion;
  await store.getReplication(clientId, replicationId);
  throw new MillraceError('NotFound', `Replication ${replicationId} is not being deleted.`);
};

export const toDeletionAnswer = (deletion: Deletion): z.input<typeof deletionAnswerSchema> => ({
  replication_id: deletion.replicationId,
  name: deletion.name,
  state: deletion.state,
  drop_target_tables: deletion.dropTargetTables,
  force: deletion.force,
  requested_at: deletion.requestedAt,
  updated_at: deletion.updatedAt,
  finished_at: deletion.finishedAt ?? null,
  ends_not_before:
    deletion.state === 'running' && deletion.quietAt > deletion.updatedAt ? deletion.quietAt : null,
  removed: [...deletion.removed],
  remains: deletion.remains.map(({ part, problem, remedy }) => ({ part, problem, remedy: remedy ?? null })),
});
