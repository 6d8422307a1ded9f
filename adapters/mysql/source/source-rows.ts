import { keyOf } from '#core/apply/apply-table.ts';
import type { SourceRows } from '#core/apply/resolve-key-changes.ts';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import { tableKey } from '#core/contracts/identifiers.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import { flavorOf, type MysqlKind } from '#core/databases/mysql/flavors.ts';
import { rereadKeysAtOnce, rereadStatement } from '#core/databases/mysql/source/reread.ts';
import { selectDecoderFor } from '#core/databases/mysql/types/column-codec.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ApplyRow } from '#core/ports/apply-table.ts';
import { type OpenedSourceRows, rereadPoolOptions } from '../../databases/engine-driver.ts';
import { createExecutor, type Executor } from '../driver/executor.ts';
import { readLogEnd } from './source-database.ts';

/**
 * Reads rows back from a source of MySQL or MariaDB. The stream itself never asks for any: a full row image has every value. A dead
 * letter that is replayed does.
 */
export const openSourceRows = (
  settings: ConnectionSettings & { readonly kind: MysqlKind },
  tables: readonly TableDescription[],
): OpenedSourceRows => {
  const executor = createExecutor(settings, { ...rereadPoolOptions, access: 'read' });
  return {
    rows: createSourceRows(executor, settings.kind, tables),
    close: () => executor.close(),
  };
};

const createSourceRows = (
  executor: Executor,
  kind: MysqlKind,
  tables: readonly TableDescription[],
): SourceRows => {
  const descriptions = new Map(tables.map((table) => [tableKey(table.ref), table]));
  return {
    readRows: async (table, keys) => {
      const description = descriptions.get(tableKey(table.mapping.source));
      if (description === undefined) throw new MillraceError('Internal', 'A table was not described.');
      const rows = new Map<string, ApplyRow>();
      for (let from = 0; from < keys.length; from += rereadKeysAtOnce) {
        const { text, binary, columns } = rereadStatement(
          description,
          table,
          keys.slice(from, from + rereadKeysAtOnce),
        );
        for (const values of await executor.queryValues('read rows again', text, binary, description.ref)) {
          const row: (string | null | undefined)[] = table.columns.map(() => undefined);
          for (const [at, { column, index }] of columns.entries()) {
            const value = values[at];
            row[index] = value === null || value === undefined ? null : selectDecoderFor(column)(value);
          }
          rows.set(keyOf(table, row), row);
        }
      }
      // Read after the rows, so that it is not before what they show.
      return { rows, position: Number(await readLogEnd(executor, flavorOf(kind))) };
    },
  };
};
