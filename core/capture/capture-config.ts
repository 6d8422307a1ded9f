import {
  type CaptureOptionName,
  type CaptureOptions,
  captureOptionBounds,
} from '../contracts/capture-options.ts';
import type { Database } from '../contracts/database.ts';
import type { Replication, TableMapping } from '../contracts/replication.ts';
import { omittedColumns } from '../mapping/map-table.ts';
import type { CaptureKafka, ConnectorConfig } from '../ports/connector-config.ts';
import type { CaptureDialect } from '../ports/source-dialect.ts';
import { captureDefaults, excludeListEntry } from './connector-config.ts';

/**
 * The configuration that a replication's connector is created with: its kind's, with the replication's own options, and
 * without the columns that its mapping leaves out, so that their values never reach Kafka. Validation checks
 * this. Throws `InvalidRequest`, see the dialects.
 */
export const captureConfig = (
  dialect: Pick<CaptureDialect, 'connectorConfig' | 'connectTimeoutConfig'>,
  replication: Replication,
  source: Database,
  kafka: CaptureKafka,
): ConnectorConfig => ({
  ...dialect.connectorConfig(replication, source, kafka),
  ...optionSettings(replication.capture ?? {}, dialect),
  ...columnSettings(replication.tables),
});

/** What is wrong with options by themselves, or undefined. `mostQueueBytes`: what a worker of Connect has for one connector. */
export const refuseCaptureOptions = (
  options: CaptureOptions,
  mostQueueBytes: number = captureOptionBounds.maxQueueBytes.max,
): string | undefined => {
  const { maxBatchEvents, maxQueueEvents, maxQueueBytes } = { ...captureDefaults, ...options };
  if (maxQueueEvents <= maxBatchEvents)
    return `The queue must hold more events (${maxQueueEvents}) than a batch has (${maxBatchEvents}).`;
  return maxQueueBytes > mostQueueBytes
    ? `A queue of ${maxQueueBytes} bytes is more than a Connect worker has for one connector: at most ${mostQueueBytes}.`
    : undefined;
};

const propertyNames: Readonly<Record<Exclude<CaptureOptionName, 'connectTimeoutMs'>, string>> = {
  maxBatchEvents: 'max.batch.size',
  maxQueueEvents: 'max.queue.size',
  maxQueueBytes: 'max.queue.size.in.bytes',
  heartbeatIntervalMs: 'heartbeat.interval.ms',
  pollIntervalMs: 'poll.interval.ms',
  retriableRestartWaitMs: 'retriable.restart.connector.wait.ms',
};

const optionSettings = (
  { connectTimeoutMs, ...options }: CaptureOptions,
  dialect: Pick<CaptureDialect, 'connectTimeoutConfig'>,
): ConnectorConfig => ({
  ...Object.fromEntries(
    Object.entries(propertyNames).flatMap(([option, property]) => {
      const value = options[option as keyof typeof propertyNames];
      return value === undefined ? [] : [[property, String(value)]];
    }),
  ),
  ...(connectTimeoutMs === undefined ? {} : dialect.connectTimeoutConfig(connectTimeoutMs)),
});

const columnSettings = (tables: readonly TableMapping[]): ConnectorConfig => {
  const excluded = tables.flatMap((mapping) =>
    omittedColumns(mapping).map((column) => excludeListEntry(mapping.source, column)),
  );
  return excluded.length === 0 ? {} : { 'column.exclude.list': excluded.join(',') };
};
