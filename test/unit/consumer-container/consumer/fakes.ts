import { type DeadLetterSettings, defaultDeadLetterSettings } from '#core/contracts/dead-letter.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ApplyTarget, Checkpoint } from '#core/ports/apply-target.ts';
import type { FeedRecord, PartitionSession } from '#core/ports/change-feed.ts';
import type { Clock } from '#core/ports/clock-and-log.ts';
import type { DeadLetterRecord } from '#core/ports/dead-letters.ts';
import type { PartitionBatch } from '#core/ports/partition-batch.ts';
import { createManualClock } from '#test/kit/manual-clock.ts';
import { createRecordingLog } from '#test/kit/recording-log.ts';
import { accounts } from '#test/unit/core/apply/sample-events.ts';
import type { ApplyContext } from '../../../../consumer-container/consumer/apply-partition.ts';
import { DeadLetters } from '../../../../consumer-container/consumer/dead-letters.ts';

export const topic = 'client_1_db_1.public.accounts';
export const noCounts = { inserts: 0, updates: 0, deletes: 0, truncates: 0, duplicatesSkipped: 0 };
export const labels = { source: 'source:5432/shop', target: 'target:5432/shop' };
export const unreachable = new MillraceError('DatabaseUnreachable', 'the target is away', {
  facts: { database: labels.target },
});

/** Follows nothing. */
export const idleFollower: ApplyContext['follower'] = {
  follow: async () => false,
  followCatalog: async () => undefined,
  release: async () => false,
  isNudged: () => false,
  signalOf: () => new AbortController().signal,
  truncateAction: () => 'auto',
  truncate: async () => false,
  mayTruncate: () => false,
  truncated: async () => undefined,
};

/** A topic in memory: a session begins where it is sought, and ends after the last record. */
export class FakeSession implements PartitionSession {
  readonly topic = topic;
  readonly partition = 0;
  readonly sought: number[] = [];
  readonly shown: bigint[] = [];
  duplicates = 0;
  hasLeft = false;
  readonly #records: readonly FeedRecord[];
  readonly #over = new AbortController();
  #next = 0n;

  constructor(records: readonly FeedRecord[]) {
    this.#records = records;
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  end(): void {
    this.#over.abort();
  }

  seek(offset: bigint): void {
    this.sought.push(Number(offset));
    this.#next = offset;
  }

  async waitForRecords(giveUp?: AbortSignal): Promise<boolean> {
    await new Promise((resolve) => setImmediate(resolve));
    if (giveUp?.aborted) return false;
    if (this.peek() === undefined) this.end();
    return !this.signal.aborted;
  }

  async take(
    maxRecords: number,
    _maxBytes: number,
    giveUp?: AbortSignal,
  ): Promise<readonly FeedRecord[] | undefined> {
    await new Promise((resolve) => setImmediate(resolve));
    if (giveUp?.aborted) return undefined;
    const taken = this.#records
      .filter(({ offset }) => offset >= this.#next)
      .slice(0, Math.min(2, maxRecords));
    const last = taken.at(-1);
    if (last === undefined) {
      this.end();
      return undefined;
    }
    this.#next = last.offset + 1n;
    return taken;
  }

  leave(): void {
    this.hasLeft = true;
  }

  peek(): FeedRecord | undefined {
    return this.#records.find(({ offset }) => offset >= this.#next);
  }

  takeDuplicates(): number {
    const { duplicates } = this;
    this.duplicates = 0;
    return duplicates;
  }

  showProgress(nextOffset: bigint): void {
    this.shown.push(nextOffset);
  }
}

/** Keeps a checkpoint and what was applied; fails as told. */
export class FakeTarget implements ApplyTarget<never, PartitionBatch> {
  readonly applied: PartitionBatch[] = [];
  /** Consumed from the front: what the next calls of `apply` do before anything else. */
  readonly outcomes: (MillraceError | 'row-missing' | 'lost-commit' | 'applied')[] = [];
  checkpoint: Checkpoint = { topic, partition: 0, nextOffset: 0n, epoch: 1, counts: noCounts };
  readError: MillraceError | undefined;

  claim = () => Promise.resolve({ epoch: 1, checkpoints: [this.checkpoint] });

  readCheckpoint = (): Promise<Checkpoint> =>
    this.readError === undefined ? Promise.resolve(this.checkpoint) : Promise.reject(this.readError);

  findRefused = async () => [];
  readDeadLetters = async () => [];
  answerDeadLetters = async () => undefined;

  prepare = (batch: PartitionBatch): PartitionBatch => batch;

  apply = async (batch: PartitionBatch): Promise<'applied' | 'row-missing'> => {
    await new Promise((resolve) => setImmediate(resolve));
    const outcome = this.outcomes.shift() ?? 'applied';
    if (outcome instanceof MillraceError) throw outcome;
    if (outcome === 'row-missing') return outcome;
    if (batch.expectedOffset !== this.checkpoint.nextOffset) throw new Error('not at the checkpoint');
    this.applied.push(batch);
    this.checkpoint = { ...this.checkpoint, nextOffset: batch.nextOffset };
    if (outcome === 'lost-commit') throw unreachable;
    return 'applied';
  };
}

/** Of a replication that holds a table for each refused row, unless other settings are given; `written` takes what its topic gets. */
export const noDeadLetters = (
  settings: DeadLetterSettings = defaultDeadLetterSettings,
  { written = [], clock = createManualClock() }: { written?: DeadLetterRecord[]; clock?: Clock } = {},
): DeadLetters => {
  const replication = {
    clientId: 1,
    replicationId: 1,
    connectorName: 'acme_shop_connector',
    deadLetters: settings,
    tables: [accounts.mapping],
  } as unknown as Replication;
  return new DeadLetters({
    replication,
    store: { getReplication: async () => replication, addActivity: async () => undefined },
    topic: {
      write: async (records) => records.map((written_) => BigInt(written.push(written_) - 1)),
    },
    metrics: { countError: () => undefined },
    clock,
    log: createRecordingLog(),
  });
};
