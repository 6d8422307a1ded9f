import { z } from 'zod';
import { instantSchema } from '#core/contracts/identifiers.ts';
import { roleSchema } from '#core/contracts/token.ts';
import { pageAnswerShape, pageQueryShape } from './paging.ts';
import { idSchema, pathIdSchema } from './shared-contracts.ts';
import { displayNameSchema } from './text-schemas.ts';

const tokenClientSchema = idSchema.nullable().meta({ description: 'Null: all clients.' });

export const createTokenSchema = z.strictObject({
  name: displayNameSchema.meta({ description: 'Who or what uses it. The activity names the caller by it.' }),
  role: roleSchema.meta({
    description: 'viewer: reads. operator: also changes, starts and stops. admin: also clients and tokens.',
  }),
  client_id: tokenClientSchema.optional().meta({
    description: 'The client that it is for; null: all clients. By default that of the token that asks.',
  }),
  expires_at: instantSchema.optional().meta({ description: 'From then on it is refused; never by default.' }),
});

export const createClientTokenSchema = createTokenSchema.omit({ client_id: true }).extend({
  name: createTokenSchema.shape.name.default('client token'),
  role: createTokenSchema.shape.role.default('operator'),
});

export const tokenAnswerSchema = z.strictObject({
  token_id: idSchema,
  name: z.string(),
  role: roleSchema,
  client_id: tokenClientSchema,
  created_at: instantSchema,
  created_by: z.string().meta({ description: 'The name of the token that created it.' }),
  expires_at: instantSchema.nullable(),
  last_used_at: instantSchema.nullable().meta({ description: 'To the minute; null: never used.' }),
});

export const newTokenAnswerSchema = z.strictObject({
  ...tokenAnswerSchema.shape,
  token: z.string().meta({ description: 'Shown this once; only its SHA-256 is stored.' }),
});

export const listTokensQuerySchema = z.strictObject({
  ...pageQueryShape,
  role: roleSchema.optional(),
  of_client: pathIdSchema.optional().meta({ description: 'Only tokens of this client.' }),
});

export const tokenListSchema = z.strictObject({ tokens: z.array(tokenAnswerSchema), ...pageAnswerShape });

export const versionsAnswerSchema = z.strictObject({
  version: z.string().meta({ description: 'Of Millrace.' }),
  api_version: z.string(),
  worker_image: z.string().meta({
    description:
      'Of consumers and copy workers that are launched now; those that run are replaced one after the other.',
  }),
});

export const meAnswerSchema = z.strictObject({
  name: z.string(),
  role: roleSchema,
  client_id: tokenClientSchema,
  token_id: idSchema.nullable().meta({ description: 'Null: the admin token of the deployment.' }),
});
