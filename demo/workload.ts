import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoConnection, DemoDatabase, DemoKind, SourceChange } from './demo-database.ts';
import { kindOf } from './demo-kinds.ts';
import { type SeededRandom, seededRandom } from './seeded-random.ts';

/**
 * Changes the source on several connections at once until it is stopped. The seed fixes what each connection chooses
 * to do; how their transactions interleave is up to the server.
 */
export interface Workload {
  totals(): WorkloadTotals;
  /** Lets each connection end its transaction, closes them, and returns the totals. Throws what broke the workload. */
  stop(): Promise<WorkloadTotals>;
  /** Aborted when the workload broke, with the error as its reason. */
  readonly broken: AbortSignal;
}

export interface WorkloadTotals {
  /** Rows inserted, updated or deleted by committed transactions; a TRUNCATE counts as one. */
  readonly changes: number;
  readonly transactions: number;
  /** Transactions that met a deadlock or a key that was taken, and were rolled back. */
  readonly refused: number;
  /** Committed transactions by the name of the change. */
  readonly byName: ReadonlyMap<string, number>;
}

export interface WorkloadOptions {
  readonly source: DemoDatabase;
  readonly seed: number;
  /** Over all connections together. */
  readonly changesPerSecond: number;
  readonly connections: number;
}

/** Often enough for several during the shortest copy of the demo, rarely enough that the queue fills in between. */
const truncateEveryMs = 3_000;

/** A connection that was held up catches up on at most this much, so that the rate stays a bound. */
const longestArrearsMs = 1_000;

export const startWorkload = async (options: WorkloadOptions): Promise<Workload> => {
  const kind = kindOf(options.source);
  const connections = await Promise.all(
    Array.from({ length: options.connections }, () => kind.connect(options.source, 'workload')),
  );

  const random = seededRandom(options.seed);
  const broken = new AbortController();
  const byName = new Map<string, number>();
  const counts = { changes: 0, transactions: 0, refused: 0 };
  let running = true;

  const perform = async (
    connection: DemoConnection,
    change: SourceChange,
    choices: SeededRandom,
  ): Promise<number> => {
    const changes = await connection.inTransaction(() => change.run(connection, choices));
    if (changes === undefined) {
      counts.refused += 1;
      return 0;
    }
    counts.changes += changes;
    counts.transactions += 1;
    byName.set(change.name, (byName.get(change.name) ?? 0) + 1);
    return changes;
  };

  const work = async (connection: DemoConnection, stream: number): Promise<void> => {
    const choices = random.fork(stream);
    const msPerChange = (1_000 * options.connections) / options.changesPerSecond;
    let dueAt = performance.now();
    let truncateAt = stream === 0 ? dueAt + truncateEveryMs / 3 : Number.POSITIVE_INFINITY;
    while (running) {
      const isTruncateDue = performance.now() >= truncateAt;
      if (isTruncateDue) truncateAt += truncateEveryMs;
      const changes = await perform(
        connection,
        isTruncateDue ? kind.truncateQueue : chooseChange(kind, choices),
        choices,
      );
      // A transaction that changed nothing costs as much as one change, otherwise an empty table would be hammered.
      dueAt = Math.max(dueAt, performance.now() - longestArrearsMs) + msPerChange * Math.max(1, changes);
      await sleep(Math.max(0, dueAt - performance.now()));
    }
  };

  const workers = Promise.all(connections.map(work)).catch((error: unknown) => {
    running = false;
    broken.abort(error);
  });
  const totals = (): WorkloadTotals => ({ ...counts, byName: new Map(byName) });
  return {
    totals,
    broken: broken.signal,
    stop: async () => {
      running = false;
      await workers;
      await Promise.all(connections.map((connection) => connection.end()));
      broken.signal.throwIfAborted();
      return totals();
    },
  };
};

const chooseChange = ({ sourceChanges, truncateQueue }: DemoKind, random: SeededRandom): SourceChange => {
  let ticket = random.next() * sourceChanges.reduce((sum, change) => sum + change.weight, 0);
  for (const change of sourceChanges) {
    ticket -= change.weight;
    if (ticket < 0) return change;
  }
  return truncateQueue;
};
