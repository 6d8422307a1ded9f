import type { ApplyRow, ApplyTable } from '../ports/apply-table.ts';
import type { TableChanges } from '../ports/partition-batch.ts';
import type { MoveEvent, RowEvent } from '../ports/row-event.ts';

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
    if (first === -1) {
      resolved.push({ table, events });
      continue;
    }
    // The rows are read at a time after every event of this batch, so no later move of it can be done at the target.
    const moves = events.slice(first).filter((event) => event.kind === 'move');
    const read = await options.source.readRows(
      table,
      moves.map(({ row }) => row),
    );
    rereadPosition = Math.max(rereadPosition, read.position);
    resolved.push({
      table,
      events: events.flatMap((event, index) =>
        event.kind === 'move' && index >= first ? withRowOfSource(table, event, read.rows) : [event],
      ),
    });
  }
  return { changes: resolved, rereadPosition };
};

export const hasMoves = (changes: readonly TableChanges[]): boolean =>
  changes.some(({ events }) => events.some(({ kind }) => kind === 'move'));

const withRowOfSource = (
  table: ApplyTable,
  event: MoveEvent,
  rows: ReadonlyMap<string, ApplyRow>,
): readonly RowEvent[] => {
  const current = rows.get(event.key);
  if (table.hasOwnColumns === true && event.from !== undefined && current !== undefined) {
    return [{ kind: 'rekey', from: event.from, key: event.key, row: current }];
  }
  return [
    ...(event.from === undefined ? [] : [{ kind: 'delete', ...event.from } as const]),
    ...(current === undefined ? [] : [{ kind: 'upsert', key: event.key, row: current } as const]),
  ];
};
