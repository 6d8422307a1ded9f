import { openTarget } from '#adapters/databases/open-database.ts';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { TargetOwner } from '#core/contracts/target-owner.ts';
import {
  exactKey,
  lostCopyError,
  type OwnerRow,
  refuseForeignTables,
} from '#core/lifecycle/ownership-refusals.ts';
import type { TargetOwnership } from '#core/ports/target-ownership.ts';

export const sampleOwner = (change: Partial<TargetOwner> = {}): TargetOwner => ({
  installationId: '5b0c7c1e-9f3d-4f2a-8a53-2d1f6d1b7a10',
  clientId: 1,
  replicationId: 1,
  ...change,
});

/** Makes tables of a target the owner's own, as a start does before anything is written. */
export const takeTables = async (
  settings: ConnectionSettings,
  owner: TargetOwner,
  tables: readonly TableRef[],
  generation = 1,
): Promise<void> => {
  const target = openTarget(settings);
  try {
    await target.takeTables({ owner, generation, tables });
  } finally {
    await target.close();
  }
};

/** The owners of a target in memory, as a login that sees every row. Tests reach into `owners`. */
export const createFakeOwnership = () => {
  const owners = new Map<string, OwnerRow>();
  const withMissing = (owner: TargetOwner, tables: readonly TableRef[]): Map<string, OwnerRow> => {
    const all = new Map(owners);
    for (const table of tables) if (!all.has(exactKey(table))) all.set(exactKey(table), { ...owner, table });
    refuseForeignTables(owner, tables, [...all.values()]);
    return all;
  };
  const ownership: TargetOwnership = {
    takeTables: async ({ owner, tables, copied = [], isReload = false }) => {
      const all = withMissing(owner, tables);
      const unknown = copied.filter((table) => !owners.has(exactKey(table)));
      if (unknown.length > 0 && !isReload) throw lostCopyError(unknown, 'not-owned');
      for (const [key, row] of all) owners.set(key, row);
    },
    checkTables: async ({ owner, tables }) => {
      withMissing(owner, tables);
    },
    releaseTables: async ({ replicationId }, tables) => {
      const keys = tables?.map(exactKey);
      for (const [key, row] of owners) {
        if (row.replicationId === replicationId && (keys === undefined || keys.includes(key)))
          owners.delete(key);
      }
    },
    forgetTopics: async () => {},
    knowsReplication: async () => true,
  };
  return { owners, ownership };
};
