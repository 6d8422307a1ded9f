import { z } from 'zod';
import { taskRoleSchema } from '#core/contracts/metrics-target.ts';

export const metricsTextSchema = z
  .string()
  .meta({ description: "Prometheus' text format. docs/guide/monitoring.md lists the metrics." });

/** As Prometheus reads it: https://prometheus.io/docs/prometheus/latest/http_sd/ */
export const metricsTargetsAnswerSchema = z
  .array(
    z.strictObject({
      targets: z.array(z.string()).meta({ description: 'One `host:port`.' }),
      labels: z.strictObject({
        role: taskRoleSchema,
        __metrics_path__: z
          .string()
          .optional()
          .meta({ description: 'Of a task that several replications share; `/metrics` when absent.' }),
      }),
    }),
  )
  .meta({ description: 'What the HTTP service discovery of Prometheus expects.' });
