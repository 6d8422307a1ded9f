import type { ApplyRow } from '../ports/apply-table.ts';
import type { RowEvent } from '../ports/row-event.ts';
import { isComplete } from './apply-table.ts';

/**
 * What is done to one table, in this order. Within a `write`, all of `deletes` come first, so that a unique value
 * that one row gives up is free for another; no key is in it twice.
 */
export type PlanStep =
  | { readonly kind: 'truncate' }
  | {
      readonly kind: 'write';
      readonly deletes: readonly ApplyRow[];
      readonly patches: readonly ApplyRow[];
      readonly upserts: readonly ApplyRow[];
    }
  /** The row with the key of `from` becomes `row`; it is known to be there, and that no row has the new key. */
  | { readonly kind: 'move'; readonly from: ApplyRow; readonly row: ApplyRow }
  /**
   * The row with the key of `from` becomes `row`, and keeps what only the target has. If it is not there, or another row has
   * the new key, `row` is written all the same, and no row has the old key afterwards.
   */
  | { readonly kind: 'rekey'; readonly from: ApplyRow; readonly row: ApplyRow };

interface Pending {
  readonly kind: 'upsert' | 'patch' | 'delete';
  readonly row: ApplyRow;
}

/**
 * Plans the ordered events of one table: all events of a row are folded into its final state, which applied once gives
 * the same table as the events one by one. A TRUNCATE makes everything before it moot. A move needs the row as it is in
 * the table, so what is pending is written before it, unless the old row is wholly known here.
 */
export const planBatch = (events: readonly RowEvent[]): readonly PlanStep[] => {
  let steps: PlanStep[] = [];
  let pending = new Map<string, Pending>();
  const flush = (): void => {
    if (pending.size > 0) steps.push(toWrite(pending.values()));
    pending = new Map();
  };
  for (const event of events) {
    switch (event.kind) {
      case 'truncate':
        steps = [{ kind: 'truncate' }];
        pending = new Map();
        break;
      case 'delete':
        pending.set(event.key, { kind: 'delete', row: event.row });
        break;
      case 'upsert': {
        const before = pending.get(event.key);
        // A column that the event does not mention keeps its value or gets the target's default: the table decides.
        if (before !== undefined && before.kind !== 'upsert' && !isComplete(event.row)) flush();
        const base = pending.get(event.key);
        pending.set(event.key, {
          kind: 'upsert',
          row: base === undefined ? event.row : merge(base.row, event.row),
        });
        break;
      }
      case 'patch': {
        const before = pending.get(event.key);
        if (before === undefined) pending.set(event.key, { kind: 'patch', row: event.row });
        else if (before.kind !== 'delete') {
          pending.set(event.key, { kind: before.kind, row: merge(before.row, event.row) });
        }
        break;
      }
      case 'rekey':
        flush();
        steps.push({ kind: 'rekey', from: event.from.row, row: event.row });
        break;
      case 'move': {
        if (event.from === undefined)
          throw new TypeError('A move without its old key has to be resolved first.');
        const before = pending.get(event.from.key);
        if (before?.kind === 'upsert' && isComplete(before.row)) {
          pending.set(event.from.key, { kind: 'delete', row: event.from.row });
          pending.set(event.key, { kind: 'upsert', row: merge(before.row, event.row) });
        } else {
          flush();
          steps.push({ kind: 'move', from: event.from.row, row: event.row });
        }
        break;
      }
    }
  }
  flush();
  return steps;
};

const merge = (older: ApplyRow, newer: ApplyRow): ApplyRow => {
  if (isComplete(newer)) return newer;
  const merged = [...newer];
  for (let index = 0; index < merged.length; index += 1) {
    if (merged[index] === undefined) merged[index] = older[index];
  }
  return merged;
};

const toWrite = (pending: Iterable<Pending>): PlanStep => {
  const deletes: ApplyRow[] = [];
  const patches: ApplyRow[] = [];
  const upserts: ApplyRow[] = [];
  for (const { kind, row } of pending) {
    if (kind === 'upsert') upserts.push(row);
    else if (kind === 'patch') patches.push(row);
    else deletes.push(row);
  }
  return { kind: 'write', deletes, patches, upserts };
};
