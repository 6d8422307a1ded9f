import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { keyOf } from '#core/apply/apply-table.ts';
import type { SourceRows } from '#core/apply/resolve-key-changes.ts';
import { postgresSourceDialect } from '#core/databases/postgresql/source/dialect.ts';
import { formatLsn } from '#core/databases/postgresql/source/log-position.ts';
import type { FeedRecord } from '#core/ports/change-feed.ts';
import { createManualClock } from '#test/kit/manual-clock.ts';
import { createRecordingLog, createRecordingMeters } from '#test/kit/recording-log.ts';
import { accounts, keyChange, record, unavailable } from '#test/unit/core/apply/sample-events.ts';
import { applyPartition } from '../../../../consumer-container/consumer/apply-partition.ts';
import { Progress } from '../../../../consumer-container/consumer/progress.ts';
import { Troubles } from '../../../../consumer-container/consumer/troubles.ts';
import { wholeTaskLimits } from '../../../../consumer-container/consumer/work-limits.ts';
import { WorkSlots } from '../../../../consumer-container/consumer/work-slots.ts';
import { idleFollower, labels, noDeadLetters, topic } from './fakes.ts';
import { MemoryTarget, put, Session, type Table, table } from './memory-target.ts';

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
            follower: idleFollower,
            held: {
              signalOf: () => new AbortController().signal,
              wasHeld: () => false,
              holdTopic: (_topic, _tables, error) => Promise.reject(error),
            },
            limits: wholeTaskLimits,
            slots: new WorkSlots(1),
            largeEvents: new WorkSlots(1),
            deadLetters: noDeadLetters(),
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
