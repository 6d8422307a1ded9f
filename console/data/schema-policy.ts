import { queryOptions } from '@tanstack/react-query';
import { api, etagOf, type SchemaPolicy, unwrap } from '../api/client.ts';
import type { operations } from '../api/schema.ts';
import { shellQuoted } from '../format/shell.ts';
import { idlePollMs, ofClient, ofReplication, unlessRefused } from './queries.ts';

type Body = NonNullable<operations['setSchemaPolicy']['requestBody']>['content']['application/json'];
type Kinds = NonNullable<Body['kinds']>;
export type ChangeKind = keyof Kinds;
export type ChangeAction = SchemaPolicy['actions'][string];
export type Preset = SchemaPolicy['preset'];

/** What can be done at each kind of change. The compiler compares it with what the API takes, in both directions. */
const possible = {
  'add-column': { auto: true, ask: true, stop: true },
  'add-column-default': { auto: true, ask: true, stop: true },
  'drop-column': { auto: true, ask: true, ignore: true, stop: true },
  'rename-column': { auto: true, ask: true, stop: true },
  'widen-type': { auto: true, ask: true, stop: true },
  'change-type': { auto: true, ask: true, stop: true },
  'drop-not-null': { auto: true, ask: true, stop: true },
  'change-key': { auto: true, ask: true, stop: true },
  rewrite: { auto: true, ask: true, stop: true },
  'drop-partition': { auto: true, ask: true, ignore: true, stop: true },
  'attach-partition': { auto: true, ask: true, stop: true },
  'replace-table': { auto: true, ask: true, stop: true },
  'drop-table': { ask: true, stop: true },
  truncate: { auto: true, ask: true, stop: true },
  'create-table': { auto: true, ask: true, ignore: true },
  other: { ask: true, stop: true },
} satisfies { readonly [Kind in ChangeKind]-?: Readonly<Record<NonNullable<Kinds[Kind]>, true>> };

export const changeKinds = Object.keys(possible) as readonly ChangeKind[];

export const actionsOf = (kind: ChangeKind): readonly ChangeAction[] =>
  Object.keys(possible[kind]) as readonly ChangeAction[];

/** With its ETag, so that nobody's later choice is overwritten. */
export const schemaPolicyQuery = (clientId: number, id: number) =>
  queryOptions({
    queryKey: ['schema policy', clientId, id],
    queryFn: async () => {
      const answer = api.GET('/v1/replications/{replication_id}/schema-policy', {
        params: { path: ofReplication(id), query: ofClient(clientId) },
      });
      const policy = await unwrap(answer);
      return { policy, etag: etagOf((await answer).response) };
    },
    refetchInterval: ({ state: { error } }) => unlessRefused(error, idlePollMs),
  });

/** What is chosen for all tables, or for one: `preset` null is that of all. */
export interface OwnPolicy {
  readonly preset: Preset | null;
  readonly kinds: Readonly<Record<string, ChangeAction>>;
}

/** `schema.table`, or undefined for all. */
export const ownPolicyOf = (policy: SchemaPolicy, table: string | undefined): OwnPolicy => {
  if (table === undefined) return { preset: policy.preset, kinds: policy.kinds };
  const entry = policy.tables.find(({ source }) => nameOf(source) === table);
  return { preset: entry?.preset ?? null, kinds: entry?.kinds ?? {} };
};

export const nameOf = ({ schema, table }: { readonly schema: string; readonly table: string }): string =>
  `${schema}.${table}`;

export interface PolicyChange {
  readonly clientId: number;
  readonly id: number;
  readonly policy: SchemaPolicy;
  readonly etag: string | null;
  /** Undefined for all tables. */
  readonly source: { readonly schema: string; readonly table: string } | undefined;
  readonly own: OwnPolicy;
}

/** Replaces the whole policy, in which one scope is another. Throws `ApiProblem`: `PreconditionFailed` when someone else was first. */
export const setSchemaPolicy = ({
  clientId,
  id,
  policy,
  etag,
  source,
  own,
}: PolicyChange): Promise<SchemaPolicy> => {
  const others = policy.tables.filter(
    (entry) => source === undefined || nameOf(entry.source) !== nameOf(source),
  );
  const hasOwn = own.preset !== null || Object.keys(own.kinds).length > 0;
  const tables = [
    ...others,
    ...(source === undefined || !hasOwn ? [] : [{ source, preset: own.preset, kinds: own.kinds }]),
  ];
  const ofAll = source === undefined ? own : policy;
  return unwrap(
    api.PUT('/v1/replications/{replication_id}/schema-policy', {
      params: {
        path: ofReplication(id),
        query: ofClient(clientId),
        header: etag === null ? {} : { 'If-Match': etag },
      },
      body: {
        preset: ofAll.preset ?? 'safe',
        kinds: ofAll.kinds as Kinds,
        tables: tables.map((entry) => ({
          source: entry.source,
          kinds: entry.kinds as Kinds,
          ...(entry.preset === null ? {} : { preset: entry.preset }),
        })),
      },
    }),
  );
};

/** The line that leads from one choice to another. */
export const policyLine = (
  id: number,
  table: string | undefined,
  before: OwnPolicy,
  own: OwnPolicy,
): string => {
  const isGone =
    Object.keys(before.kinds).some((kind) => own.kinds[kind] === undefined) ||
    (table !== undefined && before.preset !== null && own.preset === null);
  const set = Object.entries(own.kinds).filter(([kind, action]) => isGone || before.kinds[kind] !== action);
  const setsPreset = own.preset !== null && (own.preset !== before.preset || (isGone && table !== undefined));
  return [
    `millrace ddl policy ${id}`,
    ...(table === undefined ? [] : [`--table ${shellQuoted(table)}`]),
    ...(isGone ? ['--clear'] : []),
    ...(setsPreset ? [`--preset ${own.preset}`] : []),
    ...set.map(([kind, action]) => `--set ${kind}=${action}`),
  ].join(' ');
};
