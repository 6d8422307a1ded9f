import type { NulledValues } from '../contracts/copy.ts';
import type { TableRef } from '../contracts/identifiers.ts';
import type { ApplyTable } from '../ports/apply-table.ts';
import type { PartitionBatch } from '../ports/partition-batch.ts';

/** A table whose values are checked while its statements are made. */
export interface GuardedTable extends ApplyTable {
  /** Values that became NULL in the statements made since the last call. */
  takeNulled(): NulledValues;
}

/** Values of one target table that were written as NULL, because their columns cannot hold them. */
export interface NulledInTable {
  readonly table: TableRef;
  readonly columns: NulledValues;
}

/** Told of each batch that was committed with such values; never twice of one batch. */
export type OnNulled = (nulled: readonly NulledInTable[]) => void;

/** What became NULL in the statements that were just made for a batch. */
export const takeNulled = ({ changes }: PartitionBatch<GuardedTable>): readonly NulledInTable[] =>
  changes.flatMap(({ table }) => {
    const columns = table.takeNulled();
    return columns.size === 0 ? [] : [{ table: table.mapping.target, columns }];
  });
