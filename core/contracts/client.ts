import { z } from 'zod';
import { clientIdSchema, instantSchema } from './identifiers.ts';

export const clientSchema = z
  .strictObject({ clientId: clientIdSchema, name: z.string(), createdAt: instantSchema })
  .readonly();
export type Client = z.infer<typeof clientSchema>;

/**
 * A token acts either for the operator of the installation (`admin`: clients and their tokens) or for
 * one client. Only a SHA-256 of it is stored.
 */
export const principalSchema = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('admin') }).readonly(),
  z.strictObject({ role: z.literal('client'), clientId: clientIdSchema }).readonly(),
]);
export type Principal = z.infer<typeof principalSchema>;

/** Who a token speaks for, as the activity names them. */
export const principalName = (principal: Principal): string =>
  principal.role === 'admin' ? 'admin' : `client ${principal.clientId}`;
