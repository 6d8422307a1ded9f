import type { NulledValues } from '../contracts/copy.ts';
import { type TableRef, tableLabel } from '../contracts/identifiers.ts';
import type { ValuePolicy } from '../contracts/replication.ts';
import { MillraceError } from '../errors/millrace-error.ts';

/** Told of a value that a column cannot represent. Throws `ValueRejected`, or returns the NULL to write instead. */
export type ValueGuard = (column: GuardedColumn, reason: string) => null;

export interface GuardedColumn {
  readonly name: string;
  readonly notNull: boolean;
}

/** A guard that counts what it lets pass as NULL. */
export interface CountingGuard {
  readonly guard: ValueGuard;
  /** What was counted since the last call. */
  take(): NulledValues;
}

const remedies: Readonly<Record<ValuePolicy, string>> = {
  fail: "Correct it at the source, or give the table another value_policy than 'fail'.",
  null: 'Its column is NOT NULL: correct the value at the source, or drop that constraint at the target.',
  text: 'Correct it at the source.',
};

/**
 * The guard of one table. `fail` throws for each such value; so does `text`, under which such columns are texts at the
 * target, so that every value of theirs can be represented. `null` counts them and writes NULL, but where a column is NOT
 * NULL it throws as well.
 */
export const createValueGuard = (target: TableRef, policy: ValuePolicy = 'fail'): CountingGuard => {
  let nulled = new Map<string, number>();
  return {
    guard: ({ name, notNull }, reason) => {
      if (policy === 'null' && !notNull) {
        nulled.set(name, (nulled.get(name) ?? 0) + 1);
        return null;
      }
      throw new MillraceError(
        'ValueRejected',
        `A value for column ${name} of table ${tableLabel(target)} ${reason}. ${remedies[policy]}`,
        { facts: { table: tableLabel(target), column: name } },
      );
    },
    take: () => {
      const taken = nulled;
      nulled = new Map();
      return taken;
    },
  };
};
