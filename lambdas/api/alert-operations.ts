import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type AlertChannel, type AlertDelivery, alertTopicName } from '#core/contracts/alerting.ts';
import type { Principal } from '#core/contracts/token.ts';
import {
  alertDeliveryAnswerSchema,
  alertDeliveryListSchema,
  listAlertDeliveriesQuerySchema,
} from './alert-contracts.ts';
import { requireChannel } from './alert-rule-operations.ts';
import { mayAct } from './authorize-request.ts';
import { defineOperation, type Operation } from './operation.ts';
import { readPage } from './paging.ts';
import type { ApiPorts } from './ports.ts';
import { pathIdSchema } from './shared-contracts.ts';

const toAnswer = (delivery: AlertDelivery): z.input<typeof alertDeliveryAnswerSchema> => ({
  delivery_id: delivery.deliveryId,
  channel_id: delivery.channelId ?? null,
  channel: delivery.channelName,
  event: delivery.message.event,
  severity: delivery.message.severity,
  condition: delivery.message.condition ?? null,
  subject: delivery.message.subject,
  incident_ids: delivery.message.incidents.map(({ incidentId }) => incidentId),
  state: delivery.state,
  begun_attempts: delivery.begunAttempts,
  max_attempts: delivery.maxAttempts,
  attempts: delivery.attempts.map(({ at, httpStatus, error }) => ({
    at,
    http_status: httpStatus ?? null,
    error: error ?? null,
  })),
  created_at: delivery.createdAt,
  due_at: delivery.state === 'waiting' ? delivery.dueAt : null,
});

/** The receiver has 10 s, and the Lambda that sends may have to start. */
const testWaitMs = 20_000;
const testPollMs = 300;

/** Sends a test on the way of every alert, and waits for how its only attempt ends. */
const sendTest = async (
  channel: Pick<AlertChannel, 'channelId' | 'clientId' | 'name'> | 'topic',
  { name }: Principal,
  { store, alertQueue, clock }: ApiPorts,
): Promise<AlertDelivery> => {
  const at = clock.now().toISOString();
  const delivery: AlertDelivery = {
    deliveryId: `msg_${randomUUID().replaceAll('-', '')}`,
    ...(channel === 'topic'
      ? { channelName: alertTopicName }
      : {
          channelId: channel.channelId,
          channelName: channel.name,
          ...(channel.clientId === undefined ? {} : { clientId: channel.clientId }),
        }),
    message: {
      event: 'test',
      severity: 'info',
      subject: 'Millrace: a test',
      text: `The token ${name} has sent this test. Alerts of incidents come this way.`,
      since: at,
      incidents: [],
    },
    state: 'waiting',
    maxAttempts: 1,
    begunAttempts: 0,
    attempts: [],
    createdAt: at,
    dueAt: at,
  };
  await store.addDelivery(delivery);
  await alertQueue.send({ deliveryId: delivery.deliveryId, attempt: 1 });
  for (let waitedMs = 0; waitedMs < testWaitMs; waitedMs += testPollMs) {
    await clock.sleep(testPollMs);
    const current = await store.findDelivery(delivery.deliveryId);
    if (current !== undefined && current.state !== 'waiting') return current;
  }
  return delivery;
};

const keyOf = ({ createdAt, deliveryId }: AlertDelivery): string => `${createdAt}#${deliveryId}`;

export const alertOperations: readonly Operation[] = [
  defineOperation({
    id: 'testAlertChannel',
    method: 'POST',
    path: '/alert-channels/{channel_id}/test',
    summary: 'Send a test to a channel, on the way of every alert, and say how it ended. It is tried once.',
    params: z.strictObject({ channel_id: pathIdSchema }),
    status: 200,
    answer: alertDeliveryAnswerSchema,
    errors: ['NotFound', 'ServiceUnavailable'],
    run: async ({ principal, params }, ports) =>
      toAnswer(await sendTest(await requireChannel(principal, params.channel_id, ports), principal, ports)),
  }),

  defineOperation({
    id: 'testAlertTopic',
    method: 'POST',
    path: '/alert-topic/test',
    summary: 'Send a test to the alert topic of the deployment, whose subscribers get it by mail.',
    status: 200,
    answer: alertDeliveryAnswerSchema,
    errors: ['ServiceUnavailable'],
    run: async ({ principal }, ports) => toAnswer(await sendTest('topic', principal, ports)),
  }),

  defineOperation({
    id: 'listAlertDeliveries',
    method: 'GET',
    path: '/alert-deliveries',
    summary:
      'Which alerts went to which channel in the last 30 days, how often they were tried and how that ended. A token of one client ' +
      'sees those to its own channels.',
    query: listAlertDeliveriesQuerySchema,
    status: 200,
    answer: alertDeliveryListSchema,
    run: async ({ principal, query }, { store }) => {
      const { channel_id: channelId, replication_id: replicationId, state, ...page } = query;
      const { items, nextCursor } = await readPage(page, {
        read: async (after, limit) => {
          const from = after === undefined ? {} : { from: after };
          const { deliveries } = await store.listDeliveries({ limit: limit + 1, ...from });
          return deliveries.filter((delivery) => keyOf(delivery) !== after).slice(0, limit);
        },
        keyOf,
        keep: (delivery) =>
          mayAct(principal, delivery.clientId) &&
          (channelId === undefined || delivery.channelId === channelId) &&
          (state === undefined || delivery.state === state) &&
          (replicationId === undefined ||
            delivery.message.incidents.some((incident) => incident.replicationId === replicationId)),
      });
      return { deliveries: items.map(toAnswer), next_cursor: nextCursor };
    },
  }),
];
