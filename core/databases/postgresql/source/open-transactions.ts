import { z } from 'zod';
import type { TableRef } from '../../../contracts/identifiers.ts';
import type { Statement } from '../statement.ts';

/**
 * Transactions that have written something and are open, of every database of the server, oldest first: a new slot waits for
 * those that were open when it was asked for.
 *
 * Every user may see who holds the lock on its own transaction's number, also of a prepared one, which has no session. When
 * a transaction of another user began is shown to members of pg_read_all_stats only. A transaction locks the numbers of its
 * savepoints, too, which are younger than its own.
 */
export const openTransactionsStatement: Statement = {
  text: `
SELECT pid::text AS pid, username, application, database, since, gid
FROM (
  SELECT DISTINCT ON (held.virtualtransaction) age(held.transactionid) AS age, held.pid,
         coalesce(session.usename, prepared.owner) AS username,
         nullif(session.application_name, '') AS application,
         coalesce(session.datname, prepared.database) AS database,
         to_char(coalesce(session.xact_start, prepared.prepared) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS since,
         prepared.gid
  FROM pg_locks held
  LEFT JOIN pg_stat_activity session ON session.pid = held.pid
  LEFT JOIN pg_prepared_xacts prepared ON prepared.transaction = held.transactionid
  WHERE held.locktype = 'transactionid' AND held.mode = 'ExclusiveLock' AND held.granted
  ORDER BY held.virtualtransaction, age(held.transactionid) DESC
) open
ORDER BY age DESC`,
};

/**
 * Who holds a lock on one of the tables that keeps them from being published: ALTER TABLE in an open transaction, VACUUM,
 * CREATE INDEX CONCURRENTLY. The rows are like those of `openTransactionsStatement`.
 */
export const lockHoldersStatement = (refs: readonly TableRef[]): Statement => ({
  text: `
SELECT DISTINCT held.pid::text AS pid, session.usename AS username, nullif(session.application_name, '') AS application,
       session.datname AS database,
       to_char(session.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS since, prepared.gid
FROM unnest($1::text[], $2::text[]) AS wanted (schema, "table")
JOIN pg_namespace n ON n.nspname = wanted.schema
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.table
JOIN pg_locks held ON held.locktype = 'relation' AND held.relation = c.oid AND held.granted
  AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND held.mode NOT IN ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')
LEFT JOIN pg_stat_activity session ON session.pid = held.pid
LEFT JOIN pg_prepared_xacts prepared ON held.virtualtransaction = '-1/' || prepared.transaction::text
ORDER BY since`,
  values: [refs.map((ref) => ref.schema), refs.map((ref) => ref.table)],
});

const rowSchema = z.strictObject({
  pid: z.string().nullable(),
  username: z.string().nullable(),
  application: z.string().nullable(),
  database: z.string().nullable(),
  since: z.string().nullable(),
  gid: z.string().nullable(),
});

/** One transaction in words, with what ends it: a session by its pid, a prepared one by its name. */
export const readOpenTransaction = (row: Readonly<Record<string, string | null>>): string => {
  const { pid, username, application, database, since, gid } = rowSchema.parse(row);
  const where = database === null ? '' : ` in database ${database}`;
  if (pid === null) {
    const name = gid === null ? 'a prepared transaction' : `prepared transaction '${gid}'`;
    return `${name} of user ${username ?? 'unknown'}${where}, prepared at ${since ?? 'an unknown time'} UTC`;
  }
  const program = application === null ? '' : ` (${application})`;
  const begun =
    since === null ? 'open since a time that only pg_read_all_stats may see' : `open since ${since} UTC`;
  return `pid ${pid} of user ${username ?? 'unknown'}${program}${where}, ${begun}`;
};
