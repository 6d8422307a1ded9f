import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { inTransaction } from '../driver/executor.ts';

/** Sessions of the consumer are named so, see `applyPoolOptions`. */
export const consumerApplicationName = 'millrace-consumer';

/** A predecessor that is idle in its transaction is ended by the server before, see `applyPoolOptions`. */
const patienceMs = 12_000;
const pauseMs = 2_000;
/** Time for eight sessions, which a consumer has at most, that are ended one after the other. */
const lockTimeoutMs = 45_000;

/**
 * A transaction that takes the checkpoints over from an older consumer. One that was frozen, or has lost its network, in the middle of a
 * COPY holds its locks for as long as its connection seems to be there: neither `statement_timeout` nor
 * `idle_in_transaction_session_timeout` ends a COPY that waits for its client. So its sessions are ended here: those of the same role
 * and of a consumer, which keep this transaction waiting.
 */
export const inSuccession = <Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> =>
  inTransaction(pool, async (client) => {
    await client.query(`SET LOCAL lock_timeout = ${lockTimeoutMs}`);
    const { rows } = await client.query('SELECT pg_catalog.pg_backend_pid() AS pid');
    const over = new AbortController();
    const watching = endBlockers(pool, Number(rows[0]?.pid), over.signal);
    try {
      return await work(client);
    } finally {
      over.abort();
      await watching;
    }
  });

const endBlockers = async (pool: pg.Pool, pid: number, signal: AbortSignal): Promise<void> => {
  try {
    await sleep(patienceMs, undefined, { signal });
    for (;;) {
      await pool.query(
        `SELECT pg_catalog.pg_terminate_backend(a.pid) FROM pg_catalog.pg_stat_activity AS a
         WHERE a.pid = ANY (pg_catalog.pg_blocking_pids($1)) AND a.usename = CURRENT_USER AND a.application_name = $2`,
        [pid, consumerApplicationName],
      );
      await sleep(pauseMs, undefined, { signal });
    }
  } catch {
    // It is over, or the server did not answer: then the transaction says so itself.
  }
};
