import { z } from 'zod';
import {
  changeActionSchema,
  changeKindSchema,
  policyPresetSchema,
  possibleActionsSchema,
} from '#core/contracts/schema-policy.ts';
import { maxTables } from '#core/lifecycle/map-tables.ts';
import { identifierSchema, tableNameAnswerSchema } from './shared-contracts.ts';

const kindActionsSchema = possibleActionsSchema.meta({
  description:
    'Actions for single kinds of change, in place of those of the preset. `auto`: done at the target, in its place between the ' +
    'rows. `ask`: the table is held before it. `ignore`: the target stays as it is. `stop`: the replication stops before it.',
});

const presetSchema = policyPresetSchema.meta({
  description:
    '`safe` follows what loses nothing and holds the table before everything else. `strict` holds it before every change. ' +
    '`mirror` is `safe`, and drops columns at the target that were dropped at the source.',
});

/** What is done about changes of the tables at the source. */
export const schemaPolicyRequestSchema = z.strictObject({
  preset: presetSchema.default('safe'),
  kinds: kindActionsSchema.default({}),
  tables: z
    .array(
      z.strictObject({
        source: z.strictObject({ schema: identifierSchema.optional(), table: identifierSchema }),
        preset: presetSchema.optional(),
        kinds: kindActionsSchema.omit({ 'create-table': true }).default({}),
      }),
    )
    .max(maxTables)
    .default([])
    .meta({ description: 'Tables with a policy of their own, which goes before that of all.' }),
});

const actionsAnswerSchema = z.partialRecord(changeKindSchema, changeActionSchema);

export const schemaPolicyShape = {
  preset: policyPresetSchema,
  kinds: actionsAnswerSchema,
  tables: z.array(
    z.strictObject({
      source: tableNameAnswerSchema,
      preset: policyPresetSchema.nullable().meta({ description: 'Null: that of the replication.' }),
      kinds: actionsAnswerSchema,
    }),
  ),
};

export const schemaPolicyAnswerSchema = z.strictObject({
  ...schemaPolicyShape,
  actions: z.record(changeKindSchema, changeActionSchema).meta({
    description: 'What is done at each kind of change, for tables without a policy of their own.',
  }),
});
