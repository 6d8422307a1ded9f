import { queryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { api, type DeadLetterCause, unwrap } from '../api/client.ts';
import { shellQuoted } from '../format/shell.ts';
import { idlePollMs, ofClient, ofReplication, unlessRefused } from './queries.ts';

/** The marks are at the target database: it is not asked every 2 s. */
const causesPollMs = 5_000;

export const deadLetterCausesQuery = (clientId: number, id: number) =>
  queryOptions({
    queryKey: ['dead-letter causes', clientId, id],
    queryFn: async () =>
      (
        await unwrap(
          api.GET('/v1/replications/{replication_id}/dead-letters/causes', {
            params: { path: ofReplication(id), query: ofClient(clientId) },
          }),
        )
      ).causes,
    refetchInterval: ({ state: { data, error } }) =>
      unlessRefused(error, (data?.length ?? 0) > 0 ? causesPollMs : idlePollMs),
  });

/** Which dead letters an action is about: those of a cause at a table, or all. */
export type DeadLetterSelection = Pick<DeadLetterCause, 'cause' | 'table'> | 'all';

/** The events of a cause, the oldest first, page by page. */
export const useDeadLetters = (
  clientId: number,
  id: number,
  { cause, table }: Pick<DeadLetterCause, 'cause' | 'table'>,
) =>
  useInfiniteQuery({
    queryKey: ['dead letters', clientId, id, cause, table],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/v1/replications/{replication_id}/dead-letters', {
          params: {
            path: ofReplication(id),
            query: {
              ...ofClient(clientId),
              cause,
              table,
              limit: '50',
              ...(pageParam === '' ? {} : { cursor: pageParam }),
            },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: ({ state }) => unlessRefused(state.error, causesPollMs),
  });

const bodyOf = (selection: DeadLetterSelection) =>
  selection === 'all' ? ({ all: true } as const) : { cause: selection.cause, table: selection.table };

/** Replays, or only tries to. Throws `ApiProblem`. */
export const replayDeadLetters = (
  clientId: number,
  id: number,
  selection: DeadLetterSelection,
  { dryRun, reason }: { readonly dryRun: boolean; readonly reason: string },
) =>
  unwrap(
    api.POST('/v1/replications/{replication_id}/dead-letters/replay', {
      params: { path: ofReplication(id), query: ofClient(clientId) },
      body: { ...bodyOf(selection), dry_run: dryRun, ...(reason === '' ? {} : { reason }) },
    }),
  );

/** Throws `ApiProblem`. */
export const discardDeadLetters = (
  clientId: number,
  id: number,
  selection: DeadLetterSelection,
  reason: string,
) =>
  unwrap(
    api.POST('/v1/replications/{replication_id}/dead-letters/discard', {
      params: { path: ofReplication(id), query: ofClient(clientId) },
      body: { ...bodyOf(selection), reason },
    }),
  );

export const deadLetterLine = (
  command: 'replay' | 'discard',
  id: number,
  selection: DeadLetterSelection,
  { dryRun = false, reason = '' }: { readonly dryRun?: boolean; readonly reason?: string } = {},
): string =>
  [
    `millrace dlq ${command} ${id}`,
    ...(selection === 'all'
      ? ['--all']
      : [`--cause ${shellQuoted(selection.cause)}`, `--table ${shellQuoted(selection.table)}`]),
    ...(dryRun ? ['--dry-run'] : []),
    ...(reason === '' ? [] : [`--reason ${shellQuoted(reason)}`]),
  ].join(' ');
