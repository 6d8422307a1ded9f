import type { SlotState } from '../ports/databases.ts';
import type { ConnectorOffset } from '../ports/services.ts';
import { accountedPosition, formatLsn, parseLsn } from './capture-position.ts';

/**
 * What the slot and the stored offset say about the changes in between.
 * `gap`: changes were lost, so going on would be a silent loss; `reason` is for the operator.
 */
export type SlotVerdict = { readonly kind: 'continuous' } | { readonly kind: 'gap'; readonly reason: string };

const continuous: SlotVerdict = { kind: 'continuous' };
const gap = (reason: string): SlotVerdict => ({ kind: 'gap', reason });

/**
 * The guard that Debezium does not give: from PostgreSQL 15 on it starts silently on a slot that is ahead of its stored
 * offset, and creates a missing slot anew.
 *
 * No offset is never a gap: with none stored, streaming begins at the slot's confirmed position, and a new slot begins
 * now. `slot` must have been read before `offset`, or a running connector could seem to be behind.
 */
export const judgeSlot = (
  slotName: string,
  slot: SlotState | undefined,
  offset: ConnectorOffset | undefined,
): SlotVerdict => {
  if (slot === undefined) {
    return offset === undefined
      ? continuous
      : gap(`replication slot ${slotName} is gone, and with it the changes since the connector last ran`);
  }
  if (slot.walStatus === 'lost') {
    return gap(
      `replication slot ${slotName} is lost: the server has removed log that was not read yet ` +
        '(max_slot_wal_keep_size or idle_replication_slot_timeout)',
    );
  }
  if (offset === undefined || slot.confirmedFlushPosition === undefined) return continuous;
  const accounted = accountedPosition(offset);
  if (accounted === undefined || parseLsn(slot.confirmedFlushPosition) <= accounted) return continuous;
  return gap(
    `replication slot ${slotName} is at ${slot.confirmedFlushPosition}, ahead of the connector's stored offset ` +
      `${formatLsn(accounted)}: somebody else has read from it or advanced it`,
  );
};
