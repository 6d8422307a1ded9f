import { afterAll, beforeAll } from '@jest/globals';
import { openTargetDatabase } from '#adapters/postgresql/target/target-database.ts';
import { clientTableNames } from '#core/databases/postgresql/target/bookkeeping.ts';
import type { TargetDatabase } from '#core/ports/databases.ts';
import { settingsOf } from '../postgresql/database-pair.ts';
import { ConsumerStack, connect } from './consumer-stack.ts';
import { type DeadLetterWorld, deadLetterSuite } from './dead-letter-suite.ts';

const slow = 300_000;

let world: DeadLetterWorld;
let stack: ConsumerStack;
let store: TargetDatabase;
beforeAll(async () => {
  stack = await ConsumerStack.start();
  store = openTargetDatabase(settingsOf(stack.target.server));
  const { client } = stack.target;
  const names = async () =>
    clientTableNames({ installationId: await stack.store.getInstallationId(), clientId: 1 });
  world = {
    stack,
    store,
    createTable: async (name) => {
      await stack.source.client.query(
        `CREATE TABLE ${name} (id bigint PRIMARY KEY, amount integer, note varchar(200))`,
      );
      await client.query(
        `CREATE TABLE ${name} (id bigint PRIMARY KEY, amount integer CONSTRAINT small CHECK (amount < 100), note varchar(20) UNIQUE)`,
      );
      return stack.createReplication([name]);
    },
    rows: async (name) => (await client.query(`SELECT id::text, note FROM ${name} ORDER BY ${name}.id`)).rows,
    execute: (sql) => client.query(sql),
    nextOffset: async ({ replicationId }) => {
      const { checkpoint } = await names();
      const { rows } = await client.query('SELECT to_regclass($1) AS found', [`millrace.${checkpoint}`]);
      if (rows[0]?.found === null) return 0;
      const found = await client.query(
        `SELECT coalesce(sum(next_offset), 0)::int AS offset FROM millrace.${checkpoint} WHERE replication_id = $1`,
        [replicationId],
      );
      return found.rows[0].offset;
    },
    lockMarks: async () => {
      const locker = await connect(stack.target.server);
      await locker.query('BEGIN');
      await locker.query(`LOCK TABLE millrace.${(await names()).deadLetter} IN SHARE MODE`);
      return () => locker.end();
    },
  };
}, slow);
afterAll(async () => {
  await store?.close();
  await stack?.stop();
}, slow);

deadLetterSuite(() => world);
