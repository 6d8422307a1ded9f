import { describe, expect, test } from '@jest/globals';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ApplyRow, ApplyTable } from '#core/ports/apply-table.ts';
import type { ApplyTarget } from '#core/ports/apply-target.ts';
import type { PartitionBatch } from '#core/ports/partition-batch.ts';
import type { RowEvent } from '#core/ports/row-event.ts';
import type { PartitionOffsets } from '#core/ports/services.ts';

export const topic = 'client_1_db_1.public.things';
export const replicationId = 7;
export const partition = { topic, partition: 0, firstOffset: 0n, endOffset: 0n, topicId: 'a'.repeat(32) };

/** A row of the table `things`: a bigint and a text as its key, numeric(10,2), text[], text. */
export const row = (
  id: string,
  part: string,
  amount?: string | null,
  tags?: string | null,
  note?: string | null,
): ApplyRow => [id, part, amount, tags, note];

export const key = (id: string, part: string): string => `${id}\0${part}`;

export const upsert = (
  id: string,
  part: string,
  amount: string | null,
  tags: string | null,
  note: string | null,
): RowEvent => ({ kind: 'upsert', key: key(id, part), row: row(id, part, amount, tags, note) });

/** Moves the row of part `a`. */
export const move = (from: string, to: string, ...values: (string | undefined)[]): RowEvent => ({
  kind: 'move',
  from: { key: key(from, 'a'), row: row(from, 'a') },
  key: key(to, 'a'),
  row: row(to, 'a', ...values),
  position: 1,
  isNew: true,
});

export const batchOf = <Table extends ApplyTable>(
  table: Table,
  epoch: number,
  from: number,
  events: readonly RowEvent[],
): PartitionBatch<Table> => ({
  topic,
  partition: 0,
  epoch,
  expectedOffset: BigInt(from),
  nextOffset: BigInt(from + events.length),
  sourcePosition: 1_000 + from,
  counts: { inserts: events.length, updates: 0, deletes: 0, truncates: 0, duplicatesSkipped: 0 },
  changes: [{ table, events }],
});

/** The error's code, or `none`. */
export const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: unknown) => (error instanceof MillraceError ? error.code : String(error)),
  );

/** What the contract asks of one kind of target; every test begins with an empty table `things` and no checkpoint. */
export interface ApplyTargetWorld {
  openTarget(): ApplyTarget;
  /** As it is described at the moment. */
  table(): ApplyTable;
  /** Every row with the texts of its values, by its columns `id`, `part`, `amount`, `tags` and `note`. */
  rows(): Promise<readonly Readonly<Record<string, string | null>>[]>;
  /** Adds the constraint `small`: amounts are below 100. */
  constrain(): Promise<void>;
  /** Adds the column `own`, which only the target has, and a unique index on `note` if asked for. */
  extend(options: { readonly hasUniqueNote: boolean }): Promise<void>;
  /** Runs a statement of SQL at the target. */
  execute(sql: string): Promise<unknown>;
  /** Ids with what stands in `own`, in the order of ids. */
  own(): Promise<readonly (readonly (string | null)[])[]>;
  resetCheckpoints(partitions: readonly PartitionOffsets[]): Promise<void>;
  /** Opens a transaction that holds the row of the checkpoint, as a frozen consumer does; returns what ends it. */
  freeze(): Promise<() => void>;
}

/** A note that needs every kind of quoting. */
const note = 'with "quotes", \'others\', \\ and {braces} ` \n';

const byKey = (one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>): number =>
  `${one.id}\0${one.part}` < `${other.id}\0${other.part}` ? -1 : 1;

/** What every `ApplyTarget` promises (core/ports/apply-target.ts). */
export const applyTargetContract = (world: ApplyTargetWorld): void => {
  const apply = (target: ApplyTarget, epoch: number, from: number, events: readonly RowEvent[]) =>
    target.apply(target.prepare(batchOf(world.table(), epoch, from, events)));
  /** With a place for each column, as a decoded row has. */
  const padded = (event: RowEvent): RowEvent =>
    event.kind === 'truncate'
      ? event
      : { ...event, row: world.table().columns.map((_column, index) => event.row[index]) };
  const applyPadded = (target: ApplyTarget, epoch: number, from: number, events: readonly RowEvent[]) =>
    apply(target, epoch, from, events.map(padded));
  const sorted = async () => (await world.rows()).toSorted(byKey);

  describe('a batch', () => {
    test('is applied with its checkpoint, each step in order', async () => {
      const target = world.openTarget();
      const { epoch, checkpoints } = await target.claim([partition]);
      expect(checkpoints).toMatchObject([
        { topic, partition: 0, nextOffset: 0n, topicId: partition.topicId, epoch: 1 },
      ]);
      const events: readonly RowEvent[] = [
        upsert('1', 'a', '1.50', '{x,"y z"}', note),
        upsert('2', 'NULL', null, null, null),
        upsert('3', '', '3.00', '{}', ''),
        // Keys that a collation might take for one.
        upsert('2', 'null', null, null, 'lower'),
        upsert('2', 'NULL ', null, null, 'blank'),
        { kind: 'patch', key: key('1', 'a'), row: row('1', 'a', '1.75', undefined, undefined) },
        { kind: 'patch', key: key('9', 'z'), row: row('9', 'z', '9.00', undefined, undefined) },
        { kind: 'delete', key: key('3', ''), row: row('3', '') },
      ];
      expect(await apply(target, epoch, 0, events)).toBe('applied');
      expect(await sorted()).toEqual([
        { id: '1', part: 'a', amount: '1.75', tags: '{x,"y z"}', note },
        { id: '2', part: 'NULL', amount: null, tags: null, note: null },
        { id: '2', part: 'NULL ', amount: null, tags: null, note: 'blank' },
        { id: '2', part: 'null', amount: null, tags: null, note: 'lower' },
      ]);
      const moved: readonly RowEvent[] = [
        move('1', '5', '2.00'),
        { kind: 'patch', key: key('5', 'a'), row: row('5', 'a', undefined, '{moved}', undefined) },
      ];
      expect(await apply(target, epoch, 8, moved)).toBe('applied');
      expect((await sorted()).at(-1)).toEqual({ id: '5', part: 'a', amount: '2.00', tags: '{moved}', note });
      expect(await apply(target, epoch, 10, [{ kind: 'truncate' }])).toBe('applied');
      expect(await world.rows()).toEqual([]);
      expect(await target.readCheckpoint(topic, 0, epoch)).toMatchObject({
        nextOffset: 11n,
        sourcePosition: 1_010,
        counts: { inserts: 11 },
      });
    });

    test('whose move finds no row, or another one in its place, is not applied', async () => {
      const target = world.openTarget();
      const { epoch } = await target.claim([partition]);
      const missing = [upsert('5', 'x', null, null, null), move('1', '2', '1.00')];
      expect(await apply(target, epoch, 0, missing)).toBe('row-missing');
      expect(await world.rows()).toEqual([]);
      expect(await target.readCheckpoint(topic, 0, epoch)).toMatchObject({ nextOffset: 0n });
      const both = [upsert('1', 'a', null, null, 'one'), upsert('2', 'a', null, null, 'two')];
      await apply(target, epoch, 0, both);
      expect(await apply(target, epoch, 2, [move('1', '2', '1.00')])).toBe('row-missing');
      expect(await sorted()).toMatchObject([
        { id: '1', note: 'one' },
        { id: '2', note: 'two' },
      ]);
      expect(await target.readCheckpoint(topic, 0, epoch)).toMatchObject({ nextOffset: 2n });
    });

    test('that a constraint refuses leaves rows and checkpoint, and the error shows no value', async () => {
      await world.constrain();
      const target = world.openTarget();
      const { epoch } = await target.claim([partition]);
      const error = await apply(target, epoch, 0, [
        upsert('1', 'a', '1.00', null, null),
        upsert('2', 'a', '500.00', null, 'secret value'),
      ]).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: 'ConstraintViolated', facts: { constraint: 'small' } });
      expect(JSON.stringify(error) + String(error)).not.toContain('secret value');
      expect(await world.rows()).toEqual([]);
      expect(await target.readCheckpoint(topic, 0, epoch)).toMatchObject({ nextOffset: 0n });
    });
  });

  describe('a column that only the target has', () => {
    const rekey = (from: string, to: string, note: string | null): RowEvent => ({
      kind: 'rekey',
      from: { key: key(from, 'a'), row: row(from, 'a') },
      key: key(to, 'a'),
      row: row(to, 'a', null, null, note),
    });

    test.each([
      ['', { hasUniqueNote: false }],
      [', also with another unique index', { hasUniqueNote: true }],
    ])('keeps its value when the row changes, or gets another key%s', async (_title, options) => {
      await world.extend(options);
      const target = world.openTarget();
      const { epoch } = await target.claim([partition]);
      const first = ['1', '2', '3', '4'].map((id) => upsert(id, 'a', '1.00', null, `note ${id}`));
      await applyPadded(target, epoch, 0, first);
      await world.execute(`UPDATE things SET own = CONCAT('own ', id)`);
      const changes: readonly RowEvent[] = [
        upsert('1', 'a', '2.00', null, 'changed'),
        { kind: 'patch', key: key('2', 'a'), row: row('2', 'a', '2.00', undefined, undefined) },
        rekey('3', '30', 'moved'),
        move('4', '40', '4.00'),
      ];
      expect(await applyPadded(target, epoch, 4, changes)).toBe('applied');
      // A key that changes twice, and one that was changed before.
      expect(await applyPadded(target, epoch, 8, [rekey('30', '31', 'moved'), rekey('31', '32', 'on')])).toBe(
        'applied',
      );
      // Rows that are not there yet, or there already: as when a table catches up.
      expect(await applyPadded(target, epoch, 10, [rekey('8', '9', 'new'), rekey('1', '32', 'over')])).toBe(
        'applied',
      );
      expect(await world.own()).toEqual([
        ['2', 'own 2'],
        ['9', null],
        ['32', 'own 3'],
        ['40', 'own 4'],
      ]);
      expect((await world.rows()).map(({ id, note: text }) => [id, text]).toSorted()).toEqual([
        ['2', 'note 2'],
        ['32', 'over'],
        ['40', 'note 4'],
        ['9', 'new'],
      ]);
    });
  });

  describe('a unique value that a newer row has', () => {
    const anyway = { mayPassOver: () => true, mustFind: () => false };
    const strictly = { mayPassOver: () => true, mustFind: () => true };
    const others = Array.from({ length: 300 }, (_, index) =>
      upsert(String(index + 10), 'a', null, null, null),
    );

    test('passes over the events of its older owner, whose row comes with its next one', async () => {
      await world.extend({ hasUniqueNote: true });
      const target = world.openTarget();
      const { epoch } = await target.claim([partition]);
      // Row 2 was copied when it had the value already, row 1 before it had it.
      await apply(target, epoch, 0, [
        upsert('2', 'a', null, null, 'x@y'),
        upsert('1', 'a', null, null, 'w@y'),
      ]);
      const prepare = (from: number, events: readonly RowEvent[]) =>
        target.prepare(batchOf(world.table(), epoch, from, events.map(padded)));
      const older = [...others.slice(0, 150), upsert('1', 'a', null, null, 'x@y'), ...others.slice(150)];
      expect(await codeOf(target.apply(prepare(2, older)))).toBe('ConstraintViolated');
      expect(await target.apply(prepare(2, older), anyway)).toBe('passed-over');
      expect(await world.rows()).toHaveLength(301);
      // The value that it had before is free, too.
      expect(await target.apply(prepare(303, [upsert('3', 'a', null, null, 'w@y')]), anyway)).toBe('applied');
      const part: RowEvent = {
        kind: 'patch',
        key: key('1', 'a'),
        row: row('1', 'a', '1.00', null, undefined),
      };
      expect(await target.apply(prepare(304, [part]), strictly)).toBe('row-missing');
      const free = [upsert('1', 'a', '1.00', null, 'z@y'), upsert('2', 'a', '2.00', null, 'x@y')];
      expect(await target.apply(prepare(304, [...free, part]), strictly)).toBe('applied');
      expect(
        (await world.rows())
          .filter(({ note: text }) => text !== null)
          .map(({ id, note: text }) => [id, text])
          .toSorted(),
      ).toEqual([
        ['1', 'z@y'],
        ['2', 'x@y'],
        ['3', 'w@y'],
      ]);
    });
  });

  describe('the fence', () => {
    test('refuses the older of two consumers, before and after the newer one has applied something', async () => {
      const older = world.openTarget();
      const { epoch: first } = await older.claim([partition]);
      const events = [upsert('1', 'a', '1.00', null, 'older')];
      const prepared = older.prepare(batchOf(world.table(), first, 0, events));
      const newer = world.openTarget();
      const { epoch: second } = await newer.claim([partition]);
      expect(second).toBe(first + 1);
      expect(await codeOf(older.apply(prepared))).toBe('Fenced');
      expect(await world.rows()).toEqual([]);
      await apply(newer, second, 0, [upsert('1', 'a', '1.00', null, 'newer')]);
      expect(await codeOf(older.apply(prepared))).toBe('Fenced');
      expect(await codeOf(older.readCheckpoint(topic, 0, first))).toBe('Fenced');
      expect(await world.rows()).toMatchObject([{ note: 'newer' }]);
    });

    test('does not let a batch be applied twice, as after a COMMIT whose answer was lost', async () => {
      const target = world.openTarget();
      const { epoch } = await target.claim([partition]);
      const batch = batchOf(world.table(), epoch, 0, [upsert('1', 'a', '1.00', null, 'once')]);
      await target.apply(target.prepare(batch));
      // Transient: the consumer reads the checkpoint then, and goes on from there.
      expect(await codeOf(target.apply(target.prepare(batch)))).toBe('DatabaseConflict');
      expect(await target.readCheckpoint(topic, 0, epoch)).toMatchObject({
        nextOffset: 1n,
        counts: { inserts: 1 },
      });
    });

    test('is raised by a reset, which sets where to begin and keeps the counters', async () => {
      const target = world.openTarget();
      const { epoch } = await target.claim([partition]);
      await apply(target, epoch, 0, [upsert('1', 'a', '1.00', null, null)]);
      const topicId = 'b'.repeat(32);
      await world.resetCheckpoints([{ ...partition, endOffset: 40n, topicId }]);
      expect(await codeOf(target.readCheckpoint(topic, 0, epoch))).toBe('Fenced');
      const { epoch: next, checkpoints } = await target.claim([partition]);
      expect(next).toBe(epoch + 2);
      const counts = { inserts: 1, updates: 0, deletes: 0, truncates: 0, duplicatesSkipped: 0 };
      expect(checkpoints).toEqual([{ topic, partition: 0, nextOffset: 40n, topicId, epoch: next, counts }]);
    });

    test('does not wait forever behind a transaction that its consumer abandoned', async () => {
      const { epoch } = await world.openTarget().claim([partition]);
      const end = await world.freeze();
      let claimed: number | undefined;
      for (let attempt = 0; attempt < 3 && claimed === undefined; attempt += 1) {
        claimed = await world
          .openTarget()
          .claim([partition])
          .then(
            (claim) => claim.epoch,
            () => undefined,
          );
      }
      end();
      expect(claimed).toBeGreaterThan(epoch);
    }, 60_000);

    test('holds also for two that claim a fresh target at once', async () => {
      const claims = await Promise.all([
        world.openTarget().claim([partition]),
        world.openTarget().claim([partition]),
      ]);
      expect(claims.map(({ epoch }) => epoch).sort()).toEqual([1, 2]);
    });
  });
};
