import { z } from 'zod';
import { clientQuotasSchema } from './client-quotas.ts';
import { clientIdSchema, instantSchema } from './identifiers.ts';

export const clientSchema = z
  .strictObject({
    clientId: clientIdSchema,
    name: z.string(),
    createdAt: instantSchema,
    /** Before those of the environment. */
    quotas: clientQuotasSchema.exactOptional(),
  })
  .readonly();
export type Client = z.infer<typeof clientSchema>;
