import type { Replication } from '#core/contracts/replication.ts';
import type { SourceDatabase } from '#core/ports/databases.ts';

/** The sources of one check. Each database is opened once, however many replications have it as their source. */
export interface SharedSources {
  /** Rejects as opening it did, for each of its replications. */
  use(replication: Replication): Promise<SourceDatabase>;
  /** Closes all that were opened. */
  close(): Promise<void>;
}

export const createSharedSources = (
  open: (replication: Replication) => Promise<SourceDatabase>,
): SharedSources => {
  const opened = new Map<string, Promise<SourceDatabase>>();
  return {
    use: (replication) => {
      const key = sourceKey(replication);
      const source = opened.get(key) ?? open(replication);
      opened.set(key, source);
      return source;
    },
    close: async () => {
      await Promise.allSettled([...opened.values()].map(async (source) => (await source).close()));
    },
  };
};

const sourceKey = ({ clientId, sourceDatabaseId }: Replication): string => `${clientId}/${sourceDatabaseId}`;

/** Those of each source together, in the order of its first. */
export const bySource = <Item>(
  items: readonly Item[],
  replicationOf: (item: Item) => Replication,
): readonly (readonly Item[])[] => {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = sourceKey(replicationOf(item));
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups.values()];
};
