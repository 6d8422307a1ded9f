import { forEachBounded } from '#core/concurrency/for-each-bounded.ts';
import type { TableCounts, TableProgress } from '#core/contracts/copy.ts';
import { type TableRef, tableKey } from '#core/contracts/identifiers.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { toMillraceError } from '#core/errors/millrace-error.ts';
import { topicName } from '#core/naming/names.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import type { CopyStore } from '#core/ports/state-store.ts';
import type { Progress } from './progress.ts';

/** A table that was quiet is told of within this. */
const lookIntervalMs = 5_000;
/** One that changes all the time is written once a minute: 43,200 small writes a month. */
const writeIntervalMs = 60_000;
const parallelWrites = 10;

export interface TableCountsOptions {
  readonly store: Pick<CopyStore, 'setTableCounts'>;
  readonly replication: Pick<Replication, 'replicationId' | 'topicPrefix' | 'tables'>;
  readonly progress: Pick<Progress, 'countsOf'>;
  /** As they are stored when the consumer begins. */
  readonly stored: readonly TableProgress[];
  readonly clock: Clock;
  readonly log: Log;
}

interface Told {
  readonly signature: string;
  readonly atMs: number;
}

/** Stores how many rows of each table were inserted, updated and deleted, and when the last of them was. */
export class TableCountsWriter {
  readonly #options: TableCountsOptions;
  readonly #sources: readonly (readonly [topic: string, source: TableRef])[];
  readonly #told = new Map<string, Told>();

  constructor(options: TableCountsOptions) {
    this.#options = options;
    this.#sources = tablesWithTopic(options.replication);
    for (const { source, inserts, updates, deletes } of options.stored)
      if (inserts !== undefined && updates !== undefined && deletes !== undefined)
        this.#told.set(tableKey(source), { signature: signatureOf({ inserts, updates, deletes }), atMs: 0 });
  }

  /** Writes what has changed every few seconds, until the signal is aborted. Counts that could not be written are written later. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.write(writeIntervalMs);
      await this.#options.clock.sleep(lookIntervalMs, signal).catch(() => undefined);
    }
  }

  /** Writes the counts that have changed, of tables that were not written within `pauseMs`. */
  async write(pauseMs: number): Promise<void> {
    const { store, replication, progress, clock, log } = this.#options;
    const nowMs = clock.now().getTime();
    const due = this.#sources.flatMap(([topic, source]) => {
      const found = progress.countsOf(topic);
      if (found === undefined) return [];
      const { inserts, updates, deletes } = found.counts;
      const counts: TableCounts = {
        ...{ inserts, updates, deletes },
        ...(found.lastAppliedAt !== undefined && { lastChangeAt: found.lastAppliedAt.toISOString() }),
      };
      const told = this.#told.get(tableKey(source));
      const isDue = told === undefined || nowMs - told.atMs >= pauseMs;
      if (!isDue || told?.signature === signatureOf(counts)) return [];
      // What was there before this consumer is no change: the first one does not wait for the pause.
      return [{ source, counts, atMs: counts.lastChangeAt === undefined ? 0 : nowMs }];
    });
    try {
      await forEachBounded(due, parallelWrites, async ({ source, counts, atMs }) => {
        await store.setTableCounts(replication.replicationId, source, counts);
        this.#told.set(tableKey(source), { signature: signatureOf(counts), atMs });
      });
    } catch (cause) {
      const error = toMillraceError(cause);
      if (!error.isTransient) throw error;
      log.warn('Could not store the counts of each table; trying again in a few seconds', { error });
    }
  }
}

const signatureOf = ({ inserts, updates, deletes }: TableCounts): string =>
  [inserts, updates, deletes].join();

/** The tables that have a topic for themselves: what tables share is counted for none of them. */
const tablesWithTopic = ({
  topicPrefix,
  tables,
}: Pick<Replication, 'topicPrefix' | 'tables'>): readonly (readonly [string, TableRef])[] => {
  const byTopic = new Map<string, TableRef[]>();
  for (const { source } of tables) {
    const topic = topicName(topicPrefix, source);
    byTopic.set(topic, [...(byTopic.get(topic) ?? []), source]);
  }
  return [...byTopic].flatMap(([topic, [source, ...others]]) =>
    source === undefined || others.length > 0 ? [] : [[topic, source] as const],
  );
};
