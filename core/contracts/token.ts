import { z } from 'zod';
import { clientIdSchema, instantSchema } from './identifiers.ts';

/** From the least to the most that a token may do; each role may do what the roles before it may. */
export const roles = ['viewer', 'operator', 'admin'] as const;
export const roleSchema = z.enum(roles);
export type Role = z.infer<typeof roleSchema>;

export const tokenIdSchema = z.number().int().positive();
export type TokenId = z.infer<typeof tokenIdSchema>;

/** A token as stored, by the SHA-256 of its text; the text itself is stored nowhere. */
export const tokenSchema = z
  .strictObject({
    tokenId: tokenIdSchema,
    name: z.string(),
    role: roleSchema,
    /** Absent: of all clients. */
    clientId: clientIdSchema.exactOptional(),
    createdAt: instantSchema,
    /** The name of the token that made it. */
    createdBy: z.string(),
    /** When it ends. Absent: never. */
    validUntil: instantSchema.exactOptional(),
    /** When the authorizer last let it in, to the minute. */
    lastUsedAt: instantSchema.exactOptional(),
  })
  .readonly();
export type Token = z.infer<typeof tokenSchema>;

/** Who calls the API: what the authorizer found out about the token. */
export const principalSchema = z
  .strictObject({
    role: roleSchema,
    /** Absent: all clients. */
    clientId: clientIdSchema.exactOptional(),
    /** The token's name. Activity and log name the caller by it. */
    name: z.string(),
    /** Absent for the admin token of the deployment, which is no stored token. */
    tokenId: tokenIdSchema.exactOptional(),
  })
  .readonly();
export type Principal = z.infer<typeof principalSchema>;

/** The name of the admin token that the deployment makes, in Secrets Manager. */
export const deploymentTokenName = 'deployment';

/** Whether a token of role `role` may do what `least` may. */
export const hasRole = (role: Role, least: Role): boolean => roles.indexOf(role) >= roles.indexOf(least);

export const isExpired = ({ validUntil }: Pick<Token, 'validUntil'>, now: Date): boolean =>
  validUntil !== undefined && Date.parse(validUntil) <= now.getTime();

export const toPrincipal = ({ role, clientId, name, tokenId }: Token): Principal => ({
  role,
  ...(clientId === undefined ? {} : { clientId }),
  name,
  tokenId,
});
