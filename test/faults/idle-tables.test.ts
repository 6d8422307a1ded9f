import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { openSource } from '#adapters/databases/open-database.ts';
import { type CaptureStack, openCaptureStack } from './capture-kill/capture-stack.ts';
import { startMariadbSource } from './capture-kill/mariadb-source.ts';
import { startPostgresSource } from './capture-kill/postgres-source.ts';

// The replicated table stands still while other tables of the source are busy: the source must be able to drop its log.

const onCapture = async (
  openTestSource: Parameters<typeof openCaptureStack>[0],
  use: (stack: CaptureStack) => Promise<void>,
): Promise<void> => {
  const stops: (() => Promise<void>)[] = [];
  try {
    await use(await openCaptureStack(openTestSource, stops));
  } finally {
    for (const end of stops.toReversed()) await end();
  }
};

/** The error of what does not come says how capture is. */
const untilOn =
  ({ connect, replication: { connectorName } }: Pick<CaptureStack, 'connect' | 'replication'>) =>
  async (what: string, timeoutMs: number, holds: () => Promise<boolean>): Promise<void> => {
    const deadline = Date.now() + timeoutMs;
    while (!(await holds())) {
      if (Date.now() > deadline) {
        const capture = [await connect.getOffset(connectorName), await connect.getStatus(connectorName)];
        throw new Error(`Not within ${timeoutMs / 1_000} s: ${what}. ${JSON.stringify(capture)}`);
      }
      await sleep(500);
    }
  };

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

/** What a server writes into its log in addition to the replicated table, each about as MariaDB's applications do. */
const otherWork: Readonly<Record<string, (busy: mysql.Connection) => Promise<void>>> = {
  'many small transactions': async (busy) => {
    for (let n = 0; n < 300; n += 1)
      await busy.query(`INSERT INTO elsewhere.event VALUES (${n}, repeat('x', 20000))`);
  },
  'one big transaction': async (busy) => {
    await busy.query(`INSERT INTO elsewhere.event SELECT seq, repeat('x', 2000) FROM seq_1_to_12000`);
  },
  'a table without transactions': async (busy) => {
    await busy.query(`INSERT INTO elsewhere.journal SELECT seq, repeat('x', 2000) FROM seq_1_to_3000`);
  },
  'changes of structure': async (busy) => {
    for (let n = 0; n < 20; n += 1) {
      await busy.query(`CREATE TABLE elsewhere.t${n} (id int COMMENT '${'x'.repeat(1000)}')`);
      await busy.query(`DROP TABLE elsewhere.t${n}`);
    }
  },
  'rolled-back work with temporary tables': async (busy) => {
    await busy.query('BEGIN');
    await busy.query('CREATE TEMPORARY TABLE elsewhere.temp (id int)');
    await busy.query(`INSERT INTO elsewhere.event SELECT seq, repeat('x', 2000) FROM seq_1_to_1000`);
    await busy.query('DROP TEMPORARY TABLE elsewhere.temp');
    await busy.query('ROLLBACK');
  },
};

test(
  'MariaDB may drop the log of other tables while the replicated table is idle',
  () =>
    onCapture(startMariadbSource, async (stack) => {
      const { source, replication, connect, ledger, replaceWorker } = stack;
      const until = untilOn(stack);
      const { host, port, username: user, password } = source.settings;
      const busy = await mysql.createConnection({ host, port, user, password });
      const opened = openSource(source.settings);
      const offset = () => connect.getOffset(replication.connectorName);
      try {
        await source.writeLast(1);
        await busy.query('SET GLOBAL max_binlog_size = 4194304');
        await busy.query('CREATE DATABASE elsewhere');
        await busy.query('USE elsewhere');
        await busy.query('CREATE TABLE elsewhere.event (id bigint, filler text) ENGINE = InnoDB');
        await busy.query(
          'CREATE TABLE elsewhere.journal (id bigint, filler text) ENGINE = Aria TRANSACTIONAL = 0',
        );
        let row = 2;
        for (const [name, work] of Object.entries(otherWork)) {
          await work(busy);
          await until(`the stored offset comes to the log's end after ${name}`, 60_000, async () => {
            const { aheadBytes: behind } = await opened.readLog(replication, offset);
            return behind !== undefined && behind < 100_000;
          });
          await busy.query('FLUSH BINARY LOGS');
          const [files] = await busy.query<mysql.RowDataPacket[]>('SHOW BINARY LOGS');
          const newest = files.at(-1)?.Log_name as string;
          await until(
            `the stored offset is in the newest file after ${name}`,
            60_000,
            async () => (await offset())?.file === newest,
          );
          await busy.query(`PURGE BINARY LOGS TO '${newest}'`);
          await replaceWorker();
          await source.writeLast(row);
          const written = row;
          await until(`the row after the restart arrives after ${name}`, 120_000, async () =>
            ledger.has(written),
          );
          row += 1;
        }
        expect(await opened.judgeCapture(replication, { readOffset: offset, hasCopy: true })).toEqual({
          kind: 'continuous',
        });
      } finally {
        await busy.end();
        await opened.close();
      }
    }),
  900_000,
);
