import {
  healthHistoryMinutes,
  healthPointSchema,
  healthRecordSchema,
} from '#core/contracts/health-record.ts';
import type { HealthStore } from '#core/ports/state-store.ts';
import { type DynamoTable, parseItem } from './dynamo-table.ts';
import { healthKey, healthPointKey, healthPointsSince, lastHealthPointKey } from './store-keys.ts';

/** An hour longer than is read: DynamoDB removes what has expired when it finds the time. */
const retentionSeconds = (healthHistoryMinutes + 60) * 60;

export const createHealthStore = (table: DynamoTable): HealthStore => ({
  putHealth: async (replicationId, record, point) => {
    const expiresAt = Math.floor(new Date(point.at).getTime() / 1000) + retentionSeconds;
    await table.putAll([
      { ...healthKey(replicationId), ...record },
      { ...healthPointKey(replicationId, point.at), ...point, expiresAt },
    ]);
  },

  getHealth: async (replicationId) => {
    const item = await table.get(healthKey(replicationId));
    return item === undefined ? undefined : parseItem(healthRecordSchema, item);
  },

  listHealth: async (replicationId, since) => {
    const { pk, sk } = healthPointsSince(replicationId, since.toISOString());
    const items = await table.query({ pk, between: [sk, lastHealthPointKey] });
    return items.map((item) => parseItem(healthPointSchema, item));
  },
});
