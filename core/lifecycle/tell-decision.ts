import { type ReplicationId, tableLabel } from '../contracts/identifiers.ts';
import type { SchemaChange } from '../contracts/schema-change.ts';
import { toMillraceError } from '../errors/millrace-error.ts';
import type { CopyStore } from '../ports/state-store.ts';
import { describeNext } from '../schema/decide-change.ts';

export type TellDecisionStore = Pick<CopyStore, 'getTableProgress' | 'setTableState'>;

/** What the status says of a held table whose change was decided, until the consumer comes to it. Its incident ends with the decision. */
export const tellDecision = async (
  replicationId: ReplicationId,
  after: SchemaChange,
  store: TellDecisionStore,
): Promise<void> => {
  const { source, what, reason, decidedBy, state, changeId } = after;
  const progress = await store.getTableProgress(replicationId, source);
  if (progress?.state !== 'held') return;
  const why = reason === undefined ? '' : `: ${reason}`;
  const message =
    `Table ${tableLabel(source)} has changed at the source: ${what}. Change ${changeId} was ${state} by ${decidedBy}${why}. ` +
    describeNext(after, replicationId);
  try {
    await store.setTableState(
      replicationId,
      source,
      { state: 'held', message, waitingChange: '' },
      { generation: progress.generation, states: ['held'] },
    );
  } catch (cause) {
    // The consumer, or a new copy, came first.
    const { code } = toMillraceError(cause);
    if (code !== 'Superseded' && code !== 'NotFound') throw cause;
  }
};
