import { setTimeout as sleep } from 'node:timers/promises';
import pg, { type Client, type ClientConfig } from 'pg';
import { connect } from './connection.ts';
import { type SeededRandom, seededRandom } from './seeded-random.ts';
import { type SourceChange, sourceChanges, truncateQueue } from './source-changes.ts';

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
  readonly source: ClientConfig;
  readonly seed: number;
  /** Over all connections together. */
  readonly changesPerSecond: number;
  readonly connections: number;
}

/** Often enough for several during the shortest copy of the demo, rarely enough that the queue fills in between. */
const truncateEveryMs = 3_000;

/** A connection that was held up catches up on at most this much, so that the rate stays a bound. */
const longestArrearsMs = 1_000;

/** PostgreSQL's codes for what concurrent writers may meet: unique_violation, deadlock_detected, serialization_failure. */
const refusals: ReadonlySet<unknown> = new Set(['23505', '40P01', '40001']);

export const startWorkload = async (options: WorkloadOptions): Promise<Workload> => {
  const clients = await Promise.all(
    Array.from({ length: options.connections }, () => connect(options.source, 'workload')),
  );

  const random = seededRandom(options.seed);
  const broken = new AbortController();
  const byName = new Map<string, number>();
  const counts = { changes: 0, transactions: 0, refused: 0 };
  let running = true;

  const perform = async (client: Client, change: SourceChange, choices: SeededRandom): Promise<number> => {
    const changes = await inTransaction(client, () => change.run(client, choices));
    if (changes === undefined) {
      counts.refused += 1;
      return 0;
    }
    counts.changes += changes;
    counts.transactions += 1;
    byName.set(change.name, (byName.get(change.name) ?? 0) + 1);
    return changes;
  };

  const work = async (client: Client, stream: number): Promise<void> => {
    const choices = random.fork(stream);
    const msPerChange = (1_000 * options.connections) / options.changesPerSecond;
    let dueAt = performance.now();
    let truncateAt = stream === 0 ? dueAt + truncateEveryMs / 3 : Number.POSITIVE_INFINITY;
    while (running) {
      const isTruncateDue = performance.now() >= truncateAt;
      if (isTruncateDue) truncateAt += truncateEveryMs;
      const changes = await perform(client, isTruncateDue ? truncateQueue : chooseChange(choices), choices);
      // A transaction that changed nothing costs as much as one change, otherwise an empty table would be hammered.
      dueAt = Math.max(dueAt, performance.now() - longestArrearsMs) + msPerChange * Math.max(1, changes);
      await sleep(Math.max(0, dueAt - performance.now()));
    }
  };

  const workers = Promise.all(clients.map((client, stream) => work(client, stream))).catch(
    (error: unknown) => {
      running = false;
      broken.abort(error);
    },
  );
  const totals = (): WorkloadTotals => ({ ...counts, byName: new Map(byName) });
  return {
    totals,
    broken: broken.signal,
    stop: async () => {
      running = false;
      await workers;
      await Promise.all(clients.map((client) => client.end()));
      broken.signal.throwIfAborted();
      return totals();
    },
  };
};

/** Undefined when PostgreSQL refused the transaction for a reason that concurrent writers have to expect. */
const inTransaction = async (client: Client, run: () => Promise<number>): Promise<number | undefined> => {
  await client.query('BEGIN');
  try {
    const changes = await run();
    await client.query('COMMIT');
    return changes;
  } catch (error) {
    await client.query('ROLLBACK');
    if (error instanceof pg.DatabaseError && refusals.has(error.code)) return undefined;
    throw error;
  }
};

const totalWeight = sourceChanges.reduce((sum, change) => sum + change.weight, 0);

const chooseChange = (random: SeededRandom): SourceChange => {
  let ticket = random.next() * totalWeight;
  for (const change of sourceChanges) {
    ticket -= change.weight;
    if (ticket < 0) return change;
  }
  return truncateQueue;
};
