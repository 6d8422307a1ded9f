import type { MillraceError } from '../errors/millrace-error.ts';

/** As long as a cause is stored. */
export const maxCauseLength = 400;

/**
 * What errors of the same fault have in common: the code, the server's own code, the constraint and the column. It has no value of a row
 * in it. `ConstraintViolated 23514 constraint orders_amount_check`.
 */
export const causeOf = ({ code, facts }: Pick<MillraceError, 'code' | 'facts'>): string => {
  const { sqlState, errorNumber, constraint, column } = facts;
  return [
    code,
    sqlState ?? errorNumber,
    constraint === undefined ? undefined : `constraint ${String(constraint)}`,
    column === undefined ? undefined : `column ${String(column)}`,
  ]
    .filter((part) => part !== undefined)
    .join(' ')
    .slice(0, maxCauseLength);
};

/** The cause of an event that waits behind another. */
export const waitingCause = 'Waiting';
