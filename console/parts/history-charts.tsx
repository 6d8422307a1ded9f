import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { HealthPoint } from '../api/client.ts';
import { useEffectiveTheme } from '../data/preferences.ts';
import { historyQuery } from '../data/queries.ts';
import { formatBytes, formatCount, formatDuration, formatRate } from '../format/figures.ts';
import { LineChart } from './line-chart.tsx';
import { Loaded } from './listed.tsx';
import { QuietState } from './quiet-states.tsx';

/** How far back, and for how many minutes one point stands: 60 to 100 points in each. */
const spans = [
  { minutes: 60, step: 1, name: '1 h' },
  { minutes: 1_440, step: 15, name: '24 h' },
  { minutes: 10_080, step: 120, name: '7 d' },
] as const;
type Span = (typeof spans)[number];

/** A counter's growth per second since the point before; null where it is not known or began again. */
const ratesOf = (
  points: readonly HealthPoint[],
  read: (point: HealthPoint) => number | null,
): readonly (number | null)[] =>
  points.map((point, index) => {
    const before = points[index - 1];
    if (before === undefined) return null;
    const [count, countBefore] = [read(point), read(before)];
    if (count === null || countBefore === null) return null;
    const seconds = (Date.parse(point.at) - Date.parse(before.at)) / 1_000;
    return count < countBefore || seconds <= 0 ? null : (count - countBefore) / seconds;
  });

interface OfReplication {
  readonly clientId: number;
  readonly id: number;
}

interface Drawn {
  readonly points: readonly HealthPoint[];
  readonly atMs: readonly number[];
  readonly theme: string;
  readonly span: Span;
}

/** A panel over the points of the health check, with a choice of how far back. */
const History = ({
  clientId,
  id,
  children,
}: OfReplication & { readonly children: (drawn: Drawn) => ReactNode }) => {
  const [span, setSpan] = useState<Span>(spans[0]);
  const history = useQuery(historyQuery(clientId, id, span.minutes, span.step));
  const theme = useEffectiveTheme();
  return (
    <section className="panel" aria-label="History">
      <header>
        <h2>History</h2>
        {spans.map((one) => (
          <button
            type="button"
            key={one.name}
            className={`small ${one === span ? '' : 'quiet'}`}
            aria-pressed={one === span}
            onClick={() => setSpan(one)}
          >
            {one.name}
          </button>
        ))}
      </header>
      <Loaded query={history}>
        {(points) =>
          points.length < 2 ? (
            <QuietState title="No history yet">
              <p>The health check adds one point a minute, from the first start on.</p>
            </QuietState>
          ) : (
            <div className="body columns">
              {children({ points, theme, span, atMs: points.map(({ at }) => Date.parse(at)) })}
            </div>
          )
        }
      </Loaded>
    </section>
  );
};

/** Minute by minute as measured; over longer steps the median and what one minute of a hundred was above. */
const lagLines = ({ points, span }: Drawn) =>
  span.step === 1
    ? [
        { label: 'Target', values: points.map((point) => point.apply_lag_ms) },
        { label: 'Capture', values: points.map((point) => point.capture_lag_ms) },
      ]
    : [
        { label: 'Target p50', values: points.map((point) => point.apply_lag_p50_ms) },
        { label: 'Target p99', values: points.map((point) => point.apply_lag_p99_ms) },
        { label: 'Capture p99', values: points.map((point) => point.capture_lag_p99_ms) },
      ];

export const HistoryCharts = (of: OfReplication) => (
  <History {...of}>
    {(drawn) => (
      <>
        <figure>
          <h3>Lag</h3>
          <LineChart
            label="Lag of capture and of the target over time"
            theme={drawn.theme}
            atMs={drawn.atMs}
            format={formatDuration}
            least={1_000}
            lines={lagLines(drawn)}
          />
        </figure>
        <figure>
          <h3>Rows applied</h3>
          <LineChart
            label="Rows inserted, updated and deleted per second over time"
            theme={drawn.theme}
            atMs={drawn.atMs}
            format={formatRate}
            least={1}
            lines={[
              { label: 'Inserted', values: ratesOf(drawn.points, (point) => point.inserted_rows) },
              { label: 'Updated', values: ratesOf(drawn.points, (point) => point.updated_rows) },
              { label: 'Deleted', values: ratesOf(drawn.points, (point) => point.deleted_rows) },
            ]}
          />
        </figure>
        <figure>
          <h3>Errors</h3>
          <LineChart
            label="Dead letters, and minutes with a fault, over time"
            theme={drawn.theme}
            atMs={drawn.atMs}
            format={formatCount}
            least={drawn.span.step}
            lines={[
              { label: 'Dead letters', values: drawn.points.map((point) => point.dead_letter_rows) },
              {
                label: `Minutes with a fault${drawn.span.step === 1 ? '' : ` of ${drawn.span.step}`}`,
                values: drawn.points.map((point) => point.faulty_minutes),
              },
            ]}
          />
        </figure>
        <RetainedLog {...drawn} />
      </>
    )}
  </History>
);

export const RetainedLogChart = (of: OfReplication) => (
  <History {...of}>{(drawn) => <RetainedLog {...drawn} />}</History>
);

const RetainedLog = ({ points, atMs, theme }: Drawn) => (
  <figure>
    <h3>Log kept at the source</h3>
    <LineChart
      label="Log kept at the source over time"
      theme={theme}
      atMs={atMs}
      format={formatBytes}
      least={1_000}
      lines={[{ label: 'Kept', values: points.map((point) => point.source_retained_bytes) }]}
    />
  </figure>
);
