import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, escapeIdentifier } from 'pg';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { stepDeadlineMs } from './bench-context.ts';

/**
 * Measurements that look at the target only, so that they are the same for Millrace and for a peer. Polling 50 times a
 * second costs the server less than 1 % of a core; the figures are good to 20 ms.
 */
const pollEveryMs = 20;

/**
 * Rows per second of a COPY into `table`: from the moment PostgreSQL reports one in pg_stat_progress_copy until none
 * is left and `rows` rows are committed. How long anyone takes to start is not in it.
 */
export const watchCopyRate = async (
  target: Client,
  table: string,
  rows: number,
  signal: AbortSignal,
): Promise<number> => {
  const deadline = performance.now() + stepDeadlineMs;
  let beganAt: number | undefined;
  let endedAt: number | undefined;
  for (;;) {
    const { rowCount } = await target.query({
      name: 'watch-copy',
      text: 'SELECT FROM pg_stat_progress_copy WHERE datname = current_database() AND relid = to_regclass($1) LIMIT 1',
      values: [qualified(table)],
    });
    const now = performance.now();
    if (rowCount !== 0) {
      beganAt ??= now;
      endedAt = undefined;
    } else if (beganAt !== undefined) {
      endedAt ??= now;
      // Between two chunks there may be a moment without COPY; counting in each would slow down what is measured.
      if (now - endedAt > 10 * pollEveryMs && (await countRows(target, table)) >= rows)
        return (1_000 * rows) / (endedAt - beganAt);
    }
    if (now > deadline)
      throw new MillraceError('LocalStackFailed', `No copy of ${rows} rows reached ${table}.`);
    await sleep(pollEveryMs, undefined, { signal });
  }
};

/** The changes that a table gets, and how to see that all of them are there. */
export interface Backlog {
  /** They come first, and are not measured. */
  readonly warmUpEvents: number;
  /** All that come after them. */
  readonly events: number;
  /** A condition that the rows of `events` satisfy, and no row of the warm-up. */
  readonly measured: string;
  /** A condition that only the row of the last event satisfies. */
  readonly lastEvent: string;
  /** How many rows there are after all events. A peer may write the last event before earlier deletes. */
  readonly rowsAfter: number;
}

/**
 * Events per second applied to `table`, which is empty at first: from the moment the first rows after the warm-up are
 * visible (they are not counted) until the last event's row is there, and no row too many.
 */
export const watchApplyRate = async (
  target: Client,
  table: string,
  { events, measured, lastEvent, rowsAfter }: Backlog,
  signal: AbortSignal,
): Promise<number> => {
  const deadline = performance.now() + stepDeadlineMs;
  const waitFor = async (isReached: () => Promise<boolean>): Promise<number> => {
    while (!(await isReached())) {
      if (performance.now() > deadline)
        throw new MillraceError('LocalStackFailed', `Not all of ${events} events reached ${table}.`);
      await sleep(pollEveryMs, undefined, { signal });
    }
    return performance.now();
  };
  const isThere = async (condition: string): Promise<boolean> => {
    const { rowCount } = await target.query(`SELECT FROM ${qualified(table)} WHERE ${condition} LIMIT 1`);
    return rowCount !== 0;
  };
  const beganAt = await waitFor(() => isThere(measured));
  const before = await countRows(target, table, measured);
  await waitFor(() => isThere(lastEvent));
  const endedAt = await waitFor(async () => (await countRows(target, table)) === rowsAfter);
  return (1_000 * (events - before)) / (endedAt - beganAt);
};

export const countRows = async (client: Client, table: string, condition = 'true'): Promise<number> => {
  const counted = await client.query<{ rows: string }>(
    `SELECT count(*) AS rows FROM ${qualified(table)} WHERE ${condition}`,
  );
  return Number(counted.rows[0]?.rows);
};

export const qualified = (table: string): string => `public.${escapeIdentifier(table)}`;
