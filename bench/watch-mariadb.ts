import { setTimeout as sleep } from 'node:timers/promises';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { DemoConnection } from '../demo/demo-database.ts';
import { stepDeadlineMs } from './bench-context.ts';

/** Each poll reads a small table in memory, so that the figures are good to 20 ms. */
const pollEveryMs = 20;

/** A pause between two statements of anyone who copies is shorter; counting in each would slow down what is measured. */
const quietMs = 300;

/**
 * Rows per second of a copy into `table`, seen from the server so that it is the same for Millrace and for a peer: from the
 * first statement that writes rows into the table until no such statement and no COMMIT runs any more, and `rows` rows are
 * committed. How long anyone takes to start is not in it. Nobody else may write to the server.
 */
export const watchMariadbCopyRate = async (
  connection: DemoConnection,
  table: string,
  rows: number,
  signal: AbortSignal,
): Promise<number> => {
  const deadline = performance.now() + stepDeadlineMs;
  let beganAt: number | undefined;
  let endedAt: number | undefined;
  for (;;) {
    const now = performance.now();
    if (await isWriting(connection, table)) {
      beganAt ??= now;
      endedAt = undefined;
    } else if (beganAt !== undefined) {
      endedAt ??= now;
      if (now - endedAt > quietMs) {
        if ((await countMariadbRows(connection, table)) >= rows) return (1_000 * rows) / (endedAt - beganAt);
        // Still to be committed, or to be continued.
        endedAt = undefined;
      }
    }
    if (now > deadline)
      throw new MillraceError('LocalStackFailed', `No copy of ${rows} rows reached ${table}.`);
    await sleep(pollEveryMs, undefined, { signal });
  }
};

/** Only a statement's beginning is read: an INSERT of many rows has a megabyte. */
const isWriting = async (connection: DemoConnection, table: string): Promise<boolean> => {
  const found = await connection.read(
    `SELECT 1 FROM information_schema.processlist
     WHERE id <> connection_id() AND left(info, 300) REGEXP ? LIMIT 1`,
    [`^(INSERT|LOAD|REPLACE) .*${table}|^COMMIT`],
  );
  return found.length > 0;
};

export const countMariadbRows = async (connection: DemoConnection, table: string): Promise<number> => {
  const [counted] = await connection.read<{ row_count: string | number }>(
    `SELECT count(*) AS row_count FROM \`${table}\``,
  );
  return Number(counted?.row_count);
};
