import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { HealthPoint } from '../api/client.ts';
import { useEffectiveTheme } from '../data/preferences.ts';
import { historyQuery } from '../data/queries.ts';
import { formatBytes, formatDuration, formatRate } from '../format/figures.ts';
import { LineChart } from './line-chart.tsx';
import { Loaded } from './listed.tsx';
import { QuietState } from './quiet-states.tsx';

const spans = [
  [60, '1 h'],
  [360, '6 h'],
  [1_440, '24 h'],
] as const;

/** Changes applied per second since the point before; null where a consumer began to count again. */
const ratesOf = (points: readonly HealthPoint[]): readonly (number | null)[] =>
  points.map((point, index) => {
    const before = points[index - 1];
    if (before === undefined) return null;
    if (point.applied_events === null || before.applied_events === null) return null;
    const applied = point.applied_events - before.applied_events;
    const seconds = (Date.parse(point.at) - Date.parse(before.at)) / 1_000;
    return applied < 0 || seconds <= 0 ? null : applied / seconds;
  });

interface OfReplication {
  readonly clientId: number;
  readonly id: number;
}

interface Drawn {
  readonly points: readonly HealthPoint[];
  readonly atMs: readonly number[];
  readonly theme: string;
}

/** A panel over the points of the health check, with a choice of how far back. */
const History = ({
  clientId,
  id,
  children,
}: OfReplication & { readonly children: (drawn: Drawn) => ReactNode }) => {
  const [minutes, setMinutes] = useState<number>(60);
  const history = useQuery(historyQuery(clientId, id, minutes));
  const theme = useEffectiveTheme();
  return (
    <section className="panel" aria-label="History">
      <header>
        <h2>History</h2>
        {spans.map(([span, name]) => (
          <button
            type="button"
            key={span}
            className={`small ${span === minutes ? '' : 'quiet'}`}
            aria-pressed={span === minutes}
            onClick={() => setMinutes(span)}
          >
            {name}
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
              {children({ points, theme, atMs: points.map(({ at }) => Date.parse(at)) })}
            </div>
          )
        }
      </Loaded>
    </section>
  );
};

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
            lines={[
              { label: 'Target', values: drawn.points.map((point) => point.apply_lag_ms) },
              { label: 'Capture', values: drawn.points.map((point) => point.capture_lag_ms) },
            ]}
          />
        </figure>
        <figure>
          <h3>Changes applied</h3>
          <LineChart
            label="Changes applied per second over time"
            theme={drawn.theme}
            atMs={drawn.atMs}
            format={formatRate}
            least={1}
            lines={[{ label: 'Changes', values: ratesOf(drawn.points) }]}
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
