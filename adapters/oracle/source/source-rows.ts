import { keyOf } from '#core/apply/apply-table.ts';
import type { SourceRows } from '#core/apply/resolve-key-changes.ts';
import { tableKey } from '#core/contracts/identifiers.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import { currentScnStatement } from '#core/databases/oracle/source/capture-statements.ts';
import { parseScn } from '#core/databases/oracle/source/log-position.ts';
import {
  type RereadStatement,
  rereadKeysAtOnce,
  rereadStatement,
} from '#core/databases/oracle/source/reread.ts';
import { selectDecoderFor } from '#core/databases/oracle/types/column-codec.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ApplyRow, ApplyTable } from '#core/ports/apply-table.ts';
import type { Row } from '../driver/connection.ts';
import type { Executor } from '../driver/executor.ts';

/** Reads rows back from an Oracle source, with the executor for the database of its tables. */
export const createSourceRows = (executor: Executor, tables: readonly TableDescription[]): SourceRows => {
  const descriptions = new Map(tables.map((table) => [tableKey(table.ref), table]));
  return {
    readRows: async (table, keys) => {
      const description = descriptions.get(tableKey(table.mapping.source));
      if (description === undefined) throw new MillraceError('Internal', 'A table was not described.');
      const rows = new Map<string, ApplyRow>();
      for (let from = 0; from < keys.length; from += rereadKeysAtOnce) {
        const statement = rereadStatement(description, table, keys.slice(from, from + rereadKeysAtOnce));
        for (const row of await executor.query('read rows again', statement, description.ref)) {
          const [key, decoded] = toEntry(table, statement, row);
          rows.set(key, decoded);
        }
      }
      // In a statement of its own, so that it is not before what the ones before it saw.
      const [end] = await executor.query('read the current SCN', currentScnStatement);
      return { rows, position: Number(parseScn(String(end?.currentScn))) };
    },
  };
};

const toEntry = (table: ApplyTable, { columns }: RereadStatement, values: Row): [string, ApplyRow] => {
  const row: (string | null | undefined)[] = table.columns.map(() => undefined);
  for (const [at, { index, column }] of columns.entries()) {
    row[index] = selectDecoderFor(column)(values[`C${at}`]);
  }
  return [keyOf(table, row), row];
};
