import { createHash } from 'node:crypto';
import { keyOf } from '../apply/apply-table.ts';
import type { TopicTables } from '../apply/decode-records.ts';
import { type TableRef, tableKey, tableLabel } from '../contracts/identifiers.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import type { ApplyRow, ApplyTable } from '../ports/apply-table.ts';
import type { DeadLetterChange, DeadLetterMark } from '../ports/dead-letters.ts';

/** Names a row of a source table in memory. `key` is that of `keyOf`. */
export const keyId = (table: TableRef, key: string): string => `${tableKey(table)}\0${key}`;

/** Names it at the target, where a key may be long. */
export const keyHashOf = (id: string): string => createHash('sha256').update(id).digest('hex');

export const keyValuesOf = (table: ApplyTable, row: ApplyRow): readonly string[] =>
  table.keyColumns.map((index) => row[index] ?? '');

/** A row with the key's values only. Throws `SchemaMismatch` when the table has another key than the mark. */
export const keyRowOf = (table: ApplyTable, keyValues: readonly string[]): ApplyRow => {
  if (keyValues.length !== table.keyColumns.length) {
    const label = tableLabel(table.mapping.source);
    throw new MillraceError(
      'SchemaMismatch',
      `The dead letters of table ${label} have a key of ${keyValues.length} columns, the table has one of ` +
        `${table.keyColumns.length}. Copy the table again: that removes them.`,
      { facts: { table: label } },
    );
  }
  const row: (string | undefined)[] = table.columns.map(() => undefined);
  for (const [at, index] of table.keyColumns.entries()) row[index] = keyValues[at];
  return row;
};

/** The marks of one partition, in memory. */
export class DeadKeys {
  readonly #byKey = new Map<string, readonly DeadLetterMark[]>();
  readonly #idOfHash = new Map<string, string>();

  /** Marks of tables that are not applied are left out: none of their events is gated. */
  static of(marks: readonly DeadLetterMark[], tables: TopicTables): DeadKeys {
    const keys = new DeadKeys();
    for (const mark of marks) {
      const table = tables.get(tableKey(mark.table));
      if (table === undefined || table === null) continue;
      keys.#add(keyId(mark.table, keyOf(table, keyRowOf(table, mark.keyValues))), mark);
    }
    return keys;
  }

  get isEmpty(): boolean {
    return this.#byKey.size === 0;
  }

  /** Of marks. */
  get count(): number {
    let count = 0;
    for (const marks of this.#byKey.values()) count += marks.length;
    return count;
  }

  has(id: string): boolean {
    return this.#byKey.has(id);
  }

  marksOfHash(keyHash: string): readonly DeadLetterMark[] {
    return this.#byKey.get(this.#idOfHash.get(keyHash) ?? '') ?? [];
  }

  /** How many rows of each source table are known to differ. */
  rowsByTable(): ReadonlyMap<string, number> {
    const rows = new Map<string, number>();
    for (const [first] of this.#byKey.values()) {
      if (first !== undefined) rows.set(tableKey(first.table), (rows.get(tableKey(first.table)) ?? 0) + 1);
    }
    return rows;
  }

  /** Ids of the keys of a table. */
  idsOf(table: TableRef): readonly string[] {
    return [...this.#byKey].flatMap(([id, [first]]) =>
      first !== undefined && tableKey(first.table) === tableKey(table) ? [id] : [],
    );
  }

  /** `addedIds`: for each added mark its key, as `keyId` names it. */
  change({ added, cleared }: DeadLetterChange, addedIds: readonly string[]): void {
    for (const hash of cleared) {
      this.#byKey.delete(this.#idOfHash.get(hash) ?? '');
      this.#idOfHash.delete(hash);
    }
    for (const [index, mark] of added.entries()) this.#add(addedIds[index] ?? '', mark);
  }

  #add(id: string, mark: DeadLetterMark): void {
    this.#byKey.set(id, [...(this.#byKey.get(id) ?? []), mark]);
    this.#idOfHash.set(mark.keyHash, id);
  }
}
