import type { ValueGuard } from '../../../canonical/value-guard.ts';
import { isZeroDate } from '../../../canonical/zero-date.ts';
import type { ColumnDescription } from '../../../contracts/table-description.ts';

/** Values of other databases that a type of PostgreSQL does not have. */
export type RefusedValue = 'zero-date' | 'nul';

export const reasonOf: Readonly<Record<RefusedValue, string>> = {
  'zero-date': 'is a zero date, which PostgreSQL does not have',
  // PostgreSQL manual, 8.3: the character with the code zero cannot be stored.
  nul: 'has the character NUL (0x00), which PostgreSQL has in no text',
};

const dateTypes: ReadonlySet<string> = new Set(['date', 'timestamp', 'timestamptz']);
const textTypes: ReadonlySet<string> = new Set(['text', 'varchar', 'bpchar', 'name', 'json', 'jsonb', 'xml']);

/** Which of them a column may be given, or undefined when neither. */
export const refusedValueOf = ({
  typeKind,
  baseType,
}: Pick<ColumnDescription, 'typeKind' | 'baseType'>): RefusedValue | undefined => {
  if (typeKind !== 'base' || textTypes.has(baseType)) return 'nul';
  return dateTypes.has(baseType) ? 'zero-date' : undefined;
};

const isRefused: Readonly<Record<RefusedValue, (text: string) => boolean>> = {
  'zero-date': isZeroDate,
  nul: (text) => text.includes('\0'),
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
    const refused = refusedValueOf(column);
    return refused === undefined ? [] : [{ index, refused, column }];
  });
  return (row) => {
    let written: (string | null | undefined)[] | undefined;
    for (const { index, refused, column } of checked) {
      const value = row[index];
      if (typeof value !== 'string' || !isRefused[refused](value)) continue;
      written ??= [...row];
      written[index] = guard(column, reasonOf[refused]);
    }
    return (written ?? row) as typeof row;
  };
};
