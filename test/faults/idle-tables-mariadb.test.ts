import { expect, test } from '@jest/globals';
import mysql from 'mysql2/promise';
import { openSource } from '#adapters/databases/open-database.ts';
import { startMariadbSource } from './capture-kill/mariadb-source.ts';
import { onCapture, untilOn } from './idle-tables.ts';

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
