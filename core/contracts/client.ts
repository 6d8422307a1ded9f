import { z } from 'zod';
import { clientIdSchema, instantSchema } from './identifiers.ts';

export const clientSchema = z
  .strictObject({ clientId: clientIdSchema, name: z.string(), createdAt: instantSchema })
  .readonly();
export type Client = z.infer<typeof clientSchema>;
