import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type ApplyDriver, createApplyFlow, type WrittenTable } from '#adapters/databases/apply-flow.ts';
import { keyOf } from '#core/apply/apply-table.ts';
import type { PlanStep } from '#core/apply/plan-batch.ts';
import type { SourceRows } from '#core/apply/resolve-key-changes.ts';
import { postgresSourceDialect } from '#core/databases/postgresql/source/dialect.ts';
import { formatLsn } from '#core/databases/postgresql/source/log-position.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ApplyRow } from '#core/ports/apply-table.ts';
import type { ApplyTarget, Checkpoint } from '#core/ports/apply-target.ts';
import type { FeedRecord, PartitionSession } from '#core/ports/change-feed.ts';
import { createManualClock } from '#test/kit/manual-clock.ts';
import { createRecordingLog, createRecordingMeters } from '#test/kit/recording-log.ts';
import { accounts, keyChange, record, unavailable } from '#test/unit/core/apply/sample-events.ts';
import { applyPartition } from '../../../../consumer-container/consumer/apply-partition.ts';
import { Progress } from '../../../../consumer-container/consumer/progress.ts';
import { Troubles } from '../../../../consumer-container/consumer/troubles.ts';
import { WorkSlots } from '../../../../consumer-container/consumer/work-slots.ts';
import { labels, noCounts, topic } from './fakes.ts';

/** `balance` is unique; `note` is the value that the log leaves out when it did not change. */
type Table = Map<string, ApplyRow>;

class Duplicate extends Error {}

const put = (table: Table, row: ApplyRow): void => {
  const key = keyOf(accounts, row);
  for (const [other, [, balance]] of table) {
    if (other !== key && balance !== null && balance === row[1]) throw new Duplicate('balance');
  }
  table.set(key, row);
};

const merge = (older: ApplyRow | undefined, newer: ApplyRow): ApplyRow =>
  Array.from(newer, (value, index) => (value === undefined ? older?.[index] : value));

/** Does what the target's statement does, with a check of each row as it is written. */
const execute = (table: Table, step: PlanStep): boolean => {
  switch (step.kind) {
    case 'truncate':
      table.clear();
      return true;
    case 'move': {
      const from = keyOf(accounts, step.from);
      const old = table.get(from);
      if (old === undefined || table.has(keyOf(accounts, step.row))) return false;
      table.delete(from);
      put(table, merge(old, step.row));
      return true;
    }
    case 'rekey':
      throw new Error('This table has no columns of its own.');
    case 'write':
      for (const row of step.deletes) table.delete(keyOf(accounts, row));
      for (const row of step.patches) {
        const old = table.get(keyOf(accounts, row));
        if (old !== undefined) put(table, merge(old, row));
      }
      for (const row of step.upserts) put(table, merge(table.get(keyOf(accounts, row)), row));
      return true;
  }
};

class MemoryTarget {
  table: Table = new Map();
  checkpoint: Checkpoint = { topic, partition: 0, nextOffset: 0n, epoch: 1, counts: noCounts };
  #moved: Checkpoint = this.checkpoint;
  readonly #savepoints = new Map<string, Table>();

  open(): ApplyTarget<WrittenTable<PlanStep>> {
    const driver: ApplyDriver<Table, PlanStep> = {
      claim: async () => ({ epoch: 1, checkpoints: [this.checkpoint] }),
      findCheckpoint: async () => this.checkpoint,
      moveCheckpoint: async (_session, { nextOffset, sourcePosition, rereadPosition }) => {
        this.#moved = {
          ...this.checkpoint,
          nextOffset,
          ...(sourcePosition !== undefined && { sourcePosition }),
          ...(rereadPosition !== undefined && { rereadPosition }),
        };
        return true;
      },
      requireTables: async () => undefined,
      transaction: async (work) => {
        const session = new Map(this.table);
        if (!(await work(session))) return false;
        this.table = session;
        this.checkpoint = this.#moved;
        return true;
      },
      run: async (session, step, _target, mustFind) => {
        const isThere = (row: ApplyRow): boolean => session.has(keyOf(accounts, row));
        if (mustFind && step.kind === 'write' && !step.patches.every(isThere)) return false;
        return execute(session, step);
      },
      savepoint: async (session, action, name) => {
        if (action === 'set') this.#savepoints.set(name, new Map(session));
        if (action !== 'roll-back') return;
        session.clear();
        for (const [key, row] of this.#savepoints.get(name) ?? []) session.set(key, row);
      },
      isViolation: (error) => error instanceof Duplicate,
      isUniqueViolation: (error) => error instanceof Duplicate,
      describe: (error, action) =>
        error instanceof MillraceError
          ? error
          : new MillraceError('ConstraintViolated', `Cannot ${action}: ${String(error)}`),
    };
    const flow = createApplyFlow<WrittenTable<PlanStep>, Table, PlanStep>(driver, { replicationId: 1 });
    return {
      ...flow,
      prepare: flow.plan,
      apply: (planned, options) => flow.apply(planned as never, options),
    };
  }
}

const table: WrittenTable<PlanStep> = {
  ...accounts,
  columns: accounts.columns.map((column) => ({
    ...column,
    decode: (raw) => (raw === null ? null : String(raw)),
  })),
  uniqueness: 'shared',
  uniqueColumns: [1],
  statements: { forSteps: (steps) => steps },
  takeNulled: () => new Map(),
};

/** A topic whose records come in batches of given sizes, up to an offset. */
class Session implements PartitionSession {
  readonly topic = topic;
  readonly partition = 0;
  readonly #records: readonly FeedRecord[];
  readonly #sizes: readonly number[];
  readonly #over = new AbortController();
  #next = 0;
  #batch = 0;

  constructor(records: readonly FeedRecord[], sizes: readonly number[]) {
    this.#records = records;
    this.#sizes = sizes;
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }
  seek(offset: bigint): void {
    this.#next = Number(offset);
  }
  async waitForRecords(): Promise<boolean> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#next < this.#records.length) return true;
    this.#over.abort();
    return false;
  }
  leave(): void {}
  async take(): Promise<readonly FeedRecord[] | undefined> {
    await new Promise((resolve) => setImmediate(resolve));
    const size = this.#sizes[this.#batch % this.#sizes.length] ?? 1;
    const taken = this.#records.slice(this.#next, this.#next + size);
    this.#batch += 1;
    this.#next += taken.length;
    if (taken.length > 0) return taken;
    this.#over.abort();
    return undefined;
  }
  peek(): FeedRecord | undefined {
    return this.#records[this.#next];
  }
  takeDuplicates(): number {
    return 0;
  }
  showProgress(): void {}
}

type Action =
  | { readonly kind: 'set' | 'keep'; readonly id: number; readonly value: number | null }
  | { readonly kind: 'delete'; readonly id: number }
  | { readonly kind: 'move'; readonly id: number; readonly to: number; readonly keeps: boolean };

const ids = fc.integer({ min: 1, max: 5 });
const values = fc.option(fc.integer({ min: 1, max: 2 }), { freq: 3 });
const actions: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('set' as const), id: ids, value: values }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('keep' as const), id: ids, value: values }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), id: ids }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('move' as const), id: ids, to: ids, keeps: fc.boolean() }),
  },
);

/** A source that refuses a balance that another row has, with its log and its state after each record. */
class Source {
  readonly log: FeedRecord[] = [];
  readonly states: Table[] = [new Map()];
  #table: Table = new Map();

  do(action: Action): void {
    const key = String(action.id);
    const old = this.#table.get(key);
    const next = new Map(this.#table);
    if (action.kind === 'delete' || action.kind === 'move') {
      if (old === undefined) return;
      next.delete(key);
      if (action.kind === 'delete') {
        this.#write(
          next,
          record(this.log.length, {
            op: 'd',
            before: { id: action.id, balance: null, note: null },
            lsn: this.#lsn,
          }),
        );
        return;
      }
      if (next.has(String(action.to)) || action.to === action.id) return;
      next.set(String(action.to), [
        String(action.to),
        old[1],
        action.keeps ? old[2] : `moved ${this.log.length}`,
      ]);
      const [, balance, note] = next.get(String(action.to)) ?? [];
      const after = { id: action.to, balance, note: action.keeps ? unavailable : note };
      this.#write(
        next,
        ...keyChange(this.log.length, { id: action.id, balance: null, note: null }, after, this.#lsn),
      );
      return;
    }
    const keeps = action.kind === 'keep' && old !== undefined;
    const note = keeps ? old[2] : `note ${this.log.length}`;
    try {
      put(next, [key, action.value === null ? null : String(action.value), note]);
    } catch {
      return;
    }
    const after = { id: action.id, balance: action.value, note: keeps ? unavailable : note };
    this.#write(next, record(this.log.length, { op: old === undefined ? 'c' : 'u', after, lsn: this.#lsn }));
  }

  get #lsn(): number {
    return 8 * (this.log.length + 1);
  }

  #write(next: Table, ...records: readonly FeedRecord[]): void {
    this.#table = next;
    this.log.push(...records);
    for (const _record of records) this.states.push(next);
  }
}

test('a table with another unique key catches up with any history, whatever was copied when', async () => {
  let passedOver = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(actions, { minLength: 10, maxLength: 80, size: 'max' }),
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 }),
      fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
      fc.array(fc.nat(), { minLength: 2, maxLength: 2 }),
      fc.boolean(),
      async (history, sizes, times, [stop = 0, read = 0], readsLate) => {
        const source = new Source();
        for (const action of history) source.do(action);
        const end = source.log.length;
        const target = new MemoryTarget();
        // Each key is a chunk of its own, copied at its own moment; a row that clashes is left out, as chunk writers do.
        const moments = times.map((time) => time % (end + 1));
        for (const [index, moment] of moments.entries()) {
          const copied = source.states[moment]?.get(String(index + 1));
          try {
            if (copied !== undefined) put(target.table, copied);
          } catch {}
        }
        const copyEnd = Math.max(...moments);
        const isApplied = () => Number(target.checkpoint.nextOffset) >= copyEnd;
        // The source is read at a later moment than what was sent, at times at its very end.
        const rows: SourceRows = {
          readRows: async (_table, keys) => {
            const from = Math.min(end, Number(target.checkpoint.nextOffset) + 24);
            const moment = readsLate ? end : Math.min(end, from + (read % 10));
            const now = source.states[moment] ?? new Map();
            const found = keys.flatMap((key) => {
              const row = now.get(keyOf(accounts, key));
              return row === undefined ? [] : [[keyOf(accounts, key), row] as const];
            });
            return { rows: new Map(found), position: 8 * (moment + 1) };
          },
        };
        const consume = async (records: readonly FeedRecord[]): Promise<void> => {
          const clock = createManualClock();
          const opened = target.open();
          await applyPartition(new Session(records, sizes), {
            target: {
              ...opened,
              apply: async (prepared: unknown, options: never) => {
                const outcome = await opened.apply(prepared, options);
                if (outcome === 'passed-over') passedOver += 1;
                return outcome;
              },
            } as never,
            source: rows,
            readSource: postgresSourceDialect.capture.readEventSource,
            tablesOf: () => new Map([['public.accounts', table]]),
            isLive: isApplied,
            judgeOf: () => undefined,
            held: {
              signalOf: () => new AbortController().signal,
              holdTopic: (_topic, _tables, error) => Promise.reject(error),
            },
            slots: new WorkSlots(1),
            largeEvents: new WorkSlots(1),
            epoch: 1,
            verifyPosition: () => Promise.resolve(),
            troubles: new Troubles(createManualClock(), labels),
            meters: createRecordingMeters(),
            progress: new Progress(
              [target.checkpoint],
              [{ topic, partition: 0, firstOffset: 0n, endOffset: BigInt(records.length) }],
              0,
              formatLsn,
            ),
            clock,
            log: createRecordingLog(),
          });
        };
        // The consumer is stopped somewhere, and another one goes on.
        await consume(source.log.slice(0, stop % (end + 1)));
        await consume(source.log);
        expect(target.table).toEqual(source.states.at(-1));
      },
    ),
    { numRuns: 500, verbose: true },
  );
  expect(passedOver).toBeGreaterThan(50);
}, 300_000);
