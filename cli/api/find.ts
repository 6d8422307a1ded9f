import { closestMatch } from 'leven';
import { CliError } from '../cli-error.ts';
import type { Answer, Api, Request } from './call.ts';
import type {
  AlertChannel,
  AlertDelivery,
  AlertMute,
  AlertRoute,
  Client,
  Database,
  DiscoveredTables,
  Incident,
  Token,
} from './routes.ts';

export type ListedReplication = Answer<'listReplications'>['replications'][number];

/** The most that the API shows at a time. */
const pageSize = 1_000;

/** The first `count` items of a list, page by page, and where it goes on. */
export const firstItems = async <P extends { readonly next_cursor: string | null }, Item>(
  count: number,
  read: (query: { readonly limit: number; readonly cursor?: string }) => Promise<P>,
  itemsOf: (page: P) => readonly Item[],
  mostOfPage = pageSize,
): Promise<{ readonly items: Item[]; readonly next: string | null }> => {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const limit = Math.min(mostOfPage, count - items.length);
    const page: P = await read({ limit, ...(cursor === null ? {} : { cursor }) });
    items.push(...itemsOf(page));
    cursor = page.next_cursor ?? null;
  } while (cursor !== null && items.length < count);
  return { items, next: cursor };
};

/** Reads a list to its end, page by page. */
const everyPage = async <P extends { readonly next_cursor: string | null }, Item>(
  read: (query: { readonly limit: number; readonly cursor?: string }) => Promise<P>,
  itemsOf: (page: P) => readonly Item[],
): Promise<Item[]> => (await firstItems(Number.POSITIVE_INFINITY, read, itemsOf)).items;

export const listClients = (api: Api): Promise<readonly Client[]> =>
  everyPage(
    (query) => api.call('listClients', { query }),
    ({ clients }) => clients,
  );

export const listDatabases = (api: Api): Promise<readonly Database[]> =>
  everyPage(
    (query) => api.call('listDatabases', { query }),
    ({ databases }) => databases,
  );

export const listTokens = (api: Api): Promise<readonly Token[]> =>
  everyPage(
    (query) => api.call('listTokens', { query }),
    ({ tokens }) => tokens,
  );

export const findToken = async (api: Api, given: string): Promise<Token> =>
  pick(await listTokens(api), given, 'token', ({ token_id: id }) => id);

export const listConnectors = (
  api: Api,
  filter: Omit<NonNullable<Request<'listConnectors'>['query']>, 'limit' | 'cursor'> = {},
): Promise<Answer<'listConnectors'>['connectors']> =>
  everyPage(
    (page) => api.call('listConnectors', { query: { ...filter, ...page } }),
    ({ connectors }) => connectors,
  );

export const listChannels = (api: Api): Promise<readonly AlertChannel[]> =>
  everyPage(
    (query) => api.call('listAlertChannels', { query }),
    ({ channels }) => channels,
  );

export const findChannel = async (api: Api, given: string): Promise<AlertChannel> =>
  pick(await listChannels(api), given, 'alert channel', ({ channel_id: id }) => id);

export const listAlertRoutes = (api: Api): Promise<readonly AlertRoute[]> =>
  everyPage(
    (query) => api.call('listAlertRoutes', { query }),
    ({ routes }) => routes,
  );

export const listAlertMutes = (api: Api, state: 'active' | 'all'): Promise<readonly AlertMute[]> =>
  everyPage(
    (query) => api.call('listAlertMutes', { query: { ...query, state } }),
    ({ mutes }) => mutes,
  );

/** The newest first, at most `count`. */
export const listAlertDeliveries = async (
  api: Api,
  filter: Omit<NonNullable<Request<'listAlertDeliveries'>['query']>, 'limit' | 'cursor'>,
  count: number,
): Promise<readonly AlertDelivery[]> =>
  (
    await firstItems(
      count,
      (page) => api.call('listAlertDeliveries', { query: { ...filter, ...page } }),
      ({ deliveries }) => deliveries,
    )
  ).items;

export type FleetItem = Answer<'getFleet'>['replications'][number];

/** Every replication that the token may see, with what the health checks found last. */
export const listFleet = (
  api: Api,
  filter: Omit<NonNullable<Request<'getFleet'>['query']>, 'limit' | 'cursor'>,
): Promise<FleetItem[]> =>
  everyPage(
    (page) => api.call('getFleet', { query: { ...filter, ...page } }),
    ({ replications }) => replications,
  );

/** Every incident, also when there are more than a page has. */
export const listIncidents = (
  api: Api,
  replicationId: number | undefined,
  filter: Omit<NonNullable<Request<'listIncidents'>['query']>, 'limit' | 'cursor'>,
): Promise<Incident[]> =>
  everyPage(
    (page) =>
      replicationId === undefined
        ? api.call('listIncidents', { query: { ...filter, ...page } })
        : api.call('listReplicationIncidents', {
            path: { replication_id: replicationId },
            query: { ...filter, ...page },
          }),
    ({ incidents }) => incidents,
  );

export const listReplications = (api: Api): Promise<readonly ListedReplication[]> =>
  everyPage(
    (query) => api.call('listReplications', { query }),
    ({ replications }) => replications,
  );

export const discoverTables = (api: Api, databaseId: number): Promise<DiscoveredTables['tables']> =>
  everyPage(
    (query) => api.call('discoverTables', { path: { database_id: databaseId }, query }),
    ({ tables }) => tables,
  );

export const findClient = async (api: Api, given: string): Promise<Client> =>
  pick(await listClients(api), given, 'client', ({ client_id: id }) => id);

export const findDatabase = async (api: Api, given: string): Promise<Database> =>
  pick(await listDatabases(api), given, 'database', ({ database_id: id }) => id);

export const findReplication = async (api: Api, given: string): Promise<ListedReplication> =>
  pick(await listReplications(api), given, 'replication', ({ replication_id: id }) => id);

/**
 * The one that `given` names: its number, or its name as it is spelled. Throws a `CliError` that lists what is near when
 * there is none, and the numbers when several have the name.
 */
export const pick = <T extends { readonly name: string }>(
  items: readonly T[],
  given: string,
  what: string,
  idOf: (item: T) => number,
): T => {
  const numbered = items.find((item) => String(idOf(item)) === given);
  if (numbered !== undefined) return numbered;
  const named = items.filter(({ name }) => name === given);
  const [only] = named;
  if (only === undefined) {
    throw new CliError(`There is no ${what} ${given}.`, {
      advice:
        nearMatch(
          given,
          items.map(({ name }) => name),
        ) ?? (items.length === 0 ? `There is no ${what} at all.` : listOf(items, what, idOf)),
    });
  }
  if (named.length > 1) {
    throw new CliError(`${named.length} ${what}s are called ${given}.`, {
      advice: `Give the number instead: ${named.map(idOf).join(', ')}.`,
    });
  }
  return only;
};

/** More would not be read. */
const maxListed = 20;

const listOf = <T extends { readonly name: string }>(
  items: readonly T[],
  what: string,
  idOf: (item: T) => number,
): string => {
  const listed = items.slice(0, maxListed).map((item) => `${item.name} (${idOf(item)})`);
  const more = items.length > maxListed ? `, and ${items.length - maxListed} more` : '';
  return `Each ${what} that there is, with its number: ${listed.join(', ')}${more}.`;
};

/** A question for what a person may have meant, or undefined when nothing is near. */
export const nearMatch = (given: string, names: readonly string[]): string | undefined => {
  const byLowerCase = new Map(names.map((name) => [name.toLowerCase(), name]));
  const closest = closestMatch(given.toLowerCase(), [...byLowerCase.keys()], {
    maxDistance: Math.max(1, Math.floor(given.length / 3)),
  });
  const containing = names.find((name) => name.toLowerCase().includes(given.toLowerCase()));
  const meant = (closest === undefined ? undefined : byLowerCase.get(closest)) ?? containing;
  return meant === undefined ? undefined : `Did you mean ${meant}?`;
};
