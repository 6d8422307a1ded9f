import { type TableRef, tableLabel } from '../../contracts/identifiers.ts';
import { MillraceError } from '../../errors/millrace-error.ts';

/** What is done with a value that the target cannot represent. */
export type ValuePolicy = 'fail' | 'null' | 'text';

/** Told of a value that a column cannot represent. Throws `ValueRejected`, or returns the NULL to write instead. */
export type ValueGuard = (column: GuardedColumn, reason: string) => null;

export interface GuardedColumn {
  readonly name: string;
  readonly notNull: boolean;
}

/**
 * The guard of one table. `fail` throws for each such value; so does `text`, under which such columns are texts at the
 * target, so that every value of theirs can be represented. `null` counts them by `onNull` and writes NULL, but where a
 * column is NOT NULL it throws as well.
 */
export const createValueGuard =
  (
    target: TableRef,
    policy: ValuePolicy = 'fail',
    onNull: (column: string) => void = () => undefined,
  ): ValueGuard =>
  ({ name, notNull }, reason) => {
    if (policy === 'null' && !notNull) {
      onNull(name);
      return null;
    }
    throw new MillraceError(
      'ValueRejected',
      `A value for column ${name} of table ${tableLabel(target)} ${reason}.`,
      { facts: { table: tableLabel(target), column: name } },
    );
  };
