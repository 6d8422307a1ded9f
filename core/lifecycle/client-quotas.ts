import type { Client } from '../contracts/client.ts';
import { type ClientQuotas, type QuotaName, quotaNames } from '../contracts/client-quotas.ts';
import type { ClientId } from '../contracts/identifiers.ts';
import type { Replication } from '../contracts/replication.ts';
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

const tablesOf = (replications: readonly Replication[]): number =>
  replications.reduce((sum, { tables }) => sum + tables.length, 0);

/** Counts what a client has. Its replications are read once, for both that are counted by them. */
export const createUseCounter = (
  clientId: ClientId,
  store: QuotaStore,
): ((name: QuotaName) => Promise<number>) => {
  let read: Promise<readonly Replication[]> | undefined;
  const replications = (): Promise<readonly Replication[]> => {
    read ??= store.listReplications(clientId);
    return read;
  };
  const counters: Readonly<Record<QuotaName, () => Promise<number>>> = {
    databases: async () => (await store.listDatabases(clientId)).length,
    replications: async () => (await replications()).length,
    tables: async () => tablesOf(await replications()),
    tokens: async () => (await store.listTokens()).filter(isOf(clientId)).length,
    alertRules: async () => {
      const lists = await Promise.all([store.listChannels(), store.listRoutes(), store.listMutes()]);
      return lists.flat().filter(isOf(clientId)).length;
    },
  };
  return (name) => counters[name]();
};

/** What holds for a client: its own limits before those of the environment. */
export const limitsOf = (
  { quotas }: { readonly quotas?: ClientQuotas | undefined },
  { clientQuotas }: Pick<QuotaPorts, 'clientQuotas'>,
): ClientQuotas => ({ ...clientQuotas, ...quotas });

/**
 * Throws `QuotaExceeded` when the client would have more than it may with `more`, as `{ replications: 1, tables: 20 }`. What others make
 * at the same moment is not counted, so calls at once may pass the limit by as many.
 */
export const requireRoom = async (
  clientId: ClientId | undefined,
  more: Readonly<Partial<Record<QuotaName, number>>>,
  ports: QuotaPorts,
): Promise<void> => {
  if (clientId === undefined) return;
  const limits = limitsOf(await ports.store.getClient(clientId), ports);
  const countUse = createUseCounter(clientId, ports.store);
  for (const name of quotaNames) {
    const [added, limit] = [more[name] ?? 0, limits[name]];
    if (added <= 0 || limit === undefined) continue;
    const used = await countUse(name);
    if (used + added <= limit) continue;
    throw new MillraceError(
      'QuotaExceeded',
      `${describeUse(clientId, name, used, limit)}: there is no room for ${added.toLocaleString('en')} more.`,
      { facts: { clientId, quota: name, used, limit } },
    );
  }
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
  const used = tablesOf(await ports.store.listReplications(client.clientId));
  return { room: Math.max(0, limit - used), reason: describeUse(client.clientId, 'tables', used, limit) };
};
