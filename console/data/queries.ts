import {
  experimental_streamedQuery,
  QueryClient,
  queryOptions,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query';
import { useMemo } from 'react';
import {
  type ApiProblem,
  api,
  type FleetPage,
  type FleetRow,
  isForbidden,
  isSignedOut,
  unwrap,
} from '../api/client.ts';
import { isMoving } from './fleet-state.ts';

/** While something moves. */
export const busyPollMs = 2_000;
export const idlePollMs = 15_000;
const historyPollMs = 60_000;

declare module '@tanstack/react-query' {
  interface Register {
    defaultError: ApiProblem | Error;
  }
}

export const createQueries = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        // A hidden page asks for nothing: TanStack's intervals stop, and a look begins with a fresh answer.
        refetchIntervalInBackground: false,
        refetchOnWindowFocus: true,
        // The next poll is the retry.
        retry: false,
        staleTime: 1_000,
      },
    },
  });

/** Nothing to poll for what the session may not see. */
export const unlessRefused = (error: unknown, ms: number): number | false =>
  isSignedOut(error) || isForbidden(error) ? false : ms;

export const ofClient = (clientId: number) => ({ client_id: String(clientId) });
export const ofReplication = (id: number) => ({ replication_id: String(id) });

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: () => unwrap(api.GET('/v1/me')),
  staleTime: 60_000,
});

export const clientsQuery = queryOptions({
  queryKey: ['clients'],
  queryFn: async () =>
    (await unwrap(api.GET('/v1/clients', { params: { query: { limit: '1000' } } }))).clients,
  staleTime: 60_000,
});

/** A large fleet is an answer of half a megabyte: it is not asked for every 2 s. */
const fleetPollMs = (count: number, moves: boolean): number =>
  moves ? Math.max(busyPollMs, count * 10) : idlePollMs;

/** The fleet as far as it was read. The first answer is small, so that a large fleet is seen before all of it is here. */
export interface Fleet {
  readonly rows: readonly FleetRow[];
  /** False while more is being read: the counts are those of a part. */
  readonly isWhole: boolean;
}

const firstFleetPage = '100';

export const fleetQuery = queryOptions({
  queryKey: ['fleet'],
  queryFn: experimental_streamedQuery<FleetPage, Fleet, readonly string[]>({
    streamFn: readFleet,
    // A fleet that is here stays until the next one is whole.
    refetchMode: 'replace',
    reducer: ({ rows }, page) => ({
      rows: [...rows, ...page.replications],
      isWhole: page.next_cursor === null,
    }),
    initialValue: { rows: [], isWhole: false },
  }),
  refetchInterval: ({ state }) =>
    unlessRefused(
      state.error,
      fleetPollMs(state.data?.rows.length ?? 0, state.data?.rows.some(isMoving) ?? false),
    ),
});

async function* readFleet(): AsyncGenerator<FleetPage> {
  let page = await unwrap(api.GET('/v1/fleet', { params: { query: { limit: firstFleetPage } } }));
  yield page;
  while (page.next_cursor !== null) {
    page = await unwrap(api.GET('/v1/fleet', { params: { query: { cursor: page.next_cursor } } }));
    yield page;
  }
}

export const replicationQuery = (clientId: number, id: number) =>
  queryOptions({
    queryKey: ['replication', clientId, id],
    queryFn: () =>
      unwrap(
        api.GET('/v1/replications/{replication_id}', {
          params: { path: ofReplication(id), query: ofClient(clientId) },
        }),
      ),
    refetchInterval: ({ state }) =>
      unlessRefused(state.error, state.data?.table_change?.state === 'running' ? busyPollMs : idlePollMs),
  });

export const statusQuery = (clientId: number, id: number) =>
  queryOptions({
    queryKey: ['status', clientId, id],
    queryFn: () =>
      unwrap(
        api.GET('/v1/replications/{replication_id}/status', {
          params: { path: ofReplication(id), query: ofClient(clientId) },
        }),
      ),
    refetchInterval: ({ state: { data, error } }) => {
      const moves =
        data === undefined ||
        isMoving(data.config) ||
        (data.config.status === 'active' && data.tables.some(({ state }) => state !== 'live')) ||
        (data.statistics.lag_events ?? 0) > 0;
      // An answer about thousands of tables is large, too.
      const busyMs = Math.max(busyPollMs, (data?.tables.length ?? 0) * 2);
      return unlessRefused(error, moves ? busyMs : data.config.is_active ? 5_000 : idlePollMs);
    },
  });

/** The source itself is asked for its open transactions, so not every 2 s. */
const sourcePollMs = 10_000;

export const sourceSafetyQuery = (clientId: number, id: number) =>
  queryOptions({
    queryKey: ['source', clientId, id],
    queryFn: () =>
      unwrap(
        api.GET('/v1/replications/{replication_id}/source', {
          params: { path: ofReplication(id), query: ofClient(clientId) },
        }),
      ),
    refetchInterval: ({ state }) => unlessRefused(state.error, sourcePollMs),
  });

export const whyQuery = (clientId: number, id: number) =>
  queryOptions({
    queryKey: ['why', clientId, id],
    queryFn: () =>
      unwrap(
        api.GET('/v1/replications/{replication_id}/why', {
          params: { path: ofReplication(id), query: ofClient(clientId) },
        }),
      ),
    refetchInterval: ({ state: { data, error } }) =>
      unlessRefused(error, data?.overall === 'healthy' ? idlePollMs : 4_000),
  });

/** The health check adds one point a minute; a longer step changes as often, at its end. */
export const historyQuery = (clientId: number, id: number, minutes: number, stepMinutes = 1) =>
  queryOptions({
    queryKey: ['history', clientId, id, minutes, stepMinutes],
    queryFn: async () =>
      (
        await unwrap(
          api.GET('/v1/replications/{replication_id}/history', {
            params: {
              path: ofReplication(id),
              query: {
                ...ofClient(clientId),
                minutes: String(minutes),
                ...(stepMinutes === 1 ? {} : { step_minutes: String(stepMinutes) }),
              },
            },
          }),
        )
      ).points,
    staleTime: historyPollMs / 2,
    refetchInterval: ({ state }) =>
      unlessRefused(state.error, historyPollMs * Math.min(5, Math.max(1, stepMinutes / 10))),
  });

export const copyQuery = (clientId: number, id: number) =>
  queryOptions({
    queryKey: ['copy', clientId, id],
    queryFn: () =>
      unwrap(
        api.GET('/v1/replications/{replication_id}/copy', {
          params: { path: ofReplication(id), query: ofClient(clientId) },
        }),
      ),
    refetchInterval: ({ state: { data, error } }) =>
      unlessRefused(
        error,
        data?.tables.some(({ state }) => state === 'copying' || state === 'pending') === true
          ? busyPollMs
          : idlePollMs,
      ),
  });

export const deletionQuery = (clientId: number, id: number) =>
  queryOptions({
    queryKey: ['deletion', clientId, id],
    queryFn: () =>
      unwrap(
        api.GET('/v1/replications/{replication_id}/deletion', {
          params: { path: ofReplication(id), query: ofClient(clientId) },
        }),
      ),
    refetchInterval: ({ state: { data, error } }) =>
      unlessRefused(error, data?.state === 'done' ? idlePollMs : busyPollMs),
  });

export const incidentsQuery = (clientId: number, state: 'open' | 'all') =>
  queryOptions({
    queryKey: ['incidents', clientId, state],
    queryFn: async () =>
      (
        await unwrap(
          api.GET('/v1/incidents', { params: { query: { ...ofClient(clientId), state, limit: '1000' } } }),
        )
      ).incidents,
    refetchInterval: (query) => unlessRefused(query.state.error, idlePollMs),
  });

export const replicationIncidentsQuery = (clientId: number, id: number) =>
  queryOptions({
    queryKey: ['incidents of', clientId, id],
    queryFn: async () =>
      (
        await unwrap(
          api.GET('/v1/replications/{replication_id}/incidents', {
            params: { path: ofReplication(id), query: { ...ofClient(clientId), state: 'all' } },
          }),
        )
      ).incidents,
    refetchInterval: ({ state }) => unlessRefused(state.error, idlePollMs),
  });

/** Of a client, or of one replication; the newest first, page by page. */
export const useActivity = (clientId: number, id?: number) =>
  useInfiniteQuery({
    queryKey: ['activity', clientId, id ?? 'all'],
    queryFn: ({ pageParam }) => {
      const query = {
        ...ofClient(clientId),
        limit: '100',
        ...(pageParam === '' ? {} : { cursor: pageParam }),
      };
      return id === undefined
        ? unwrap(api.GET('/v1/activity', { params: { query } }))
        : unwrap(
            api.GET('/v1/replications/{replication_id}/activity', {
              params: { path: ofReplication(id), query },
            }),
          );
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: ({ state }) => unlessRefused(state.error, 5_000),
  });

export const databasesQuery = (clientId: number) =>
  queryOptions({
    queryKey: ['databases', clientId],
    queryFn: async () =>
      (
        await unwrap(
          api.GET('/v1/databases', { params: { query: { ...ofClient(clientId), limit: '1000' } } }),
        )
      ).databases,
    refetchInterval: ({ state }) => unlessRefused(state.error, idlePollMs),
  });

export const replicationsQuery = (clientId: number) =>
  queryOptions({
    queryKey: ['replications', clientId],
    queryFn: async () =>
      (
        await unwrap(
          api.GET('/v1/replications', { params: { query: { ...ofClient(clientId), limit: '1000' } } }),
        )
      ).replications,
    refetchInterval: ({ state }) => unlessRefused(state.error, idlePollMs),
  });

/** The names of a client's replications by their numbers, as far as they are known. */
export const useReplicationNames = (clientId: number): ReadonlyMap<number, string> => {
  const { data } = useQuery(replicationsQuery(clientId));
  return useMemo(() => new Map((data ?? []).map(({ replication_id: id, name }) => [id, name])), [data]);
};

export const discoveryQuery = (clientId: number, databaseId: number) =>
  queryOptions({
    queryKey: ['discovery', clientId, databaseId],
    queryFn: async () => {
      const tables = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof readTables>> = await readTables(clientId, databaseId, cursor);
        tables.push(...page.tables);
        cursor = page.next_cursor;
      } while (cursor !== null);
      return tables;
    },
    staleTime: 30_000,
  });

const readTables = (clientId: number, databaseId: number, cursor: string | null) =>
  unwrap(
    api.GET('/v1/databases/{database_id}/tables', {
      params: {
        path: { database_id: String(databaseId) },
        query: { ...ofClient(clientId), ...(cursor === null ? {} : { cursor }) },
      },
    }),
  );

/** Another version comes with a deployment. */
export const versionsQuery = queryOptions({
  queryKey: ['versions'],
  queryFn: () => unwrap(api.GET('/v1/versions')),
  staleTime: 60_000,
  refetchInterval: ({ state }) => unlessRefused(state.error, historyPollMs),
});

export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: async () => (await unwrap(api.GET('/v1/tokens', { params: { query: { limit: '1000' } } }))).tokens,
  refetchInterval: ({ state }) => unlessRefused(state.error, idlePollMs),
});
