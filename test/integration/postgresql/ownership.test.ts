import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { closePool, createPool } from '#adapters/postgresql/driver/connection.ts';
import { applyPoolOptions, createApplyTarget } from '#adapters/postgresql/target/apply-target.ts';
import { resetCheckpoints } from '#adapters/postgresql/target/checkpoints.ts';
import { openChunkCopier } from '#adapters/postgresql/target/chunk-copier.ts';
import { openChunkWriter } from '#adapters/postgresql/target/chunk-writer.ts';
import { openTargetDatabase } from '#adapters/postgresql/target/target-database.ts';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { OwnedRun, TargetOwner } from '#core/contracts/target-owner.ts';
import { postgresSourceDialect } from '#core/databases/postgresql/source/dialect.ts';
import { describeApplyTable } from '#core/databases/postgresql/target/apply-statements.ts';
import { clientTableNames } from '#core/databases/postgresql/target/bookkeeping.ts';
import type { ApplyTable } from '#core/ports/apply-table.ts';
import type { CopiedTables, TargetDatabase } from '#core/ports/databases.ts';
import { batchOf, partition, upsert } from '../../kit/apply-target-contract.ts';
import { sampleOwner, takeTables } from '../../kit/target-owner.ts';
import { failureOf, targetOwnershipContract } from '../../kit/target-ownership-contract.ts';
import { type DatabasePair, startDatabasePair } from './database-pair.ts';

describe.each([13, 18] as const)('PostgreSQL %d', (version) => {
  let pair: DatabasePair;
  const query = async (sql: string, values: readonly unknown[] = []) =>
    (await pair.target.client.query(sql, [...values])).rows;

  beforeAll(async () => {
    pair = await startDatabasePair({}, { source: version, target: version });
  }, 120_000);
  afterAll(() => pair?.stop());

  const createTable = async (name: string): Promise<TableRef> => {
    await query(
      `CREATE TABLE public.${name} (id bigint PRIMARY KEY, note text); INSERT INTO public.${name} VALUES (1)`,
    );
    return { schema: 'public', table: name };
  };

  const withTarget = async <T>(
    look: (target: TargetDatabase) => Promise<T>,
    settings: ConnectionSettings = pair.target.settings,
  ): Promise<T> => {
    const target = openTargetDatabase(settings);
    try {
      return await look(target);
    } finally {
      await target.close();
    }
  };

  describe('ownership', () => {
    targetOwnershipContract({ settings: () => pair.target.settings, createTable });

    test('a table that was dropped and created again since its copy needs a resync, which makes it the owned one', async () => {
      const table = await createTable('replaced');
      const owner = sampleOwner({ replicationId: 801 });
      const request = { owner, generation: 1, tables: [table], copied: [table] };
      await withTarget(async (target) => {
        await target.takeTables({ owner, generation: 1, tables: [table] });
        await target.takeTables(request);
        await query('DROP TABLE public.replaced');
        await createTable('replaced');
        const error = await failureOf(target.takeTables(request));
        expect(error).toMatchObject({ code: 'NeedsResync' });
        expect(error.message).toContain('public.replaced: dropped and created again');
        await target.takeTables({ owner, generation: 2, tables: [table] });
        await target.truncate(table, { owner, generation: 2 });
        await target.takeTables({ ...request, generation: 3 });
      });
    });

    test('a table that Millrace creates is the owned one, and no other that takes its name', async () => {
      const like = await createTable('template');
      const table = { schema: 'public', table: 'made_later' };
      const owner = sampleOwner({ replicationId: 802 });
      await withTarget(async (target) => {
        await target.takeTables({ owner, generation: 1, tables: [table] });
        const description = await target.describeTable(like);
        if (description === undefined) throw new Error('The table is not there.');
        await target.createTable(table, description);
        await target.takeTables({ owner, generation: 1, tables: [table], copied: [table] });
        await query('DROP TABLE public.made_later');
        await target.createTable(table, description);
        await query('DROP TABLE public.made_later; CREATE TABLE public.made_later (id bigint PRIMARY KEY)');
        expect(
          await failureOf(target.takeTables({ owner, generation: 1, tables: [table], copied: [table] })),
        ).toMatchObject({ code: 'NeedsResync' });
      });
    });
  });

  describe('of two roles in one database', () => {
    const loginOf = (username: string): ConnectionSettings => ({
      ...pair.target.settings,
      username,
      password: 'secret',
    });
    const one = sampleOwner({ replicationId: 1, clientId: 31 });
    const two = sampleOwner({ replicationId: 1, clientId: 32 });
    const ofOne = { schema: 'public', table: 'of_one' };
    const ofTwo = { schema: 'public', table: 'of_two' };
    const both = { schema: 'public', table: 'of_both' };
    const partitions = [{ topic: 't', partition: 0, firstOffset: 0n, endOffset: 7n }];

    const reset = async (username: string, owner: TargetOwner): Promise<void> => {
      const pool = createPool(loginOf(username), { applicationName: 'test', maxConnections: 1 });
      try {
        await resetCheckpoints(pool, owner, partitions, 'test');
      } finally {
        await closePool(pool);
      }
    };
    /** What a role gets by its own statement, with its SQLSTATE if it fails. */
    const as = async (username: string, sql: string): Promise<readonly unknown[] | string> => {
      const pool = createPool(loginOf(username), { applicationName: 'test', maxConnections: 1 });
      try {
        const { rows, rowCount } = await pool.query(sql);
        return rows.length > 0 ? rows : [rowCount];
      } catch (error) {
        return error instanceof Error && 'code' in error ? String(error.code) : String(error);
      } finally {
        await closePool(pool);
      }
    };

    beforeAll(async () => {
      await query('DROP SCHEMA IF EXISTS millrace CASCADE');
      for (const role of ['role_one', 'role_two', 'role_new']) {
        await query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
      }
      await query(`
        CREATE TABLE of_one (id int PRIMARY KEY); CREATE TABLE of_two (id int PRIMARY KEY); CREATE TABLE of_both (id int PRIMARY KEY);
        GRANT ALL ON of_one, of_both TO role_one; GRANT ALL ON of_two, of_both TO role_two; GRANT ALL ON of_one, of_both TO role_new;
        GRANT USAGE, CREATE ON SCHEMA public TO role_one, role_two, role_new; GRANT CREATE ON DATABASE warehouse TO role_one`);
      await takeTables(loginOf('role_one'), one, [ofOne, both]);
      await reset('role_one', one);
      // What the role is told that it needs is what it takes.
      const missing = await withTarget(
        (target) => target.findWriteProblems(['public'], [ofTwo], two),
        loginOf('role_two'),
      );
      expect(missing.map(({ remedy }) => remedy)).toEqual([
        'GRANT USAGE on schema millrace TO "role_two";',
        'GRANT CREATE on schema millrace TO "role_two";',
      ]);
      for (const { remedy } of missing) await query(String(remedy));
      await takeTables(loginOf('role_two'), two, [ofTwo]);
      await reset('role_two', two);
    });

    test("neither reads or alters the other's checkpoints", async () => {
      for (const [role, other] of [
        ['role_two', one],
        ['role_one', two],
      ] as const) {
        for (const table of Object.values(clientTableNames(other))) {
          expect(await as(role, `SELECT * FROM millrace.${table}`)).toBe('42501');
          expect(await as(role, `UPDATE millrace.${table} SET replication_id = 99`)).toBe('42501');
          expect(await as(role, `DELETE FROM millrace.${table}`)).toBe('42501');
        }
      }
    });

    test("neither reads or alters the other's owners, also the role that created their table", async () => {
      for (const [role, own] of [
        ['role_one', ['of_both', 'of_one']],
        ['role_two', ['of_two']],
      ] as const) {
        expect(await as(role, 'SELECT table_name FROM millrace.table_owner ORDER BY 1')).toEqual(
          own.map((name) => ({ table_name: name })),
        );
        expect(await as(role, `UPDATE millrace.table_owner SET generation = generation`)).toEqual([
          own.length,
        ]);
      }
      expect(await as('role_two', `DELETE FROM millrace.table_owner WHERE table_name = 'of_one'`)).toEqual([
        0,
      ]);
      expect(await as('role_one', `DELETE FROM millrace.table_owner WHERE table_name = 'of_two'`)).toEqual([
        0,
      ]);
      expect(await as('role_two', `UPDATE millrace.table_owner SET role_name = 'role_one'`)).toBe('42501');
      expect(await as('role_two', 'TRUNCATE millrace.table_owner')).toBe('42501');
    });

    test('a table of the other role is refused without a word about who it is', async () => {
      const error = await failureOf(takeTables(loginOf('role_two'), { ...two, replicationId: 2 }, [both]));
      expect(error).toMatchObject({
        code: 'TargetTableClaimed',
        message: 'Target table public.of_both is written by another replication.',
        facts: { tables: ['public.of_both'], replications: [] },
      });
    });

    test('an administrator can own the shared table, which keeps its creator from changing its rules', async () => {
      expect(await as('role_one', 'ALTER TABLE millrace.table_owner NO FORCE ROW LEVEL SECURITY')).toEqual([
        null,
      ]);
      await query(`
        ALTER TABLE millrace.table_owner FORCE ROW LEVEL SECURITY;
        ALTER TABLE millrace.table_owner OWNER TO postgres; ALTER SCHEMA millrace OWNER TO postgres;
        GRANT USAGE, CREATE ON SCHEMA millrace TO role_one, role_two`);
      expect(await as('role_one', 'ALTER TABLE millrace.table_owner NO FORCE ROW LEVEL SECURITY')).toBe(
        '42501',
      );
      expect(await as('role_one', 'DROP TABLE millrace.table_owner')).toBe('42501');
      const find = (role: string, owner: TargetOwner, table: TableRef) =>
        withTarget((target) => target.findWriteProblems(['public'], [table], owner), loginOf(role));
      expect(await find('role_one', one, ofOne)).toEqual([]);
      expect(await find('role_two', two, ofTwo)).toEqual([]);
      await takeTables(loginOf('role_one'), one, [ofOne, both]);
      await reset('role_one', one);
      expect(await failureOf(takeTables(loginOf('role_two'), two, [both]))).toMatchObject({
        code: 'TargetTableClaimed',
      });
    });

    test('nobody takes a table to which the role may not write', async () => {
      await query('CREATE TABLE IF NOT EXISTS nobodys (id int PRIMARY KEY)');
      const error = await failureOf(
        takeTables(loginOf('role_two'), two, [{ schema: 'public', table: 'nobodys' }]),
      );
      expect(error).toMatchObject({ code: 'PermissionDenied' });
    });

    test('rights on the bookkeeping that a new user lacks are told before the start, and what is told is enough', async () => {
      await query('GRANT USAGE, CREATE ON SCHEMA millrace TO role_new');
      const { checkpoint, epoch, deadLetter } = clientTableNames(one);
      const find = () =>
        withTarget((target) => target.findWriteProblems(['public'], [ofOne], one), loginOf('role_new'));
      expect((await find()).map(({ problem }) => problem)).toEqual([
        `A privilege is missing: SELECT, INSERT, UPDATE, DELETE on table millrace.${checkpoint}.`,
        `A privilege is missing: SELECT, INSERT, UPDATE, DELETE on table millrace.${epoch}.`,
        `A privilege is missing: SELECT, INSERT, UPDATE, DELETE on table millrace.${deadLetter}.`,
      ]);
      for (const { remedy } of await find()) await query(String(remedy));
      expect(await find()).toEqual([]);
      // The owners are the old role's still, of which the new one becomes a member.
      expect(await failureOf(takeTables(loginOf('role_new'), one, [ofOne]))).toMatchObject({
        code: 'TargetTableClaimed',
      });
      await query('GRANT role_one TO role_new');
      await takeTables(loginOf('role_new'), one, [ofOne], 2);
      await reset('role_new', one);
    });

    test('the registry without its rights is told too', async () => {
      await query('REVOKE ALL ON millrace.table_owner FROM PUBLIC');
      const [problem, ...others] = await withTarget(
        (target) => target.findWriteProblems(['public'], [ofTwo], two),
        loginOf('role_two'),
      );
      expect(others).toEqual([]);
      expect(problem?.remedy).toBe(
        'GRANT SELECT, INSERT, UPDATE, DELETE on table millrace.table_owner TO "role_two";',
      );
      await query('GRANT SELECT, INSERT, UPDATE, DELETE ON millrace.table_owner TO PUBLIC');
    });
  });

  describe('what writes', () => {
    let pool: pg.Pool;
    let ref: TableRef;
    let table: ApplyTable;
    let counter = 0;
    let run: OwnedRun;

    beforeEach(async () => {
      counter += 1;
      run = { owner: sampleOwner({ replicationId: 900 + counter }), generation: 1 };
      const name = `written_${counter}`;
      await query(
        `CREATE TABLE public.${name} (id bigint, part text, amount numeric(10,2), tags text[], note text, PRIMARY KEY (id, part))`,
      );
      ref = { schema: 'public', table: name };
      await takeTables(pair.target.settings, run.owner, [ref]);
      pool = createPool(pair.target.settings, applyPoolOptions);
      const described = await withTarget((target) => target.describeTable(ref));
      if (described === undefined) throw new Error('The table is not there.');
      table = describeApplyTable({ source: ref, target: ref }, described, described, postgresSourceDialect);
    });
    afterEach(() => closePool(pool));

    const consumer = (owner = run.owner) =>
      createApplyTarget({ pool, owner, tables: [ref], database: 'test' });
    const apply = (target: ReturnType<typeof consumer>, epoch: number, from: number, id = '1') =>
      target.apply(
        target.prepare(
          batchOf(table as Parameters<typeof target.prepare>[0]['changes'][0]['table'], epoch, from, [
            upsert(id, 'a', '1.00', null, null),
          ]),
        ),
      );
    const rows = async () => query(`SELECT id FROM public.${ref.table} ORDER BY id`);

    test('a consumer whose table was given back, or taken by another, writes nothing', async () => {
      const target = consumer();
      const { epoch } = await target.claim([partition]);
      expect(await apply(target, epoch, 0)).toBe('applied');
      await withTarget((owned) => owned.releaseTables(run.owner, [ref]));
      expect(await failureOf(apply(target, epoch, 1, '2'))).toMatchObject({ code: 'OwnershipLost' });
      await takeTables(pair.target.settings, sampleOwner({ replicationId: 4 }), [ref]);
      expect(await failureOf(apply(target, epoch, 1, '2'))).toMatchObject({ code: 'OwnershipLost' });
      expect(await failureOf(consumer().claim([partition]))).toMatchObject({ code: 'OwnershipLost' });
      expect(await rows()).toEqual([{ id: '1' }]);
      // All of it was rolled back, so that the batch can be applied when the table is the replication's again.
      await withTarget((owned) => owned.releaseTables(sampleOwner({ replicationId: 4 }), [ref]));
      await takeTables(pair.target.settings, run.owner, [ref]);
      expect(await apply(target, epoch, 1, '2')).toBe('applied');
    });

    test('a consumer whose replication was given back as a whole is fenced', async () => {
      const target = consumer();
      const { epoch } = await target.claim([partition]);
      await withTarget((owned) => owned.releaseTables(run.owner));
      expect(await failureOf(apply(target, epoch, 0))).toMatchObject({ code: 'Fenced' });
      for (const name of Object.values(clientTableNames(run.owner))) {
        expect(
          await query(`SELECT FROM millrace.${name} WHERE replication_id = $1`, [run.owner.replicationId]),
        ).toEqual([]);
      }
    });

    test('giving a table back waits for a transaction that writes to it', async () => {
      const target = consumer();
      const { epoch } = await target.claim([partition]);
      await query(
        'CREATE OR REPLACE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NEW; END $$',
      );
      await query(
        `CREATE TRIGGER gate BEFORE INSERT ON public.${ref.table} FOR EACH ROW EXECUTE FUNCTION wait_at_gate()`,
      );
      const awaitWaiting = async (sessions: number): Promise<void> => {
        for (;;) {
          const waiting = await query('SELECT DISTINCT pid FROM pg_locks WHERE NOT granted');
          if (waiting.length === sessions) return;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      };
      await query('SELECT pg_advisory_lock(4711)');
      const applying = apply(target, epoch, 0);
      await awaitWaiting(1);
      const rowsThen = withTarget((owned) => owned.releaseTables(run.owner, [ref])).then(rows);
      await awaitWaiting(2);
      await query('SELECT pg_advisory_unlock(4711)');
      expect(await applying).toBe('applied');
      expect(await rowsThen).toEqual([{ id: '1' }]);
    });

    test('a consumer stops when its table is dropped and created again', async () => {
      const target = consumer();
      const { epoch } = await target.claim([partition]);
      expect(await apply(target, epoch, 0)).toBe('applied');
      await query(`DROP TABLE public.${ref.table}`);
      await query(
        `CREATE TABLE public.${ref.table} (id bigint, part text, amount numeric(10,2), tags text[], note text, PRIMARY KEY (id, part))`,
      );
      expect(await failureOf(apply(target, epoch, 1, '2'))).toMatchObject({ code: 'NeedsResync' });
      expect(await failureOf(consumer().claim([partition]))).toMatchObject({ code: 'NeedsResync' });
      expect(await rows()).toEqual([]);
    });

    test('a chunk is copied for the newest start of the owner only, and not into a table that was replaced', async () => {
      const source = { schema: 'public', table: ref.table };
      await pair.source.client.query(
        `CREATE TABLE public.${ref.table} (id bigint, part text, PRIMARY KEY (id, part)); INSERT INTO public.${ref.table} VALUES (5, 'x')`,
      );
      const sourceTable = await withTarget((side) => side.describeTable(source), pair.source.settings);
      const targetTable = await withTarget((side) => side.describeTable(ref));
      if (sourceTable === undefined || targetTable === undefined) throw new Error('A table is not there.');
      const tables: CopiedTables = { source: sourceTable, target: targetTable };
      const signal = new AbortController().signal;
      const copyAs = async (start: OwnedRun): Promise<void> => {
        const copier = openChunkCopier(pair.source.settings, pair.target.settings, { run: start });
        const writer = openChunkWriter(pair.target.settings, 1, start);
        try {
          await copier.copyChunk(tables, { chunkNumber: 0 }, signal);
          await writer.writeChunk(
            tables,
            { chunkNumber: 1 },
            async function* () {
              yield { rowCount: 1, rows: [['6', 'x']], bytes: 2 };
            },
            { signal },
          );
        } finally {
          await copier.close();
          await writer.close();
        }
      };
      await copyAs(run);
      expect(await rows()).toEqual([{ id: '5' }, { id: '6' }]);
      expect(await failureOf(copyAs({ ...run, owner: sampleOwner({ replicationId: 3 }) }))).toMatchObject({
        code: 'OwnershipLost',
      });
      await takeTables(pair.target.settings, run.owner, [ref], 2);
      expect(await failureOf(copyAs(run))).toMatchObject({ code: 'OwnershipLost' });
      await query(
        `DROP TABLE public.${ref.table}; CREATE TABLE public.${ref.table} (id bigint, part text, PRIMARY KEY (id, part))`,
      );
      expect(await failureOf(copyAs({ ...run, generation: 2 }))).toMatchObject({ code: 'NeedsResync' });
      expect(await rows()).toEqual([]);
    });

    describe('after an upgrade', () => {
      /** As the version before left it. */
      const oldBookkeeping = async (): Promise<void> => {
        await query(`
          CREATE TABLE IF NOT EXISTS millrace.consumer_epoch (replication_id bigint PRIMARY KEY, epoch bigint NOT NULL);
          CREATE TABLE IF NOT EXISTS millrace.checkpoint (
            replication_id bigint NOT NULL, topic text NOT NULL, topic_partition integer NOT NULL, topic_id text,
            next_offset bigint NOT NULL, epoch bigint NOT NULL, source_position bigint, reread_position bigint,
            inserts bigint NOT NULL DEFAULT 0, updates bigint NOT NULL DEFAULT 0, deletes bigint NOT NULL DEFAULT 0,
            truncates bigint NOT NULL DEFAULT 0, duplicates_skipped bigint NOT NULL DEFAULT 0,
            updated_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (replication_id, topic, topic_partition))`);
        await query(`DELETE FROM millrace.table_owner WHERE replication_id = ${run.owner.replicationId}`);
        await query(
          `INSERT INTO millrace.consumer_epoch VALUES (${run.owner.replicationId}, 5), (12345, 6) ON CONFLICT DO NOTHING`,
        );
        await query(`
          INSERT INTO millrace.checkpoint (replication_id, topic, topic_partition, topic_id, next_offset, epoch, inserts)
          VALUES (${run.owner.replicationId}, '${partition.topic}', 0, '${partition.topicId}', 40, 5, 39), (12345, 'other', 0, NULL, 8, 6, 8) ON CONFLICT DO NOTHING`);
      };
      afterEach(() =>
        query('DROP TABLE IF EXISTS millrace.checkpoint; DROP TABLE IF EXISTS millrace.consumer_epoch'),
      );

      test('a consumer goes on at its checkpoint and owns its tables; one of the older version finds its checkpoint gone', async () => {
        await oldBookkeeping();
        const target = consumer();
        const { epoch, checkpoints } = await target.claim([partition]);
        expect(epoch).toBe(6);
        expect(checkpoints).toMatchObject([{ nextOffset: 40n, epoch: 6, counts: { inserts: 39 } }]);
        expect(await apply(target, epoch, 40)).toBe('applied');
        expect(await query('SELECT replication_id FROM millrace.checkpoint')).toEqual([
          { replication_id: '12345' },
        ]);
        expect(await query('SELECT replication_id FROM millrace.consumer_epoch')).toEqual([
          { replication_id: '12345' },
        ]);
        expect(
          await failureOf(takeTables(pair.target.settings, sampleOwner({ replicationId: 2 }), [ref])),
        ).toMatchObject({
          code: 'TargetTableClaimed',
        });
        expect((await consumer().claim([partition])).epoch).toBe(7);
      });

      test('the checkpoints of another installation with a replication of the same number stay where they are', async () => {
        await oldBookkeeping();
        await takeTables(pair.target.settings, run.owner, [ref]);
        expect(await consumer().claim([partition])).toMatchObject({
          epoch: 1,
          checkpoints: [{ nextOffset: 0n }],
        });
        await withTarget((target) => target.releaseTables(run.owner));
        expect(await query('SELECT FROM millrace.checkpoint')).toHaveLength(2);
      });

      test('a start takes the tables to which the older version has copied', async () => {
        await oldBookkeeping();
        await withTarget((target) => target.takeTables({ ...run, tables: [ref], copied: [ref] }));
        expect((await consumer().claim([partition])).checkpoints).toMatchObject([{ nextOffset: 40n }]);
      });

      test('a table that another has taken meanwhile is not taken from it', async () => {
        await oldBookkeeping();
        await takeTables(pair.target.settings, sampleOwner({ replicationId: 2 }), [ref]);
        expect(await failureOf(consumer().claim([partition]))).toMatchObject({ code: 'TargetTableClaimed' });
      });

      test('giving back takes what the older version left', async () => {
        await oldBookkeeping();
        await withTarget((target) => target.releaseTables(run.owner));
        expect(await query('SELECT replication_id FROM millrace.checkpoint')).toEqual([
          { replication_id: '12345' },
        ]);
      });
    });
  });
});
