import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createPool, type Pool } from '#adapters/mysql/driver/connection.ts';
import { applyPoolOptions, createApplyTarget } from '#adapters/mysql/target/apply-target.ts';
import { resetCheckpoints } from '#adapters/mysql/target/checkpoints.ts';
import { openChunkWriter } from '#adapters/mysql/target/chunk-writer.ts';
import { type MysqlTargetDatabase, openTargetDatabase } from '#adapters/mysql/target/target-database.ts';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { OwnedRun, TargetOwner } from '#core/contracts/target-owner.ts';
import { describeApplyTable, type MysqlApplyTable } from '#core/databases/mysql/target/apply-statements.ts';
import { clientTableNames } from '#core/databases/mysql/target/bookkeeping.ts';
import { postgresSourceDialect } from '#core/databases/postgresql/source/dialect.ts';
import { batchOf, partition, upsert } from '../../kit/apply-target-contract.ts';
import { sampleColumn, sampleTable } from '../../kit/databases.ts';
import { sampleOwner, takeTables } from '../../kit/target-owner.ts';
import { failureOf, targetOwnershipContract } from '../../kit/target-ownership-contract.ts';
import { connect, describeTargets, rowsOf, startTarget, type TargetServer } from './target-servers.ts';

describeTargets('ownership', (kind) => {
  let server: TargetServer;
  const query = (sql: string) => server.client.query(sql);

  beforeAll(async () => {
    server = await startTarget(kind);
  }, 120_000);
  afterAll(() => server?.stop());

  const inTarget = (table: string): TableRef => ({ schema: server.settings.databaseName, table });
  const createTable = async (name: string): Promise<TableRef> => {
    await query(
      `CREATE TABLE ${name} (id bigint PRIMARY KEY, note text); INSERT INTO ${name} VALUES (1, NULL)`,
    );
    return inTarget(name);
  };
  const withTarget = async <T>(
    look: (target: MysqlTargetDatabase) => Promise<T>,
    settings: ConnectionSettings = server.settings,
  ): Promise<T> => {
    const target = openTargetDatabase(settings);
    try {
      return await look(target);
    } finally {
      await target.close();
    }
  };

  targetOwnershipContract({ settings: () => server.settings, createTable });

  test('a table is found to be owned from whatever database the login begins with', async () => {
    const other = `${server.settings.databaseName}_other`;
    await query(`CREATE DATABASE ${other}`);
    try {
      const table = await createTable('shared_table');
      await takeTables(server.settings, sampleOwner({ replicationId: 51 }), [table]);
      const elsewhere = { ...server.settings, databaseName: other };
      expect(
        await failureOf(takeTables(elsewhere, sampleOwner({ replicationId: 52 }), [table])),
      ).toMatchObject({
        code: 'TargetTableClaimed',
      });
      await withTarget((target) => target.releaseTables(sampleOwner({ replicationId: 51 })), elsewhere);
      await takeTables(elsewhere, sampleOwner({ replicationId: 52 }), [table]);
    } finally {
      await query(`DROP DATABASE ${other}`);
    }
  });

  test('the tables of a new database can be taken before it is there', async () => {
    const schema = `${server.settings.databaseName}_new`;
    const table = { schema, table: 'orders' };
    try {
      await withTarget((target) => target.checkTables({ owner: sampleOwner(), tables: [table] }));
      await takeTables(server.settings, sampleOwner({ replicationId: 61 }), [table]);
      expect(
        await failureOf(takeTables(server.settings, sampleOwner({ replicationId: 62 }), [table])),
      ).toMatchObject({
        code: 'TargetTableClaimed',
      });
    } finally {
      await query(`DROP DATABASE ${schema}`);
    }
  });

  describe('what writes', () => {
    let pool: Pool;
    let ref: TableRef;
    let table: MysqlApplyTable;
    let counter = 0;
    let run: OwnedRun;
    const source = sampleTable('things', {
      columns: [
        sampleColumn('id', { type: 'bigint', baseType: 'int8' }),
        sampleColumn('part', { type: 'text', baseType: 'text' }),
        sampleColumn('amount', { type: 'numeric(10,2)', baseType: 'numeric', notNull: false }),
        sampleColumn('tags', { type: 'text', baseType: 'text', notNull: false }),
        sampleColumn('note', { type: 'text', baseType: 'text', notNull: false }),
      ],
      primaryKey: ['id', 'part'],
    });

    beforeEach(async () => {
      counter += 1;
      run = { owner: sampleOwner({ replicationId: 900 + counter }), generation: 1 };
      ref = inTarget(`written_${counter}`);
      await withTarget((target) => target.createTable(ref, source));
      await takeTables(server.settings, run.owner, [ref]);
      pool = createPool(server.settings, applyPoolOptions);
      const described = await withTarget((target) => target.describeTable(ref));
      if (described === undefined) throw new Error('The table is not there.');
      table = describeApplyTable(
        { source: source.ref, target: ref },
        source,
        described,
        postgresSourceDialect,
      );
    });
    afterEach(() => pool?.close());

    const consumer = () => createApplyTarget({ pool, owner: run.owner, tables: [ref], database: 'test' });
    const apply = (target: ReturnType<typeof consumer>, epoch: number, from: number, id = '1') =>
      target.apply(target.prepare(batchOf(table, epoch, from, [upsert(id, 'a', '1.00', null, null)])));
    const rows = () => rowsOf(server, `SELECT id FROM ${ref.table} ORDER BY id`);

    test('a consumer whose table was given back, or taken by another, writes nothing', async () => {
      const target = consumer();
      const { epoch } = await target.claim([partition]);
      expect(await apply(target, epoch, 0)).toBe('applied');
      await withTarget((owned) => owned.releaseTables(run.owner, [ref]));
      expect(await failureOf(apply(target, epoch, 1, '2'))).toMatchObject({ code: 'OwnershipLost' });
      await takeTables(server.settings, sampleOwner({ replicationId: 4 }), [ref]);
      expect(await failureOf(apply(target, epoch, 1, '2'))).toMatchObject({ code: 'OwnershipLost' });
      expect(await failureOf(consumer().claim([partition]))).toMatchObject({ code: 'OwnershipLost' });
      expect(await rows()).toEqual([{ id: '1' }]);
      await withTarget((owned) => owned.releaseTables(sampleOwner({ replicationId: 4 }), [ref]));
      await takeTables(server.settings, run.owner, [ref]);
      expect(await apply(target, epoch, 1, '2')).toBe('applied');
    });

    test('a consumer whose replication was given back as a whole is fenced', async () => {
      const target = consumer();
      const { epoch } = await target.claim([partition]);
      await withTarget((owned) => owned.releaseTables(run.owner));
      expect(await failureOf(apply(target, epoch, 0))).toMatchObject({ code: 'Fenced' });
    });

    test('giving a table back waits for a transaction that writes to it', async () => {
      const target = consumer();
      const { epoch } = await target.claim([partition]);
      await query(
        `CREATE TRIGGER gate_${counter} BEFORE INSERT ON ${ref.table} FOR EACH ROW SET NEW.note = GET_LOCK('gate', 600)`,
      );
      // INNODB_TRX says the same as before to whom asks again within 100 ms.
      const awaitOne = async (sql: string): Promise<void> => {
        while ((await rowsOf(server, sql)).length === 0)
          await new Promise((resolve) => setTimeout(resolve, 200));
      };
      await query(`DO GET_LOCK('gate', 0)`);
      const applying = apply(target, epoch, 0);
      await awaitOne(`SELECT ID FROM information_schema.PROCESSLIST WHERE STATE = 'User lock'`);
      const rowsThen = withTarget((owned) => owned.releaseTables(run.owner, [ref])).then(rows);
      await awaitOne(`SELECT trx_id FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'`);
      await query(`DO RELEASE_LOCK('gate')`);
      expect(await applying).toBe('applied');
      expect(await rowsThen).toEqual([{ id: '1' }]);
    });

    test('a chunk is copied for the newest start of the owner only', async () => {
      const described = await withTarget((target) => target.describeTable(ref));
      if (described === undefined) throw new Error('The table is not there.');
      const copyAs = async (start: OwnedRun): Promise<void> => {
        const writer = openChunkWriter(server.settings, 1, start);
        try {
          await writer.writeChunk(
            { source, target: described },
            { chunkNumber: 0 },
            async function* () {
              yield { rowCount: 1, rows: [['6', 'x', null, null, null]], bytes: 2 };
            },
            { signal: new AbortController().signal },
          );
        } finally {
          await writer.close();
        }
      };
      await copyAs(run);
      expect(await rows()).toEqual([{ id: '6' }]);
      await takeTables(server.settings, run.owner, [ref], 2);
      expect(await failureOf(copyAs(run))).toMatchObject({ code: 'OwnershipLost' });
      await copyAs({ ...run, generation: 2 });
      expect(await failureOf(copyAs({ ...run, owner: sampleOwner({ replicationId: 3 }) }))).toMatchObject({
        code: 'OwnershipLost',
      });
    });

    describe('after an upgrade', () => {
      /** As the version before left it. */
      const oldBookkeeping = async (): Promise<void> => {
        const id = run.owner.replicationId;
        await query(`
          CREATE TABLE IF NOT EXISTS millrace_consumer_epoch (replication_id bigint NOT NULL PRIMARY KEY, epoch bigint NOT NULL) ENGINE = InnoDB;
          CREATE TABLE IF NOT EXISTS millrace_checkpoint (
            replication_id bigint NOT NULL, topic varchar(249) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, topic_partition int NOT NULL,
            topic_id varchar(64) CHARACTER SET ascii COLLATE ascii_bin NULL, next_offset bigint NOT NULL, epoch bigint NOT NULL,
            source_position bigint NULL, reread_position bigint NULL, inserts bigint NOT NULL DEFAULT 0, updates bigint NOT NULL DEFAULT 0,
            deletes bigint NOT NULL DEFAULT 0, truncates bigint NOT NULL DEFAULT 0, duplicates_skipped bigint NOT NULL DEFAULT 0,
            updated_at datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3), PRIMARY KEY (replication_id, topic, topic_partition)) ENGINE = InnoDB;
          DELETE FROM millrace_table_owner WHERE replication_id = ${id};
          INSERT IGNORE INTO millrace_consumer_epoch VALUES (${id}, 5), (12345, 6);
          INSERT IGNORE INTO millrace_checkpoint (replication_id, topic, topic_partition, topic_id, next_offset, epoch, inserts)
          VALUES (${id}, '${partition.topic}', 0, '${partition.topicId}', 40, 5, 39), (12345, 'other', 0, NULL, 8, 6, 8)`);
      };
      afterEach(() => query('DROP TABLE IF EXISTS millrace_checkpoint, millrace_consumer_epoch'));

      test('a consumer goes on at its checkpoint and owns its tables; one of the older version finds its checkpoint gone', async () => {
        await oldBookkeeping();
        const target = consumer();
        const { epoch, checkpoints } = await target.claim([partition]);
        expect(epoch).toBe(6);
        expect(checkpoints).toMatchObject([{ nextOffset: 40n, epoch: 6, counts: { inserts: 39 } }]);
        expect(await apply(target, epoch, 40)).toBe('applied');
        for (const name of ['millrace_checkpoint', 'millrace_consumer_epoch']) {
          expect(await rowsOf(server, `SELECT replication_id FROM ${name}`)).toEqual([
            { replication_id: '12345' },
          ]);
        }
        expect(
          await failureOf(takeTables(server.settings, sampleOwner({ replicationId: 2 }), [ref])),
        ).toMatchObject({
          code: 'TargetTableClaimed',
        });
        expect((await consumer().claim([partition])).epoch).toBe(7);
      });

      test('the checkpoints of another installation with a replication of the same number stay where they are', async () => {
        await oldBookkeeping();
        await takeTables(server.settings, run.owner, [ref]);
        expect(await consumer().claim([partition])).toMatchObject({
          epoch: 1,
          checkpoints: [{ nextOffset: 0n }],
        });
        await withTarget((target) => target.releaseTables(run.owner));
        expect(await rowsOf(server, 'SELECT topic FROM millrace_checkpoint')).toHaveLength(2);
      });

      test('a start takes the tables to which the older version has copied', async () => {
        await oldBookkeeping();
        await withTarget((target) => target.takeTables({ ...run, tables: [ref], copied: [ref] }));
        expect((await consumer().claim([partition])).checkpoints).toMatchObject([{ nextOffset: 40n }]);
      });

      test('a table that another has taken meanwhile is not taken from it', async () => {
        await oldBookkeeping();
        await takeTables(server.settings, sampleOwner({ replicationId: 2 }), [ref]);
        expect(await failureOf(consumer().claim([partition]))).toMatchObject({ code: 'TargetTableClaimed' });
      });
    });
  });

  describe('of two accounts in one database, each with rights on its own tables only', () => {
    const one = sampleOwner({ replicationId: 1, clientId: 31 });
    const two = sampleOwner({ replicationId: 1, clientId: 32 });
    const users = { one: `one_${randomUUID().slice(0, 8)}`, two: `two_${randomUUID().slice(0, 8)}` };
    const loginOf = (username: string): ConnectionSettings => ({
      ...server.settings,
      username,
      password: 'secret-A1',
    });
    const partitions = [{ topic: 't', partition: 0, firstOffset: 0n, endOffset: 7n }];

    const reset = async (username: string, owner: TargetOwner): Promise<void> => {
      const pool = createPool(loginOf(username), {
        applicationName: 'test',
        access: 'write',
        maxConnections: 1,
      });
      try {
        await resetCheckpoints(pool, owner, partitions, 'test');
      } finally {
        await pool.close();
      }
    };
    /** The rows or the number of rows that an account's own statement has, or its error. */
    const as = async (username: string, sql: string): Promise<unknown> => {
      const client = await connect(loginOf(username));
      try {
        const [result] = await client.query(sql);
        return Array.isArray(result) ? result : result.affectedRows;
      } catch (error) {
        return error instanceof Error && 'errno' in error ? error.errno : String(error);
      } finally {
        client.destroy();
      }
    };
    const grantMissing = async (username: string, tables: readonly TableRef[], owner: TargetOwner) => {
      const find = () =>
        withTarget(
          (target) => target.findWriteProblems([inTarget('x').schema], tables, owner),
          loginOf(username),
        );
      const missing = await find();
      for (const { remedy } of missing) await query(String(remedy));
      expect(await find()).toEqual([]);
      return missing;
    };

    beforeAll(async () => {
      // As docs/guide/mysql.md has it: the table of owners is an administrator's, and accounts see it by a view.
      await query(`
        DROP TABLE IF EXISTS millrace_table_owner;
        CREATE TABLE millrace_owners (
          table_name varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY,
          installation_id char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, client_id bigint NOT NULL,
          replication_id bigint NOT NULL, generation bigint NOT NULL,
          account varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
          taken_at datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)) ENGINE = InnoDB;
        CREATE SQL SECURITY DEFINER VIEW millrace_table_owner AS
          SELECT * FROM millrace_owners WHERE account = SUBSTRING_INDEX(USER(), '@', 1) WITH CHECK OPTION;
        CREATE TABLE of_one (id int PRIMARY KEY); CREATE TABLE of_two (id int PRIMARY KEY); CREATE TABLE of_both (id int PRIMARY KEY)`);
      for (const [user, own] of [
        [users.one, 'of_one'],
        [users.two, 'of_two'],
      ] as const) {
        await query(`CREATE USER '${user}'@'%' IDENTIFIED BY 'secret-A1'`);
        for (const name of [own, 'of_both']) await query(`GRANT SELECT ON ${name} TO '${user}'@'%'`);
      }
      const missing = await grantMissing(users.one, [inTarget('of_one'), inTarget('of_both')], one);
      expect(missing.map(({ remedy }) => remedy)).toContain(
        `GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON \`${server.settings.databaseName}\`.\`${clientTableNames(one).checkpoint}\` TO \`${users.one}\`@\`%\`;`,
      );
      await grantMissing(users.two, [inTarget('of_two'), inTarget('of_both')], two);
      await takeTables(loginOf(users.one), one, [inTarget('of_one'), inTarget('of_both')]);
      await takeTables(loginOf(users.two), two, [inTarget('of_two')]);
      await reset(users.one, one);
      await reset(users.two, two);
    });
    afterAll(async () => {
      await query(`DROP VIEW IF EXISTS millrace_table_owner; DROP TABLE IF EXISTS millrace_owners`);
      for (const user of Object.values(users)) await query(`DROP USER IF EXISTS '${user}'@'%'`);
    });

    test("neither reads or alters the other's checkpoints", async () => {
      for (const [user, other] of [
        [users.two, one],
        [users.one, two],
      ] as const) {
        for (const name of Object.values(clientTableNames(other))) {
          expect(await as(user, `SELECT * FROM ${name}`)).toBe(1142);
          expect(await as(user, `UPDATE ${name} SET replication_id = 99`)).toBe(1142);
        }
      }
    });

    test("neither reads or alters the other's owners", async () => {
      expect(await as(users.one, 'SELECT table_name FROM millrace_table_owner ORDER BY 1')).toEqual([
        { table_name: 'of_both' },
        { table_name: 'of_one' },
      ]);
      expect(await as(users.two, 'SELECT table_name FROM millrace_table_owner')).toEqual([
        { table_name: 'of_two' },
      ]);
      expect(await as(users.two, `DELETE FROM millrace_table_owner WHERE table_name = 'of_one'`)).toBe(0);
      expect(await as(users.two, `UPDATE millrace_table_owner SET account = '${users.one}'`)).toBe(1369);
      expect(await as(users.two, 'SELECT * FROM millrace_owners')).toBe(1142);
    });

    test('a table of the other account is refused without a word about who it is', async () => {
      const error = await failureOf(
        takeTables(loginOf(users.two), { ...two, replicationId: 2 }, [inTarget('of_both')]),
      );
      expect(error).toMatchObject({
        code: 'TargetTableClaimed',
        message: `Target table ${server.settings.databaseName}.of_both is written by another replication.`,
        facts: { replications: [] },
      });
      await withTarget((target) => target.releaseTables(one, [inTarget('of_both')]), loginOf(users.one));
      await takeTables(loginOf(users.two), { ...two, replicationId: 2 }, [inTarget('of_both')]);
    });
  });
});

describe('a server that folds names', () => {
  let server: TargetServer;
  beforeAll(async () => {
    server = await startTarget('mariadb', { lower_case_table_names: '1' });
  }, 120_000);
  afterAll(() => server?.stop());

  test('takes names that differ only in case for one table', async () => {
    const { settings } = server;
    const [lower, upper] = [
      { schema: settings.databaseName, table: 'orders' },
      { schema: settings.databaseName, table: 'Orders' },
    ];
    await takeTables(settings, sampleOwner({ replicationId: 1 }), [upper]);
    expect(await failureOf(takeTables(settings, sampleOwner({ replicationId: 2 }), [lower]))).toMatchObject({
      code: 'TargetTableClaimed',
    });
    await takeTables(settings, sampleOwner({ replicationId: 1 }), [lower]);
    expect(
      await failureOf(takeTables(settings, sampleOwner({ replicationId: 1 }), [lower, upper])),
    ).toMatchObject({
      code: 'TargetTableClaimed',
      message: expect.stringContaining('differ only in case'),
    });
  });
});
