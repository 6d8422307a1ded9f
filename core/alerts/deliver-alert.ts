import type { AlertDelivery, DeliveryAttempt, DeliveryRequest } from '../contracts/alerting.ts';
import { toMillraceError } from '../errors/millrace-error.ts';
import type { AlertQueue, ChannelSecrets, WebhookSender } from '../ports/alerting.ts';
import type { Clock, Log } from '../ports/clock-and-log.ts';
import type { AlertSink } from '../ports/services.ts';
import type { AlertStore } from '../ports/state-store.ts';
import { pauseAfterMs } from './delivery-pauses.ts';
import { toSlackRequest } from './format-slack.ts';
import { toWebhookRequest } from './format-webhook.ts';

export interface DeliverAlertPorts {
  readonly store: Pick<AlertStore, 'findDelivery' | 'beginAttempt' | 'endAttempt' | 'findChannel'>;
  readonly topic: AlertSink;
  readonly secrets: Pick<ChannelSecrets, 'get'>;
  readonly webhooks: WebhookSender;
  readonly queue: AlertQueue;
  readonly clock: Clock;
  readonly log: Log;
  /**
   * Counts an alert that was given up: the alarm on deliveries is about these. Those of a client's own channel are not counted, or each client
   * could ring that alarm by a URL at which nobody answers.
   */
  readonly countUndelivered: () => void;
}

/** An attempt has ended by then, or its process has: the HTTP call has 10 s, and the Lambda 60 s. */
const attemptLeaseMs = 60_000;

/** What a receiver answers when nobody should ever send there again (410 Gone). */
const goneStatus = 410;

/** What became of one attempt. `isFinal`: no other attempt can do better. */
type Outcome =
  | { readonly kind: 'delivered'; readonly httpStatus?: number }
  | {
      readonly kind: 'refused';
      readonly error: string;
      readonly httpStatus?: number;
      readonly retryAfterMs?: number;
      readonly isFinal: boolean;
    };

/**
 * Makes the attempt that a message of the queue asks for, and puts the next one into the queue. A message may come twice or late:
 * one that asks for another attempt than the next is ignored, one that comes early is put back.
 */
export const deliverAlert = async (
  { deliveryId, attempt }: DeliveryRequest,
  ports: DeliverAlertPorts,
): Promise<void> => {
  const { store, queue, clock, log, countUndelivered } = ports;
  const delivery = await store.findDelivery(deliveryId);
  if (delivery?.state !== 'waiting' || delivery.begunAttempts !== attempt - 1) return;
  const earlyMs = Date.parse(delivery.dueAt) - clock.now().getTime();
  if (earlyMs > 0) return queue.send({ deliveryId, attempt }, earlyMs);
  const begun = new Date(clock.now().getTime() + attemptLeaseMs).toISOString();
  if (!(await store.beginAttempt(delivery, begun))) return;
  const at = clock.now().toISOString();
  const outcome = await send(delivery, ports);
  const entry: DeliveryAttempt = {
    at,
    ...(outcome.httpStatus !== undefined && { httpStatus: outcome.httpStatus }),
    ...(outcome.kind === 'refused' && { error: outcome.error }),
  };
  if (outcome.kind === 'delivered') {
    await store.endAttempt(delivery, entry, { state: 'delivered' });
    log.info(`Told ${delivery.channelName}: ${delivery.message.subject}`, { delivery: deliveryId, attempt });
    return;
  }
  const where = `${delivery.channelName} of "${delivery.message.subject}"`;
  if (outcome.isFinal || attempt >= delivery.maxAttempts) {
    await store.endAttempt(delivery, entry, { state: 'failed' });
    log.error(`Could not tell ${where}, gave up after ${attempt} attempts: ${outcome.error}`, {
      delivery: deliveryId,
    });
    if (delivery.message.event !== 'test' && delivery.clientId === undefined) countUndelivered();
    return;
  }
  const pauseMs = pauseAfterMs(attempt, outcome.retryAfterMs);
  const dueAt = new Date(clock.now().getTime() + pauseMs).toISOString();
  await store.endAttempt(delivery, entry, { state: 'waiting', dueAt });
  log.warn(`Could not tell ${where}; tries again in ${Math.round(pauseMs / 1_000)} s: ${outcome.error}`, {
    delivery: deliveryId,
    attempt,
  });
  await queue.send({ deliveryId, attempt: attempt + 1 }, pauseMs);
};

/** Never throws: what went wrong is the outcome. */
const send = async (delivery: AlertDelivery, ports: DeliverAlertPorts): Promise<Outcome> => {
  try {
    return delivery.channelId === undefined
      ? await sendToTopic(delivery, ports)
      : await sendToChannel(delivery, delivery.channelId, ports);
  } catch (cause) {
    const error = toMillraceError(cause);
    // A channel whose host or secret cannot be used may be put right by its owner meanwhile.
    return { kind: 'refused', error: error.message, isFinal: false };
  }
};

const sendToTopic = async ({ message }: AlertDelivery, { topic }: DeliverAlertPorts): Promise<Outcome> => {
  const [first] = message.incidents;
  await topic.publish({
    subject: message.subject,
    message: message.text,
    ...(first !== undefined && { replicationId: first.replicationId, connectorName: first.connectorName }),
  });
  return { kind: 'delivered' };
};

const sendToChannel = async (
  delivery: AlertDelivery,
  channelId: number,
  { store, secrets, webhooks, clock }: DeliverAlertPorts,
): Promise<Outcome> => {
  const channel = await store.findChannel(channelId);
  if (channel === undefined) {
    return { kind: 'refused', error: 'The channel was deleted.', isFinal: true };
  }
  const secret = await secrets.get(channel.secretArn);
  const request =
    channel.kind === 'slack' ? toSlackRequest(delivery) : toWebhookRequest(delivery, secret, clock.now());
  const answer = await webhooks.post(secret.url, request);
  if (answer.kind === 'unreached') return { kind: 'refused', error: answer.reason, isFinal: false };
  const { status, retryAfterMs } = answer;
  if (status >= 200 && status < 300) return { kind: 'delivered', httpStatus: status };
  return {
    kind: 'refused',
    httpStatus: status,
    error: describeStatus(status),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    isFinal: status === goneStatus,
  };
};

const describeStatus = (status: number): string => {
  if (status >= 300 && status < 400) return `The receiver answered ${status}; redirections are not followed.`;
  if (status === goneStatus) return 'The receiver answered 410: it wants no more alerts.';
  return `The receiver answered ${status}.`;
};
