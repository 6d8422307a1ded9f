import { queryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { api, type Replication, type SchemaChange, unwrap } from '../api/client.ts';
import { shellQuoted } from '../format/shell.ts';
import { idlePollMs, ofClient, ofReplication, unlessRefused } from './queries.ts';

/** An approved change is done within seconds. */
const changesPollMs = 4_000;

export const changeStates = ['waiting', 'approved', 'applied', 'rejected', 'expired'] as const;
export type ChangeState = (typeof changeStates)[number];

/** The newest first, page by page. */
export const useSchemaChanges = (clientId: number, id: number, state: ChangeState | undefined) =>
  useInfiniteQuery({
    queryKey: ['schema changes', clientId, id, state ?? 'all'],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/v1/replications/{replication_id}/schema-changes', {
          params: {
            path: ofReplication(id),
            query: {
              ...ofClient(clientId),
              limit: '100',
              ...(state === undefined ? {} : { state }),
              ...(pageParam === '' ? {} : { cursor: pageParam }),
            },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: (query) => unlessRefused(query.state.error, changesPollMs),
  });

export interface OfChange {
  readonly clientId: number;
  readonly id: number;
  readonly changeId: string;
}

const paramsOf = ({ clientId, id, changeId }: OfChange) => ({
  path: { ...ofReplication(id), change_id: changeId },
  query: ofClient(clientId),
});

export const schemaChangeQuery = (of: OfChange) =>
  queryOptions({
    queryKey: ['schema change', of.clientId, of.id, of.changeId],
    queryFn: () =>
      unwrap(
        api.GET('/v1/replications/{replication_id}/schema-changes/{change_id}', { params: paramsOf(of) }),
      ),
    refetchInterval: ({ state: { data, error } }) =>
      unlessRefused(error, data?.closed_at === null ? changesPollMs : idlePollMs),
  });

const statementIn = (statement: string | undefined) => (statement === undefined ? {} : { statement });

/** Tries it at the target; nothing of it is left there. Throws `ApiProblem`. */
export const rehearse = (of: OfChange, statement: string | undefined): Promise<SchemaChange> =>
  unwrap(
    api.POST('/v1/replications/{replication_id}/schema-changes/{change_id}/rehearse', {
      params: paramsOf(of),
      body: statementIn(statement),
    }),
  );

export interface Decision {
  readonly action: 'approve' | 'reject';
  /** The version that the person has seen: another one is refused. */
  readonly version: number;
  /** In the place of what is planned. */
  readonly statement: string | undefined;
  readonly reason: string;
}

/** Throws `ApiProblem`. */
export const decide = (
  of: OfChange,
  { action, version, statement, reason }: Decision,
): Promise<SchemaChange> =>
  unwrap(
    action === 'approve'
      ? api.POST('/v1/replications/{replication_id}/schema-changes/{change_id}/approve', {
          params: paramsOf(of),
          body: { version, ...statementIn(statement), ...(reason === '' ? {} : { reason }) },
        })
      : api.POST('/v1/replications/{replication_id}/schema-changes/{change_id}/reject', {
          params: paramsOf(of),
          body: { version, reason },
        }),
  );

export const decisionLine = (
  { id, changeId }: OfChange,
  { action, version, statement, reason }: Decision,
): string =>
  [
    `millrace ddl ${action} ${id} ${changeId} --seen ${version}`,
    ...(statement === undefined || action === 'reject' ? [] : [`--statement ${shellQuoted(statement)}`]),
    ...(reason === '' ? [] : [`--reason ${shellQuoted(reason)}`]),
  ].join(' ');

export const presetMeanings: Readonly<Record<Replication['schema_changes']['preset'], string>> = {
  safe: 'What is known to be right is followed; the rest waits for a person.',
  strict: 'Every change waits for a person, or stops the replication.',
  mirror: 'The target follows the source, also where columns are dropped.',
};
