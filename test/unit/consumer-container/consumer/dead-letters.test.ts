import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { keyOf } from '#core/apply/apply-table.ts';
import { postgresSourceDialect } from '#core/databases/postgresql/source/dialect.ts';
import { formatLsn } from '#core/databases/postgresql/source/log-position.ts';
import { maxAlike } from '#core/deadletters/judge-refusals.ts';
import type { MillraceError } from '#core/errors/millrace-error.ts';
import type { ApplyRow } from '#core/ports/apply-table.ts';
import type { FeedRecord } from '#core/ports/change-feed.ts';
import type { DeadLetterRecord } from '#core/ports/dead-letters.ts';
import { createManualClock } from '#test/kit/manual-clock.ts';
import { createRecordingLog } from '#test/kit/recording-log.ts';
import { accounts, keyChange, record, unavailable } from '#test/unit/core/apply/sample-events.ts';
import { applyPartition } from '../../../../consumer-container/consumer/apply-partition.ts';
import type { DeadLetters, ReadRow } from '../../../../consumer-container/consumer/dead-letters.ts';
import { Progress } from '../../../../consumer-container/consumer/progress.ts';
import { Troubles } from '../../../../consumer-container/consumer/troubles.ts';
import { wholeTaskLimits } from '../../../../consumer-container/consumer/work-limits.ts';
import { WorkSlots } from '../../../../consumer-container/consumer/work-slots.ts';
import { idleFollower, labels, noDeadLetters, topic } from './fakes.ts';
import { MemoryTarget, Session, type Table, table } from './memory-target.ts';

const place = { topic, partition: 0 };

/** A balance that the target's check refuses. */
const refused = '9';
const isRefused = ([, balance]: ApplyRow): boolean => balance === refused;

/** Applies the records from the checkpoint to their end. Returns what held the table. */
const consume = async (
  records: readonly FeedRecord[],
  target: MemoryTarget,
  deadLetters: DeadLetters,
  sizes: readonly number[] = [5],
): Promise<readonly MillraceError[]> => {
  const held: MillraceError[] = [];
  const holding = new AbortController();
  await applyPartition(new Session(records, sizes), {
    target: target.open() as never,
    source: {
      // As the source is at the end of what was sent.
      readRows: async () => ({ rows: new Map(), position: 0 }),
    },
    readSource: postgresSourceDialect.capture.readEventSource,
    tablesOf: () => new Map([['public.accounts', table]]),
    isLive: () => true,
    judgeOf: () => undefined,
    follower: idleFollower,
    held: {
      signalOf: () => holding.signal,
      wasHeld: () => false,
      holdTopic: async (_topic, _tables, error) => {
        held.push(error);
        holding.abort();
      },
    },
    deadLetters,
    meters: { observeBatch: () => undefined },
    limits: wholeTaskLimits,
    slots: new WorkSlots(1),
    largeEvents: new WorkSlots(1),
    epoch: 1,
    verifyPosition: () => Promise.resolve(),
    troubles: new Troubles(createManualClock(), labels),
    progress: new Progress(
      [target.checkpoint],
      [{ topic, partition: 0, firstOffset: 0n, endOffset: BigInt(records.length) }],
      0,
      formatLsn,
    ),
    clock: createManualClock(),
    log: createRecordingLog(),
  });
  return held;
};

const insert = (offset: number, id: number, balance: number | string): FeedRecord =>
  record(offset, { op: 'c', after: { id, balance, note: `n${offset}` }, lsn: 8 * (offset + 1) });

const policyOf = (limit = 1_000) => ({ policy: 'continue', limit }) as const;

test('a refused row among good ones becomes a dead letter, and is in the topic before it is passed over', async () => {
  const target = new MemoryTarget({ isUnique: false });
  target.refuses = isRefused;
  const written: DeadLetterRecord[] = [];
  target.onCommit = () => expect(written.length).toBeGreaterThanOrEqual(target.marks.length);
  const records = [insert(0, 1, 1), insert(1, 2, refused), insert(2, 3, 3)];
  const deadLetters = noDeadLetters(policyOf(), { written });
  expect(await consume(records, target, deadLetters)).toEqual([]);
  expect([...target.table.keys()]).toEqual(['1', '3']);
  expect(target.checkpoint.nextOffset).toBe(3n);
  expect(target.marks).toMatchObject([
    { offset: 1n, keyValues: ['2'], state: 'dead', operation: 'upsert', position: 16, deadLetterOffset: 0n },
  ]);
  expect(written).toMatchObject([
    {
      key: '["2"]',
      headers: {
        'millrace.topic': topic,
        'millrace.offset': '1',
        'millrace.error-code': 'ConstraintViolated',
      },
    },
  ]);
  expect(written[0]?.value).toEqual(records[1]?.value);
  expect(deadLetters.byTable()).toEqual([{ source: accounts.mapping.source, rows: 1 }]);
});

test('a partial change of a dead row waits behind it, and a whole row supersedes both', async () => {
  const target = new MemoryTarget({ isUnique: false });
  target.refuses = isRefused;
  const deadLetters = noDeadLetters(policyOf());
  const log = [
    insert(0, 1, 1),
    record(1, { op: 'u', after: { id: 1, balance: refused, note: 'new' }, lsn: 16 }),
    record(2, { op: 'u', after: { id: 1, balance: unavailable, note: 'newer' }, lsn: 24 }),
  ];
  await consume(log, target, deadLetters, [3]);
  expect(target.table.get('1')).toEqual(['1', '1', 'n0']);
  expect(target.marks.map(({ offset, state }) => [Number(offset), state])).toEqual([
    [1, 'dead'],
    [2, 'waiting'],
  ]);
  // The same in batches of their own, by a consumer that reads the marks.
  const later = [...log, record(3, { op: 'u', after: { id: 1, balance: 4, note: unavailable }, lsn: 32 })];
  const restarted = noDeadLetters(policyOf());
  restarted.load(target.marks);
  await consume(later, target, restarted);
  expect(target.marks).toHaveLength(3);
  await consume([...later, insert(4, 1, 5)], target, restarted);
  expect(target.marks).toEqual([]);
  expect(target.table.get('1')).toEqual(['1', '5', 'n4']);
  expect(restarted.byTable()).toEqual([]);
});

test('hold_table holds the table exactly before the row, as does the limit', async () => {
  const target = new MemoryTarget({ isUnique: false });
  target.refuses = isRefused;
  const records = [insert(0, 1, 1), insert(1, 2, refused), insert(2, 3, refused), insert(3, 4, 4)];
  expect(await consume(records, target, noDeadLetters(), [1])).toMatchObject([
    { code: 'ConstraintViolated' },
  ]);
  expect(target.checkpoint.nextOffset).toBe(1n);
  expect(await consume(records, target, noDeadLetters(policyOf(1)), [1])).toMatchObject([
    { code: 'DeadLetterLimit', facts: { limit: 1 } },
  ]);
  expect(target.checkpoint.nextOffset).toBe(2n);
  expect(target.marks).toHaveLength(1);
});

test('the policy stop ends the consumer with the error', async () => {
  const target = new MemoryTarget({ isUnique: false });
  target.refuses = isRefused;
  const stopping = noDeadLetters({ policy: 'stop', limit: 5 });
  await expect(consume([insert(0, 1, refused)], target, stopping)).rejects.toMatchObject({
    code: 'ConstraintViolated',
  });
});

test.each([
  ['within a batch', [100]],
  ['in batches of their own', [1]],
])('more than so many alike %s are a fault of the table', async (_name, sizes) => {
  const target = new MemoryTarget({ isUnique: false });
  target.refuses = isRefused;
  const records = Array.from({ length: maxAlike + 1 }, (_, offset) => insert(offset, offset, refused));
  const held = await consume(records, target, noDeadLetters(policyOf()), sizes);
  expect(held).toMatchObject([{ code: 'SystemicFault' }]);
  // Those of one batch are known before the first of them is passed over.
  expect(target.marks).toHaveLength(sizes[0] === 1 ? maxAlike : 0);
});

type Action =
  | { readonly kind: 'set' | 'keep'; readonly id: number; readonly value: string }
  | { readonly kind: 'delete'; readonly id: number }
  | {
      readonly kind: 'move';
      readonly id: number;
      readonly to: number;
      readonly keeps: boolean;
      readonly value: string;
    }
  | { readonly kind: 'truncate' };

const ids = fc.integer({ min: 1, max: 4 });
const values = fc.constantFrom('1', '2', refused);
const actions: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('set' as const), id: ids, value: values }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('keep' as const), id: ids, value: values }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), id: ids }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('move' as const),
      id: ids,
      to: ids,
      keeps: fc.boolean(),
      value: values,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('truncate' as const) }) },
);

/** A source without the target's check, with its log and its rows after each record. */
class Source {
  readonly log: FeedRecord[] = [];
  readonly states: Table[] = [new Map()];
  readonly #ends = new Set([0]);

  /** The first moment from this one on at which no transaction is half in the log: the source is never read in between. */
  momentFrom(offset: number): number {
    return this.#ends.has(offset) ? offset : offset + 1;
  }

  do(action: Action): void {
    const next = new Map(this.states.at(-1));
    const lsn = 8 * (this.log.length + 1);
    const at = this.log.length;
    if (action.kind === 'truncate') {
      next.clear();
      this.#write(next, record(at, { op: 't', lsn }));
      return;
    }
    const key = String(action.id);
    const old = next.get(key);
    if (action.kind === 'delete') {
      if (old === undefined) return;
      next.delete(key);
      this.#write(next, record(at, { op: 'd', before: { id: action.id }, lsn }));
      return;
    }
    if (action.kind === 'move') {
      if (old === undefined || next.has(String(action.to))) return;
      const note = action.keeps ? old[2] : `moved ${at}`;
      next.delete(key);
      next.set(String(action.to), [String(action.to), action.value, note]);
      const after = { id: action.to, balance: action.value, note: action.keeps ? unavailable : note };
      this.#write(next, ...keyChange(at, { id: action.id }, after, lsn));
      return;
    }
    const keeps = action.kind === 'keep' && old !== undefined;
    const note = keeps ? old[2] : `note ${at}`;
    next.set(key, [key, action.value, note]);
    const after = { id: action.id, balance: action.value, note: keeps ? unavailable : note };
    this.#write(next, record(at, { op: old === undefined ? 'c' : 'u', after, lsn }));
  }

  #write(next: Table, ...records: readonly FeedRecord[]): void {
    this.log.push(...records);
    for (const _record of records) this.states.push(next);
    this.#ends.add(this.log.length);
  }
}

const plain = (rows: Table): readonly unknown[] =>
  [...rows].toSorted(([one], [other]) => one.localeCompare(other));

const runs = Number(process.env.MILLRACE_HISTORIES ?? 150);

test(
  'no older image gets over a newer row, and after the replay every row is as at the source',
  async () => {
    let dead = 0;
    const counted = { refused: 0, waiting: 0, superseded: 0, replayed: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(actions, { minLength: 10, maxLength: 60, size: 'max' }),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(), { minLength: 4, maxLength: 4 }),
        fc.array(fc.boolean(), { minLength: 3, maxLength: 9 }),
        async (history, sizes, [first = 0, second = 0, lifted = 0, ahead = 0], breaks) => {
          const source = new Source();
          for (const action of history) source.do(action);
          const end = source.log.length;
          const target = new MemoryTarget({ isUnique: false });
          target.refuses = isRefused;
          let before: ReadonlySet<string> = new Set();
          let isReplay = false;
          let transactions = 0;
          target.breaks = () => {
            transactions += 1;
            return breaks[transactions % breaks.length] === true && transactions % 4 === 0;
          };
          // Every row without a mark is the source's, as of the checkpoint: nothing newer, nothing older.
          target.onCommit = () => {
            const now = source.states[Number(target.checkpoint.nextOffset)] ?? new Map();
            const marked = new Set(target.marks.map(({ keyValues: [id = ''] }) => id));
            for (const id of ['1', '2', '3', '4']) {
              if (!marked.has(id)) expect([id, target.table.get(id)]).toEqual([id, now.get(id)]);
            }
            dead = Math.max(dead, marked.size);
            const marks = new Map(target.marks.map((mark) => [`${mark.offset} ${mark.keyHash}`, mark.state]));
            for (const [mark, state] of marks)
              if (!before.has(mark)) counted[state === 'dead' ? 'refused' : 'waiting'] += 1;
            for (const mark of before)
              if (!marks.has(mark)) counted[isReplay ? 'replayed' : 'superseded'] += 1;
            before = new Set(marks.keys());
          };
          let deadLetters = noDeadLetters(policyOf());
          /** As a consumer that was started again, which reads the marks. */
          const consumeTo = async (offset: number, due: readonly ReadRow[] = []): Promise<void> => {
            deadLetters = noDeadLetters(policyOf());
            deadLetters.load(target.marks);
            isReplay = due.length > 0;
            if (isReplay) deadLetters.askFor(place, { rows: due, discarded: [] });
            expect(await consume(source.log.slice(0, offset), target, deadLetters, sizes)).toEqual([]);
          };
          /** The source as it is at a moment at or after the checkpoint. */
          const readAt = (moment: number): readonly ReadRow[] => {
            const byKey = Map.groupBy(target.marks, ({ keyHash }) => keyHash);
            return [...byKey].map(([keyHash, marks]) => {
              const keyRow: ApplyRow = [marks[0]?.keyValues[0], undefined, undefined];
              const key = keyOf(accounts, keyRow);
              return { table, keyHash, keyRow, key, row: source.states[moment]?.get(key), marks };
            });
          };
          const half = first % (end + 1);
          await consumeTo(half);
          // Read while the stream is behind the source; written when it has come there.
          const moment = source.momentFrom(Math.min(end, half + (ahead % 8)));
          const rows = readAt(moment);
          if (lifted % 2 === 0) target.refuses = () => false;
          await consumeTo(Math.min(end, moment + (second % 5)));
          await consumeTo(Math.min(end, moment + (second % 5)), rows);
          target.refuses = isRefused;
          await consumeTo(end);
          target.refuses = () => false;
          // A replay that breaks off is asked for again, as its requests are still there.
          for (let round = 0; round < 4 && target.marks.length > 0; round += 1)
            await consumeTo(end, readAt(end));
          expect(target.marks).toEqual([]);
          expect(plain(target.table)).toEqual(plain(source.states[end] ?? new Map()));
        },
      ),
      { numRuns: runs },
    );
    // The histories are no good if nothing ever dies.
    expect(dead).toBeGreaterThan(1);
    expect(Math.min(counted.refused, counted.waiting, counted.superseded, counted.replayed)).toBeGreaterThan(
      50,
    );
    process.stdout.write(
      `Dead letters of ${runs} random histories: ${counted.refused} refused, ${counted.waiting} waiting behind them, ` +
        `${counted.superseded} superseded, ${counted.replayed} replayed.\n`,
    );
  },
  60_000 + 200 * runs,
);

test('a row that was read before its table followed a change is not written, and stays asked for', async () => {
  const target = new MemoryTarget({ isUnique: false });
  target.refuses = isRefused;
  const records = [insert(0, 1, refused)];
  await consume(records, target, noDeadLetters(policyOf()));
  const [mark] = target.marks;
  if (mark === undefined) throw new Error('Nothing was refused.');
  target.refuses = () => false;
  const replay = async (readWith: typeof table): Promise<void> => {
    const deadLetters = noDeadLetters(policyOf());
    deadLetters.load(target.marks);
    const keyRow: ApplyRow = ['1', undefined, undefined];
    const row: ApplyRow = ['1', '5', 'now'];
    const read: ReadRow = {
      table: readWith,
      keyHash: mark.keyHash,
      keyRow,
      key: keyOf(accounts, keyRow),
      row,
      marks: target.marks,
    };
    deadLetters.askFor(place, { rows: [read], discarded: [] });
    await consume(records, target, deadLetters);
  };

  await replay({ ...table });
  expect([target.marks.length, target.table.size]).toEqual([1, 0]);
  await replay(table);
  expect([target.marks.length, target.table.get('1')]).toEqual([0, ['1', '5', 'now']]);
});
