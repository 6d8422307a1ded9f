import { createHmac } from 'node:crypto';
import type { AlertDelivery, AlertEvent, ChannelSecret } from '../contracts/alerting.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import type { WebhookRequest } from '../ports/alerting.ts';

const types: Readonly<Record<AlertEvent, string>> = {
  opened: 'incident.opened',
  worse: 'incident.worse',
  closed: 'incident.closed',
  done: 'incident.done',
  test: 'alert.test',
};

/**
 * An alert as JSON, signed as Standard Webhooks describe: `webhook-signature` is the HMAC-SHA256 of id, time and body. The id is the
 * same for each attempt; the time is that of the attempt, so that a receiver can refuse what is old.
 */
export const toWebhookRequest = (
  { deliveryId, message, createdAt }: Pick<AlertDelivery, 'deliveryId' | 'message' | 'createdAt'>,
  { signingSecret }: ChannelSecret,
  now: Date,
): WebhookRequest => {
  const body = JSON.stringify({
    type: types[message.event],
    timestamp: createdAt,
    data: {
      severity: message.severity,
      condition: message.condition ?? null,
      hop: message.hop ?? null,
      subject: message.subject,
      text: message.text,
      since: message.since,
      runbook: message.runbook ?? null,
      incidents: message.incidents.map(({ incidentId, clientId, replicationId, connectorName, ending }) => ({
        incident_id: incidentId,
        client_id: clientId,
        replication_id: replicationId,
        connector_name: connectorName,
        ending: ending ?? null,
      })),
    },
  });
  const timestamp = String(Math.floor(now.getTime() / 1_000));
  return {
    body,
    headers: {
      'webhook-id': deliveryId,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${sign(keyOf(signingSecret), `${deliveryId}.${timestamp}.${body}`)}`,
    },
  };
};

const sign = (key: Uint8Array, content: string): string =>
  createHmac('sha256', key).update(content).digest('base64');

export const signingSecretPrefix = 'whsec_';

/** Standard Webhooks: 24 to 64 bytes. */
const keyBytes = { min: 24, max: 64 } as const;

/** The key of a secret in the form `whsec_BASE64`; undefined for what is none. */
export const parseSigningSecret = (secret: string): Uint8Array | undefined => {
  const encoded = secret.startsWith(signingSecretPrefix) ? secret.slice(signingSecretPrefix.length) : '';
  const key = Buffer.from(encoded, 'base64');
  const isKey =
    key.toString('base64').replace(/=+$/, '') === encoded.replace(/=+$/, '') &&
    key.length >= keyBytes.min &&
    key.length <= keyBytes.max;
  return isKey ? new Uint8Array(key) : undefined;
};

const keyOf = (secret: string | undefined): Uint8Array => {
  const key = secret === undefined ? undefined : parseSigningSecret(secret);
  if (key !== undefined) return key;
  throw new MillraceError('SecretMissing', 'The secret of the channel holds no key to sign with.');
};
