import { createHash } from 'node:crypto';
import { type TableRef, tableKey } from '../../../contracts/identifiers.ts';
import type { ColumnLimit } from '../../../contracts/schema-change.ts';
import { MillraceError } from '../../../errors/millrace-error.ts';
import { quoteIdentifier, quoteTable } from '../identifiers.ts';
import type { Statement } from '../statement.ts';

/** The copy's name, always the same for a table, so that one which a killed rehearsal has left is dropped by the next. */
export const rehearsalTable = (target: TableRef): TableRef => ({
  schema: target.schema,
  table: `millrace_rehearsal_${createHash('sha256').update(tableKey(target)).digest('hex').slice(0, 24)}`,
});

export const dropCopyStatement = (target: TableRef): string =>
  `DROP TABLE IF EXISTS ${quoteTable(rehearsalTable(target))}`;

/** Without rows and foreign keys (MySQL manual, 15.1.20.3). */
export const createCopyStatement = (target: TableRef): string =>
  `CREATE TABLE ${quoteTable(rehearsalTable(target))} LIKE ${quoteTable(target)}`;

/** The statement for the copy, in one of the server's ways. */
export const onCopy = (statement: string, target: TableRef, algorithm = ''): string => {
  const prefix = `ALTER TABLE ${quoteTable(target)} `;
  if (!statement.startsWith(prefix)) {
    throw new MillraceError('Internal', 'A statement for a rehearsal does not begin with the target table.');
  }
  const actions = statement.slice(prefix.length);
  return `ALTER TABLE ${quoteTable(rehearsalTable(target))} ${actions}${algorithm}`;
};

/** A statement may say so itself. */
export const namesAlgorithm = (statement: string): boolean => /\b(?:ALGORITHM|LOCK)\b/i.test(statement);

/** How the server can do an ALTER, from the mildest way. MariaDB has NOCOPY between them. */
export const alterWays: readonly {
  readonly clause: string;
  readonly isRewritten?: boolean;
  readonly lock: string;
}[] = [
  {
    clause: ', ALGORITHM=INSTANT',
    isRewritten: false,
    lock: 'a metadata lock for a moment: the table is not written again',
  },
  {
    clause: ', ALGORITHM=NOCOPY',
    isRewritten: false,
    lock: 'a metadata lock at the beginning and at the end: the table is not written again',
  },
  {
    clause: ', ALGORITHM=INPLACE, LOCK=NONE',
    lock: 'a metadata lock at the beginning and at the end: reads and writes of the table go on in between',
  },
  {
    clause: ', ALGORITHM=COPY',
    isRewritten: true,
    lock: 'writes of the table wait while all rows are written again',
  },
];

export const countUnfitStatement = (table: TableRef, limit: ColumnLimit): Statement => {
  const column = quoteIdentifier(limit.column);
  const from = `SELECT COUNT(*) AS found FROM ${quoteTable(table)} WHERE`;
  switch (limit.kind) {
    case 'null':
      return { text: `${from} ${column} IS NULL` };
    case 'length':
      return { text: `${from} CHAR_LENGTH(${column}) > CAST(? AS SIGNED)`, values: [String(limit.max)] };
    case 'range':
      return {
        text: `${from} ${column} < CAST(? AS DECIMAL(65)) OR ${column} > CAST(? AS DECIMAL(65))`,
        values: [limit.min, limit.max],
      };
  }
};
