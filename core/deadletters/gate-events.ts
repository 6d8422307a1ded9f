import { isComplete } from '../apply/apply-table.ts';
import type { TableRef } from '../contracts/identifiers.ts';
import type { MillraceError } from '../errors/millrace-error.ts';
import type { ApplyRow, ApplyTable } from '../ports/apply-table.ts';
import type { TableChanges } from '../ports/partition-batch.ts';
import type { RowEvent } from '../ports/row-event.ts';
import { type DeadKeys, keyId } from './dead-keys.ts';

export type KeyedEvent = Exclude<RowEvent, { readonly kind: 'truncate' }>;

/** An event that is not applied, for one of its keys. */
export interface HeldBack {
  readonly table: ApplyTable;
  readonly event: KeyedEvent;
  /** As `keyId` names it. */
  readonly id: string;
  /** A row with the values of this key. */
  readonly keyRow: ApplyRow;
  /** Why the target refused the event; undefined for one that waits behind another. */
  readonly error: MillraceError | undefined;
}

export interface GatedChanges<Table extends ApplyTable = ApplyTable> {
  /** What is applied. */
  readonly changes: readonly TableChanges<Table>[];
  readonly heldBack: readonly HeldBack[];
  /** Ids of keys that had marks before and have none of those any more. */
  readonly cleared: readonly string[];
  /** Tables that were truncated, with everything that was known of their keys. */
  readonly emptied: readonly TableRef[];
}

const keysOf = (event: KeyedEvent): readonly { readonly key: string; readonly row: ApplyRow }[] => {
  const from = event.kind === 'move' || event.kind === 'rekey' ? event.from : undefined;
  return from === undefined ? [event] : [from, event];
};

/** Whether the row is right after the event, whatever it was before. */
const isWhole = (event: KeyedEvent): boolean =>
  event.kind === 'delete' || ((event.kind === 'upsert' || event.kind === 'rekey') && isComplete(event.row));

/**
 * Decides for the events of a batch, in their order, which are applied. `dead` are the keys that have marks before the batch,
 * `refused` the events of it that the target refuses.
 *
 * - An event of a key without marks is applied.
 * - An event after which the row is right whatever it was before (the whole row, or its deletion) is applied, and the marks
 *   of its keys go: it supersedes them.
 * - Every other event of a key with marks needs what the refused event would have written. It gets a mark behind it.
 * - A refused event gets marks for its keys. If it is one of the second kind, it takes the place of the older ones.
 * - A TRUNCATE removes the marks of its table.
 *
 * So no event of a key is applied before an older one of it that was not superseded. Pure.
 */
export const gateEvents = <Table extends ApplyTable>(
  changes: readonly TableChanges<Table>[],
  dead: DeadKeys,
  refused: ReadonlyMap<RowEvent, MillraceError> = new Map(),
): GatedChanges<Table> => {
  if (dead.isEmpty && refused.size === 0) return { changes, heldBack: [], cleared: [], emptied: [] };
  const gate = new Gate(dead, refused);
  const passed = changes.map(({ table, events }) => ({
    table,
    events: events.filter((event) => gate.passes(table, event)),
  }));
  return { changes: passed.filter(({ events }) => events.length > 0), ...gate.result() };
};

class Gate {
  readonly #dead: DeadKeys;
  readonly #refused: ReadonlyMap<RowEvent, MillraceError>;
  readonly #heldBack = new Map<string, HeldBack[]>();
  readonly #cleared = new Set<string>();
  readonly #emptied: TableRef[] = [];

  constructor(dead: DeadKeys, refused: ReadonlyMap<RowEvent, MillraceError>) {
    this.#dead = dead;
    this.#refused = refused;
  }

  passes(table: ApplyTable, event: RowEvent): boolean {
    if (event.kind === 'truncate') {
      this.#empty(table.mapping.source);
      return true;
    }
    const keys = keysOf(event).map(({ key, row }) => ({ id: keyId(table.mapping.source, key), keyRow: row }));
    const error = this.#refused.get(event);
    const isWaiting = keys.some(({ id }) => this.#isDead(id)) && !isWhole(event);
    if (!isWaiting) for (const { id } of keys) this.#clear(id);
    if (!isWaiting && error === undefined) return true;
    for (const { id, keyRow } of keys) {
      const held = { table, event, id, keyRow, error: isWaiting ? undefined : error };
      this.#heldBack.set(id, [...(this.#heldBack.get(id) ?? []), held]);
    }
    return false;
  }

  result(): Pick<GatedChanges, 'heldBack' | 'cleared' | 'emptied'> {
    return {
      heldBack: [...this.#heldBack.values()].flat(),
      cleared: [...this.#cleared],
      emptied: this.#emptied,
    };
  }

  #isDead(id: string): boolean {
    return this.#heldBack.has(id) || (this.#dead.has(id) && !this.#cleared.has(id));
  }

  #clear(id: string): void {
    this.#heldBack.delete(id);
    if (this.#dead.has(id)) this.#cleared.add(id);
  }

  #empty(table: TableRef): void {
    for (const id of this.#dead.idsOf(table)) this.#cleared.add(id);
    const prefix = keyId(table, '');
    for (const id of [...this.#heldBack.keys()]) if (id.startsWith(prefix)) this.#heldBack.delete(id);
    this.#emptied.push(table);
  }
}
