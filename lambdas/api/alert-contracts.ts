import { z } from 'zod';
import {
  alertChannelKindSchema,
  alertEventSchema,
  deliveryRetentionDays,
  deliveryStateSchema,
} from '#core/contracts/alerting.ts';
import { instantSchema } from '#core/contracts/identifiers.ts';
import { incidentConditionSchema, severitySchema } from '#core/contracts/incident.ts';
import { pageAnswerShape, pageQueryShape } from './paging.ts';
import { countSchema, idSchema } from './shared-contracts.ts';
import { displayNameSchema, displayTextSchema } from './text-schemas.ts';

const queryIdSchema = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, 'must be a positive integer')
  .transform(Number)
  .optional();

const ownerSchema = idSchema.nullable().meta({ description: 'Null: of all clients.' });
const askedOwnerSchema = ownerSchema.optional().meta({
  description:
    'Null: of all clients, for which the token has to be of all clients. By default that of the token.',
});

// Channels.

const channelUrlSchema = z
  .string()
  .max(2_000)
  .regex(/^https?:\/\/[^/?#\s]/, 'must begin with https://')
  .meta({
    description:
      'Where alerts are sent: https, a public address, no redirection. It is a secret: it is stored in Secrets Manager and never shown.',
  });

export const createAlertChannelSchema = z.strictObject({
  name: displayNameSchema,
  client_id: askedOwnerSchema,
  kind: alertChannelKindSchema.meta({
    description:
      'slack: an incoming webhook of Slack. webhook: a POST of JSON, signed as Standard Webhooks describe.',
  }),
  url: channelUrlSchema,
  signing_secret: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/, 'must be whsec_ and 24 to 64 bytes in base64')
    .optional()
    .meta({
      description:
        'For a webhook: `whsec_` and 24 to 64 bytes in base64. One is made, and shown this once, when it is left out.',
    }),
});

export const updateAlertChannelSchema = z.strictObject({
  name: displayNameSchema.optional(),
  url: channelUrlSchema.optional().meta({
    description: 'Replaces the URL. A webhook gets a new key with it, which is shown this once.',
  }),
  signing_secret: createAlertChannelSchema.shape.signing_secret.meta({
    description: 'The new key, only together with `url`.',
  }),
});

const channelShape = {
  channel_id: idSchema,
  client_id: ownerSchema,
  name: z.string(),
  kind: alertChannelKindSchema,
  host: z.string().meta({ description: 'Host and port of the URL. The rest of it is a secret.' }),
  created_at: instantSchema,
  created_by: z.string(),
};

export const alertChannelAnswerSchema = z.strictObject(channelShape);

export const savedAlertChannelAnswerSchema = z.strictObject({
  ...channelShape,
  signing_secret: z
    .string()
    .nullable()
    .meta({ description: 'A new key, shown this once. Null: none was made.' }),
});

export const alertChannelListSchema = z.strictObject({
  channels: z.array(alertChannelAnswerSchema),
  ...pageAnswerShape,
});

// Routes.

const routeBody = {
  min_severity: severitySchema.meta({ description: 'Incidents of this severity and of higher ones.' }),
  conditions: z
    .array(incidentConditionSchema)
    .min(1)
    .nullable()
    .meta({ description: 'Only these; null: every condition.' }),
  channel_ids: z
    .array(idSchema)
    .max(20)
    .meta({ description: 'At least one, unless `alert_topic` is false.' }),
  alert_topic: z.boolean().meta({
    description:
      'Whether the alert topic of the deployment, which sends mails, is told of them as well. Only a token of all clients can say false.',
  }),
  is_default: z.boolean().meta({ description: 'It takes only what no other route takes.' }),
};

export const createAlertRouteSchema = z.strictObject({
  client_id: askedOwnerSchema,
  min_severity: routeBody.min_severity.default('warning'),
  conditions: routeBody.conditions.default(null),
  channel_ids: routeBody.channel_ids,
  alert_topic: routeBody.alert_topic.default(true),
  is_default: routeBody.is_default.default(false),
});

export const updateAlertRouteSchema = z.strictObject(routeBody).partial();

export const alertRouteAnswerSchema = z.strictObject({
  route_id: idSchema,
  client_id: ownerSchema,
  ...routeBody,
  created_at: instantSchema,
  created_by: z.string(),
});

export const alertRouteListSchema = z.strictObject({
  routes: z.array(alertRouteAnswerSchema),
  ...pageAnswerShape,
});

// Mutes.

export const createAlertMuteSchema = z.strictObject({
  client_id: askedOwnerSchema,
  replication_id: idSchema.nullable().default(null).meta({
    description: 'Null: all replications. With a token of all clients it needs `client_id`, too.',
  }),
  condition: incidentConditionSchema.nullable().default(null).meta({ description: 'Null: every condition.' }),
  until: instantSchema.meta({ description: 'At most 30 days from now.' }),
  reason: displayTextSchema,
});

export const alertMuteAnswerSchema = z.strictObject({
  mute_id: idSchema,
  client_id: ownerSchema,
  replication_id: idSchema.nullable(),
  condition: incidentConditionSchema.nullable(),
  until: instantSchema,
  reason: z.string(),
  created_at: instantSchema,
  created_by: z.string(),
});

export const listAlertMutesQuerySchema = z.strictObject({
  ...pageQueryShape,
  state: z.enum(['active', 'all']).default('active').meta({
    description: 'all: with those that have ended within a week.',
  }),
  replication_id: queryIdSchema.meta({ description: 'Only those of this one replication.' }),
});

export const alertMuteListSchema = z.strictObject({
  mutes: z.array(alertMuteAnswerSchema),
  ...pageAnswerShape,
});

// Deliveries.

export const alertDeliveryAnswerSchema = z.strictObject({
  delivery_id: z.string().meta({ description: 'Also the header `webhook-id`.' }),
  channel_id: idSchema.nullable().meta({ description: 'Null: the alert topic of the deployment.' }),
  channel: z.string(),
  event: alertEventSchema,
  severity: severitySchema,
  condition: incidentConditionSchema.nullable(),
  subject: z.string(),
  incident_ids: z.array(z.string()),
  state: deliveryStateSchema.meta({
    description: 'waiting: an attempt is due at `due_at`. failed: no attempt is left.',
  }),
  begun_attempts: countSchema,
  max_attempts: countSchema,
  attempts: z.array(
    z.strictObject({
      at: instantSchema,
      http_status: z.number().int().nullable(),
      error: z.string().nullable().meta({ description: 'Null: it was delivered.' }),
    }),
  ),
  created_at: instantSchema,
  due_at: instantSchema.nullable(),
});

export const listAlertDeliveriesQuerySchema = z.strictObject({
  ...pageQueryShape,
  channel_id: queryIdSchema.meta({ description: 'Only those to this channel.' }),
  replication_id: queryIdSchema.meta({ description: 'Only those about this replication.' }),
  state: deliveryStateSchema.optional(),
});

export const alertDeliveryListSchema = z
  .strictObject({ deliveries: z.array(alertDeliveryAnswerSchema), ...pageAnswerShape })
  .meta({ description: `Of the last ${deliveryRetentionDays} days, the newest first.` });

export const listAlertChannelsQuerySchema = z.strictObject({
  ...pageQueryShape,
  kind: alertChannelKindSchema.optional(),
});

export const listAlertRoutesQuerySchema = z.strictObject({
  ...pageQueryShape,
  channel_id: queryIdSchema.meta({ description: 'Only those to this channel.' }),
});
