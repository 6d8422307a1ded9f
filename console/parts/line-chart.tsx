import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface ChartLine {
  readonly label: string;
  readonly values: readonly (number | null)[];
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric' });
const moment = new Intl.DateTimeFormat(undefined, { weekday: 'short', hour: '2-digit', minute: '2-digit' });
/** An axis of more than this many seconds has days instead of hours. */
const daysFromSeconds = 2 * 24 * 3_600;
const height = 180;
const colorNames = ['--chart-1', '--chart-2', '--chart-3'] as const;

/** Lines over time, with the figures under the pointer below it. `atMs` are the times of the values. */
export const LineChart = ({
  label,
  atMs,
  lines,
  format,
  least,
  theme,
}: {
  readonly label: string;
  readonly atMs: readonly number[];
  readonly lines: readonly ChartLine[];
  readonly format: (value: number) => string;
  /** The scale reaches up to this at least, so that noise near zero does not look like a mountain. */
  readonly least: number;
  /** Colours are read when the chart is made, so another theme makes another chart. */
  readonly theme: string;
}) => {
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const data = [atMs.map((ms) => ms / 1_000), ...lines.map(({ values }) => [...values])] as uPlot.AlignedData;
  const newest = useRef(data);
  newest.current = data;
  const formatRef = useRef(format);
  formatRef.current = format;
  const labels = lines.map((line) => line.label).join('\n');

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme's colours are read from the page.
  useEffect(() => {
    const box = element.current;
    if (box === null) return undefined;
    const style = getComputedStyle(document.documentElement);
    const color = (name: string): string => style.getPropertyValue(name).trim();
    const axis = {
      stroke: color('--text-soft'),
      font: '11px "Inter Variable", system-ui, sans-serif',
      grid: { stroke: color('--line'), width: 1 },
      ticks: { show: false },
    };
    const made = new uPlot(
      {
        width: box.clientWidth,
        height,
        padding: [10, 8, 0, 0],
        scales: { y: { range: (_chart, _min, max) => [0, Math.max(max ?? 0, least) * 1.1] } },
        axes: [
          {
            ...axis,
            space: 64,
            values: (_chart, seconds) => {
              const spans = (seconds.at(-1) ?? 0) - (seconds[0] ?? 0);
              const format = spans > daysFromSeconds ? day : clock;
              return seconds.map((it) => format.format(new Date(it * 1_000)));
            },
          },
          { ...axis, size: 64, values: (_chart, values) => values.map((value) => formatRef.current(value)) },
        ],
        cursor: { points: { size: 6 } },
        series: [
          {
            label: 'Time',
            value: (_chart, seconds) => (seconds === null ? '–' : moment.format(new Date(seconds * 1_000))),
          },
          ...labels.split('\n').map((name, index) => ({
            label: name,
            stroke: color(colorNames[index] ?? '--chart-3'),
            width: 1.6,
            spanGaps: false,
            points: { show: false },
            value: (_chart: uPlot, value: number | null) => (value === null ? '–' : formatRef.current(value)),
          })),
        ],
      },
      newest.current,
      box,
    );
    chart.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: box.clientWidth, height }));
    observer.observe(box);
    return () => {
      observer.disconnect();
      made.destroy();
      chart.current = undefined;
    };
  }, [labels, least, theme]);

  useEffect(() => {
    chart.current?.setData(data);
  });

  return <div className="chart" ref={element} role="img" aria-label={label} />;
};
