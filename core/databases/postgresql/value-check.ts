import type { ColumnDescription } from '../../ports/databases.ts';
import type { ValueGuard } from '../value-guard.ts';
import { isZeroDate } from '../zero-date.ts';

/** Why a column cannot hold a value, or undefined when it can. */
type ValueCheck = (text: string) => string | undefined;

const dateTypes: ReadonlySet<string> = new Set(['date', 'timestamp', 'timestamptz']);
const textTypes: ReadonlySet<string> = new Set(['text', 'varchar', 'bpchar', 'name', 'json', 'jsonb', 'xml']);

const refuseZeroDate: ValueCheck = (text) =>
  isZeroDate(text) ? 'is a zero date, which PostgreSQL does not have' : undefined;

/** PostgreSQL manual, 8.3: the character with the code zero cannot be stored. */
const refuseNul: ValueCheck = (text) =>
  text.includes('\0') ? 'has the character NUL (0x00), which PostgreSQL has in no text' : undefined;

const checkFor = ({ typeKind, baseType }: ColumnDescription): ValueCheck | undefined => {
  if (typeKind !== 'base' || textTypes.has(baseType)) return refuseNul;
  return dateTypes.has(baseType) ? refuseZeroDate : undefined;
};

type Row = readonly (string | null | undefined)[];

/** Returns the row as it may be written: the same one, unless a value became NULL. Throws what the guard does. */
export type RowCheck = <Checked extends Row>(row: Checked) => Checked;

/**
 * Checks rows of another kind of database against the columns that take them, in the order of the rows: what PostgreSQL
 * would refuse without the name of the column, and only after a part of the rows was sent.
 */
export const createRowCheck = (columns: readonly ColumnDescription[], guard: ValueGuard): RowCheck => {
  const checked = columns.flatMap((column, index) => {
    const check = checkFor(column);
    return check === undefined ? [] : [{ index, check, column }];
  });
  return (row) => {
    let written: (string | null | undefined)[] | undefined;
    for (const { index, check, column } of checked) {
      const value = row[index];
      if (typeof value !== 'string') continue;
      const reason = check(value);
      if (reason === undefined) continue;
      written ??= [...row];
      written[index] = guard(column, reason);
    }
    return (written ?? row) as typeof row;
  };
};
