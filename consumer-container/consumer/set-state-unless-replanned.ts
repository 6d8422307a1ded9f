import { toMillraceError } from '#core/errors/millrace-error.ts';
import type { CopyStore, ExpectedPlan } from '#core/ports/state-store.ts';

/**
 * Sets the state of a table for a consumer; false when its plan is another one by now, or was removed. The table is copied again then,
 * and whether this consumer is still wanted is for its heartbeats to find out.
 */
export const setStateUnlessReplanned = async (
  store: Pick<CopyStore, 'setTableState'>,
  replicationId: number,
  table: Parameters<CopyStore['setTableState']>[1],
  change: Parameters<CopyStore['setTableState']>[2],
  expected: ExpectedPlan,
): Promise<boolean> => {
  try {
    await store.setTableState(replicationId, table, change, expected);
    return true;
  } catch (cause) {
    const { code } = toMillraceError(cause);
    if (code !== 'Superseded' && code !== 'NotFound') throw cause;
    return false;
  }
};
