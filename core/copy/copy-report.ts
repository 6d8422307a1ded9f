import { addNulled, describeNulled, totalOf } from '../canonical/describe-nulled.ts';
import type { TableProgress } from '../contracts/copy.ts';
import { metricNames } from '../contracts/environment.ts';
import { tableLabel } from '../contracts/identifiers.ts';
import { stepLabel } from '../contracts/steps.ts';
import type { Clock, Log } from '../ports/clock-and-log.ts';
import type { CopiedChunk } from '../ports/databases.ts';
import type { MetricsPort } from '../ports/metrics.ts';
import { describePace, paceOf } from './copy-progress.ts';

/** A line and a metric so often at most: a person who watches sees it move, and the log stays short. */
const progressIntervalMs = 5_000;

const step = stepLabel('Copy');

export interface CopyReportOptions {
  readonly connectorName: string;
  readonly progress: TableProgress;
  /** How many chunks are left to be copied. */
  readonly unfinished: number;
  readonly metrics: MetricsPort;
  readonly clock: Clock;
  readonly log: Log;
}

/** Tells people and metrics how the copy of one table gets on, and which values became NULL. */
export class CopyReport {
  readonly #options: CopyReportOptions;
  readonly #startedAtMs: number;
  #reportedAtMs: number;
  #chunksDone = 0;
  #rows = 0;
  readonly #nulled = new Map<string, number>();
  #nulledReported = 0;

  constructor(options: CopyReportOptions) {
    this.#options = options;
    this.#startedAtMs = options.clock.now().getTime();
    this.#reportedAtMs = this.#startedAtMs;
    const { progress, unfinished } = options;
    if (unfinished < progress.chunks) {
      this.#say(`resuming, ${unfinished} of ${progress.chunks} chunks are left`, {});
    }
  }

  /** Rows that were copied by this call. */
  get rows(): number {
    return this.#rows;
  }

  add(copied: CopiedChunk): void {
    const { connectorName, metrics } = this.#options;
    this.#chunksDone += 1;
    this.#rows += copied.rows;
    metrics.emit(connectorName, { [metricNames.copyRows]: copied.rows });
    if (copied.nulled !== undefined) {
      addNulled(this.#nulled, copied.nulled);
      metrics.emit(connectorName, { [metricNames.valuesNulled]: totalOf(copied.nulled) });
    }
    this.#tellPace();
  }

  /** The sums so far. Those of the last line are of the whole table, as far as this call copied it. */
  tellNulled(): void {
    const { log, progress } = this.#options;
    const total = totalOf(this.#nulled);
    if (total === this.#nulledReported) return;
    this.#nulledReported = total;
    log.warn(`${step} ${describeNulled(progress.target, this.#nulled)}`, {
      step,
      table: tableLabel(progress.source),
      nulled: Object.fromEntries(this.#nulled),
    });
  }

  #tellPace(): void {
    const { connectorName, progress, unfinished, metrics, clock } = this.#options;
    const nowMs = clock.now().getTime();
    const isLast = this.#chunksDone === unfinished;
    if (nowMs - this.#reportedAtMs < progressIntervalMs && !isLast) return;
    this.#reportedAtMs = nowMs;
    const pace = paceOf(
      {
        chunks: progress.chunks,
        doneBefore: progress.chunks - unfinished,
        startedAtMs: this.#startedAtMs,
        doneNow: this.#chunksDone,
        rowsNow: this.#rows,
      },
      nowMs,
    );
    metrics.emit(connectorName, { [metricNames.copyRowsPerSecond]: pace.rowsPerSecond });
    this.#say(describePace(pace), pace);
    this.tellNulled();
  }

  #say(message: string, fields: object): void {
    const table = tableLabel(this.#options.progress.source);
    this.#options.log.info(`${step} ${table}: ${message}`, { step, table, ...fields });
  }
}
