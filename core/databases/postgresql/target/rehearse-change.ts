import type { TableRef } from '../../../contracts/identifiers.ts';
import type { ColumnLimit } from '../../../contracts/schema-change.ts';
import { quoteIdentifier, quoteTable } from '../identifiers.ts';
import type { Statement } from '../statement.ts';

/** How many rows a column would hold no more. */
export const countUnfitStatement = (table: TableRef, limit: ColumnLimit): Statement => {
  const column = quoteIdentifier(limit.column);
  const from = `SELECT count(*) AS found FROM ${quoteTable(table)} WHERE`;
  switch (limit.kind) {
    case 'null':
      return { text: `${from} ${column} IS NULL` };
    case 'length':
      return { text: `${from} char_length(${column}::text) > $1::int`, values: [String(limit.max)] };
    case 'range':
      return {
        text: `${from} ${column}::numeric < $1::numeric OR ${column}::numeric > $2::numeric`,
        values: [limit.min, limit.max],
      };
  }
};

/** What this session holds on a table, the strongest last by its name in the manual (13.3). */
export const ownLocksStatement = (table: TableRef): Statement => ({
  text: 'SELECT mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation = $1::regclass AND granted',
  values: [quoteTable(table)],
});

/** What a lock of the table keeps others from, from the strongest (PostgreSQL manual, table 13.2). */
const lockWords: readonly (readonly [mode: string, words: string])[] = [
  ['AccessExclusiveLock', 'ACCESS EXCLUSIVE: reads and writes of the table wait while the statement runs'],
  ['ExclusiveLock', 'EXCLUSIVE: writes of the table wait while the statement runs'],
  ['ShareRowExclusiveLock', 'SHARE ROW EXCLUSIVE: writes of the table wait while the statement runs'],
  ['ShareUpdateExclusiveLock', 'SHARE UPDATE EXCLUSIVE: reads and writes of the table go on'],
];

export const describeLock = (modes: readonly string[]): string | undefined =>
  lockWords.find(([mode]) => modes.includes(mode))?.[1];
