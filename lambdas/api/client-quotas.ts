import type { ClientQuotas, QuotaName } from '#core/contracts/client-quotas.ts';
import type { ClientId } from '#core/contracts/identifiers.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { countOf } from '#core/naming/count-of.ts';
import type { StateStore } from '#core/ports/state-store.ts';
import type { ApiPorts } from './ports.ts';

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

const counters: Readonly<Record<QuotaName, (clientId: ClientId, store: StateStore) => Promise<number>>> = {
  databases: async (clientId, store) => (await store.listDatabases(clientId)).length,
  replications: async (clientId, store) => (await store.listReplications(clientId)).length,
  tables: async (clientId, store) =>
    (await store.listReplications(clientId)).reduce((sum, { tables }) => sum + tables.length, 0),
  tokens: async (clientId, store) => (await store.listTokens()).filter(isOf(clientId)).length,
  alertRules: async (clientId, store) => {
    const lists = await Promise.all([store.listChannels(), store.listRoutes(), store.listMutes()]);
    return lists.flat().filter(isOf(clientId)).length;
  },
};

export const countUse = (name: QuotaName, clientId: ClientId, store: StateStore): Promise<number> =>
  counters[name](clientId, store);

/** What holds for a client: its own limits before those of the environment. */
export const limitsOf = (
  { quotas }: { readonly quotas?: ClientQuotas | undefined },
  { clientQuotas }: Pick<ApiPorts, 'clientQuotas'>,
): ClientQuotas => ({ ...clientQuotas, ...quotas });

/**
 * Throws `QuotaExceeded` when the client would have more than it may with `more` of them. What others make at the same moment is not
 * counted, so calls at once may pass the limit by as many.
 */
export const requireRoom = async (
  clientId: ClientId | undefined,
  name: QuotaName,
  more: number,
  ports: Pick<ApiPorts, 'store' | 'clientQuotas'>,
): Promise<void> => {
  if (clientId === undefined || more <= 0) return;
  const limit = limitsOf(await ports.store.getClient(clientId), ports)[name];
  if (limit === undefined) return;
  const used = await countUse(name, clientId, ports.store);
  if (used + more <= limit) return;
  throw new MillraceError(
    'QuotaExceeded',
    `Client ${clientId} has ${countOf(used, inWords[name])}, and may have ${limit.toLocaleString('en')}: there is no room for ` +
      `${more.toLocaleString('en')} more.`,
    { facts: { clientId, quota: name, used, limit } },
  );
};
