import type { Status, TableStatus } from '../api/routes.ts';
import {
  formatAge,
  formatBytes,
  formatCount,
  formatDuration,
  formatInstant,
  plural,
  progressBar,
} from './format-values.ts';
import type { Color, Paint } from './output.ts';
import { table } from './table.ts';

const overallColors: Readonly<Record<string, Color>> = {
  healthy: 'green',
  starting: 'cyan',
  paused: 'yellow',
  degraded: 'yellow',
  failed: 'red',
};

const stateColors: Readonly<Record<string, Color>> = {
  active: 'green',
  live: 'green',
  starting: 'cyan',
  copying: 'cyan',
  'catching-up': 'cyan',
  held: 'red',
  skipped: 'red',
  error: 'red',
  'needs-resync': 'red',
  pausing: 'yellow',
  paused: 'yellow',
  stopping: 'yellow',
  deleting: 'yellow',
};

export const paintState = (state: string, paint: Paint): string => {
  const color = stateColors[state] ?? overallColors[state];
  return color === undefined ? state : paint(color, state);
};

/** What a person wants to know of a replication, in a few lines and one for each table. */
export const renderStatus = (name: string, status: Status, now: Date, paint: Paint): readonly string[] => {
  const { config, connector, consumer, statistics } = status;
  return [
    `${paint('bold', name)}: ${paintState(status.overall, paint)}, status ${config.status} since ${formatInstant(config.status_since)}`,
    ...status.reasons.map((reason) => `  ${paint('yellow', 'because')} ${reason}`),
    ...(config.last_error_message === null
      ? []
      : [`  ${paint('red', config.last_error_code ?? 'error')} ${config.last_error_message}`]),
    ...status.warnings.map((warning) => `  ${paint('yellow', 'warning')} ${warning}`),
    ...renderPause(status, paint),
    ...renderWait(status, paint),
    `  connector  ${connector.state}`,
    `  consumer   ${consumer.state}${consumer.last_heartbeat === null ? '' : `, last heartbeat ${formatAge(consumer.last_heartbeat, now)}`}`,
    `  lag        ${renderLag(statistics.lag_events, statistics.lag_ms) ?? statistics.lag_message ?? 'not known'}`,
    ...(statistics.source_retained_bytes === null
      ? []
      : [`  log kept   ${formatBytes(statistics.source_retained_bytes)} at the source`]),
    `  applied    ${formatCount(statistics.rows_copied)} rows copied, ${formatCount(statistics.rows_inserted)} inserted, ` +
      `${formatCount(statistics.rows_updated)} updated, ${formatCount(statistics.rows_deleted)} deleted`,
    ...(status.tables.length === 0 ? [] : ['', ...renderTables(status.tables, now, paint)]),
  ];
};

const renderPause = ({ pause }: Status, paint: Paint): readonly string[] =>
  pause === null
    ? []
    : [
        `  ${paint('yellow', 'paused')} since ${formatInstant(pause.since)} by ${pause.by}${pause.reason === null ? '' : `: ${pause.reason}`}`,
        `  Kafka keeps the changes that wait until ${formatInstant(pause.changes_kept_until)}`,
      ];

const renderWait = ({ wait }: Status, paint: Paint): readonly string[] =>
  wait === null
    ? []
    : [
        `  ${paint('cyan', 'waiting')} for ${wait.transaction_count} open transactions at the source, until ${formatInstant(wait.until)}`,
        ...wait.transactions.map((transaction) => `    ${transaction}`),
      ];

export const renderLag = (events: number | null, lagMs: number | null): string | undefined =>
  events === null
    ? undefined
    : `${formatCount(events)} changes${lagMs === null || events === 0 ? '' : `, ${formatDuration(lagMs)}`}`;

/** Tables that need a person first, then those at work, then the others. */
const stateOrder = ['held', 'skipped', 'copying', 'catching-up', 'pending', 'live'];

export const renderTables = (tables: readonly TableStatus[], now: Date, paint: Paint): readonly string[] => {
  const sorted = tables.toSorted(
    (left, right) => stateOrder.indexOf(left.state) - stateOrder.indexOf(right.state),
  );
  return [
    ...table(
      [
        { title: 'TABLE' },
        { title: 'TARGET' },
        { title: 'STATE' },
        { title: 'ROWS COPIED', align: 'right' },
        { title: 'COPY' },
        { title: 'LAG' },
        { title: 'INSERTED', align: 'right' },
        { title: 'UPDATED', align: 'right' },
        { title: 'DELETED', align: 'right' },
        { title: 'LAST CHANGE' },
      ],
      sorted.map((item) => [
        `${item.source.schema}.${item.source.table}`,
        `${item.target.schema}.${item.target.table}`,
        paintState(item.state, paint),
        formatCount(item.rows_copied),
        renderCopy(item),
        renderLag(item.lag_events, item.lag_ms) ?? '',
        ...[item.rows_inserted, item.rows_updated, item.rows_deleted].map((rows) =>
          rows === null ? '' : formatCount(rows),
        ),
        item.last_change_at === null ? '' : formatAge(item.last_change_at, now),
      ]),
    ),
    ...sorted.flatMap((item) =>
      (item.rows_known_to_differ ?? 0) === 0
        ? []
        : [
            `${paint('yellow', `${item.source.schema}.${item.source.table}`)}: ${plural(item.rows_known_to_differ ?? 0, 'row')} known to differ. See: millrace dlq ls NAME`,
          ],
    ),
    ...sorted.flatMap((item) =>
      item.state !== 'copying' || item.slowest_chunk === null
        ? []
        : [
            `${item.source.schema}.${item.source.table}: the slowest chunk, ${item.slowest_chunk.chunk} of ${item.chunks}, took ${formatDuration(item.slowest_chunk.duration_ms)}.`,
          ],
    ),
    ...sorted.flatMap((item) =>
      item.key_index === null
        ? []
        : [`${item.source.schema}.${item.source.table}: its key is the unique index ${item.key_index}.`],
    ),
    ...sorted.flatMap((item) =>
      item.message === null
        ? []
        : [`${paint('yellow', `${item.source.schema}.${item.source.table}`)}: ${item.message}`],
    ),
  ];
};

const renderCopy = (item: TableStatus): string => {
  if (item.state !== 'copying') return item.state === 'pending' ? '' : `${Math.floor(item.percent)} %`;
  const rate =
    item.rows_per_second === null ? '' : ` ${formatCount(Math.round(item.rows_per_second))} rows/s`;
  const bytes = item.bytes_per_second === null ? '' : `, ${formatBytes(item.bytes_per_second)}/s`;
  const left = item.seconds_left === null ? '' : `, ${formatDuration(item.seconds_left * 1_000)} left`;
  return `${progressBar(item.percent)}${rate}${bytes}${left}`;
};
