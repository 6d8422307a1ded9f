import { type HealthPoint, type OverallHealth, overallHealthSchema } from '../contracts/health-record.ts';

/** A replication during a step of its history. */
export interface HistoryStep extends HealthPoint {
  /** How many minutes of the step were looked at, and how many of these it was degraded or failed. */
  readonly minutes: number;
  readonly faultyMinutes: number;
  readonly captureLagP50Ms?: number;
  readonly captureLagP99Ms?: number;
  readonly applyLagP50Ms?: number;
  readonly applyLagP99Ms?: number;
}

const minuteMs = 60_000;

const isFaulty = ({ overall }: HealthPoint): boolean => overall === 'degraded' || overall === 'failed';

/** The worst last. */
const order: readonly OverallHealth[] = ['stopped', 'paused', 'starting', 'healthy', 'degraded', 'failed'];
const rankOf = (overall: OverallHealth): number => order.indexOf(overallHealthSchema.parse(overall));

/** By the nearest rank: a value that was measured. Undefined of no values. */
const percentile = (values: readonly number[], percent: number): number | undefined =>
  values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil((values.length * percent) / 100) - 1)];

const percentiles = <Low extends string, High extends string>(
  values: readonly (number | undefined)[],
  low: Low,
  high: High,
): { readonly [K in Low | High]?: number } => {
  const known = values.filter((value) => value !== undefined);
  return (known.length === 0 ? {} : { [low]: percentile(known, 50), [high]: percentile(known, 99) }) as {
    readonly [K in Low | High]?: number;
  };
};

/**
 * The points of a history, oldest first, as steps of so many minutes, which begin at multiples of that. Health and cause are those of the
 * worst minute of a step; each other figure is the last that was known in it. A step that nothing is known of is missing. Pure.
 */
export const rollUpHistory = (
  points: readonly HealthPoint[],
  stepMinutes: number,
): readonly HistoryStep[] => {
  const steps = Map.groupBy(points, ({ at }) => Math.floor(Date.parse(at) / (stepMinutes * minuteMs)));
  return [...steps.values()].flatMap((ofStep): readonly HistoryStep[] => {
    const [worst] = ofStep.toSorted((a, b) => rankOf(b.overall) - rankOf(a.overall));
    if (worst === undefined) return [];
    const { hop: _hop, condition: _condition, ...last } = Object.assign({}, ...ofStep) as HealthPoint;
    return [
      {
        ...last,
        overall: worst.overall,
        ...(worst.hop !== undefined && { hop: worst.hop }),
        ...(worst.condition !== undefined && { condition: worst.condition }),
        minutes: ofStep.length,
        faultyMinutes: ofStep.filter(isFaulty).length,
        ...percentiles(
          ofStep.map(({ captureLagMs }) => captureLagMs),
          'captureLagP50Ms',
          'captureLagP99Ms',
        ),
        ...percentiles(
          ofStep.map(({ applyLagMs }) => applyLagMs),
          'applyLagP50Ms',
          'applyLagP99Ms',
        ),
      },
    ];
  });
};
