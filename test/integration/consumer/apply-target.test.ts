import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { closePool, createPool } from '#adapters/postgresql/driver/connection.ts';
import { applyPoolOptions, createApplyTarget } from '#adapters/postgresql/target/apply-target.ts';
import { resetCheckpoints } from '#adapters/postgresql/target/checkpoints.ts';
import { describeTableStatement, parseTableDescription } from '#core/databases/postgresql/source/catalog.ts';
import {
  describeApplyTable,
  type PostgresApplyTable,
} from '#core/databases/postgresql/target/apply-statements.ts';
import * as codec from '#core/databases/postgresql/types/column-codec.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ApplyRow } from '#core/ports/apply-table.ts';
import type { PartitionBatch } from '#core/ports/partition-batch.ts';
import type { RowEvent } from '#core/ports/row-event.ts';
import { type Side, startDatabasePair } from '../postgresql/database-pair.ts';

const topic = 'client_1_db_1.public.things';
const replicationId = 7;
const partition = { topic, partition: 0, firstOffset: 0n, endOffset: 0n, topicId: 'a'.repeat(32) };

let side: Side;
let stop: () => Promise<void>;
let pool: pg.Pool;
let table: PostgresApplyTable;

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
  const ref = { schema: 'public', table: 'things' };
  const statement = describeTableStatement(ref);
  const { rows } = await pool.query(statement.text, [...(statement.values ?? [])]);
  const described = parseTableDescription(rows[0].description);
  table = describeApplyTable({ source: ref, target: ref }, described, described, codec);
});
afterEach(() => closePool(pool));

const openTarget = () => createApplyTarget({ pool, replicationId, database: 'test' });

const row = (
  id: string,
  part: string,
  amount?: string | null,
  tags?: string | null,
  note?: string | null,
): ApplyRow => [id, part, amount, tags, note];
const key = (id: string, part: string) => `${id}\0${part}`;
const upsert = (
  id: string,
  part: string,
  amount: string | null,
  tags: string | null,
  note: string | null,
): RowEvent => ({
  kind: 'upsert',
  key: key(id, part),
  row: row(id, part, amount, tags, note),
});

const batchOf = (
  epoch: number,
  from: number,
  events: readonly RowEvent[],
): PartitionBatch<PostgresApplyTable> => ({
  topic,
  partition: 0,
  epoch,
  expectedOffset: BigInt(from),
  nextOffset: BigInt(from + events.length),
  sourcePosition: 1_000 + from,
  counts: { inserts: events.length, updates: 0, deletes: 0, truncates: 0, duplicatesSkipped: 0 },
  changes: [{ table, events }],
});

const things = async () =>
  (
    await side.client.query(
      `SELECT id, "Part ""2""" AS part, amount, tags::text, note, twice FROM public.things ORDER BY things.id, part`,
    )
  ).rows;

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: unknown) => (error instanceof MillraceError ? error.code : String(error)),
  );

describe('a batch', () => {
  test('is applied with its checkpoint, each step in order', async () => {
    const target = openTarget();
    const { epoch, checkpoints } = await target.claim([partition]);
    expect(checkpoints).toMatchObject([
      { topic, partition: 0, nextOffset: 0n, topicId: partition.topicId, epoch: 1 },
    ]);
    const events: readonly RowEvent[] = [
      upsert('1', 'a', '1.50', '{x,"y z"}', 'with "quotes", \\ and {braces}'),
      upsert('2', 'NULL', null, null, null),
      upsert('3', '', '3.00', '{}', ''),
      { kind: 'patch', key: key('1', 'a'), row: row('1', 'a', '1.75', undefined, undefined) },
      { kind: 'patch', key: key('9', 'z'), row: row('9', 'z', '9.00', undefined, undefined) },
      { kind: 'delete', key: key('3', ''), row: row('3', '') },
    ];
    expect(await target.apply(target.prepare(batchOf(epoch, 0, events)))).toBe('applied');
    expect(await things()).toEqual([
      {
        id: '1',
        part: 'a',
        amount: '1.75',
        tags: '{x,"y z"}',
        note: 'with "quotes", \\ and {braces}',
        twice: '3.50',
      },
      { id: '2', part: 'NULL', amount: null, tags: null, note: null, twice: null },
    ]);
    const moved: readonly RowEvent[] = [
      {
        kind: 'move',
        from: { key: key('1', 'a'), row: row('1', 'a') },
        key: key('1', 'b'),
        row: row('1', 'b', '2.00', undefined, undefined),
        position: 1,
        isNew: true,
      },
      { kind: 'patch', key: key('1', 'b'), row: row('1', 'b', undefined, '{moved}', undefined) },
    ];
    expect(await target.apply(target.prepare(batchOf(epoch, 6, moved)))).toBe('applied');
    expect(await things()).toMatchObject([
      { id: '1', part: 'b', amount: '2.00', tags: '{moved}', note: 'with "quotes", \\ and {braces}' },
      { id: '2' },
    ]);
    expect(await target.apply(target.prepare(batchOf(epoch, 8, [{ kind: 'truncate' }])))).toBe('applied');
    expect(await things()).toEqual([]);
    expect(await target.readCheckpoint(topic, 0, epoch)).toMatchObject({
      nextOffset: 9n,
      sourcePosition: 1_008,
      counts: { inserts: 9 },
    });
  });

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

    test('is merged where PostgreSQL refuses to copy', async () => {
      await side.client.query(`
        DROP ROLE IF EXISTS limited;
        CREATE ROLE limited;
        GRANT USAGE, CREATE ON SCHEMA public TO limited;
        GRANT CREATE ON DATABASE ${pg.escapeIdentifier(side.settings.databaseName)} TO limited;
        GRANT ALL ON public.things, public.copied_by TO limited;
        ALTER TABLE public.things ENABLE ROW LEVEL SECURITY;
        CREATE POLICY everything ON public.things USING (true) WITH CHECK (true)`);
      const limited = createPool(side.settings, {
        ...applyPoolOptions,
        sessionSettings: { ...applyPoolOptions.sessionSettings, role: 'limited' },
      });
      try {
        const target = createApplyTarget({ pool: limited, replicationId, database: 'test' });
        const { epoch } = await target.claim([partition]);
        expect(await target.apply(target.prepare(batchOf(epoch, 0, many(1))))).toBe('applied');
        expect(await things()).toHaveLength(300);
        expect(await copies()).toBe(0);
      } finally {
        await closePool(limited);
        await side.client.query(
          'DROP SCHEMA millrace CASCADE; DROP TABLE public.things; DROP OWNED BY limited; DROP ROLE limited',
        );
      }
    });
  });

  test('whose move finds no row is not applied', async () => {
    const target = openTarget();
    const { epoch } = await target.claim([partition]);
    const move: RowEvent = {
      kind: 'move',
      from: { key: key('1', 'a'), row: row('1', 'a') },
      key: key('2', 'a'),
      row: row('2', 'a', '1.00', undefined, undefined),
      position: 1,
      isNew: true,
    };
    const batch = batchOf(epoch, 0, [upsert('5', 'x', null, null, null), move]);
    expect(await target.apply(target.prepare(batch))).toBe('row-missing');
    expect(await things()).toEqual([]);
    expect(await target.readCheckpoint(topic, 0, epoch)).toMatchObject({ nextOffset: 0n });
  });

  test('that a constraint refuses leaves rows and checkpoint, and the error shows no value', async () => {
    await side.client.query('ALTER TABLE public.things ADD CONSTRAINT small CHECK (amount < 100)');
    const target = openTarget();
    const { epoch } = await target.claim([partition]);
    const batch = batchOf(epoch, 0, [
      upsert('1', 'a', '1.00', null, null),
      upsert('2', 'a', '500.00', null, 'secret value'),
    ]);
    const error = await target.apply(target.prepare(batch)).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'ConstraintViolated', facts: { constraint: 'small' } });
    expect(JSON.stringify(error) + String(error)).not.toContain('secret value');
    expect(await things()).toEqual([]);
    expect(await target.readCheckpoint(topic, 0, epoch)).toMatchObject({ nextOffset: 0n });
  });

  test('is refused rather than cut when a value is too long for its column', async () => {
    await side.client.query('ALTER TABLE public.things ALTER note TYPE varchar(3)');
    const target = openTarget();
    const { epoch } = await target.claim([partition]);
    const batch = batchOf(epoch, 0, [upsert('1', 'a', null, null, 'abcd')]);
    expect(await codeOf(target.apply(target.prepare(batch)))).toBe('ValueRejected');
  });
});

describe('the fence', () => {
  test('refuses the older of two consumers, before and after the newer one has applied something', async () => {
    const older = openTarget();
    const { epoch: first } = await older.claim([partition]);
    const prepared = older.prepare(batchOf(first, 0, [upsert('1', 'a', '1.00', null, 'older')]));
    const newer = openTarget();
    const { epoch: second } = await newer.claim([partition]);
    expect(second).toBe(first + 1);
    expect(await codeOf(older.apply(prepared))).toBe('Fenced');
    expect(await things()).toEqual([]);
    await newer.apply(newer.prepare(batchOf(second, 0, [upsert('1', 'a', '1.00', null, 'newer')])));
    expect(await codeOf(older.apply(prepared))).toBe('Fenced');
    expect(await codeOf(older.readCheckpoint(topic, 0, first))).toBe('Fenced');
    expect(await things()).toMatchObject([{ note: 'newer' }]);
  });

  test('does not let a batch be applied twice, as after a COMMIT whose answer was lost', async () => {
    const target = openTarget();
    const { epoch } = await target.claim([partition]);
    const batch = batchOf(epoch, 0, [upsert('1', 'a', '1.00', null, 'once')]);
    await target.apply(target.prepare(batch));
    // Transient: anyone who applies reads the checkpoint, and goes on from there.
    expect(await codeOf(target.apply(target.prepare(batch)))).toBe('DatabaseConflict');
    expect(await target.readCheckpoint(topic, 0, epoch)).toMatchObject({
      nextOffset: 1n,
      counts: { inserts: 1 },
    });
  });

  test('is raised by a reset, which sets where to begin and keeps the counters', async () => {
    const target = openTarget();
    const { epoch } = await target.claim([partition]);
    await target.apply(target.prepare(batchOf(epoch, 0, [upsert('1', 'a', '1.00', null, null)])));
    await resetCheckpoints(
      pool,
      replicationId,
      [{ ...partition, endOffset: 40n, topicId: 'b'.repeat(32) }],
      'test',
    );
    expect(await codeOf(target.readCheckpoint(topic, 0, epoch))).toBe('Fenced');
    const { epoch: next, checkpoints } = await target.claim([partition]);
    expect(next).toBe(epoch + 2);
    expect(checkpoints).toEqual([
      {
        topic,
        partition: 0,
        nextOffset: 40n,
        topicId: 'b'.repeat(32),
        epoch: next,
        counts: { inserts: 1, updates: 0, deletes: 0, truncates: 0, duplicatesSkipped: 0 },
      },
    ]);
  });

  test('does not wait forever behind a transaction that its consumer abandoned', async () => {
    const target = openTarget();
    const { epoch } = await target.claim([partition]);
    // What a frozen consumer leaves: an open transaction that holds the checkpoint's row.
    const frozen = await pool.connect();
    await frozen.query('BEGIN');
    await frozen.query('SELECT FROM millrace.checkpoint FOR UPDATE');
    let claimed: number | undefined;
    for (let attempt = 0; attempt < 3 && claimed === undefined; attempt += 1) {
      claimed = await openTarget()
        .claim([partition])
        .then(
          (claim) => claim.epoch,
          () => undefined,
        );
    }
    expect(claimed).toBeGreaterThan(epoch);
    frozen.release(true);
  }, 60_000);

  test('holds also for two that claim a fresh target at once', async () => {
    const claims = await Promise.all([openTarget().claim([partition]), openTarget().claim([partition])]);
    expect(claims.map(({ epoch }) => epoch).sort()).toEqual([1, 2]);
  });
});
