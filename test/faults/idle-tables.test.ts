import { test } from '@jest/globals';
import pg from 'pg';
import { startPostgresSource } from './capture-kill/postgres-source.ts';
import { onCapture, untilOn } from './idle-tables.ts';

/** Each round writes about 60 MB of log. */
const rounds = 4;
const roundStatement = `INSERT INTO event SELECT g, repeat('x', 500) FROM generate_series(1, 100000) g`;
/** Log is dropped in files of 16 MB, and a checkpoint looks at what was let go before it. */
const keptBytes = 40 * 1024 * 1024;

/** Before 15 the server tells capture of every transaction, and from 18 on it is as with 15: one version in the short form. */
const versions = process.env.MILLRACE_LONG_FAULTS === undefined ? ([15] as const) : ([13, 15, 18] as const);

test.each(versions)(
  'PostgreSQL %i keeps little log while the replicated table is idle and another table is busy',
  (version) =>
    onCapture(
      () => startPostgresSource(version),
      async (stack) => {
        const { source, replication, ledger, replaceWorker } = stack;
        const until = untilOn(stack);
        const { host, port, username: user, password, databaseName } = source.settings;
        const open = async (database: string): Promise<pg.Client> => {
          const client = new pg.Client({ host, port, user, password, database });
          await client.connect();
          return client;
        };
        const here = await open(databaseName);
        await here.query('CREATE DATABASE elsewhere');
        const elsewhere = await open('elsewhere');
        try {
          await source.writeLast(1);
          for (const busy of [here, elsewhere]) {
            await busy.query('CREATE TABLE event (id bigint, filler text)');
            for (let round = 0; round < rounds; round += 1) await busy.query(roundStatement);
            await until(`the slot lets go of the log of database ${busy.database}`, 60_000, async () => {
              const { rows } = await here.query(
                `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::float8 AS kept
                 FROM pg_replication_slots WHERE slot_name = $1`,
                [replication.slotName],
              );
              return rows[0].kept < keptBytes;
            });
          }
          await replaceWorker();
          await source.writeLast(2);
          await until('the row after the restart arrives', 120_000, async () => ledger.has(2));
        } finally {
          await here.end();
          await elsewhere.end();
        }
      },
    ),
  600_000,
);
