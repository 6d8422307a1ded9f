import { describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { type DeliverAlertPorts, deliverAlert } from '#core/alerts/deliver-alert.ts';
import { maxAttempts, pauseAfterMs } from '#core/alerts/delivery-pauses.ts';
import type { AlertDelivery, ChannelSecret, DeliveryRequest } from '#core/contracts/alerting.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { WebhookAnswer, WebhookRequest } from '#core/ports/alerting.ts';
import type { Alert } from '#core/ports/services.ts';
import { sampleChannel, sampleDelivery } from '#test/kit/alert-samples.ts';
import { createManualClock } from '#test/kit/manual-clock.ts';
import { createMemoryAlertStore } from '#test/kit/memory-alert-store.ts';
import { createRecordingLog } from '#test/kit/recording-log.ts';

const signingSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const url = 'https://hooks.example.com/secret-path';

const createWorld = async (change: Partial<AlertDelivery> = {}, kind: 'slack' | 'webhook' = 'webhook') => {
  // Signatures are refused by their receiver when they are old.
  const clock = createManualClock(new Date().toISOString());
  const at = clock.now().toISOString();
  const { alertStore, deliveries } = createMemoryAlertStore();
  await alertStore.addChannel(sampleChannel({ kind }));
  await alertStore.addDelivery(sampleDelivery({ createdAt: at, dueAt: at, ...change }));
  const posts: { url: string; request: WebhookRequest }[] = [];
  const queued: { request: DeliveryRequest; delayMs: number }[] = [];
  const alerts: Alert[] = [];
  const world = {
    answers: [] as WebhookAnswer[],
    secret: { url, signingSecret } as ChannelSecret | MillraceError,
    topicFailure: undefined as MillraceError | undefined,
    undelivered: 0,
  };
  const log = createRecordingLog();
  const ports: DeliverAlertPorts = {
    store: alertStore,
    topic: {
      publish: async (alert) => {
        if (world.topicFailure !== undefined) throw world.topicFailure;
        alerts.push(alert);
      },
    },
    secrets: {
      get: async () => {
        if (world.secret instanceof MillraceError) throw world.secret;
        return world.secret;
      },
    },
    webhooks: {
      post: async (target, request) => {
        posts.push({ url: target, request });
        return world.answers.shift() ?? { kind: 'answered', status: 204 };
      },
    },
    queue: { send: async (request, delayMs = 0) => void queued.push({ request, delayMs }) },
    clock,
    log,
    countUndelivered: () => {
      world.undelivered += 1;
    },
  };
  const deliver = (attempt = 1) => deliverAlert({ deliveryId: 'msg_1', attempt }, ports);
  const stored = () => deliveries.get('msg_1');
  return { world, ports, deliver, stored, posts, queued, alerts, clock, log, alertStore };
};

const answered = (status: number, retryAfterMs?: number): WebhookAnswer => ({
  kind: 'answered',
  status,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

describe('a webhook', () => {
  test('is signed so that the library of Standard Webhooks takes it', async () => {
    const it = await createWorld();
    await it.deliver();
    const [post] = it.posts;
    expect(post?.url).toBe(url);
    const { body = '', headers = {} } = post?.request ?? {};
    expect(headers['webhook-id']).toBe('msg_1');
    expect(new Webhook(signingSecret).verify(body, headers)).toMatchObject({
      type: 'incident.opened',
      data: { severity: 'critical', condition: 'replication-failed', incidents: [{ replication_id: 7 }] },
    });
    expect(() => new Webhook(signingSecret).verify(`${body} `, headers)).toThrow();
    expect(it.stored()).toMatchObject({ state: 'delivered', attempts: [{ httpStatus: 204 }] });
  });

  test('that fails twice comes again after growing pauses, with the same id', async () => {
    const it = await createWorld();
    it.world.answers = [answered(500), { kind: 'unreached', reason: 'Nobody answers.' }];
    for (const attempt of [1, 2, 3]) {
      await it.deliver(attempt);
      it.clock.advance(it.queued.at(-1)?.delayMs ?? 0);
    }
    expect(it.queued.map(({ request, delayMs }) => [request.attempt, delayMs])).toEqual([
      [2, 5_000],
      [3, 30_000],
    ]);
    expect(it.posts.map(({ request }) => request.headers['webhook-id'])).toEqual(['msg_1', 'msg_1', 'msg_1']);
    expect(it.stored()).toMatchObject({
      state: 'delivered',
      attempts: [
        { httpStatus: 500, error: 'The receiver answered 500.' },
        { error: 'Nobody answers.' },
        { httpStatus: 204 },
      ],
    });
  });

  test('waits for as long as the receiver asks', async () => {
    const it = await createWorld();
    it.world.answers = [answered(429, 120_000)];
    await it.deliver();
    expect(it.queued[0]?.delayMs).toBe(120_000);
  });

  test('is given up after its last attempt, and counted', async () => {
    const it = await createWorld({ begunAttempts: maxAttempts - 1 });
    it.world.answers = [answered(503)];
    await it.deliver(maxAttempts);
    expect([it.stored()?.state, it.world.undelivered, it.queued.length]).toEqual(['failed', 1, 0]);
  });

  test("is not counted where it is a client's own", async () => {
    const it = await createWorld({ begunAttempts: maxAttempts - 1, clientId: 3 });
    it.world.answers = [answered(503)];
    await it.deliver(maxAttempts);
    expect([it.stored()?.state, it.world.undelivered]).toEqual(['failed', 0]);
  });

  test('is given up at once when its receiver is gone for good', async () => {
    const it = await createWorld();
    it.world.answers = [answered(410)];
    await it.deliver();
    expect([it.stored()?.state, it.queued.length]).toEqual(['failed', 0]);
  });

  test('follows no redirection', async () => {
    const it = await createWorld();
    it.world.answers = [answered(302)];
    await it.deliver();
    expect(it.stored()?.attempts[0]?.error).toContain('not followed');
  });

  test('has its URL neither in the log nor in what is stored', async () => {
    const it = await createWorld();
    it.world.answers = [answered(500)];
    await it.deliver();
    expect(JSON.stringify([it.stored(), it.log.lines])).not.toContain('secret-path');
  });
});

describe('a message of the queue', () => {
  test('that comes twice, or late, sends nothing', async () => {
    const it = await createWorld();
    await it.deliver();
    await it.deliver();
    await it.deliver(3);
    expect(it.posts).toHaveLength(1);
  });

  test('that two processes take is sent by one of them', async () => {
    const it = await createWorld();
    await Promise.all([it.deliver(), it.deliver()]);
    expect(it.posts).toHaveLength(1);
  });

  test('that comes before its time is put back for the rest of it', async () => {
    const it = await createWorld();
    const dueAt = new Date(it.clock.now().getTime() + 3_600_000).toISOString();
    await it.alertStore.beginAttempt(sampleDelivery(), dueAt);
    await it.deliver(2);
    expect([it.posts.length, it.queued]).toEqual([
      0,
      [{ request: { deliveryId: 'msg_1', attempt: 2 }, delayMs: 3_600_000 }],
    ]);
  });
});

test('a channel that was deleted ends what was on its way to it', async () => {
  const it = await createWorld();
  await it.alertStore.removeChannel(1);
  await it.deliver();
  expect(it.stored()).toMatchObject({ state: 'failed', attempts: [{ error: 'The channel was deleted.' }] });
});

test('a secret that cannot be read is tried again', async () => {
  const it = await createWorld();
  it.world.secret = new MillraceError('SecretMissing', 'There is no secret.');
  await it.deliver();
  expect([it.stored()?.state, it.queued.length]).toEqual(['waiting', 1]);
});

test('Slack gets a text in which nothing of the message is a link or a mention', async () => {
  const it = await createWorld({}, 'slack');
  it.world.secret = { url };
  await it.deliver();
  const { text } = JSON.parse(it.posts[0]?.request.body ?? '{}') as { text: string };
  expect(text).toContain('*Millrace: acme_shop_connector: replication-failed at target*');
  expect(text).toContain('&lt;it&gt; is away &amp; gone');
  expect(it.posts[0]?.request.headers).toEqual({});
});

test('the alert topic is a destination like the others', async () => {
  const { channelId: _channelId, ...toTopic } = sampleDelivery();
  const it = await createWorld();
  await it.alertStore.addDelivery({ ...toTopic, deliveryId: 'msg_2', dueAt: it.clock.now().toISOString() });
  it.world.topicFailure = new MillraceError('ServiceUnavailable', 'SNS is away.');
  await deliverAlert({ deliveryId: 'msg_2', attempt: 1 }, it.ports);
  expect(it.queued).toHaveLength(1);
  it.world.topicFailure = undefined;
  it.clock.advance(5_000);
  await deliverAlert({ deliveryId: 'msg_2', attempt: 2 }, it.ports);
  expect(it.alerts).toMatchObject([{ subject: toTopic.message.subject, replicationId: 7 }]);
});

test('pauses grow, and together they outlast a night', () => {
  const pauses = Array.from({ length: maxAttempts - 1 }, (_, index) => pauseAfterMs(index + 1));
  expect(pauses.toSorted((a, b) => a - b)).toEqual(pauses);
  expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeGreaterThan(7 * 3_600_000);
});
