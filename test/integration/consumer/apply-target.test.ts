import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { closePool, createPool } from '#adapters/postgresql/driver/connection.ts';
import { applyPoolOptions, createApplyTarget } from '#adapters/postgresql/target/apply-target.ts';
import { resetCheckpoints } from '#adapters/postgresql/target/checkpoints.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import { describeTableStatement, parseTableDescription } from '#core/databases/postgresql/source/catalog.ts';
import {
  describeApplyTable,
  type PostgresApplyTable,
} from '#core/databases/postgresql/target/apply-statements.ts';
import { clientTableNames } from '#core/databases/postgresql/target/bookkeeping.ts';
import * as codec from '#core/databases/postgresql/types/column-codec.ts';
import type { RowEvent } from '#core/ports/row-event.ts';
import {
  applyTargetContract,
  batchOf as batchOfTable,
  codeOf,
  key,
  partition,
  replicationId,
  row,
  topic,
  upsert,
} from '#test/kit/apply-target-contract.ts';
import { sampleOwner, takeTables } from '../../kit/target-owner.ts';
import { type Side, startDatabasePair } from '../postgresql/database-pair.ts';

let side: Side;
let stop: () => Promise<void>;
let pool: pg.Pool;
let table: PostgresApplyTable;
/** As it was when the test began. */
let source: TableDescription | undefined;

/** As the consumer describes it when it starts. */
const describeThings = async (): Promise<PostgresApplyTable> => {
  const ref = { schema: 'public', table: 'things' };
  const statement = describeTableStatement(ref, 'target');
  const { rows } = await pool.query(statement.text, [...(statement.values ?? [])]);
  const described = parseTableDescription(rows[0].description);
  source ??= described;
  return describeApplyTable({ source: ref, target: ref }, source, described, codec);
};

beforeAll(async () => {
  const pair = await startDatabasePair();
  side = pair.target;
  stop = pair.stop;
}, 120_000);
afterAll(() => stop());

beforeEach(async () => {
  await side.client.query(`
    DROP SCHEMA IF EXISTS millrace CASCADE;
    DROP TABLE IF EXISTS public.things;
    CREATE TABLE public.things (
      id bigint, "Part ""2""" text, amount numeric(10,2), tags text[], note text, twice numeric GENERATED ALWAYS AS (amount * 2) STORED,
      PRIMARY KEY (id, "Part ""2"""))`);
  pool = createPool(side.settings, applyPoolOptions);
  await takeTables(side.settings, owner, tables);
  source = undefined;
  table = await describeThings();
});
afterEach(() => closePool(pool));

const owner = sampleOwner({ replicationId });
const tables = [{ schema: 'public', table: 'things' }];
const openTarget = () => createApplyTarget({ pool, owner, tables, database: 'test' });

const batchOf = (epoch: number, from: number, events: readonly RowEvent[]) =>
  batchOfTable(table, epoch, from, events);

const things = async () =>
  (
    await side.client.query(
      `SELECT id, "Part ""2""" AS part, amount, tags::text, note, twice FROM public.things ORDER BY things.id, part`,
    )
  ).rows;

applyTargetContract({
  openTarget,
  table: () => table,
  rows: async () => (await things()).map(({ twice: _computed, ...row }) => row),
  constrain: async () => {
    await side.client.query('ALTER TABLE public.things ADD CONSTRAINT small CHECK (amount < 100)');
  },
  extend: async ({ hasUniqueNote }) => {
    await side.client.query(
      `ALTER TABLE public.things ADD own text${hasUniqueNote ? ', ADD UNIQUE (note)' : ''}`,
    );
    table = await describeThings();
  },
  execute: (sql) => side.client.query(sql),
  own: async () =>
    (await side.client.query('SELECT id, own FROM public.things ORDER BY id')).rows.map(({ id, own }) => [
      id,
      own,
    ]),
  resetCheckpoints: (partitions) => resetCheckpoints(pool, owner, partitions, 'test'),
  freeze: async () => {
    const frozen = await pool.connect();
    await frozen.query('BEGIN');
    await frozen.query(`SELECT FROM millrace.${clientTableNames(owner).checkpoint} FOR UPDATE`);
    return () => frozen.release(true);
  },
});

describe('a write that the target takes away', () => {
  /** A trigger that came after the table was looked at. */
  const swallow = (when: string, body = 'RETURN NULL;', language = 'plpgsql') =>
    side.client.query(`
      CREATE OR REPLACE FUNCTION public.swallow() RETURNS trigger LANGUAGE plpgsql AS
        $$ DECLARE nothing public.things; BEGIN ${body} END $$;
      CREATE TRIGGER swallow BEFORE ${when} ON public.things FOR EACH ROW
        EXECUTE FUNCTION ${language === 'plpgsql' ? 'public.swallow' : 'suppress_redundant_updates_trigger'}()`);
  const apply = async (events: readonly RowEvent[], from = 0): Promise<string> => {
    const target = openTarget();
    const { epoch } = await target.claim([partition]);
    return codeOf(target.apply(target.prepare(batchOf(epoch, from, events))));
  };
  const rows = (count: number): readonly RowEvent[] =>
    Array.from({ length: count }, (_, id) => upsert(String(id), 'a', '1.00', null, 'x'));

  test.each([
    ['an INSERT', 'INSERT', [upsert('1', 'b', '2.00', null, 'y')]],
    ['an INSERT by COPY', 'INSERT', rows(300).slice(2)],
    ['an UPDATE of a whole row', 'UPDATE', [upsert('1', 'a', '2.00', null, 'y')]],
    ['an UPDATE of a part', 'UPDATE', [{ kind: 'patch', key: key('1', 'a'), row: row('1', 'a', '2.00') }]],
    ['a DELETE', 'DELETE', [{ kind: 'delete', key: key('1', 'a'), row: row('1', 'a') }]],
  ] satisfies readonly (readonly [string, string, readonly RowEvent[]])[])(
    'holds the table with the name of what does so: %s',
    async (_name, when, events) => {
      expect(await apply(rows(2))).toBe('none');
      const before = await things();
      // Not to be seen in its text.
      await swallow(when, 'RETURN nothing;');
      const target = openTarget();
      const { epoch } = await target.claim([partition]);
      await expect(target.apply(target.prepare(batchOf(epoch, 2, events)))).rejects.toMatchObject({
        code: 'SchemaMismatch',
        message: expect.stringMatching(/things.*trigger swallow/),
      });
      expect(await things()).toEqual(before);
      await side.client.query('DROP TRIGGER swallow ON public.things');
    },
  );

  test('is none where the row is gone already, or has the values already', async () => {
    expect(await apply(rows(2))).toBe('none');
    await swallow('UPDATE', '', 'internal');
    const patch: RowEvent = { kind: 'patch', key: key('1', 'a'), row: row('1', 'a', '1.00') };
    const gone: readonly RowEvent[] = [
      { kind: 'delete', key: key('7', 'a'), row: row('7', 'a') },
      { kind: 'patch', key: key('8', 'a'), row: row('8', 'a', '2.00') },
    ];
    expect(await apply([...rows(2), patch, ...gone], 2)).toBe('none');
    expect(await things()).toHaveLength(2);
    await side.client.query('DROP TRIGGER swallow ON public.things');
  });
});

describe('a batch for PostgreSQL', () => {
  test('leaves a generated column to the server', async () => {
    const target = openTarget();
    const { epoch } = await target.claim([partition]);
    await target.apply(target.prepare(batchOf(epoch, 0, [upsert('1', 'a', '1.75', null, null)])));
    expect(await things()).toMatchObject([{ amount: '1.75', twice: '3.50' }]);
  });

  test('is not kept waiting by a predecessor that was frozen in the middle of a COPY', async () => {
    const { epoch } = await openTarget().claim([partition]);
    const frozen = await pool.connect();
    frozen.on('error', () => undefined);
    await frozen.query('BEGIN');
    await frozen.query(`SELECT FROM millrace.${clientTableNames(owner).checkpoint} FOR UPDATE`);
    const stream = frozen.query(copyFrom('COPY public.things (id, "Part ""2""") FROM STDIN'));
    const ended = new Promise<unknown>((resolve) => stream.once('error', resolve));
    stream.write('1\ta\n');
    try {
      expect(await openTarget().claim([partition])).toMatchObject({ epoch: epoch + 1 });
      expect(String(await ended)).toMatch(/terminat/);
    } finally {
      frozen.release(true);
    }
    expect(await things()).toEqual([]);
  }, 90_000);

  describe('of many new rows', () => {
    const copies = async (): Promise<number> => {
      const { rows } = await side.client.query(
        `SELECT coalesce(sum(calls), 0)::int AS copies FROM public.copied_by`,
      );
      return Number(rows[0].copies);
    };
    const many = (from: number, count = 300): readonly RowEvent[] =>
      Array.from({ length: count }, (_, index) =>
        upsert(String(from + index), 'p\t\\N\n', '1.25', '{"a\tb",NULL}', index % 2 === 0 ? null : 'x\\y\r'),
      );

    beforeEach(async () => {
      // One row for each statement that inserts, with whether it was a COPY.
      await side.client.query(`
        DROP TABLE IF EXISTS public.copied_by;
        CREATE TABLE public.copied_by (calls int);
        CREATE OR REPLACE FUNCTION public.note_statement() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN
            IF pg_catalog.current_query() LIKE 'COPY%' THEN INSERT INTO public.copied_by VALUES (1); END IF;
            RETURN NULL;
          END $$;
        CREATE TRIGGER note AFTER INSERT ON public.things FOR EACH STATEMENT EXECUTE FUNCTION public.note_statement()`);
    });

    test('is copied, with every value as a merge would write it', async () => {
      const target = openTarget();
      const { epoch } = await target.claim([partition]);
      expect(await target.apply(target.prepare(batchOf(epoch, 0, many(1))))).toBe('applied');
      expect(await copies()).toBe(1);
      const copied = await things();
      expect(copied).toHaveLength(300);
      expect(copied[1]).toEqual({
        id: '2',
        part: 'p\t\\N\n',
        amount: '1.25',
        tags: '{"a\tb",NULL}',
        note: 'x\\y\r',
        twice: '2.50',
      });
      expect(await target.readCheckpoint(topic, 0, epoch)).toMatchObject({ nextOffset: 300n });

      await side.client.query('TRUNCATE public.things');
      for (let from = 0; from < 300; from += 100) {
        await target.apply(target.prepare(batchOf(epoch, 300 + from, many(1 + from, 100))));
      }
      expect(await copies()).toBe(1);
      expect(await things()).toEqual(copied);
    });

    test('is merged when one of them is there already, and so are the next ones', async () => {
      const target = openTarget();
      const { epoch } = await target.claim([partition]);
      await side.client.query(`INSERT INTO public.things VALUES (150, E'p\\t\\\\N\\n', 9, NULL, 'older')`);
      expect(await target.apply(target.prepare(batchOf(epoch, 0, many(1))))).toBe('applied');
      const merged = await things();
      expect(merged).toHaveLength(300);
      expect(merged[149]).toMatchObject({ id: '150', amount: '1.25' });
      await target.apply(target.prepare(batchOf(epoch, 300, many(1_000))));
      expect(await things()).toHaveLength(600);
      expect(await copies()).toBe(0);
      expect(await target.readCheckpoint(topic, 0, epoch)).toMatchObject({ nextOffset: 600n });
    });

    test('fails where a policy holds for the role, also one that hides nothing', async () => {
      await side.client.query(`
        DROP ROLE IF EXISTS limited;
        CREATE ROLE limited;
        GRANT USAGE, CREATE ON SCHEMA public TO limited;
        GRANT CREATE ON DATABASE ${pg.escapeIdentifier(side.settings.databaseName)} TO limited;
        GRANT ALL ON public.things, public.copied_by TO limited;
        GRANT ALL ON SCHEMA millrace TO limited; GRANT ALL ON ALL TABLES IN SCHEMA millrace TO limited;
        UPDATE millrace.table_owner SET role_name = 'limited';
        ALTER TABLE public.things ENABLE ROW LEVEL SECURITY;
        CREATE POLICY everything ON public.things USING (true) WITH CHECK (true)`);
      const limited = createPool(side.settings, {
        ...applyPoolOptions,
        sessionSettings: { ...applyPoolOptions.sessionSettings, role: 'limited' },
      });
      try {
        const target = createApplyTarget({ pool: limited, owner, tables, database: 'test' });
        const { epoch } = await target.claim([partition]);
        const batch = batchOf(epoch, 0, many(1));
        expect(await codeOf(target.apply(target.prepare(batch)))).toBe('PermissionDenied');
        expect(await things()).toEqual([]);
      } finally {
        await closePool(limited);
        await side.client.query(
          'DROP SCHEMA millrace CASCADE; DROP TABLE public.things; DROP OWNED BY limited; DROP ROLE limited',
        );
      }
    });
  });

  test('is refused rather than cut when a value is too long for its column', async () => {
    await side.client.query('ALTER TABLE public.things ALTER note TYPE varchar(3)');
    const target = openTarget();
    const { epoch } = await target.claim([partition]);
    const batch = batchOf(epoch, 0, [upsert('1', 'a', null, null, 'abcd')]);
    expect(await codeOf(target.apply(target.prepare(batch)))).toBe('ValueRejected');
  });

  test('fails where row-level security would hide the rows that it changes, and goes on without it', async () => {
    await side.client.query(`
      DROP SCHEMA IF EXISTS millrace CASCADE; DROP ROLE IF EXISTS policed;
      CREATE ROLE policed LOGIN PASSWORD 'secret'; GRANT ALL ON SCHEMA public TO policed;
      GRANT CREATE ON DATABASE warehouse TO policed;
      ALTER TABLE public.things OWNER TO policed`);
    const settings = { ...side.settings, username: 'policed', password: 'secret' };
    const policed = createPool(settings, applyPoolOptions);
    try {
      await takeTables(settings, owner, tables);
      const target = createApplyTarget({ pool: policed, owner, tables, database: 'test' });
      const { epoch } = await target.claim([partition]);
      const written = upsert('1', 'a', '1.75', null, null);
      await target.apply(target.prepare(batchOf(epoch, 0, [written])));

      await side.client.query(
        'ALTER TABLE public.things ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY',
      );
      const gone: RowEvent = { kind: 'delete', key: key('1', 'a'), row: row('1', 'a') };
      const remove = () => target.apply(target.prepare(batchOf(epoch, 1, [gone])));
      expect(await codeOf(remove())).toBe('PermissionDenied');
      expect(await things()).toMatchObject([{ id: '1' }]);

      await side.client.query('ALTER TABLE public.things NO FORCE ROW LEVEL SECURITY');
      expect(await remove()).toBe('applied');
      expect(await things()).toEqual([]);
    } finally {
      await closePool(policed);
      await side.client.query(`
        DROP TABLE public.things; DROP SCHEMA millrace CASCADE; DROP OWNED BY policed; DROP ROLE policed`);
    }
  });
});
