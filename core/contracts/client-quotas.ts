import { z } from 'zod';

/** What a client may have. `tables`: of all its replications together. `alertRules`: channels, routes and mutes. */
export const quotaNames = ['databases', 'replications', 'tables', 'tokens', 'alertRules'] as const;
export type QuotaName = (typeof quotaNames)[number];

export const largestQuota = 1_000_000;

const quotaSchema = z.number().int().min(0).max(largestQuota);

/** What is left out has no limit in an environment, and that of the environment for a client. */
export const clientQuotasSchema = z
  .strictObject({
    databases: quotaSchema.exactOptional(),
    replications: quotaSchema.exactOptional(),
    tables: quotaSchema.exactOptional(),
    tokens: quotaSchema.exactOptional(),
    alertRules: quotaSchema.exactOptional(),
  })
  .readonly();
export type ClientQuotas = z.infer<typeof clientQuotasSchema>;
