import { type CaptureVerdict, continuous, gap } from '../../../contracts/capture-verdict.ts';
import type { ConnectorOffset } from '../../../ports/services.ts';
import { accountedPosition, formatLsn, parseLsn } from './log-position.ts';
import type { SlotState } from './readiness.ts';

/** Why nothing can be captured through a slot whose log was removed. */
export const lostSlot = (slotName: string): string =>
  `replication slot ${slotName} is lost: the server has removed log that was not read yet ` +
  '(max_slot_wal_keep_size or idle_replication_slot_timeout)';

/**
 * Why what was captured cannot come from this server, or undefined where it can: its log ends before that. It then skips every transaction up to
 * there without a word, and the target keeps rows that the source never had. `end` must have been read after the offset.
 */
export const findAhead = (offset: ConnectorOffset, end: string): string | undefined => {
  const accounted = accountedPosition(offset);
  if (accounted === undefined || accounted <= parseLsn(end)) return undefined;
  return (
    `the log of the server ends at ${end}, before what was captured last (${formatLsn(accounted)}): it was restored to an earlier moment, ` +
    'or it has taken over from another server without the last transactions of that one'
  );
};

/**
 * The guard that Debezium gives only in part: it creates a missing slot again when no offset is stored, and it starts on
 * a slot that someone has advanced unless `offset.mismatch.strategy` says otherwise.
 *
 * An offset that is missing is no gap by itself: streaming then begins at the slot's confirmed position, and all up to
 * there is in Kafka. `slot` must have been read before `offset`, or a running connector could seem to be behind; and `end`, the end of the log,
 * after it, or one could seem to be ahead.
 */
export const judgeSlot = (capture: {
  readonly slotName: string;
  readonly slot: SlotState | undefined;
  readonly offset: ConnectorOffset | undefined;
  readonly end: string;
  /** Whether rows were copied under an earlier start: what was missed since then is missing at the target. */
  readonly hasCopy: boolean;
}): CaptureVerdict => {
  const { slotName, slot, offset, end } = capture;
  if (slot === undefined) {
    return offset === undefined && !capture.hasCopy
      ? continuous
      : gap(`replication slot ${slotName} is gone, and with it the changes since the connector last ran`);
  }
  if (slot.walStatus === 'lost') {
    return gap(lostSlot(slotName));
  }
  if (offset === undefined) return continuous;
  const ahead = findAhead(offset, end);
  if (ahead !== undefined) return gap(ahead);
  if (slot.confirmedFlushPosition === undefined) return continuous;
  const accounted = accountedPosition(offset);
  if (accounted === undefined || parseLsn(slot.confirmedFlushPosition) <= accounted) return continuous;
  return gap(
    `replication slot ${slotName} is at ${slot.confirmedFlushPosition}, ahead of the connector's stored offset ` +
      `${formatLsn(accounted)}: someone else has read from it or advanced it`,
  );
};
