import { Counter, Gauge, Registry } from 'prom-client';
import type { MetricFamily } from '#core/ports/metric-families.ts';

/** The format that each Prometheus reads, as a media type. */
export const metricsTextType: string = Registry.PROMETHEUS_CONTENT_TYPE;

/** Families in Prometheus' text format. One without samples is left out. */
export const formatMetrics = async (families: readonly MetricFamily[]): Promise<string> => {
  const registry = new Registry();
  for (const { name, help, type, samples } of families) {
    const [first] = samples;
    if (first === undefined) continue;
    const options = { name, help, labelNames: Object.keys(first.labels), registers: [registry] };
    if (type === 'gauge') {
      const gauge = new Gauge(options);
      for (const { labels, value } of samples) gauge.set({ ...labels }, value);
    } else {
      const counter = new Counter(options);
      for (const { labels, value } of samples) counter.inc({ ...labels }, value);
    }
  }
  return registry.metrics();
};
