import { z } from 'zod';
import type { CallCountStore } from '#core/ports/call-count-store.ts';
import { type DynamoTable, type Item, parseItem } from './dynamo-table.ts';
import { callsKey } from './store-keys.ts';

const itemSchema = z.strictObject({ calls: z.number().int().positive() });

/** Clocks of two Lambdas may differ by seconds; DynamoDB removes what has expired within days. */
const keptMinutes = 5;

export const createCallCountStore = (table: DynamoTable): CallCountStore => ({
  countCall: async (clientId, minute) => {
    const item = await table.update(callsKey(clientId, minute), {
      add: { calls: 1 },
      set: { expiresAt: (minute + keptMinutes) * 60 },
    });
    return parseItem(itemSchema, item as Item).calls;
  },
});
