import type { Hop } from '#core/contracts/hop.ts';
import type { Log } from '#core/ports/clock-and-log.ts';
import type {
  ConsumerMeters,
  ConsumerReadings,
  MetricsPort,
  MetricValues,
  TotalsPort,
} from '#core/ports/metrics.ts';

export interface RecordingLog extends Log {
  /** `info: message`, in order. */
  readonly lines: readonly string[];
}

export const createRecordingLog = (): RecordingLog => {
  const lines: string[] = [];
  const write = (level: string) => (message: string) => {
    lines.push(`${level}: ${message}`);
  };
  return {
    lines,
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
};

export interface RecordingMetrics extends MetricsPort, TotalsPort {
  readonly emitted: readonly MetricValues[];
  readonly errors: readonly string[];
  /** Of the environment as a whole. */
  readonly totals: readonly MetricValues[];
}

export const createRecordingMetrics = (): RecordingMetrics => {
  const emitted: MetricValues[] = [];
  const errors: string[] = [];
  const totals: MetricValues[] = [];
  return {
    emitted,
    errors,
    totals,
    emitTotals: (values) => {
      totals.push(values);
    },
    emit: (_connectorName, values) => {
      emitted.push(values);
    },
    countError: (_connectorName, code) => {
      errors.push(code);
    },
  };
};

export interface RecordingMeters extends ConsumerMeters {
  /** The hops of the retries that were counted. */
  readonly retries: readonly Hop[];
  readonly batches: readonly { readonly events: number; readonly applyMs: number }[];
  /** What a reader of the metrics would get now. */
  readings(): ConsumerReadings | undefined;
}

export const createRecordingMeters = (): RecordingMeters => {
  const retries: Hop[] = [];
  const batches: { readonly events: number; readonly applyMs: number }[] = [];
  let read: () => ConsumerReadings | undefined = () => undefined;
  return {
    retries,
    batches,
    readings: () => read(),
    countRetry: (hop) => {
      retries.push(hop);
    },
    observeBatch: (batch) => {
      batches.push(batch);
    },
    follow: (followed) => {
      read = followed;
    },
  };
};
