import { z } from 'zod';
import { replicationIdSchema } from '#core/contracts/identifiers.ts';
import type { CheckStore } from '#core/ports/state-store.ts';
import { type DynamoTable, parseItem } from './dynamo-table.ts';
import { checkKey } from './store-keys.ts';

const lastCheckedSchema = z.strictObject({ replicationId: replicationIdSchema });

export const createCheckStore = (table: DynamoTable): CheckStore => ({
  getLastChecked: async (check, run) => {
    const item = await table.get(checkKey(check, run));
    return item === undefined ? undefined : parseItem(lastCheckedSchema, item).replicationId;
  },
  putLastChecked: async (check, run, replicationId) => {
    await table.put({ ...checkKey(check, run), replicationId });
  },
});
