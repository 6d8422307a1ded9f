import { z } from 'zod';
import { type DynamoTable, type Item, parseItem } from './dynamo-table.ts';
import { sequenceKey } from './store-keys.ts';

const sequenceSchema = z.strictObject({ value: z.number().int().positive() });

/** Numbers from 1, each handed out at most once; a call whose answer is lost leaves a gap. */
export const nextNumber = async (table: DynamoTable, sequence: string): Promise<number> => {
  const item = await table.update(sequenceKey(sequence), { add: { value: 1 } });
  return parseItem(sequenceSchema, item as Item).value;
};
