import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { clientSchema } from '#core/contracts/client.ts';
import { databaseSchema } from '#core/contracts/database.ts';
import type { ClientId } from '#core/contracts/identifiers.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { countOf } from '#core/naming/count-of.ts';
import type { Clock } from '#core/ports/clock-and-log.ts';
import type { RegistryStore } from '#core/ports/state-store.ts';
import {
  absent,
  type DynamoTable,
  type Item,
  matching,
  parseItem,
  present,
  unchanged,
} from './dynamo-table.ts';
import { nextNumber } from './sequence.ts';
import {
  clientKey,
  databaseKey,
  databasesOf,
  installationKey,
  type Key,
  replicationsOf,
  tokenListPartition,
} from './store-keys.ts';

const installationSchema = z.strictObject({ installationId: z.uuid() });

const noClient = (clientId: ClientId): MillraceError =>
  new MillraceError('NotFound', `There is no client ${clientId}.`);

/** Throws `Conflict` while there is a replication, a database or a token of the client. */
const refuseOwner = async (clientId: ClientId, table: DynamoTable): Promise<void> => {
  const countBelow = async ({ pk, sk }: Key): Promise<number> =>
    (await table.query({ pk, prefix: sk })).length;
  const tokens = (await table.query({ pk: tokenListPartition })).filter(
    (token) => token.clientId === clientId,
  );
  const owned = [
    [await countBelow(replicationsOf(clientId)), 'replication'],
    [await countBelow(databasesOf(clientId)), 'database'],
    [tokens.length, 'token'],
  ] as const;
  const left = owned.filter(([count]) => count > 0).map(([count, what]) => countOf(count, what));
  if (left.length === 0) return;
  throw new MillraceError(
    'Conflict',
    `Client ${clientId} still has ${left.join(', ')}. Delete its replications, then its databases, and revoke its tokens.`,
    { facts: { clientId } },
  );
};

export const createRegistryStore = (table: DynamoTable, clock: Clock): RegistryStore => ({
  getInstallationId: async () => {
    const key = installationKey;
    const known = await table.get(key);
    if (known !== undefined) return parseItem(installationSchema, known).installationId;
    const installationId = randomUUID();
    if (await table.put({ ...key, installationId }, absent)) return installationId;
    // Another call was first.
    return parseItem(installationSchema, (await table.get(key)) as Item).installationId;
  },

  createClient: async (name) => {
    const clientId = await nextNumber(table, 'client');
    const client = { clientId, name, createdAt: clock.now().toISOString() };
    await table.put({ ...clientKey(clientId), ...client });
    return client;
  },

  getClient: async (clientId) => {
    const item = await table.get(clientKey(clientId));
    if (item === undefined) throw noClient(clientId);
    return parseItem(clientSchema, item);
  },

  listClients: async () => {
    const items = await table.query({ pk: 'CLIENTS' });
    return items.map((item) => parseItem(clientSchema, item));
  },

  renameClient: async (clientId, name, before) => {
    const key = clientKey(clientId);
    const item = await table.update(key, { set: { name } }, matching({ name: before }));
    if (item !== undefined) return parseItem(clientSchema, item);
    if ((await table.get(key)) === undefined) throw noClient(clientId);
    throw new MillraceError('Conflict', `Client ${clientId} was given another name just now.`);
  },

  setClientQuotas: async (clientId, quotas, before) => {
    const key = clientKey(clientId);
    const item = await table.update(key, { set: { quotas } }, unchanged({ quotas: before }, ['quotas']));
    if (item !== undefined) return parseItem(clientSchema, item);
    if ((await table.get(key)) === undefined) throw noClient(clientId);
    throw new MillraceError('Conflict', `Client ${clientId} was given other quotas just now.`);
  },

  removeClient: async (clientId) => {
    const key = clientKey(clientId);
    const item = await table.get(key);
    if (item === undefined) throw noClient(clientId);
    await refuseOwner(clientId, table);
    await table.remove(key, present);
    try {
      // What was made in between is seen now.
      await refuseOwner(clientId, table);
    } catch (error) {
      await table.put({ ...key, ...item }, absent);
      throw error;
    }
    return parseItem(clientSchema, item);
  },

  nextDatabaseId: () => nextNumber(table, 'database'),

  putDatabase: async (database) => {
    await table.put({ ...databaseKey(database.clientId, database.databaseId), ...database });
  },

  getDatabase: async (clientId, databaseId) => {
    const item = await table.get(databaseKey(clientId, databaseId));
    if (item === undefined) throw new MillraceError('NotFound', `There is no database ${databaseId}.`);
    return parseItem(databaseSchema, item);
  },

  replaceDatabase: ({ caPem: _caPem, ...before }, after) =>
    table.put({ ...databaseKey(after.clientId, after.databaseId), ...after }, matching(before)),

  removeDatabase: async (clientId, databaseId) => {
    const key = databaseKey(clientId, databaseId);
    const item = await table.get(key);
    if (item === undefined) throw new MillraceError('NotFound', `There is no database ${databaseId}.`);
    const database = parseItem(databaseSchema, item);
    const refuseUsers = async (): Promise<void> => {
      const { pk, sk } = replicationsOf(clientId);
      const users = (await table.query({ pk, prefix: sk }))
        .filter(
          ({ sourceDatabaseId, targetDatabaseId }) =>
            sourceDatabaseId === databaseId || targetDatabaseId === databaseId,
        )
        .map(({ replicationId }) => String(replicationId));
      if (users.length === 0) return;
      throw new MillraceError(
        'Conflict',
        `Database ${databaseId} is used by replication ${users.join(', ')}. Delete what uses it first ` +
          `(DELETE /replications/${users[0]}).`,
        { facts: { replications: users } },
      );
    };
    await refuseUsers();
    await table.remove(key, present);
    try {
      // Creating a replication demands that its databases are there, so one that came in between is seen now.
      await refuseUsers();
    } catch (error) {
      await table.put({ ...key, ...database }, absent);
      throw error;
    }
    return database;
  },

  listDatabases: async (clientId) => {
    const { pk, sk } = databasesOf(clientId);
    const items = await table.query({ pk, prefix: sk });
    return items.map((item) => parseItem(databaseSchema, item));
  },
});
