import { z } from 'zod';
import { type TableRef, tableKey, tableRefSchema } from './identifiers.ts';

/**
 * What a change of a table at the source is.
 *
 * - add-column: a column that is NULL in the rows that are there. add-column-default: one that has a constant in them.
 * - drop-column, rename-column.
 * - widen-type: the new type holds every value of the old one, and no row was changed. change-type: any other type.
 * - drop-not-null: a column takes NULL from now on.
 * - change-key: the primary key, or how the log names a row.
 * - rewrite: rows may have been changed without an event, as by USING or by another character set.
 * - drop-partition: rows ended without an event, as their partition was dropped, detached or truncated. attach-partition: rows came
 *   without an event, with their partition.
 * - replace-table: the name means another table, or meant one for a time. drop-table.
 * - truncate.
 * - create-table: a table came that matches the replication's patterns for new ones.
 * - other: what is none of these, or cannot be understood.
 */
export const changeKindSchema = z.enum([
  'add-column',
  'add-column-default',
  'drop-column',
  'rename-column',
  'widen-type',
  'change-type',
  'drop-not-null',
  'change-key',
  'rewrite',
  'drop-partition',
  'attach-partition',
  'replace-table',
  'drop-table',
  'truncate',
  'create-table',
  'other',
]);
export type ChangeKind = z.infer<typeof changeKindSchema>;

/**
 * auto: done at the target, in its place between the rows, or, where the log does not say what the rows became, by a new copy of the table. ask: the table is held before it. ignore: the target stays as it is, and
 * replication goes on. stop: the replication stops before it.
 */
export const changeActionSchema = z.enum(['auto', 'ask', 'ignore', 'stop']);
export type ChangeAction = z.infer<typeof changeActionSchema>;

export const policyPresetSchema = z.enum(['safe', 'strict', 'mirror']);
export type PolicyPreset = z.infer<typeof policyPresetSchema>;

const actionsOf = <const A extends readonly ChangeAction[]>(...actions: A) =>
  z
    .enum(actions, { error: ({ input }) => `cannot be ${input}; possible are ${actions.join(', ')}` })
    .exactOptional();

const followed = () => actionsOf('auto', 'ask', 'stop');
const held = () => actionsOf('ask', 'stop');
/** `auto` copies the table again. */
const recopied = () => actionsOf('auto', 'ask', 'stop');

/** Each kind of change with the actions that there are for it. */
export const possibleActionsSchema = z.strictObject({
  'add-column': followed(),
  'add-column-default': followed(),
  // `ignore` keeps the target's column, with the values that it has; `auto` drops it there.
  'drop-column': actionsOf('auto', 'ask', 'ignore', 'stop'),
  'rename-column': followed(),
  'widen-type': followed(),
  'change-type': recopied(),
  'drop-not-null': followed(),
  'change-key': recopied(),
  rewrite: recopied(),
  // `ignore` keeps the rows at the target.
  'drop-partition': actionsOf('auto', 'ask', 'ignore', 'stop'),
  'attach-partition': recopied(),
  'replace-table': recopied(),
  'drop-table': held(),
  truncate: followed(),
  // `auto` adds the table, and `ask` lists it.
  'create-table': actionsOf('auto', 'ask', 'ignore'),
  other: held(),
} satisfies Record<ChangeKind, z.ZodType>);

const kindActionsSchema = z.partialRecord(changeKindSchema, changeActionSchema).readonly();

/** What is done about changes of a replication's tables. A table's own entry goes before that of all. */
export const schemaPolicySchema = z
  .strictObject({
    /** `safe` when absent. */
    preset: policyPresetSchema.exactOptional(),
    kinds: kindActionsSchema.exactOptional(),
    tables: z
      .array(
        z
          .strictObject({
            source: tableRefSchema,
            /** That of the replication when absent. */
            preset: policyPresetSchema.exactOptional(),
            kinds: kindActionsSchema.exactOptional(),
          })
          .readonly(),
      )
      .readonly()
      .exactOptional(),
  })
  .readonly();
export type SchemaPolicy = z.infer<typeof schemaPolicySchema>;

/** The entry of one table, if it has its own. */
export const entryOf = (
  policy: SchemaPolicy,
  source: TableRef,
): NonNullable<SchemaPolicy['tables']>[number] | undefined =>
  policy.tables?.find((entry) => tableKey(entry.source) === tableKey(source));
