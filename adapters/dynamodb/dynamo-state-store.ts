import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock } from '#core/ports/clock-and-log.ts';
import type { StateStore } from '#core/ports/state-store.ts';
import { awsClientDefaults } from '../aws/service-errors.ts';
import { systemClock } from '../clock/system-clock.ts';
import { createActivityStore } from './activity-store.ts';
import { createAlertStore } from './alert-store.ts';
import { openBatchedTable } from './batched-table.ts';
import { createCallCountStore } from './call-count-store.ts';
import { createCheckStore } from './check-store.ts';
import { createConsumerStore } from './consumer-store.ts';
import { createCopyStore } from './copy-store.ts';
import { createDeletionStore } from './deletion-store.ts';
import { openDynamoTable } from './dynamo-table.ts';
import { createHealthStore } from './health-store.ts';
import { createIdempotencyStore } from './idempotency-store.ts';
import { createIncidentStore } from './incident-store.ts';
import { createMetricsStore } from './metrics-store.ts';
import { createPoolStore } from './pool-store.ts';
import { createRegistryStore } from './registry-store.ts';
import { createReplicationStore } from './replication-store.ts';
import { createSchemaChangeStore } from './schema-change-store.ts';
import { createShapeStore } from './shape-store.ts';
import { createSourceLogStore } from './source-log-store.ts';
import { createStateVersionStore } from './state-version-store.ts';
import { createTokenStore } from './token-store.ts';

export interface StateStoreOptions {
  /** MILLRACE_STATE_TABLE. Its keys and index are described in store-keys.ts. */
  readonly tableName: string;
  readonly client?: DynamoDBClient;
  readonly clock?: Clock;
  /** For those who look at many replications at once, see `openBatchedTable`. */
  readonly batched?: boolean;
}

/** Everything Millrace remembers, in one DynamoDB table. The client's sockets close when the process ends. */
export const createStateStore = ({
  tableName,
  client = new DynamoDBClient(awsClientDefaults),
  clock = systemClock,
  batched = false,
}: StateStoreOptions): StateStore => {
  const single = openDynamoTable(tableName, client, clock);
  const table = batched ? openBatchedTable(single) : single;
  return {
    ...createRegistryStore(table, clock),
    ...createTokenStore(table, clock),
    ...createReplicationStore(table, clock),
    ...createActivityStore(table),
    ...createConsumerStore(table),
    ...createCopyStore(table),
    ...createShapeStore(table),
    ...createSchemaChangeStore(table),
    ...createSourceLogStore(table),
    ...createHealthStore(table),
    ...createMetricsStore(table),
    ...createPoolStore(table),
    ...createCheckStore(table),
    ...createStateVersionStore(table),
    ...createIncidentStore(table),
    ...createAlertStore(table),
    ...createDeletionStore(table, clock),
    ...createIdempotencyStore(table),
    ...createCallCountStore(table),
  };
};
