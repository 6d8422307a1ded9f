import { sourceLogSchema } from '#core/contracts/source-log.ts';
import type { SourceLogStore } from '#core/ports/state-store.ts';
import { type DynamoTable, parseItem } from './dynamo-table.ts';
import { sourceLogKey } from './store-keys.ts';

export const createSourceLogStore = (table: DynamoTable): SourceLogStore => ({
  putSourceLog: async (replicationId, sourceLog) => {
    await table.put({ ...sourceLogKey(replicationId), ...sourceLog });
  },
  getSourceLog: async (replicationId) => {
    const item = await table.get(sourceLogKey(replicationId));
    return item === undefined ? undefined : parseItem(sourceLogSchema, item);
  },
});
