import { gunzipSync, gzipSync } from 'node:zlib';
import { type Replication, replicationSchema } from '#core/contracts/replication.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { type Item, isItemTooLarge, parseItem } from './dynamo-table.ts';

/** The attributes that grow with the number of tables, or of patterns. No condition names them. */
const growing = ['tables', 'leaving', 'tableChange', 'schemaPolicy', 'newTables', 'foundTables'] as const;

/**
 * An item of DynamoDB has at most 400 KB, and 1,000 tables with names of 63 characters have 330 KB in one of these attributes. What
 * is below stays readable, in the console of AWS and for the version of Millrace before this one.
 */
const packedFromBytes = 64 * 1024;
const unpackedMaxBytes = 64 * 1024 * 1024;

/** Attributes as they are stored: what is large of them is compressed. An undefined value stays, as it removes the attribute. */
export const packReplication = (
  attributes: { readonly [name in (typeof growing)[number]]?: unknown },
): Item => ({
  ...attributes,
  ...Object.fromEntries(
    growing.flatMap((name) => {
      const value = attributes[name];
      if (value === undefined) return [];
      const text = JSON.stringify(value);
      return Buffer.byteLength(text) < packedFromBytes ? [] : [[name, gzipSync(text)]];
    }),
  ),
});

/** Throws `Internal` for an item of another shape. */
export const parseReplication = (item: Item): Replication =>
  parseItem(replicationSchema, {
    ...item,
    ...Object.fromEntries(
      growing.flatMap((name) => {
        const value = item[name];
        return value instanceof Uint8Array ? [[name, unpack(value)]] : [];
      }),
    ),
  });

const unpack = (packed: Uint8Array): unknown =>
  JSON.parse(gunzipSync(packed, { maxOutputLength: unpackedMaxBytes }).toString('utf8'));

/** Runs a write of a replication. Throws `ReplicationTooLarge` when the item has no room for it, with nothing written. */
export const writeReplication = async <T>(
  { replicationId, tables }: Pick<Replication, 'replicationId' | 'tables'>,
  write: () => Promise<T>,
): Promise<T> => {
  try {
    return await write();
  } catch (error) {
    if (!isItemTooLarge(error)) throw error;
    throw new MillraceError(
      'ReplicationTooLarge',
      `What replication ${replicationId} would hold of its ${tables.length.toLocaleString('en')} tables, with the names and ` +
        'types of the columns that are mapped, is more than DynamoDB stores in one item (400 KB compressed). Nothing was changed.',
      { facts: { replicationId, tables: tables.length }, cause: error },
    );
  }
};
