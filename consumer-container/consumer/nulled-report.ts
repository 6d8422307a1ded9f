import type { NulledInTable } from '#core/apply/nulled-values.ts';
import { addNulled, describeNulled, totalOf } from '#core/canonical/describe-nulled.ts';
import type { NulledValues } from '#core/contracts/copy.ts';
import { metricNames } from '#core/contracts/environment.ts';
import { type TableRef, tableKey, tableLabel } from '#core/contracts/identifiers.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import type { MetricsPort } from '#core/ports/metrics.ts';

/** A line for a table so often at most: a column with many such values would fill the log. */
const reportIntervalMs = 60_000;

export interface NulledReportOptions {
  readonly connectorName: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Pick<Log, 'warn'>;
  readonly metrics: Pick<MetricsPort, 'emit'>;
}

interface TableCounts {
  readonly table: TableRef;
  readonly total: Map<string, number>;
  /** What no line has told of yet. */
  readonly untold: Map<string, number>;
  toldAtMs: number;
}

/**
 * Reports values that were written as NULL because the target cannot hold them: each to the metric, and to the log for
 * each table with its columns, the first ones at once, later ones at most once a minute, and the totals at the end.
 */
export class NulledReport {
  readonly #options: NulledReportOptions;
  readonly #tables = new Map<string, TableCounts>();

  constructor(options: NulledReportOptions) {
    this.#options = options;
  }

  readonly add = (nulled: readonly NulledInTable[]): void => {
    const { clock, connectorName, metrics } = this.#options;
    const nowMs = clock.now().getTime();
    for (const { table, columns } of nulled) {
      metrics.emit(connectorName, { [metricNames.valuesNulled]: totalOf(columns) });
      const counts = this.#countsOf(table);
      // A column of which nothing was said yet is news by itself.
      const hasNews = [...columns.keys()].some((column) => !counts.total.has(column));
      addNulled(counts.total, columns);
      addNulled(counts.untold, columns);
      if (!hasNews && nowMs - counts.toldAtMs < reportIntervalMs) continue;
      this.#tell(table, counts.untold);
      counts.untold.clear();
      counts.toldAtMs = nowMs;
    }
  };

  end(): void {
    for (const { table, total } of this.#tables.values()) this.#tell(table, total, 'In all, ');
  }

  #tell(table: TableRef, columns: NulledValues, lead = ''): void {
    this.#options.log.warn(`${lead}${describeNulled(table, columns)}`, {
      table: tableLabel(table),
      nulled: Object.fromEntries(columns),
    });
  }

  #countsOf(table: TableRef): TableCounts {
    const key = tableKey(table);
    let counts = this.#tables.get(key);
    if (counts === undefined) {
      counts = { table, total: new Map(), untold: new Map(), toldAtMs: Number.NEGATIVE_INFINITY };
      this.#tables.set(key, counts);
    }
    return counts;
  }
}
