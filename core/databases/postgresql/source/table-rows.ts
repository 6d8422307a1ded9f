import type { TableRef } from '../../../contracts/identifiers.ts';
import type { TableDescription } from '../../../contracts/table-description.ts';
import { quoteTable } from '../identifiers.ts';

/**
 * What a statement reads a table's rows from, or those of one of its partitions. `ONLY`: a table that others inherit from
 * has rows of its own, and theirs are not captured as its rows. A partitioned table has none but those of its partitions.
 */
export const rowsOf = (
  { ref, relationKind }: Pick<TableDescription, 'ref' | 'relationKind'>,
  partition?: TableRef,
): string =>
  partition === undefined && relationKind === 'partitioned-table'
    ? quoteTable(ref)
    : `ONLY ${quoteTable(partition ?? ref)}`;
