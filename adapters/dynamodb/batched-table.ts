import DataLoader from 'dataloader';
import type { DynamoTable, Item } from './dynamo-table.ts';
import type { Key } from './store-keys.ts';

/** DynamoDB's limits for one BatchGetItem and one BatchWriteItem. */
const readsPerCall = 100;
const writesPerCall = 25;

/** Answers come one by one, and what is asked for because of them is gathered for so long. */
const gatherMs = 5;
const gather = (send: () => void): void => void setTimeout(send, gatherMs);

const identityOf = ({ pk, sk }: Key): string => JSON.stringify([pk, sk]);

/**
 * A table for those who look at many replications at once: single reads, and writes without a condition, that are asked for
 * within some milliseconds go to DynamoDB together. Nothing is remembered beyond that. When a call fails, all who had a part in
 * it are told.
 */
export const openBatchedTable = (table: DynamoTable): DynamoTable => {
  const reads = new DataLoader<Key, Item | undefined>((keys) => table.getAll(keys), {
    cache: false,
    maxBatchSize: readsPerCall,
    batchScheduleFn: gather,
  });
  const writes = new DataLoader<Item & Key, true>(
    async (items) => {
      await table.putAll(lastOfEach(items));
      return items.map(() => true);
    },
    { cache: false, maxBatchSize: writesPerCall, batchScheduleFn: gather },
  );
  const write = async (items: readonly (Item & Key)[]): Promise<void> => {
    await Promise.all(items.map((item) => writes.load(item)));
  };
  return {
    ...table,
    get: (key) => reads.load(key),
    put: async (item, condition) => {
      if (condition !== undefined) return table.put(item, condition);
      await write([item]);
      return true;
    },
    putAll: write,
  };
};

/** BatchWriteItem refuses two writes of one item; the later one wins, as it would one by one. */
const lastOfEach = (items: readonly (Item & Key)[]): readonly (Item & Key)[] => [
  ...new Map(items.map((item) => [identityOf(item), item])).values(),
];
