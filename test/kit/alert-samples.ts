import type { AlertChannel, AlertDelivery, AlertMute, AlertRoute } from '#core/contracts/alerting.ts';

const at = '2026-03-01T12:00:00.000Z';

export const sampleChannel = (change: Partial<AlertChannel> = {}): AlertChannel => ({
  channelId: 1,
  name: 'ops',
  kind: 'webhook',
  host: 'hooks.example.com',
  secretArn: 'arn:secret',
  createdAt: at,
  createdBy: 'the admin',
  ...change,
});

/** Everything to channel 1. */
export const sampleRoute = (change: Partial<AlertRoute> = {}): AlertRoute => ({
  routeId: 1,
  minSeverity: 'warning',
  channelIds: [1],
  isDefault: false,
  createdAt: at,
  createdBy: 'the admin',
  ...change,
});

export const sampleMute = (change: Partial<AlertMute> = {}): AlertMute => ({
  muteId: 1,
  until: '2026-03-01T13:00:00.000Z',
  reason: 'maintenance',
  createdAt: at,
  createdBy: 'the admin',
  ...change,
});

export const sampleDelivery = (change: Partial<AlertDelivery> = {}): AlertDelivery => ({
  deliveryId: 'msg_1',
  channelId: 1,
  channelName: 'ops',
  message: {
    event: 'opened',
    severity: 'critical',
    condition: 'replication-failed',
    hop: 'target',
    subject: 'Millrace: acme_shop_connector: replication-failed at target',
    text: 'Since then: <it> is away & gone.',
    since: at,
    runbook: 'docs/runbook/health.md#replication-failed',
    incidents: [
      {
        incidentId: `7-replication-failed-${at}`,
        clientId: 1,
        replicationId: 7,
        connectorName: 'acme_shop_connector',
      },
    ],
  },
  state: 'waiting',
  maxAttempts: 9,
  begunAttempts: 0,
  attempts: [],
  createdAt: at,
  dueAt: at,
  ...change,
});
