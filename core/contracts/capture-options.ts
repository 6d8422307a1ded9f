import { z } from 'zod';

/**
 * What a replication may set of its connector: a closed set, each with bounds inside which capture stays correct. Absent
 * ones are as core/capture/connector-config.ts has them.
 */
export const captureOptionBounds = {
  /** Events per hand-over to Kafka. Debezium's default is 2,048. */
  maxBatchEvents: { min: 1, max: 65_536 },
  /** Events that wait in the worker's memory; more than one batch. */
  maxQueueEvents: { min: 2, max: 1_048_576 },
  /** The same in bytes. Below 1 MiB a single wide row would stop the reader; 1 GiB is all that a worker has. */
  maxQueueBytes: { min: 1024 * 1024, max: 1024 ** 3 },
  /** How soon a table that has caught up is seen to be live, and the source may drop log. Never off. */
  heartbeatIntervalMs: { min: 500, max: 60_000 },
  /** Half of it is added to the latency of a lone change. */
  pollIntervalMs: { min: 1, max: 10_000 },
  /** Until the connector tries again after an error that Debezium calls retriable. */
  retriableRestartWaitMs: { min: 100, max: 600_000 },
  /** How long Kafka Connect waits for a connection to the source. PostgreSQL's driver counts whole seconds, so the time is rounded up. */
  connectTimeoutMs: { min: 1_000, max: 120_000 },
} as const;

export type CaptureOptionName = keyof typeof captureOptionBounds;
export const captureOptionNames = Object.keys(captureOptionBounds) as readonly CaptureOptionName[];

const bounded = ({ min, max }: { readonly min: number; readonly max: number }) =>
  z.number().int().min(min).max(max).exactOptional();

export const captureOptionsSchema = z
  .strictObject({
    maxBatchEvents: bounded(captureOptionBounds.maxBatchEvents),
    maxQueueEvents: bounded(captureOptionBounds.maxQueueEvents),
    maxQueueBytes: bounded(captureOptionBounds.maxQueueBytes),
    heartbeatIntervalMs: bounded(captureOptionBounds.heartbeatIntervalMs),
    pollIntervalMs: bounded(captureOptionBounds.pollIntervalMs),
    retriableRestartWaitMs: bounded(captureOptionBounds.retriableRestartWaitMs),
    connectTimeoutMs: bounded(captureOptionBounds.connectTimeoutMs),
  })
  .readonly();
export type CaptureOptions = z.infer<typeof captureOptionsSchema>;
