import { z } from 'zod';
import { largestQuota } from '#core/contracts/client-quotas.ts';
import { instantSchema } from '#core/contracts/identifiers.ts';
import { pageAnswerShape, pageQueryShape } from './paging.ts';
import { countSchema, idSchema, nameFilterShape } from './shared-contracts.ts';
import { displayNameSchema } from './text-schemas.ts';

export const createClientSchema = z.strictObject({ name: displayNameSchema });

export const updateClientSchema = z
  .strictObject({ name: displayNameSchema })
  .meta({ description: 'Names of connectors that were made from the old name stay as they are.' });

export const listClientsQuerySchema = z.strictObject({ ...pageQueryShape, ...nameFilterShape });

export const clientAnswerSchema = z.strictObject({
  client_id: idSchema,
  name: z.string(),
  created_at: instantSchema,
});

const quotaNumber = z.number().int().min(0).max(largestQuota);

const quotaMeta = {
  tables: 'Of all replications together.',
  alert_rules: 'Channels, routes and mutes together.',
} as const;

export const setClientQuotasSchema = z
  .strictObject({
    databases: quotaNumber.nullable().optional(),
    replications: quotaNumber.nullable().optional(),
    tables: quotaNumber.nullable().optional().meta({ description: quotaMeta.tables }),
    tokens: quotaNumber.nullable().optional(),
    alert_rules: quotaNumber.nullable().optional().meta({ description: quotaMeta.alert_rules }),
  })
  .meta({
    description:
      'The limits of this client. What is null or left out is that of the environment. What the client has already stays.',
  });

const quotaAnswerSchema = z.strictObject({
  used: countSchema,
  limit: quotaNumber.nullable().meta({ description: 'Null: none.' }),
  is_own: z
    .boolean()
    .meta({ description: 'Whether the limit was set for this client, and is not that of the environment.' }),
});

export const clientQuotasAnswerSchema = z.strictObject({
  client_id: idSchema,
  databases: quotaAnswerSchema,
  replications: quotaAnswerSchema,
  tables: quotaAnswerSchema.meta({ description: quotaMeta.tables }),
  tokens: quotaAnswerSchema,
  alert_rules: quotaAnswerSchema.meta({ description: quotaMeta.alert_rules }),
});

export const clientListSchema = z.strictObject({ clients: z.array(clientAnswerSchema), ...pageAnswerShape });
