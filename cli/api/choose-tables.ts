import { tableLabel } from '#core/contracts/identifiers.ts';
import { usageError } from '../cli-error.ts';
import { nearMatch } from './find.ts';

export interface TableName {
  readonly schema: string;
  readonly table: string;
}

/**
 * The tables of a source that a person has named as `table` or `schema.table`, as the catalog spells them. Throws with exit
 * code 2 for a name that is none, or that several schemas have.
 */
export const chooseTables = (given: readonly string[], tables: readonly TableName[]): readonly TableName[] =>
  given.map((name) => {
    const exact = tables.filter((table) => tableLabel(table) === name);
    const found = exact.length > 0 ? exact : tables.filter(({ table }) => table === name);
    const [only] = found;
    if (only === undefined) {
      throw usageError(
        `The source has no table ${name}.`,
        nearMatch(name, tables.map(tableLabel)) ??
          nearMatch(
            name,
            tables.map(({ table }) => table),
          ) ??
          'Names are case-sensitive. "millrace discover DATABASE" lists the tables.',
      );
    }
    if (found.length > 1)
      throw usageError(
        `${found.length} schemas have a table ${name}.`,
        `Say which one: ${found.map(tableLabel).join(', ')}.`,
      );
    return { schema: only.schema, table: only.table };
  });
