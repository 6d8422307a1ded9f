import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { tableDescriptionSchema } from '#core/contracts/table-description.ts';
import type { ShapeStore, TableShape } from '#core/ports/state-store.ts';
import { type DynamoTable, parseItem } from './dynamo-table.ts';
import { shapeKey, shapesOf } from './store-keys.ts';

const shapeSchema = z.strictObject({
  generation: z.number().int(),
  copied: tableDescriptionSchema,
  seen: tableDescriptionSchema,
  version: z.number().int().positive().exactOptional(),
  former: z.array(z.strictObject({ fingerprint: z.string(), isReadable: z.boolean() })).exactOptional(),
  retired: z.array(z.string()).exactOptional(),
  added: z.array(z.string()).exactOptional(),
  following: tableDescriptionSchema.exactOptional(),
  target: tableDescriptionSchema.exactOptional(),
  targetLost: z.string().exactOptional(),
});

/** Compressed: two descriptions of 1,600 columns, PostgreSQL's most, are 900 KB of JSON, and an item holds 400 KB. */
const itemSchema = z.strictObject({ shape: z.base64() });

const pack = (shape: TableShape): string => gzipSync(JSON.stringify(shape)).toString('base64');

const unpack = (packed: string): TableShape =>
  shapeSchema.parse(JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString('utf8')));

export const createShapeStore = (table: DynamoTable): ShapeStore => ({
  putTableShape: async (replicationId, source, shape) => {
    await table.put({ ...shapeKey(replicationId, source), shape: pack(shape) });
  },
  getTableShape: async (replicationId, source) => {
    const item = await table.get(shapeKey(replicationId, source));
    return item && unpack(parseItem(itemSchema, item).shape);
  },
  listTableShapes: async (replicationId) => {
    const { pk, sk } = shapesOf(replicationId);
    const items = await table.query({ pk, prefix: sk });
    return items.map((item) => unpack(parseItem(itemSchema, item).shape));
  },
});
