import { z } from 'zod';
import { withOpened } from '#core/concurrency/with-opened.ts';
import { withinBudget } from '#core/concurrency/within-budget.ts';
import { type ClientId, type ReplicationId, tableKey, tableLabel } from '#core/contracts/identifiers.ts';
import type { Replication } from '#core/contracts/replication.ts';
import {
  type Rehearsal,
  type SchemaChange,
  type ShapeOutline,
  schemaChangeMoment,
} from '#core/contracts/schema-change.ts';
import { MillraceError, toMillraceError } from '#core/errors/millrace-error.ts';
import { readDatabases } from '#core/lifecycle/replication-databases.ts';
import { tellDecision } from '#core/lifecycle/tell-decision.ts';
import { rehearsalBudgetMs } from '#core/ports/table-changer.ts';
import { approveChange, describeNext, rejectChange, withdrawDecision } from '#core/schema/decide-change.ts';
import { shapeDigest } from '#core/schema/outline-table.ts';
import { resyncTable } from './change-tables.ts';
import { invalidRequest } from './invalid-request.ts';
import { defineOperation, type Operation } from './operation.ts';
import { readPage } from './paging.ts';
import type { ApiPorts } from './ports.ts';
import {
  approveSchemaChangeSchema,
  listSchemaChangesQuerySchema,
  rehearseSchemaChangeSchema,
  rejectSchemaChangeSchema,
  schemaChangeAnswerSchema,
  schemaChangeListSchema,
  schemaChangePathSchema,
} from './schema-change-contracts.ts';
import { pathIdSchema } from './shared-contracts.ts';

type ChangeAnswer = z.input<typeof schemaChangeAnswerSchema>;
type ChangeItem = z.input<typeof schemaChangeListSchema>['schema_changes'][number];

const databaseErrors = [
  'NotFound',
  'SecretMissing',
  'DatabaseUnreachable',
  'DatabaseAuthenticationFailed',
  'DatabaseTimeout',
] as const;

/** What an approval may take to ask the source whether the table was changed once more. */
const sourceLookBudgetMs = 8_000;

const toShape = (outline: ShapeOutline | undefined): ChangeAnswer['before'] =>
  outline === undefined
    ? null
    : {
        columns: outline.columns.map(({ name, type, notNull, isGenerated }) => ({
          name,
          type,
          not_null: notNull,
          generated: isGenerated,
        })),
        primary_key: [...outline.primaryKey],
      };

const toRehearsal = (rehearsal: Rehearsal | undefined): ChangeAnswer['rehearsal'] =>
  rehearsal === undefined
    ? null
    : {
        at: rehearsal.at,
        statements: [...rehearsal.statements],
        method: rehearsal.method,
        ok: rehearsal.problems.length === 0 && rehearsal.note === undefined,
        problems: [...rehearsal.problems],
        rewrites_table: rehearsal.isRewritten ?? null,
        lock: rehearsal.lock ?? null,
        estimated_rows: rehearsal.estimatedRows ?? null,
        unfit: rehearsal.unfit.map(({ column, what, rows }) => ({ column, what, rows: rows ?? null })),
        note: rehearsal.note ?? null,
        duration_ms: rehearsal.durationMs,
      };

const toItem = (change: SchemaChange, replicationId: ReplicationId): ChangeItem => ({
  change_id: change.changeId,
  version: change.version,
  table: tableLabel(change.source),
  target_table: tableLabel(change.target),
  state: change.state,
  way: change.way,
  kinds: [...change.kinds],
  what: change.what,
  message: describeNext(change, replicationId),
  statements: [...change.statements],
  edited_statement: change.editedStatement ?? null,
  risk: { ...change.risk },
  detected_at: change.detectedAt,
  decided_at: change.decidedAt ?? null,
  decided_by: change.decidedBy ?? null,
  reason: change.reason ?? null,
  closed_at: change.closedAt ?? null,
  note: change.note ?? null,
});

const toAnswer = (change: SchemaChange, replicationId: ReplicationId): ChangeAnswer => ({
  replication_id: replicationId,
  ...toItem(change, replicationId),
  before: toShape(change.before),
  after: toShape(change.after),
  position: change.position === undefined ? null : { ...change.position },
  rehearsal: toRehearsal(change.rehearsal),
});

interface Found {
  readonly replication: Replication;
  readonly change: SchemaChange;
}

const find = async (
  clientId: ClientId,
  { replication_id, change_id }: z.output<typeof schemaChangePathSchema>,
  { store }: Pick<ApiPorts, 'store'>,
): Promise<Found> => {
  const replication = await store.getReplication(clientId, replication_id);
  const change = await store.getSchemaChange(replication_id, change_id);
  if (change !== undefined) return { replication, change };
  throw new MillraceError('NotFound', `Replication ${replication_id} has no schema change ${change_id}.`);
};

/** A person's own statement as it is run. Throws `InvalidRequest`. */
const readStatement = async (
  { replication, change }: Found,
  statement: string | undefined,
  { store, openTarget }: ApiPorts,
): Promise<string | undefined> => {
  if (statement === undefined) return undefined;
  if (change.way !== 'follow') {
    throw invalidRequest([
      {
        subject: 'body.statement',
        problem: `has no meaning here: approving this change is a ${change.way}.`,
      },
    ]);
  }
  const { targetDatabase } = await readDatabases(store, replication);
  const checked = await withOpened(async (keep) => {
    const { dialect } = keep(await openTarget(targetDatabase));
    const { target, statements, droppable } = change;
    return dialect.checkEdit({ statement, target, planned: statements, droppable });
  });
  if (checked.problems === undefined) return checked.statement;
  throw invalidRequest(checked.problems.map((problem) => ({ subject: 'body.statement', problem })));
};

/** Throws the errors of the target, and `DatabaseTimeout`. */
const rehearse = async (
  { replication, change }: Found,
  statement: string | undefined,
  { store, openTarget, clock }: ApiPorts,
): Promise<Rehearsal> => {
  const { targetDatabase } = await readDatabases(store, replication);
  const statements = statement === undefined ? change.statements : [statement];
  const result = await withinBudget(rehearsalBudgetMs, clock, () =>
    withOpened(async (keep) =>
      keep(await openTarget(targetDatabase)).rehearseChange({
        target: change.target,
        statements: change.way === 'follow' ? statements : [],
        limits: change.limits,
      }),
    ),
  );
  if (result === undefined) {
    throw new MillraceError(
      'DatabaseTimeout',
      `The rehearsal of change ${change.changeId} took longer than ${rehearsalBudgetMs / 1_000} s. Nothing of it is left at the target.`,
    );
  }
  const { after: _after, ...shown } = result;
  return { ...shown, at: clock.now().toISOString(), statements };
};

/** Throws `Conflict` when the source's table is not what it was when the change was shown. */
const requireSameSource = async (
  { replication, change }: Found,
  { store, openSource, clock, logFor }: ApiPorts,
): Promise<void> => {
  if (change.catalogDigest === undefined) return;
  const { sourceDatabase } = await readDatabases(store, replication);
  let digest: string | undefined;
  try {
    const now = await withinBudget(sourceLookBudgetMs, clock, () =>
      withOpened(async (keep) => keep(await openSource(sourceDatabase)).describeTable(change.source)),
    );
    digest = now && shapeDigest(now);
  } catch (cause) {
    // The consumer looks again before it does anything.
    logFor(replication.connectorName, replication.replicationId).warn(
      `Could not look at table ${tableLabel(change.source)} before the approval: ${toMillraceError(cause).message}`,
    );
  }
  if (digest === undefined || digest === change.catalogDigest) return;
  throw new MillraceError(
    'Conflict',
    `Table ${tableLabel(change.source)} was changed at the source once more since change ${change.changeId} was shown. Nothing was ` +
      'approved. The consumer looks at it within half a minute; read the changes again, then decide.',
    { facts: { changeId: change.changeId } },
  );
};

const save = async (
  { replication, change }: Found,
  after: SchemaChange,
  { store }: Pick<ApiPorts, 'store'>,
): Promise<void> => {
  if (await store.putSchemaChange(replication.replicationId, after, change.version)) return;
  throw new MillraceError(
    'Conflict',
    `Change ${change.changeId} has changed meanwhile. Nothing was decided. Read it again, then decide.`,
  );
};

const record = async (
  { replication, change }: Found,
  after: SchemaChange,
  { store, clock }: ApiPorts,
): Promise<void> => {
  const verb = after.state === 'approved' ? 'approved' : 'rejected';
  const statements = after.editedStatement === undefined ? after.statements : [after.editedStatement];
  await store.addActivity(replication, {
    at: clock.now().toISOString(),
    actor: 'user',
    action: `schema-change-${verb}`,
    message:
      `Change ${change.changeId} of table ${tableLabel(change.source)} was ${verb}: ${change.what}.` +
      (verb === 'approved' && statements.length > 0 ? ` At the target: ${statements.join('; ')}.` : ''),
    by: after.decidedBy ?? '',
    ...(after.reason !== undefined && { reason: after.reason }),
    before: { state: change.state, statements: change.statements.join('; ') },
    after: { state: after.state, statements: statements.join('; ') },
  });
};

const approve = async (
  found: Found,
  request: z.output<typeof approveSchemaChangeSchema> & { readonly by: string },
  ports: ApiPorts,
): Promise<SchemaChange> => {
  const { replication, change } = found;
  const { version, reason, by } = request;
  const at = ports.clock.now().toISOString();
  // Looked at first, so that what is not to be decided opens no database.
  approveChange(change, { version, by, at, reason });
  const statement = await readStatement(found, request.statement, ports);
  await requireSameSource(found, ports);
  const approved = approveChange(change, { version, by, at, reason, statement });
  await save(found, approved, ports);
  if (change.way === 'resync') {
    try {
      await resyncTable(
        replication.clientId,
        replication.replicationId,
        tableKey(change.source),
        { by },
        ports,
      );
    } catch (cause) {
      const note = `The table could not be copied again: ${toMillraceError(cause).message}`;
      const back = withdrawDecision(approved, at, note);
      await ports.store.putSchemaChange(replication.replicationId, back, approved.version);
      throw cause;
    }
  }
  await tellDecision(replication.replicationId, approved, ports.store);
  await record(found, approved, ports);
  return approved;
};

export const schemaChangeOperations: readonly Operation[] = [
  defineOperation({
    id: 'listSchemaChanges',
    method: 'GET',
    path: '/replications/{replication_id}/schema-changes',
    summary:
      'List the changes of tables that wait for a person, and those that were decided in the last 90 days.',
    params: z.strictObject({ replication_id: pathIdSchema }),
    query: listSchemaChangesQuerySchema,
    status: 200,
    answer: schemaChangeListSchema,
    errors: ['NotFound'],
    run: async ({ clientId, params: { replication_id }, query }, { store }) => {
      await store.getReplication(clientId, replication_id);
      const { limit, cursor, state, table } = query;
      const { items, nextCursor } = await readPage(
        { limit, cursor },
        {
          read: async (after, count) =>
            (await store.listSchemaChanges(replication_id))
              .filter((change) => after === undefined || schemaChangeMoment(change) < after)
              .slice(0, count),
          keyOf: schemaChangeMoment,
          keep: (change) =>
            (state === undefined || change.state === state) &&
            (table === undefined || tableLabel(change.source) === table || tableKey(change.source) === table),
        },
      );
      return {
        replication_id,
        schema_changes: items.map((change) => toItem(change, replication_id)),
        next_cursor: nextCursor,
      };
    },
  }),

  defineOperation({
    id: 'getSchemaChange',
    method: 'GET',
    path: '/replications/{replication_id}/schema-changes/{change_id}',
    summary:
      'Get a change of a table: what it is, what is planned at the target, its risk and its last rehearsal.',
    params: schemaChangePathSchema,
    status: 200,
    answer: schemaChangeAnswerSchema,
    errors: ['NotFound'],
    run: async ({ clientId, params }, ports) => {
      const { change } = await find(clientId, params, ports);
      return toAnswer(change, params.replication_id);
    },
  }),

  defineOperation({
    id: 'rehearseSchemaChange',
    method: 'POST',
    path: '/replications/{replication_id}/schema-changes/{change_id}/rehearse',
    summary:
      'Try a change at the target, and leave nothing of it: in a transaction that is rolled back, or on a copy without rows.',
    params: schemaChangePathSchema,
    body: rehearseSchemaChangeSchema,
    status: 200,
    answer: schemaChangeAnswerSchema,
    errors: [...databaseErrors, 'Conflict'],
    run: async ({ clientId, params, body }, ports) => {
      const found = await find(clientId, params, ports);
      const { change } = found;
      if (change.closedAt !== undefined) {
        throw new MillraceError(
          'Conflict',
          `Nothing is to be tried: change ${change.changeId} is ${change.state}.`,
        );
      }
      const statement = await readStatement(found, body.statement, ports);
      const tried = { ...change, rehearsal: await rehearse(found, statement, ports) };
      // One that came too late is only answered.
      await ports.store.putSchemaChange(params.replication_id, tried, change.version);
      return toAnswer(tried, params.replication_id);
    },
  }),

  defineOperation({
    id: 'approveSchemaChange',
    method: 'POST',
    path: '/replications/{replication_id}/schema-changes/{change_id}/approve',
    summary:
      'Approve a change as it was shown. The consumer does it at its place between the rows, at once or when it runs next; a change that cannot be followed begins a new copy of its table.',
    params: schemaChangePathSchema,
    body: approveSchemaChangeSchema,
    status: 202,
    answer: schemaChangeAnswerSchema,
    errors: [...databaseErrors, 'Conflict'],
    run: async ({ clientId, actor, params, body }, ports) => {
      const found = await find(clientId, params, ports);
      return toAnswer(await approve(found, { ...body, by: actor }, ports), params.replication_id);
    },
  }),

  defineOperation({
    id: 'rejectSchemaChange',
    method: 'POST',
    path: '/replications/{replication_id}/schema-changes/{change_id}/reject',
    summary: 'Reject a change. Its table stays held; the answer names the ways on.',
    params: schemaChangePathSchema,
    body: rejectSchemaChangeSchema,
    status: 200,
    answer: schemaChangeAnswerSchema,
    errors: ['NotFound', 'Conflict'],
    run: async ({ clientId, actor, params, body }, ports) => {
      const found = await find(clientId, params, ports);
      const at = ports.clock.now().toISOString();
      const rejected = rejectChange(found.change, { ...body, by: actor, at });
      await save(found, rejected, ports);
      await tellDecision(found.replication.replicationId, rejected, ports.store);
      await record(found, rejected, ports);
      return toAnswer(rejected, params.replication_id);
    },
  }),
];
