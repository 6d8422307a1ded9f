import type { z } from 'zod';
import type { Database } from '#core/contracts/database.ts';
import type { ClientId } from '#core/contracts/identifiers.ts';
import type { registerDatabaseSchema } from './contracts.ts';
import type { ApiPorts } from './ports.ts';

/**
 * Saves a database and its password. The password comes first, under a name that only this registration has; when the
 * database cannot be saved it is deleted again, so a failed registration leaves nothing.
 */
export const registerDatabase = async (
  clientId: ClientId,
  request: z.output<typeof registerDatabaseSchema>,
  { store, secrets, clock, secretPrefix }: Pick<ApiPorts, 'store' | 'secrets' | 'clock' | 'secretPrefix'>,
): Promise<Database> => {
  const databaseId = await store.nextDatabaseId();
  const { username, password, ca_pem: caPem } = request;
  const secretArn = await secrets.putCredentials(
    `${secretPrefix}/client-${clientId}/database-${databaseId}`,
    { username, password },
  );
  const database: Database = {
    databaseId,
    clientId,
    name: request.name,
    kind: request.kind,
    host: request.host,
    port: request.port,
    databaseName: request.database,
    username,
    tlsMode: request.tls_mode,
    ...(caPem === undefined ? {} : { caPem }),
    secretArn,
    createdAt: clock.now().toISOString(),
  };
  try {
    await store.putDatabase(database);
  } catch (error) {
    // What failed first is what the caller must hear; an orphaned secret is only untidy.
    await secrets.deleteCredentials(secretArn).catch(() => undefined);
    throw error;
  }
  return database;
};
