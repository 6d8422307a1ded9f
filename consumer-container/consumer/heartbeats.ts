import {
  type ConsumerState,
  type Heartbeat,
  heartbeatIntervalMs,
  maxDeadLetterTables,
} from '#core/contracts/consumer.ts';
import { metricNames } from '#core/contracts/environment.ts';
import type { Hop } from '#core/contracts/hop.ts';
import type { ReplicationId } from '#core/contracts/identifiers.ts';
import { type MillraceError, toMillraceError } from '#core/errors/millrace-error.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import type { ConsumerReadings, MetricsPort } from '#core/ports/metrics.ts';
import type { ConsumerStore } from '#core/ports/state-store.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { Progress } from './progress.ts';
import type { Troubles } from './troubles.ts';

/** The state is looked at this often; a change of it is written at once. */
const tickMs = 1_000;
/** Keeps the status fresh while rows are applied, at 12 small writes a minute. */
const progressIntervalMs = 5_000;

export interface HeartbeatOptions {
  readonly store: Pick<ConsumerStore, 'putHeartbeat'>;
  readonly replicationId: ReplicationId;
  readonly connectorName: string;
  readonly launchId: string;
  readonly metrics: MetricsPort;
  readonly troubles: Pick<Troubles, 'size' | 'oldest'>;
  /** Where the fault is when the consumer has ended with an error. */
  readonly hopOf: (error: MillraceError) => Hop;
  readonly clock: Clock;
  readonly log: Log;
}

/** Writes the consumer's heartbeat and, with it, its metrics. */
export class Heartbeats {
  readonly #options: HeartbeatOptions;
  readonly #startedAt: string;
  /** Set when the checkpoints are claimed. */
  epoch = 0;
  progress: Progress | undefined;
  /** Set when the marks of the target are read. */
  deadLetters: Pick<DeadLetters, 'byTable'> | undefined;
  #written:
    | { readonly atMs: number; readonly signature: string; readonly counts: Progress['counts'] }
    | undefined;
  #reported: Progress['counts'] | undefined;
  #lastState: ConsumerState | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now().toISOString();
  }

  /**
   * Beats after a second, and until the signal is aborted. A write that fails for a transient reason is left to the next tick; `Superseded`
   * and everything else is thrown.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    for (;;) {
      await clock.sleep(tickMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      try {
        if (this.#isDue()) await this.beat();
      } catch (cause) {
        const error = toMillraceError(cause);
        if (!error.isTransient) throw error;
        log.warn('Could not write the heartbeat; trying again in a second', { error });
      }
    }
  }

  /** Writes a heartbeat now. Throws `Superseded` when a newer launch has replaced this one. */
  async beat(end?: 'STOPPED' | { readonly error: MillraceError }): Promise<void> {
    const { store, replicationId, clock } = this.#options;
    const now = clock.now();
    const heartbeat = this.#describe(now, end);
    await store.putHeartbeat(replicationId, heartbeat);
    this.#written = { atMs: now.getTime(), signature: this.#signature(), counts: heartbeat.applied };
    this.#lastState = heartbeat.state;
    this.#emitMetrics(heartbeat);
  }

  /** Whether a newer launch has replaced this one; false where that cannot be told. */
  async isReplaced(): Promise<boolean> {
    try {
      await this.beat();
      return false;
    } catch (cause) {
      return toMillraceError(cause).code === 'Superseded';
    }
  }

  /** What is known now, for those who read it from the task itself; undefined before the checkpoints are claimed. */
  readings(): ConsumerReadings | undefined {
    const { progress } = this;
    if (progress === undefined) return undefined;
    const nowMs = this.#options.clock.now().getTime();
    return {
      applied: progress.counts,
      lagMs: progress.lagMsAtMost(nowMs),
      ...(progress.lagUnknown(nowMs) === undefined && { lagEvents: progress.lagEvents }),
      ...(this.#written !== undefined && { heartbeatAgeMs: nowMs - this.#written.atMs }),
    };
  }

  #isDue(): boolean {
    if (this.#written === undefined || this.#state() !== this.#lastState) return true;
    const elapsedMs = this.#options.clock.now().getTime() - this.#written.atMs;
    if (elapsedMs >= heartbeatIntervalMs) return true;
    return elapsedMs >= progressIntervalMs && this.#signature() !== this.#written.signature;
  }

  /** Changes whenever something worth showing has moved. */
  #signature(): string {
    const { progress } = this;
    if (progress === undefined) return '';
    const isLagKnown = progress.lagUnknown(this.#options.clock.now().getTime()) === undefined;
    return [
      progress.sourcePosition,
      progress.lagEvents,
      isLagKnown,
      JSON.stringify(this.deadLetters?.byTable()),
      ...Object.values(progress.counts),
    ].join();
  }

  #state(): ConsumerState {
    if (this.#options.troubles.size > 0) return 'RETRYING';
    return this.progress === undefined ? 'STARTING' : 'RUNNING';
  }

  #describe(now: Date, end: 'STOPPED' | { readonly error: MillraceError } | undefined): Heartbeat {
    const { launchId } = this.#options;
    const { progress } = this;
    const state = end === undefined ? this.#state() : end === 'STOPPED' ? 'STOPPED' : 'ERROR';
    return {
      launchId,
      epoch: this.epoch,
      state,
      beatAt: now.toISOString(),
      startedAt: this.#startedAt,
      applied: progress?.counts ?? {
        inserts: 0,
        updates: 0,
        deletes: 0,
        truncates: 0,
        duplicatesSkipped: 0,
      },
      ...(progress !== undefined && describeLag(progress, now.getTime())),
      ...(progress?.sourcePosition !== undefined && { sourcePosition: progress.sourcePosition }),
      ...(progress?.lastAppliedAt !== undefined && { lastAppliedAt: progress.lastAppliedAt.toISOString() }),
      ...(this.deadLetters !== undefined && {
        deadLetters: this.deadLetters.byTable().slice(0, maxDeadLetterTables),
      }),
      ...this.#describeError(now, end),
    };
  }

  #describeError(
    now: Date,
    end: 'STOPPED' | { readonly error: MillraceError } | undefined,
  ): Pick<Heartbeat, 'errorCode' | 'errorMessage' | 'errorHop' | 'errorSince'> {
    const { troubles, hopOf } = this.#options;
    const trouble =
      end === undefined || end === 'STOPPED'
        ? troubles.oldest
        : { error: end.error, hop: hopOf(end.error), since: now };
    if (trouble === undefined) return {};
    const { error, hop, since } = trouble;
    return {
      errorCode: error.code,
      errorMessage: error.message,
      errorHop: hop,
      errorSince: since.toISOString(),
    };
  }

  #emitMetrics(heartbeat: Heartbeat): void {
    // Before the claim the counters are not known, and what came before this consumer was reported by others.
    if (this.progress === undefined) return;
    const before = this.#reported ?? heartbeat.applied;
    const { applied } = heartbeat;
    this.#reported = applied;
    this.#options.metrics.emit(this.#options.connectorName, {
      [metricNames.rowsInserted]: applied.inserts - before.inserts,
      [metricNames.rowsUpdated]: applied.updates - before.updates,
      [metricNames.rowsDeleted]: applied.deletes - before.deletes,
      [metricNames.tablesTruncated]: applied.truncates - before.truncates,
      [metricNames.duplicatesSkipped]: applied.duplicatesSkipped - before.duplicatesSkipped,
      ...(heartbeat.deadLetters !== undefined && {
        [metricNames.deadLetterRows]: heartbeat.deadLetters.reduce((sum, { rows }) => sum + rows, 0),
      }),
      ...(heartbeat.lagEvents !== undefined && { [metricNames.lagEvents]: heartbeat.lagEvents }),
      // The alarm on lag has to fire also when nobody can tell how far behind the target is.
      [metricNames.lagMs]: this.progress.lagMsAtMost(Date.parse(heartbeat.beatAt)),
    });
  }
}

const describeLag = (
  progress: Progress,
  nowMs: number,
): Pick<Heartbeat, 'lagEvents' | 'lagMs' | 'endsAgeMs' | 'laggingTopics' | 'lagUnknown'> => {
  const lagUnknown = progress.lagUnknown(nowMs);
  if (lagUnknown !== undefined) return { lagUnknown };
  return {
    lagEvents: progress.lagEvents,
    lagMs: progress.lagMs(nowMs),
    endsAgeMs: progress.endsAgeMs(nowMs),
    laggingTopics: progress.laggingTopics(nowMs),
  };
};
