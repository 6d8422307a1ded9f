import type { ApplyRow, ApplyTable } from '../ports/apply-table.ts';
import type { TableChanges } from '../ports/partition-batch.ts';
import type { MoveEvent, PatchEvent, RowEvent } from '../ports/row-event.ts';

/** The source database, as far as the consumer reads from it. */
export interface SourceRows {
  /**
   * Reads the current rows of these keys, as canonical text in the order of the table's columns. Rows that are not
   * there are left out. `position` is the log's end after the read: everything that the rows show lies before it.
   */
  readRows(
    table: ApplyTable,
    keys: readonly ApplyRow[],
  ): Promise<{ readonly rows: ReadonlyMap<string, ApplyRow>; readonly position: number }>;
}

export interface ResolveOptions {
  readonly source: SourceRows;
  /** Whether the consumer has passed the end of the table's copy, so that the target is a past state of the source. */
  readonly isLive: (table: ApplyTable) => boolean;
  /** Up to where the partition's target may be ahead of its events because of earlier reads; see below. */
  readonly rereadPosition: number;
  /**
   * Whether a change that does not hold its whole row has to be read from the source: the row may be missing at the target,
   * and such a change cannot bring it back (docs/decisions/outdated-unique-values.md).
   */
  readonly mustRead?: (table: ApplyTable, event: PatchEvent) => boolean;
  /** Told of each event that others take the place of. */
  readonly onReplaced?: (event: RowEvent, others: readonly RowEvent[]) => void;
}

export interface ResolvedChanges<Table extends ApplyTable = ApplyTable> {
  readonly changes: readonly TableChanges<Table>[];
  /** Higher than before when rows were read back. */
  readonly rereadPosition: number;
}

/**
 * A key change whose new row lacks values (unchanged TOAST) can be done with one UPDATE at the target, but only if the
 * row with the old key is the very row that the source changed. That is so when all of these hold:
 *
 * - The table is live. Before, the copied rows are of a later time than the event: the old key may be another row's by
 *   now, and the row itself may be missing, because its old place was copied after the change and its new one before.
 * - The event cannot be a repetition, which would meet a later state of the target just the same.
 * - No row of this partition was read back at a later time than the event, for the same reason.
 *
 * Otherwise the row is read from the source by its new key. That is a later state of it, as the copy's rows were,
 * so the following events converge to the source in the same way. A row that the source no longer has under that
 * key was moved on or deleted, and the event that did it is still to come.
 *
 * Moves that are left in the result are those that can be done at the target.
 */
export const resolveKeyChanges = async <Table extends ApplyTable>(
  changes: readonly TableChanges<Table>[],
  options: ResolveOptions,
): Promise<ResolvedChanges<Table>> => {
  let { rereadPosition } = options;
  const resolved: TableChanges<Table>[] = [];
  for (const { table, events } of changes) {
    const isLive = options.isLive(table);
    const isDoneAtTarget = (event: MoveEvent): boolean =>
      isLive && event.isNew && event.from !== undefined && event.position > rereadPosition;
    const first = events.findIndex((event) => event.kind === 'move' && !isDoneAtTarget(event));
    const isRead = (event: RowEvent, index: number): event is MoveEvent | PatchEvent =>
      (event.kind === 'patch' && options.mustRead?.(table, event) === true) ||
      // The rows are read at a time after every event of this batch, so no later move of it can be done at the target.
      (event.kind === 'move' && first !== -1 && index >= first);
    const unknown = events.filter(isRead);
    if (unknown.length === 0) {
      resolved.push({ table, events });
      continue;
    }
    const keys = new Map(unknown.map(({ key, row }) => [key, row]));
    const read = await options.source.readRows(table, [...keys.values()]);
    rereadPosition = Math.max(rereadPosition, read.position);
    resolved.push({
      table,
      events: events.flatMap((event, index) => {
        if (!isRead(event, index)) return [event];
        const others = withRowOfSource(table, event, read.rows);
        options.onReplaced?.(event, others);
        return others;
      }),
    });
  }
  return { changes: resolved, rereadPosition };
};

/** Whether the source may have to be asked. */
export const hasUnknownRows = (
  changes: readonly TableChanges[],
  mustRead: (table: ApplyTable, event: PatchEvent) => boolean,
): boolean =>
  changes.some(({ table, events }) =>
    events.some((event) => event.kind === 'move' || (event.kind === 'patch' && mustRead(table, event))),
  );

const withRowOfSource = (
  table: ApplyTable,
  event: MoveEvent | PatchEvent,
  rows: ReadonlyMap<string, ApplyRow>,
): readonly RowEvent[] => {
  const current = rows.get(event.key);
  // The row was deleted since, or got another key. Until then it still changes.
  if (event.kind === 'patch' && current === undefined) return [event];
  const from = event.kind === 'move' ? event.from : undefined;
  if (table.hasOwnColumns === true && from !== undefined && current !== undefined) {
    return [{ kind: 'rekey', from, key: event.key, row: current }];
  }
  return [
    ...(from === undefined ? [] : [{ kind: 'delete', ...from } as const]),
    ...(current === undefined ? [] : [{ kind: 'upsert', key: event.key, row: current } as const]),
  ];
};
