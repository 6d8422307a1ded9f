import { maxNamedTransactions, type Replication, type StartWait } from '../contracts/replication.ts';
import { defaultTransactionWaitSeconds, type Run } from '../contracts/steps.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import { countOf } from '../naming/count-of.ts';

/*
 * A start waits for transactions that were open at the source when its wait began. The wait outlives a Lambda, so it is stored
 * with the replication: since when, until when, and for whom. Transactions that began later are none of it, so that ones
 * which overlap all the time cannot keep a start from going on.
 */

/** How many transactions a message names. */
const shownTransactions = 5;

/** Until when the wait of a start may last, as of `now`. */
export const waitUntil = (previous: StartWait | undefined, run: Run, now: Date): Date =>
  previous?.generation === run.generation
    ? new Date(previous.until)
    : new Date(now.getTime() + (run.transactionWaitSeconds ?? defaultTransactionWaitSeconds) * 1_000);

/**
 * The transactions of `open` that the wait is for: those that it was for before. A list that was too long to be stored as a
 * whole tells nothing about the rest, so all that are open then count.
 */
export const stillWaitedFor = (
  previous: StartWait | undefined,
  generation: number,
  open: readonly string[],
): readonly string[] =>
  previous === undefined ||
  previous.generation !== generation ||
  previous.count > previous.transactions.length
    ? open
    : open.filter((transaction) => previous.transactions.includes(transaction));

export const nextWait = (
  previous: StartWait | undefined,
  { run, waitedFor, now }: { readonly run: Run; readonly waitedFor: readonly string[]; readonly now: Date },
): StartWait => ({
  generation: run.generation,
  since: previous?.generation === run.generation ? previous.since : now.toISOString(),
  until: waitUntil(previous, run, now).toISOString(),
  transactions: waitedFor.slice(0, maxNamedTransactions),
  count: waitedFor.length,
});

export const describeTransactions = (
  transactions: readonly string[],
  count = transactions.length,
): string => {
  if (count === 0) return 'the source has not said yet which';
  const shown = transactions.slice(0, shownTransactions);
  return shown.join('; ') + (count > shown.length ? `; and ${count - shown.length} more` : '');
};

export const describeWait = ({ transactions, count, since, until }: StartWait): string =>
  `Since ${since} the start waits for ${count === 0 ? 'transactions' : countOf(count, 'transaction')} at the source: ` +
  `${describeTransactions(transactions, count)}. It gives up at ${until}.`;

/** A start shows what it waits for as long as it is that start. */
export const currentWait = ({
  status,
  generation,
  wait,
}: Pick<Replication, 'status' | 'generation' | 'wait'>): StartWait | undefined =>
  status === 'starting' && wait?.generation === generation ? wait : undefined;

export const waitedTooLong = (wait: StartWait, connectorName: string): MillraceError =>
  new MillraceError(
    'OpenTransactions',
    `The start of ${connectorName} has waited for ${Math.round((Date.parse(wait.until) - Date.parse(wait.since)) / 1_000)} s ` +
      `for ${wait.count === 0 ? 'transactions' : countOf(wait.count, 'transaction')} at the source: ` +
      `${describeTransactions(wait.transactions, wait.count)}.`,
    { facts: { connectorName, transactions: wait.transactions, since: wait.since } },
  );
