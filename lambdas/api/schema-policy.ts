import type { z } from 'zod';
import {
  type ClientId,
  type ReplicationId,
  type TableRef,
  tableKey,
  tableLabel,
} from '#core/contracts/identifiers.ts';
import {
  type ChangeAction,
  type ChangeKind,
  changeKindSchema,
  type SchemaPolicy,
} from '#core/contracts/schema-policy.ts';
import { MillraceError, type Problem } from '#core/errors/millrace-error.ts';
import { underLease } from '#core/lifecycle/lease.ts';
import { actionFor } from '#core/schema/change-policy.ts';
import { invalidRequest } from './invalid-request.ts';
import type { ApiPorts } from './ports.ts';
import type { schemaPolicyAnswerSchema, schemaPolicyRequestSchema } from './schema-policy-contracts.ts';

type PolicyRequest = z.output<typeof schemaPolicyRequestSchema>;
type PolicyAnswer = z.input<typeof schemaPolicyAnswerSchema>;
type Kinds = Partial<Record<ChangeKind, ChangeAction | undefined>>;

const setKinds = (kinds: Kinds): Partial<Record<ChangeKind, ChangeAction>> =>
  Object.fromEntries(Object.entries(kinds).filter(([, action]) => action !== undefined));

/**
 * A policy as requested, for the source tables `tables`; undefined for that of the preset `safe`. `place` names it in the request.
 * Throws `InvalidRequest` for a table that is not one of them, or more than one.
 */
export const readPolicy = (
  { preset, kinds, tables }: PolicyRequest,
  known: readonly TableRef[],
  place: string,
): SchemaPolicy | undefined => {
  const problems: Problem[] = [];
  const entries = tables.flatMap(({ source, ...entry }, index) => {
    const found = known.filter(
      ({ schema, table }) =>
        table === source.table && (source.schema === undefined || schema === source.schema),
    );
    const [ref] = found;
    if (ref !== undefined && found.length === 1) {
      return [
        {
          source: ref,
          ...(entry.preset !== undefined && { preset: entry.preset }),
          ...(Object.keys(setKinds(entry.kinds)).length > 0 && { kinds: setKinds(entry.kinds) }),
        },
      ];
    }
    problems.push({
      subject: `${place}.tables.${index}.source`,
      problem:
        found.length === 0
          ? `The replication has no source table ${source.schema === undefined ? '' : `${source.schema}.`}${source.table}.`
          : `Several schemas have the table ${source.table}.`,
      remedy: found.length === 0 ? 'Name a source table of the replication.' : 'Give its schema, too.',
    });
    return [];
  });
  const seen = new Set<string>();
  for (const { source } of entries) {
    if (seen.has(tableKey(source))) {
      problems.push({ subject: tableLabel(source), problem: 'The table has more than one policy.' });
    }
    seen.add(tableKey(source));
  }
  if (problems.length > 0) throw invalidRequest(problems);
  const policy: SchemaPolicy = {
    ...(preset !== 'safe' && { preset }),
    ...(Object.keys(setKinds(kinds)).length > 0 && { kinds: setKinds(kinds) }),
    ...(entries.length > 0 && { tables: entries }),
  };
  return Object.keys(policy).length === 0 ? undefined : policy;
};

export const toPolicyFields = (policy: SchemaPolicy = {}): Omit<PolicyAnswer, 'actions'> => ({
  preset: policy.preset ?? 'safe',
  kinds: { ...policy.kinds },
  tables: (policy.tables ?? []).map(({ source, preset, kinds }) => ({
    source,
    preset: preset ?? null,
    kinds: { ...kinds },
  })),
});

/** No table has this name, so that only what holds for all of them is found. */
const anyTable: TableRef = { schema: '', table: '' };

export const toPolicyAnswer = (policy: SchemaPolicy | undefined): PolicyAnswer => ({
  ...toPolicyFields(policy),
  actions: Object.fromEntries(
    changeKindSchema.options.map((kind) => [kind, actionFor(policy, anyTable, kind)]),
  ) as Record<ChangeKind, ChangeAction>,
});

/**
 * Replaces the policy of a replication; its consumer reads it at the next change. Throws `NotFound`, `InvalidRequest`, `Conflict`, and
 * what `checkVersion` throws.
 */
export const setPolicy = (
  clientId: ClientId,
  replicationId: ReplicationId,
  { by, ...request }: PolicyRequest & { readonly by: string },
  ports: Pick<ApiPorts, 'store' | 'clock'>,
  checkVersion: (before: SchemaPolicy | undefined) => void,
): Promise<SchemaPolicy | undefined> => {
  const { store, clock } = ports;
  // Under the lease nobody else changes it between the look at its version and the write.
  return underLease(replicationId, ports, async () => {
    const before = await store.getReplication(clientId, replicationId);
    if (before.status === 'deleting') {
      throw new MillraceError('Conflict', `Replication ${replicationId} is being deleted.`);
    }
    checkVersion(before.schemaPolicy);
    const policy = readPolicy(
      request,
      before.tables.map(({ source }) => source),
      'body',
    );
    await store.updateReplication(clientId, replicationId, { schemaPolicy: policy });
    await store.addActivity(before, {
      at: clock.now().toISOString(),
      actor: 'user',
      action: 'schema-policy-changed',
      message: 'Another policy for changes of the tables at the source was chosen.',
      by,
      before: { schema_policy: JSON.stringify(toPolicyFields(before.schemaPolicy)) },
      after: { schema_policy: JSON.stringify(toPolicyFields(policy)) },
    });
    return policy;
  });
};
