import { queryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { type AlertDelivery, type AlertRoute, api, unwrap } from '../api/client.ts';
import { idlePollMs, unlessRefused } from './queries.ts';

export type Condition = NonNullable<AlertRoute['conditions']>[number];
export type Severity = AlertRoute['min_severity'];

/** From the least to the most urgent. */
export const severityMeanings: Readonly<Record<Severity, string>> = {
  info: 'everything, also what ends well',
  warning: 'changes may be late, and what is worse',
  critical: 'only what needs a person',
};

/** A record, so that the compiler finds the condition that the API has and this list lacks. */
const known: Readonly<Record<Condition, true>> = {
  'replication-failed': true,
  'needs-resync': true,
  'deletion-blocked': true,
  'ending-stuck': true,
  'pause-running-out': true,
  'credentials-refused': true,
  'source-unreachable': true,
  'source-unreadable': true,
  'source-not-watched': true,
  'connect-silent': true,
  'connector-missing': true,
  'connector-failed': true,
  'connector-paused': true,
  'connector-not-running': true,
  'capture-not-reading': true,
  'capture-stalled': true,
  'capture-behind': true,
  'capture-unknown': true,
  'source-log-limit': true,
  'consumer-retrying': true,
  'consumer-ended': true,
  'consumer-silent': true,
  'consumer-starting': true,
  'lag-unknown': true,
  'target-behind': true,
  'dead-letters': true,
  'table-held': true,
  'schema-change-waiting': true,
  'table-skipped': true,
  'table-change-failed': true,
  'new-tables': true,
  'check-failed': true,
  'copy-done': true,
  'resync-done': true,
};
export const conditions = Object.keys(known) as readonly Condition[];

const whole = { params: { query: { limit: '1000' } } } as const;

export const channelsQuery = queryOptions({
  queryKey: ['alert channels'],
  queryFn: async () => (await unwrap(api.GET('/v1/alert-channels', whole))).channels,
  refetchInterval: ({ state }) => unlessRefused(state.error, idlePollMs),
});

export const routesQuery = queryOptions({
  queryKey: ['alert routes'],
  queryFn: async () => (await unwrap(api.GET('/v1/alert-routes', whole))).routes,
  refetchInterval: ({ state }) => unlessRefused(state.error, idlePollMs),
});

export const mutesQuery = queryOptions({
  queryKey: ['alert mutes'],
  queryFn: async () => (await unwrap(api.GET('/v1/alert-mutes', whole))).mutes,
  refetchInterval: ({ state }) => unlessRefused(state.error, idlePollMs),
});

export interface DeliveryFilter {
  readonly state: AlertDelivery['state'] | undefined;
  readonly channelId: number | undefined;
}

export const useDeliveries = ({ state, channelId }: DeliveryFilter) =>
  useInfiniteQuery({
    queryKey: ['alert deliveries', state ?? 'all', channelId ?? 'all'],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/v1/alert-deliveries', {
          params: {
            query: {
              limit: '100',
              ...(state === undefined ? {} : { state }),
              ...(channelId === undefined ? {} : { channel_id: String(channelId) }),
              ...(pageParam === '' ? {} : { cursor: pageParam }),
            },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: (query) => unlessRefused(query.state.error, idlePollMs),
  });

/** What belongs to a client, or to all. A token of all clients is told of every client's. */
export const concerns =
  (clientId: number) =>
  (owned: { readonly client_id: number | null }): boolean =>
    owned.client_id === null || owned.client_id === clientId;
