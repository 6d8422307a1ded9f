import type { Log } from '#core/ports/clock-and-log.ts';
import type { MetricsPort, MetricValues } from '#core/ports/metrics.ts';

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

export interface RecordingMetrics extends MetricsPort {
  readonly emitted: readonly MetricValues[];
  readonly errors: readonly string[];
}

export const createRecordingMetrics = (): RecordingMetrics => {
  const emitted: MetricValues[] = [];
  const errors: string[] = [];
  return {
    emitted,
    errors,
    emit: (_connectorName, values) => {
      emitted.push(values);
    },
    countError: (_connectorName, code) => {
      errors.push(code);
    },
  };
};
