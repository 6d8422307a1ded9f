import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import {
  isOpenChange,
  type SchemaChange,
  schemaChangeMoment,
  schemaChangeRetentionDays,
  schemaChangeSchema,
} from '#core/contracts/schema-change.ts';
import type { SchemaChangeStore } from '#core/ports/state-store.ts';
import { absent, type DynamoTable, type Item, matching, parseItem } from './dynamo-table.ts';
import { schemaChangeKey, schemaChangesOf } from './store-keys.ts';

/** Compressed, as a table's shape is: an item holds 400 KB. */
const itemSchema = z.strictObject({ version: z.number().int(), change: z.base64() });

const unpack = (item: Item): SchemaChange =>
  schemaChangeSchema.parse(
    JSON.parse(gunzipSync(Buffer.from(parseItem(itemSchema, item).change, 'base64')).toString('utf8')),
  );

const dayS = 24 * 60 * 60;

/** In seconds since 1970; an open one does not expire. */
const expiryOf = (change: SchemaChange): { readonly expiresAt: number } | undefined =>
  isOpenChange(change)
    ? undefined
    : { expiresAt: Math.ceil(Date.parse(change.updatedAt) / 1_000) + schemaChangeRetentionDays * dayS };

export const createSchemaChangeStore = (table: DynamoTable): SchemaChangeStore => ({
  listSchemaChanges: async (replicationId) => {
    const { pk, sk } = schemaChangesOf(replicationId);
    const changes = (await table.query({ pk, prefix: sk })).map(unpack);
    const moments = new Map(changes.map((change) => [change, schemaChangeMoment(change)]));
    return changes.toSorted((one, other) => ((moments.get(one) ?? '') < (moments.get(other) ?? '') ? 1 : -1));
  },
  getSchemaChange: async (replicationId, changeId) => {
    const item = await table.get(schemaChangeKey(replicationId, changeId));
    return item && unpack(item);
  },
  putSchemaChange: (replicationId, change, before) =>
    table.put(
      {
        ...schemaChangeKey(replicationId, change.changeId),
        version: change.version,
        change: gzipSync(JSON.stringify(change)).toString('base64'),
        ...expiryOf(change),
      },
      before === undefined ? absent : matching({ version: before }),
    ),
});
