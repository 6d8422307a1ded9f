import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { keyOf } from '#core/apply/apply-table.ts';
import { type DecodedRecords, decodeRecords } from '#core/apply/decode-records.ts';
import { planBatch } from '#core/apply/plan-batch.ts';
import { resolveKeyChanges, type SourceRows } from '#core/apply/resolve-key-changes.ts';
import { readEventSource } from '#core/databases/postgresql/source/log-position.ts';
import type { ApplyRow, ApplyTable } from '#core/ports/apply-table.ts';
import type { FeedRecord } from '#core/ports/change-feed.ts';
import type { RowEvent } from '#core/ports/row-event.ts';
import { accounts, keyChange, record, unavailable } from './sample-events.ts';

const row = (id: string, balance?: string | null, note?: string | null): ApplyRow => [id, balance, note];
const upsert = (id: string, balance: string, note: string): RowEvent => ({
  kind: 'upsert',
  key: id,
  row: row(id, balance, note),
});
const patch = (id: string, balance: string): RowEvent => ({ kind: 'patch', key: id, row: row(id, balance) });
const remove = (id: string): RowEvent => ({ kind: 'delete', key: id, row: row(id) });
const move = (from: string, id: string, balance: string): RowEvent => ({
  kind: 'move',
  from: { key: from, row: row(from) },
  key: id,
  row: row(id, balance),
  position: 1,
  isNew: true,
});
const write = (parts: {
  deletes?: readonly ApplyRow[];
  patches?: readonly ApplyRow[];
  upserts?: readonly ApplyRow[];
}) => ({ kind: 'write', deletes: [], patches: [], upserts: [], ...parts });

describe('planBatch', () => {
  test('folds the events of a row into its last state', () => {
    expect(planBatch([upsert('1', 'a', 'x'), upsert('1', 'b', 'y'), upsert('2', 'c', 'z')])).toEqual([
      write({ upserts: [row('1', 'b', 'y'), row('2', 'c', 'z')] }),
    ]);
  });

  test('a patch after the whole row completes it, and alone stays a patch', () => {
    expect(planBatch([upsert('1', 'a', 'x'), patch('1', 'b'), patch('2', 'c'), patch('2', 'd')])).toEqual([
      write({ patches: [row('2', 'd')], upserts: [row('1', 'b', 'x')] }),
    ]);
  });

  test('a patch of a deleted row makes no row', () => {
    expect(planBatch([remove('1'), patch('1', 'b')])).toEqual([write({ deletes: [row('1')] })]);
  });

  test('delete and reinsert is the new row', () => {
    expect(planBatch([remove('1'), upsert('1', 'b', 'y')])).toEqual([
      write({ upserts: [row('1', 'b', 'y')] }),
    ]);
  });

  test('a truncate makes everything before it moot', () => {
    expect(planBatch([upsert('1', 'a', 'x'), { kind: 'truncate' }, upsert('2', 'b', 'y')])).toEqual([
      { kind: 'truncate' },
      write({ upserts: [row('2', 'b', 'y')] }),
    ]);
  });

  test('a move comes after what is pending, and before what follows', () => {
    expect(planBatch([patch('1', 'a'), move('1', '2', 'b'), patch('2', 'c')])).toEqual([
      write({ patches: [row('1', 'a')] }),
      { kind: 'move', from: row('1'), row: row('2', 'b') },
      write({ patches: [row('2', 'c')] }),
    ]);
  });

  test('a move of a row that is wholly known here needs no table', () => {
    expect(planBatch([upsert('1', 'a', 'x'), move('1', '2', 'b')])).toEqual([
      write({ deletes: [row('1')], upserts: [row('2', 'b', 'x')] }),
    ]);
  });

  test('a row that does not mention a column leaves that column to the table', () => {
    const partial: RowEvent = { kind: 'upsert', key: '1', row: row('1', 'b') };
    expect(planBatch([upsert('1', 'a', 'x'), partial])).toEqual([write({ upserts: [row('1', 'b', 'x')] })]);
    expect(planBatch([remove('1'), partial])).toEqual([
      write({ deletes: [row('1')] }),
      write({ upserts: [row('1', 'b')] }),
    ]);
  });
});

/** A table in memory, by key. */
type Table = Map<string, ApplyRow>;

const merge = (older: ApplyRow, newer: ApplyRow): ApplyRow =>
  Array.from(newer, (value, index) => (value === undefined ? older[index] : value));

/** Does what the target's statements do. Fails where the plan promises what does not hold. */
const applyPlan = (table: Table, events: readonly RowEvent[]): void => {
  for (const step of planBatch(events)) {
    switch (step.kind) {
      case 'truncate':
        table.clear();
        break;
      case 'move': {
        const from = keyOf(accounts, step.from);
        const old = table.get(from);
        const to = keyOf(accounts, step.row);
        if (old === undefined || table.has(to)) throw new Error(`the move ${from} -> ${to} is not possible`);
        table.delete(from);
        table.set(to, merge(old, step.row));
        break;
      }
      case 'write':
        for (const deleted of step.deletes) table.delete(keyOf(accounts, deleted));
        for (const patched of step.patches) {
          const old = table.get(keyOf(accounts, patched));
          if (old !== undefined) table.set(keyOf(accounts, patched), merge(old, patched));
        }
        for (const upserted of step.upserts) {
          const old = table.get(keyOf(accounts, upserted));
          table.set(keyOf(accounts, upserted), old === undefined ? upserted : merge(old, upserted));
        }
    }
  }
};

/** What a user does at the source; `note` is the value that the log leaves out when it did not change. */
type Action =
  | { readonly kind: 'insert' | 'update' | 'rewrite' | 'delete'; readonly id: number; readonly value: number }
  | { readonly kind: 'move'; readonly id: number; readonly to: number; readonly value: number }
  | { readonly kind: 'truncate' };

const ids = fc.integer({ min: 1, max: 5 });
const actions: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('insert' as const), id: ids, value: fc.nat(99) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('update' as const), id: ids, value: fc.nat(99) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rewrite' as const), id: ids, value: fc.nat(99) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete' as const), id: ids, value: fc.nat(99) }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('move' as const), id: ids, to: ids, value: fc.nat(99) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('truncate' as const) }) },
);

interface SourceRow {
  readonly id: number;
  readonly balance: number;
  readonly note: string;
}

/** A source that writes a log, as Debezium would tell it: unchanged notes are unavailable. */
class Source {
  readonly rows = new Map<number, SourceRow>();
  readonly log: FeedRecord[] = [];
  /** The state of the table at each point of the log. */
  readonly states: Table[] = [new Map()];
  /** Whether Debezium takes other columns for the key than we do: a change of our key is then one event. */
  readonly #joinsKeyChanges: boolean;

  constructor(joinsKeyChanges = false) {
    this.#joinsKeyChanges = joinsKeyChanges;
  }

  do(action: Action): void {
    if (action.kind === 'truncate') {
      this.rows.clear();
      this.#write({ op: 't' });
      return;
    }
    const { id, value } = action;
    const old = this.rows.get(id);
    if (action.kind === 'insert') {
      if (old !== undefined) return;
      const after = { id, balance: value, note: `note ${value} of ${this.log.length}` };
      this.rows.set(id, after);
      this.#write({ op: 'c', after });
      return;
    }
    if (old === undefined) return;
    switch (action.kind) {
      case 'update': {
        const after = { ...old, balance: value };
        this.rows.set(id, after);
        this.#write({ op: 'u', after: { ...after, note: unavailable } });
        return;
      }
      case 'rewrite': {
        const after = { ...old, note: `note ${value} of ${this.log.length}` };
        this.rows.set(id, after);
        this.#write({ op: 'u', after });
        return;
      }
      case 'delete':
        this.rows.delete(id);
        this.#write({ op: 'd', before: { id, balance: null, note: null } });
        return;
      case 'move': {
        if (this.rows.has(action.to)) return;
        const after = { ...old, id: action.to, balance: value };
        this.rows.delete(id);
        this.rows.set(action.to, after);
        const before = { id, balance: null, note: null };
        if (this.#joinsKeyChanges) {
          this.#write({ op: 'u', before, after: { ...after, note: unavailable } });
          return;
        }
        this.log.push(...keyChange(this.log.length, before, { ...after, note: unavailable }, this.position));
        this.#remember();
        this.#remember();
        return;
      }
    }
  }

  get position(): number {
    return (this.log.length + 1) * 8;
  }

  table(): Table {
    return new Map(
      Array.from(this.rows.values(), ({ id, balance, note }) => [
        String(id),
        [String(id), String(balance), note],
      ]),
    );
  }

  #write(event: { op: string; before?: unknown; after?: unknown }): void {
    this.log.push(record(this.log.length, { ...event, lsn: this.position }));
    this.#remember();
  }

  #remember(): void {
    this.states.push(this.table());
  }
}

const sourceOf = (history: readonly Action[], joinsKeyChanges = false): Source => {
  const source = new Source(joinsKeyChanges);
  for (const action of history) source.do(action);
  return source;
};

const tables = new Map<string, ApplyTable>([['public.accounts', accounts]]);
const comparing = new Map<string, ApplyTable>([['public.accounts', { ...accounts, comparesKeys: true }]]);

/** Applies a log in batches of the given sizes as the consumer does; returns the table. */
const consume = async (
  table: Table,
  log: readonly FeedRecord[],
  batchSizes: readonly number[],
  options: {
    readonly source: SourceRows;
    readonly isLive: boolean;
    readonly highestPosition?: number;
    readonly comparesKeys?: boolean;
  },
): Promise<void> => {
  let highestPosition = options.highestPosition ?? 0;
  let rereadPosition = 0;
  let rest: readonly FeedRecord[] = [];
  let at = 0;
  for (let batch = 0; at < log.length; batch += 1) {
    const size = batchSizes[batch % batchSizes.length] ?? 1;
    const records = [...rest, ...log.slice(at, at + size)];
    at += size;
    const decoded: DecodedRecords = decodeRecords(
      records,
      { topic: 'topic', readSource: readEventSource },
      options.comparesKeys === true ? comparing : tables,
      highestPosition,
    );
    const { isLive, source } = options;
    const resolved = await resolveKeyChanges(decoded.changes, {
      source,
      isLive: () => isLive,
      rereadPosition,
    });
    ({ rest, highestPosition } = decoded);
    ({ rereadPosition } = resolved);
    for (const { events } of resolved.changes) applyPlan(table, events);
  }
  expect(rest).toEqual([]);
};

const noSource: SourceRows = {
  readRows: () => Promise.reject(new Error('the source must not be read')),
};

/** Reads the source as it is now, at the end of its history. */
const currentRows = (source: Source): SourceRows => ({
  readRows: (_table, keys) => {
    const now = source.table();
    const rows = keys.flatMap((key) => {
      const found = now.get(keyOf(accounts, key));
      return found === undefined ? [] : [[keyOf(accounts, key), found] as const];
    });
    return Promise.resolve({ rows: new Map(rows), position: source.position });
  },
});

const histories = fc.array(actions, { maxLength: 60 });
const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 });

describe('planned batches of any history', () => {
  test('give the same table as the source, in any split, without asking it', async () => {
    await fc.assert(
      fc.asyncProperty(histories, sizes, fc.boolean(), async (history, batchSizes, comparesKeys) => {
        const source = sourceOf(history, comparesKeys);
        const table: Table = new Map();
        await consume(table, source.log, batchSizes, { source: noSource, isLive: true, comparesKeys });
        expect(table).toEqual(source.table());
      }),
      { numRuns: 500, verbose: true },
    );
  });

  test('converge when they pass over rows that were copied in pieces at later times', async () => {
    await fc.assert(
      fc.asyncProperty(
        histories,
        sizes,
        fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
        fc.boolean(),
        async (history, batchSizes, times, comparesKeys) => {
          const source = sourceOf(history, comparesKeys);
          // Each key is a chunk of its own, copied at its own moment.
          const copied: Table = new Map();
          for (const [index, time] of times.entries()) {
            const key = String(index + 1);
            const copy = source.states[time % source.states.length]?.get(key);
            if (copy !== undefined) copied.set(key, copy);
          }
          await consume(copied, source.log, batchSizes, {
            ...{ source: currentRows(source), isLive: false, comparesKeys },
          });
          expect(copied).toEqual(source.table());
        },
      ),
      { numRuns: 1_000, verbose: true },
    );
  });

  test('converge when a part of them is repeated', async () => {
    await fc.assert(
      fc.asyncProperty(
        histories,
        histories,
        sizes,
        fc.nat(),
        fc.boolean(),
        async (history, later, batchSizes, from, comparesKeys) => {
          const source = sourceOf(history, comparesKeys);
          const sent = source.log.length;
          for (const action of later) source.do(action);
          const start = sent === 0 ? 0 : from % sent;
          // Debezium repeats whole key changes: it resumes after what it knows to be completely processed.
          const isSecondHalf = source.log[start]?.headers !== undefined && start > 0;
          const resumeAt = isSecondHalf ? start - 1 : start;
          const repeated = [...source.log.slice(0, sent), ...source.log.slice(resumeAt)];
          const table: Table = new Map();
          await consume(table, repeated, batchSizes, {
            source: currentRows(source),
            isLive: true,
            comparesKeys,
          });
          expect(table).toEqual(source.table());
        },
      ),
      { numRuns: 5_000, verbose: true },
    );
  });
});
