import { type TableRef, tableLabel } from '../contracts/identifiers.ts';
import { MillraceError } from './millrace-error.ts';

/** A table that was there when it was looked at before. */
export const tableGone = (table: TableRef, side: 'source' | 'target' = 'source'): MillraceError =>
  new MillraceError('TableNotFound', `The ${side} has no table ${tableLabel(table)} any more.`, {
    facts: { table: tableLabel(table) },
  });
