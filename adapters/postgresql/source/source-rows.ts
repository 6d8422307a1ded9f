import type pg from 'pg';
import { keyOf } from '#core/apply/apply-table.ts';
import type { SourceRows } from '#core/apply/resolve-key-changes.ts';
import { tableKey } from '#core/contracts/identifiers.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import { parseLsn } from '#core/databases/postgresql/source/log-position.ts';
import { logEndStatement, rereadStatement } from '#core/databases/postgresql/source/reread.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ApplyRow, ApplyTable } from '#core/ports/apply-table.ts';
import { toDatabaseError } from '../driver/database-errors.ts';

/** Reads rows back from a PostgreSQL source. `pool` is one to it (createPool); `database` names it in errors. */
export const createSourceRows = (
  pool: pg.Pool,
  tables: readonly TableDescription[],
  database: string,
): SourceRows => {
  const descriptions = new Map(tables.map((table) => [tableKey(table.ref), table]));
  return {
    readRows: async (table, keys) => {
      const description = descriptions.get(tableKey(table.mapping.source));
      if (description === undefined) throw new MillraceError('Internal', 'A table was not described.');
      const statement = rereadStatement(description, table, keys);
      try {
        const { rows } = await pool.query<(string | null)[]>({
          text: statement.text,
          values: [...statement.values],
          rowMode: 'array',
        });
        const { rows: ends } = await pool.query(logEndStatement);
        return {
          rows: new Map(rows.map((values) => toEntry(table, statement.columns, values))),
          position: Number(parseLsn(ends[0]?.position)),
        };
      } catch (error) {
        throw toDatabaseError(error, { action: 'read rows again', database, table: description.ref });
      }
    },
  };
};

const toEntry = (
  table: ApplyTable,
  columns: readonly number[],
  values: readonly (string | null)[],
): [string, ApplyRow] => {
  const row: (string | null | undefined)[] = table.columns.map(() => undefined);
  for (const [at, index] of columns.entries()) row[index] = values[at];
  return [keyOf(table, row), row];
};
