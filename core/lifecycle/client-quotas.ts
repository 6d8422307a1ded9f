import type { Client } from '../contracts/client.ts';
import type { ClientQuotas, QuotaName } from '../contracts/client-quotas.ts';
import type { ClientId } from '../contracts/identifiers.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import { countOf } from '../naming/count-of.ts';
import type { StateStore } from '../ports/state-store.ts';

/** What counts what a client has. */
export type QuotaStore = Pick<
  StateStore,
  | 'getClient'
  | 'listDatabases'
  | 'listReplications'
  | 'listTokens'
  | 'listChannels'
  | 'listRoutes'
  | 'listMutes'
>;

export interface QuotaPorts<S extends Partial<QuotaStore> = QuotaStore> {
  readonly store: S;
  /** What each client may have that has no limits of its own. */
  readonly clientQuotas: ClientQuotas;
}

const inWords: Readonly<Record<QuotaName, string>> = {
  databases: 'database',
  replications: 'replication',
  tables: 'table',
  tokens: 'token',
  alertRules: 'alert rule',
};

const isOf =
  (clientId: ClientId) =>
  (one: { readonly clientId?: ClientId | undefined }): boolean =>
    one.clientId === clientId;

const countTables = async (
  clientId: ClientId,
  store: Pick<QuotaStore, 'listReplications'>,
): Promise<number> =>
  (await store.listReplications(clientId)).reduce((sum, { tables }) => sum + tables.length, 0);

const counters: Readonly<Record<QuotaName, (clientId: ClientId, store: QuotaStore) => Promise<number>>> = {
  databases: async (clientId, store) => (await store.listDatabases(clientId)).length,
  replications: async (clientId, store) => (await store.listReplications(clientId)).length,
  tables: countTables,
  tokens: async (clientId, store) => (await store.listTokens()).filter(isOf(clientId)).length,
  alertRules: async (clientId, store) => {
    const lists = await Promise.all([store.listChannels(), store.listRoutes(), store.listMutes()]);
    return lists.flat().filter(isOf(clientId)).length;
  },
};

export const countUse = (name: QuotaName, clientId: ClientId, store: QuotaStore): Promise<number> =>
  counters[name](clientId, store);

/** What holds for a client: its own limits before those of the environment. */
export const limitsOf = (
  { quotas }: { readonly quotas?: ClientQuotas | undefined },
  { clientQuotas }: Pick<QuotaPorts, 'clientQuotas'>,
): ClientQuotas => ({ ...clientQuotas, ...quotas });

/**
 * Throws `QuotaExceeded` when the client would have more than it may with `more` of them. What others make at the same moment is not
 * counted, so calls at once may pass the limit by as many.
 */
export const requireRoom = async (
  clientId: ClientId | undefined,
  name: QuotaName,
  more: number,
  ports: QuotaPorts,
): Promise<void> => {
  if (clientId === undefined || more <= 0) return;
  const limit = limitsOf(await ports.store.getClient(clientId), ports)[name];
  if (limit === undefined) return;
  const used = await countUse(name, clientId, ports.store);
  if (used + more <= limit) return;
  throw new MillraceError(
    'QuotaExceeded',
    `${describeUse(clientId, name, used, limit)}: there is no room for ${more.toLocaleString('en')} more.`,
    { facts: { clientId, quota: name, used, limit } },
  );
};

const describeUse = (clientId: ClientId, name: QuotaName, used: number, limit: number): string =>
  `Client ${clientId} has ${countOf(used, inWords[name])}, and may have ${limit.toLocaleString('en')}`;

/** How many tables more the client may have, with the reason why there are no more. */
export const roomForTables = async (
  client: Client,
  ports: QuotaPorts<Pick<QuotaStore, 'listReplications'>>,
): Promise<{ readonly room: number; readonly reason: string }> => {
  const limit = limitsOf(client, ports).tables;
  if (limit === undefined) return { room: Number.POSITIVE_INFINITY, reason: '' };
  const used = await countTables(client.clientId, ports.store);
  return { room: Math.max(0, limit - used), reason: describeUse(client.clientId, 'tables', used, limit) };
};
