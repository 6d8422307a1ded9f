import { type ApplyDriver, createApplyFlow, type WrittenTable } from '#adapters/databases/apply-flow.ts';
import { keyOf } from '#core/apply/apply-table.ts';
import type { PlanStep } from '#core/apply/plan-batch.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ApplyRow } from '#core/ports/apply-table.ts';
import type { ApplyTarget, Checkpoint } from '#core/ports/apply-target.ts';
import type { FeedRecord, PartitionSession } from '#core/ports/change-feed.ts';
import type { StoredDeadLetter } from '#core/ports/dead-letters.ts';
import { accounts } from '#test/unit/core/apply/sample-events.ts';
import { noCounts, topic, unreachable } from './fakes.ts';

/** `balance` is unique; `note` is the value that the log leaves out when it did not change. */
export type Table = Map<string, ApplyRow>;

export class Duplicate extends Error {}

export const put = (table: Table, row: ApplyRow, isUnique = true): void => {
  const key = keyOf(accounts, row);
  for (const [other, [, balance]] of isUnique ? table : []) {
    if (other !== key && balance !== null && balance === row[1]) throw new Duplicate('balance');
  }
  table.set(key, row);
};

const merge = (older: ApplyRow | undefined, newer: ApplyRow): ApplyRow =>
  Array.from(newer, (value, index) => (value === undefined ? older?.[index] : value));

/** A row that the target's check refuses. */
class Refused extends Error {}

/** A target in memory: rows, checkpoint and marks change together, or not at all. */
export class MemoryTarget {
  table: Table = new Map();
  checkpoint: Checkpoint = { topic, partition: 0, nextOffset: 0n, epoch: 1, counts: noCounts };
  marks: readonly StoredDeadLetter[] = [];
  /** Which rows a check of the target refuses. */
  refuses: (row: ApplyRow) => boolean = () => false;
  /** Whether the next transaction ends without a COMMIT. */
  breaks: () => boolean = () => false;
  /** Called after each transaction. */
  onCommit: () => void = () => {};
  readonly #isUnique: boolean;
  #moved: Checkpoint = this.checkpoint;
  #changed: readonly StoredDeadLetter[] = [];
  #lastId = 0;
  readonly #savepoints = new Map<string, Table>();

  constructor({ isUnique = true }: { readonly isUnique?: boolean } = {}) {
    this.#isUnique = isUnique;
  }

  open(): ApplyTarget<WrittenTable<PlanStep>> {
    const driver: ApplyDriver<Table, PlanStep> = {
      claim: async () => ({ epoch: 1, checkpoints: [this.checkpoint] }),
      findCheckpoint: async () => this.checkpoint,
      moveCheckpoint: async (_session, { expectedOffset, nextOffset, sourcePosition, rereadPosition }) => {
        if (expectedOffset !== this.checkpoint.nextOffset) throw new Error('not at the checkpoint');
        this.#moved = {
          ...this.checkpoint,
          nextOffset,
          ...(sourcePosition !== undefined && { sourcePosition }),
          ...(rereadPosition !== undefined && { rereadPosition }),
        };
        this.#changed = this.marks;
        return true;
      },
      requireTables: async () => undefined,
      changeDeadLetters: async (_session, { deadLetters }) => {
        if (deadLetters === undefined) return;
        const { added, cleared, emptied } = deadLetters;
        this.#changed = [
          ...this.marks.filter(({ keyHash }) => !cleared.includes(keyHash) && emptied.length === 0),
          ...added.map((mark) => {
            this.#lastId += 1;
            const { atMs: lastAtMs } = mark;
            const stored = { id: String(this.#lastId), attempts: 1, lastAtMs };
            return { ...mark, ...stored, request: undefined, verdict: undefined };
          }),
        ];
      },
      readDeadLetters: async () => this.marks,
      answerDeadLetters: async () => undefined,
      transaction: async (work) => {
        const session = new Map(this.table);
        if (!(await work(session))) return false;
        if (this.breaks()) throw unreachable;
        this.table = session;
        this.checkpoint = this.#moved;
        this.marks = this.#changed;
        this.onCommit();
        return true;
      },
      run: async (session, step, _target, mustFind) => {
        const isThere = (row: ApplyRow): boolean => session.has(keyOf(accounts, row));
        if (mustFind && step.kind === 'write' && !step.patches.every(isThere)) return false;
        return this.#execute(session, step);
      },
      savepoint: async (session, action, name) => {
        if (action === 'set') this.#savepoints.set(name, new Map(session));
        if (action !== 'roll-back') return;
        session.clear();
        for (const [key, row] of this.#savepoints.get(name) ?? []) session.set(key, row);
      },
      isViolation: (error) => error instanceof Duplicate || error instanceof Refused,
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

  /** Does what the target's statement does, with a check of each row as it is written. */
  #execute(rows: Table, step: PlanStep): boolean {
    const write = (row: ApplyRow): void => {
      if (this.refuses(row)) throw new Refused('check');
      put(rows, row, this.#isUnique);
    };
    switch (step.kind) {
      case 'truncate':
        rows.clear();
        return true;
      case 'move': {
        const from = keyOf(accounts, step.from);
        const old = rows.get(from);
        if (old === undefined || rows.has(keyOf(accounts, step.row))) return false;
        rows.delete(from);
        write(merge(old, step.row));
        return true;
      }
      case 'rekey':
        throw new Error('This table has no columns of its own.');
      case 'write':
        for (const row of step.deletes) rows.delete(keyOf(accounts, row));
        for (const row of step.patches) {
          const old = rows.get(keyOf(accounts, row));
          if (old !== undefined) write(merge(old, row));
        }
        for (const row of step.upserts) write(merge(rows.get(keyOf(accounts, row)), row));
        return true;
    }
  }
}

export const table: WrittenTable<PlanStep> = {
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
export class Session implements PartitionSession {
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
    // The session itself ends in `waitForRecords`, when what was taken is applied.
    return taken.length > 0 ? taken : undefined;
  }
  peek(): FeedRecord | undefined {
    return this.#records[this.#next];
  }
  takeDuplicates(): number {
    return 0;
  }
  showProgress(): void {}
}
