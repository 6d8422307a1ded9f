import type { Database } from '../contracts/database.ts';
import type { Replication } from '../contracts/replication.ts';
import type { RegistryStore } from '../ports/state-store.ts';

export interface ReplicationDatabases {
  readonly sourceDatabase: Database;
  readonly targetDatabase: Database;
}

/** Both ends of a replication as they are registered now. Throws `NotFound`. */
export const readDatabases = async (
  store: Pick<RegistryStore, 'getDatabase'>,
  { clientId, sourceDatabaseId, targetDatabaseId }: Replication,
): Promise<ReplicationDatabases> => {
  const [sourceDatabase, targetDatabase] = await Promise.all([
    store.getDatabase(clientId, sourceDatabaseId),
    store.getDatabase(clientId, targetDatabaseId),
  ]);
  return { sourceDatabase, targetDatabase };
};
