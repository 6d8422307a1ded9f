import { z } from 'zod';
import { stateVersionItem } from '#core/contracts/state-version.ts';
import type { StateVersionStore } from '#core/ports/state-store.ts';
import { absent, type DynamoTable, parseItem } from './dynamo-table.ts';
import { stateVersionKey } from './store-keys.ts';

const versionSchema = z.strictObject({ [stateVersionItem.attribute]: z.number().int().positive() });

export const createStateVersionStore = (table: DynamoTable): StateVersionStore => {
  const getStateVersion = async (): Promise<number | undefined> => {
    const item = await table.get(stateVersionKey);
    return item === undefined ? undefined : parseItem(versionSchema, item)[stateVersionItem.attribute];
  };
  return {
    getStateVersion,
    raiseStateVersion: async (version) => {
      // A caller that is late meets a higher one, and leaves it.
      await table.put(
        { ...stateVersionKey, [stateVersionItem.attribute]: version },
        {
          expression: `${absent.expression} OR #${stateVersionItem.attribute} < :version`,
          values: { ':version': version },
        },
      );
    },
  };
};
