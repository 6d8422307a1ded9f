import { afterAll, beforeAll } from '@jest/globals';
import mysql from 'mysql2/promise';
import { openTargetDatabase } from '#adapters/mysql/target/target-database.ts';
import { quoteIdentifier } from '#core/databases/mysql/identifiers.ts';
import { clientTableNames } from '#core/databases/mysql/target/bookkeeping.ts';
import { ConsumerStack, type RegisteredTarget } from '../consumer/consumer-stack.ts';
import { type DeadLetterWorld, deadLetterSuite } from '../consumer/dead-letter-suite.ts';
import { describeTargets, rowsOf, startTarget, type TargetServer } from './target-servers.ts';

const slow = 300_000;

describeTargets('dead letters', (kind) => {
  let stack: ConsumerStack;
  let server: TargetServer;
  let target: RegisteredTarget;
  let store: ReturnType<typeof openTargetDatabase>;
  let world: DeadLetterWorld;

  beforeAll(async () => {
    server = await startTarget(kind);
    stack = await ConsumerStack.start();
    target = await stack.registerTarget(server.settings);
    store = openTargetDatabase(server.settings);
    const names = async () =>
      clientTableNames({ installationId: await stack.store.getInstallationId(), clientId: 1 });
    world = {
      stack,
      store,
      createTable: async (name) => {
        await stack.source.client.query(
          `CREATE TABLE ${name} (id bigint PRIMARY KEY, amount integer, note varchar(200))`,
        );
        await server.client.query(
          `CREATE TABLE ${name} (id bigint PRIMARY KEY, amount int, note varchar(20) UNIQUE, CONSTRAINT small_${name} CHECK (amount < 100)) ` +
            'CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
        );
        return stack.createReplication([name], 'live', target);
      },
      rows: async (name) =>
        (await rowsOf(server, `SELECT id, note FROM ${name} ORDER BY id`)).map(({ id, note }) => ({
          id: String(id),
          note: note ?? null,
        })),
      execute: (sql) => server.client.query(sql),
      nextOffset: async ({ replicationId }) => {
        const { checkpoint } = await names();
        const isThere = await rowsOf(server, `SHOW TABLES LIKE '${checkpoint.replaceAll('_', '\\_')}'`);
        if (isThere.length === 0) return 0;
        const [row] = await rowsOf(
          server,
          `SELECT COALESCE(SUM(next_offset), 0) AS next_offset FROM ${quoteIdentifier(checkpoint)} WHERE replication_id = ${replicationId}`,
        );
        return Number(row?.next_offset);
      },
      lockMarks: async () => {
        const { host, port, username: user, password, databaseName: database } = server.settings;
        // LOCK TABLES lets its session use only what it has locked.
        const locker = await mysql.createConnection({ host, port, user, password, database });
        await locker.query(`LOCK TABLES ${quoteIdentifier((await names()).deadLetter)} READ`);
        return () => locker.end();
      },
    };
  }, slow);
  afterAll(async () => {
    await store?.close();
    await stack?.stop();
    await server?.stop();
  }, slow);

  deadLetterSuite(() => world);
});
