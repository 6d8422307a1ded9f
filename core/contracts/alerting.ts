import { z } from 'zod';
import { clientIdSchema, instantSchema, replicationIdSchema } from './identifiers.ts';
import { incidentConditionSchema, severitySchema } from './incident.ts';

export const alertChannelIdSchema = z.number().int().positive();
export type AlertChannelId = z.infer<typeof alertChannelIdSchema>;

/** `slack`: an incoming webhook of Slack. `webhook`: a POST that is signed as Standard Webhooks describe. */
export const alertChannelKindSchema = z.enum(['slack', 'webhook']);
export type AlertChannelKind = z.infer<typeof alertChannelKindSchema>;

/**
 * Where alerts go besides the alert topic of the deployment. Its URL lets everyone write there who knows it, so it is in Secrets
 * Manager under `secretArn`, with the key of the signature.
 */
export const alertChannelSchema = z
  .strictObject({
    channelId: alertChannelIdSchema,
    /** Absent: of all clients. */
    clientId: clientIdSchema.exactOptional(),
    name: z.string(),
    kind: alertChannelKindSchema,
    /** Host and port of the URL, for people. */
    host: z.string(),
    secretArn: z.string(),
    createdAt: instantSchema,
    createdBy: z.string(),
  })
  .readonly();
export type AlertChannel = z.infer<typeof alertChannelSchema>;

/** What is in the secret of a channel. */
export const channelSecretSchema = z
  .strictObject({
    url: z.string(),
    /** `whsec_` and the key of the signature in base64, as Standard Webhooks write it. Absent for Slack. */
    signingSecret: z.string().exactOptional(),
  })
  .readonly();
export type ChannelSecret = z.infer<typeof channelSecretSchema>;

export const alertRouteIdSchema = z.number().int().positive();
export type AlertRouteId = z.infer<typeof alertRouteIdSchema>;

/** Which incidents go to which channels. */
export const alertRouteSchema = z
  .strictObject({
    routeId: alertRouteIdSchema,
    /** Absent: incidents of all clients. */
    clientId: clientIdSchema.exactOptional(),
    minSeverity: severitySchema,
    /** Absent: every condition. */
    conditions: z.array(incidentConditionSchema).readonly().exactOptional(),
    /** Empty only where the route keeps its incidents from the alert topic. */
    channelIds: z.array(alertChannelIdSchema).readonly(),
    /** False: its incidents are kept from the alert topic, which gets everything else. Absent: they go there, too. */
    alertTopic: z.boolean().exactOptional(),
    /** It takes only what no other route takes. */
    isDefault: z.boolean(),
    createdAt: instantSchema,
    createdBy: z.string(),
  })
  .readonly();
export type AlertRoute = z.infer<typeof alertRouteSchema>;

export const alertMuteIdSchema = z.number().int().positive();
export type AlertMuteId = z.infer<typeof alertMuteIdSchema>;

/** For maintenance: until then nobody is told of the incidents that it fits. They are opened and shown as ever. */
export const alertMuteSchema = z
  .strictObject({
    muteId: alertMuteIdSchema,
    /** Absent: of all clients. */
    clientId: clientIdSchema.exactOptional(),
    /** Absent: of all replications. */
    replicationId: replicationIdSchema.exactOptional(),
    /** Absent: of every condition. */
    condition: incidentConditionSchema.exactOptional(),
    until: instantSchema,
    reason: z.string(),
    createdAt: instantSchema,
    createdBy: z.string(),
  })
  .readonly();
export type AlertMute = z.infer<typeof alertMuteSchema>;

/** opened: it began. worse: it has reached a higher level. closed: it is over. done: something has ended well. test: by hand. */
export const alertEventSchema = z.enum(['opened', 'worse', 'closed', 'done', 'test']);
export type AlertEvent = z.infer<typeof alertEventSchema>;

/** One incident of an alert. Several have one cause. */
const alertedIncidentSchema = z
  .strictObject({
    incidentId: z.string(),
    clientId: clientIdSchema,
    replicationId: replicationIdSchema,
    connectorName: z.string(),
    /** How it ended, as a sentence. */
    ending: z.string().exactOptional(),
  })
  .readonly();

/** What people are told, in words and in fields. */
export const alertMessageSchema = z
  .strictObject({
    event: alertEventSchema,
    severity: severitySchema,
    /** Absent for a test. */
    condition: incidentConditionSchema.exactOptional(),
    hop: z.string().exactOptional(),
    /** One line. */
    subject: z.string(),
    /** Paragraphs, with an empty line between them. */
    text: z.string(),
    /** Since when it is so. */
    since: instantSchema,
    /** The section about it, relative to the repository. */
    runbook: z.string().exactOptional(),
    incidents: z.array(alertedIncidentSchema).readonly(),
  })
  .readonly();
export type AlertMessage = z.infer<typeof alertMessageSchema>;

/** How one attempt to deliver an alert has ended. */
const deliveryAttemptSchema = z
  .strictObject({
    at: instantSchema,
    /** Absent: nobody answered. */
    httpStatus: z.number().int().exactOptional(),
    /** Absent: it was delivered. */
    error: z.string().exactOptional(),
  })
  .readonly();
export type DeliveryAttempt = z.infer<typeof deliveryAttemptSchema>;

export const deliveryStateSchema = z.enum(['waiting', 'delivered', 'failed']);

/** One alert on its way to one channel, and the log of it. */
export const alertDeliverySchema = z
  .strictObject({
    /** Also the header `webhook-id`: the same for each attempt, so that a receiver knows what it has already. */
    deliveryId: z.string(),
    /** The client of the channel. Absent: of all clients. */
    clientId: clientIdSchema.exactOptional(),
    /** Absent: the alert topic of the deployment. */
    channelId: alertChannelIdSchema.exactOptional(),
    channelName: z.string(),
    message: alertMessageSchema,
    state: deliveryStateSchema,
    /** After so many attempts it is given up. */
    maxAttempts: z.number().int().positive(),
    /** Attempts that were begun, also one that has not ended yet. */
    begunAttempts: z.number().int().nonnegative(),
    attempts: z.array(deliveryAttemptSchema).readonly(),
    createdAt: instantSchema,
    /** When the next attempt is due. One that is at work is due again when it must have ended. */
    dueAt: instantSchema,
  })
  .readonly();
export type AlertDelivery = z.infer<typeof alertDeliverySchema>;

export const deliveryRetentionDays = 30;

/** The name of the alert topic among the channels. */
export const alertTopicName = 'alert topic';

/** What the queue of deliveries carries. `attempt` counts from 1; one that is not due any more is ignored. */
export const deliveryRequestSchema = z
  .strictObject({ deliveryId: z.string(), attempt: z.number().int().positive() })
  .readonly();
export type DeliveryRequest = z.infer<typeof deliveryRequestSchema>;
