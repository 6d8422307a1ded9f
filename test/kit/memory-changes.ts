import { type SchemaChange, schemaChangeMoment } from '#core/contracts/schema-change.ts';
import type { SchemaChangeStore } from '#core/ports/state-store.ts';

/** Changes of tables in memory, of all replications. */
export const createMemoryChanges = (): SchemaChangeStore => {
  const changes = new Map<string, SchemaChange>();
  const keyOf = (replicationId: number, changeId: string): string => `${replicationId} ${changeId}`;
  return {
    listSchemaChanges: async (replicationId) =>
      [...changes]
        .filter(([key]) => key.startsWith(`${replicationId} `))
        .map(([, change]) => change)
        .toSorted((one, other) => (schemaChangeMoment(one) < schemaChangeMoment(other) ? 1 : -1)),
    getSchemaChange: async (replicationId, changeId) => changes.get(keyOf(replicationId, changeId)),
    putSchemaChange: async (replicationId, change, before) => {
      const key = keyOf(replicationId, change.changeId);
      if (changes.get(key)?.version !== before) return false;
      changes.set(key, change);
      return true;
    },
  };
};
