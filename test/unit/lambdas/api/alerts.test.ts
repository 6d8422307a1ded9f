import { describe, expect, test } from '@jest/globals';
import {
  alertDeliveryListSchema,
  alertMuteListSchema,
  savedAlertChannelAnswerSchema,
} from '../../../../lambdas/api/alert-contracts.ts';
import { sampleDelivery } from '../../../kit/alert-samples.ts';
import { createWorld } from './api-world.ts';

const url = 'https://hooks.example.com/services/secret-path';
const slack = { name: 'ops', kind: 'slack', url } as const;

const createAlerting = async () => {
  const world = createWorld();
  const { client, replication } = await world.configured();
  const other = Number((await world.request('admin', 'POST', '/clients', { name: 'Other' })).body.client_id);
  const add = async (as: 'admin' | number, body: object): Promise<number> =>
    Number((await world.request(as, 'POST', '/alert-channels', body)).body.channel_id);
  return { ...world, client, replication, other, add };
};

describe('channels', () => {
  test('keep their URL as a secret, and a webhook shows its key once', async () => {
    const { request, client, channelSecrets } = await createAlerting();
    const added = await request(client, 'POST', '/alert-channels', { ...slack, kind: 'webhook' });
    expect(added.status).toBe(201);
    const channel = savedAlertChannelAnswerSchema.parse(added.body);
    expect(channel).toMatchObject({ client_id: client, host: 'hooks.example.com' });
    expect(channel.signing_secret).toMatch(/^whsec_/);
    expect([...channelSecrets.values()]).toEqual([{ url, signingSecret: channel.signing_secret }]);
    const shown = await request(client, 'GET', `/alert-channels/${channel.channel_id}`);
    expect(shown.text + added.text).not.toContain('secret-path');
    expect(shown.text).not.toContain('whsec_');
    const activity = await request(client, 'GET', '/activity');
    expect(activity.text).toContain('alert-channel-added');
    expect(activity.text).not.toContain('secret-path');
  });

  test.each([
    ['http://hooks.example.com/', 'must begin with https://'],
    ['ftp://hooks.example.com/', 'must begin with https://'],
    ['https://user:password@hooks.example.com/', 'must not hold a user name or a password'],
    ['hooks', 'must begin with https://'],
    ['https://[hooks/', 'must be a URL'],
  ])('refuse the URL %s', async (bad, problem) => {
    const { request, client, channelSecrets } = await createAlerting();
    const { status, body, text } = await request(client, 'POST', '/alert-channels', { ...slack, url: bad });
    expect([status, body.problems]).toEqual([
      400,
      [expect.objectContaining({ subject: 'body.url', message: problem })],
    ]);
    if (bad.includes('password@')) expect(text).not.toContain('password@');
    expect(channelSecrets.size).toBe(0);
  });

  test('refuse a key that is none, and one for Slack', async () => {
    const { request, client } = await createAlerting();
    for (const body of [
      { ...slack, kind: 'webhook', signing_secret: 'whsec_dG9vIHNob3J0' },
      { ...slack, signing_secret: `whsec_${Buffer.alloc(32).toString('base64')}` },
    ]) {
      expect((await request(client, 'POST', '/alert-channels', body)).status).toBe(400);
    }
  });

  test('are seen and changed by their own client only, and those of all clients by tokens of all clients', async () => {
    const { request, client, other, add } = await createAlerting();
    const [own, theirs, common] = [
      await add(client, slack),
      await add(other, slack),
      await add('admin', slack),
    ];
    const ids = async (as: 'admin' | number) =>
      ((await request(as, 'GET', '/alert-channels')).body.channels as { channel_id: number }[]).map(
        ({ channel_id: id }) => id,
      );
    expect(await ids(client)).toEqual([own]);
    expect(await ids('admin')).toEqual([own, theirs, common]);
    for (const foreign of [theirs, common]) {
      const path = `/alert-channels/${foreign}`;
      const answers = [
        await request(client, 'GET', path),
        await request(client, 'PATCH', path, { name: 'mine' }),
        await request(client, 'DELETE', path),
        await request(client, 'POST', `${path}/test`),
        await request(client, 'POST', '/alert-routes', { channel_ids: [foreign] }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 400]);
    }
    expect((await request(client, 'POST', '/alert-channels', { ...slack, client_id: other })).status).toBe(
      403,
    );
    expect((await request(client, 'POST', '/alert-channels', { ...slack, client_id: null })).status).toBe(
      403,
    );
    expect((await request('admin', 'POST', '/alert-channels', { ...slack, client_id: 99 })).status).toBe(404);
  });

  test('that a route uses stay; a deleted one takes its secret with it', async () => {
    const { request, client, add, channelSecrets } = await createAlerting();
    const id = await add(client, slack);
    const route = await request(client, 'POST', '/alert-routes', { channel_ids: [id] });
    const counted = async (path: string, items: string): Promise<number> =>
      ((await request(client, 'GET', path)).body[items] as readonly object[]).length;
    expect(await counted(`/alert-routes?channel_id=${id}`, 'routes')).toBe(1);
    expect(await counted(`/alert-routes?channel_id=${id + 1}`, 'routes')).toBe(0);
    expect(await counted('/alert-channels?kind=slack', 'channels')).toBe(1);
    expect(await counted('/alert-channels?kind=webhook', 'channels')).toBe(0);
    expect(await counted('/alert-mutes?replication_id=77', 'mutes')).toBe(0);
    const refused = await request(client, 'DELETE', `/alert-channels/${id}`);
    expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining('alert routes 1')]);
    await request(client, 'DELETE', `/alert-routes/${route.body.route_id}`);
    expect((await request(client, 'DELETE', `/alert-channels/${id}`)).status).toBe(200);
    expect(channelSecrets.size).toBe(0);
  });
});

test('a route can be changed, and keeps what is not named', async () => {
  const { request, client, add } = await createAlerting();
  const id = await add(client, slack);
  const created = await request(client, 'POST', '/alert-routes', {
    channel_ids: [id],
    conditions: ['table-held'],
  });
  expect(created.body).toMatchObject({ min_severity: 'warning', is_default: false, client_id: client });
  const path = `/alert-routes/${created.body.route_id}`;
  const changed = await request(client, 'PATCH', path, { min_severity: 'critical' });
  expect(changed.body).toMatchObject({ min_severity: 'critical', conditions: ['table-held'] });
  expect((await request(client, 'PATCH', path, { conditions: null })).body.conditions).toBeNull();
  expect((await request(client, 'PATCH', path, { channel_ids: [99] })).status).toBe(400);
});

test("an all clients' route may not be given another client's channel by a client of its own", async () => {
  const { request, client, other, add } = await createAlerting();
  const theirs = await add(other, slack);
  const answer = await request('admin', 'POST', '/alert-routes', {
    channel_ids: [theirs],
    client_id: client,
  });
  expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('of another client')]);
});

test('a route keeps its incidents from the alert topic only for a token of all clients', async () => {
  const { request, client, add } = await createAlerting();
  const id = await add(client, slack);
  const quiet = { channel_ids: [id], alert_topic: false };
  expect((await request(client, 'POST', '/alert-routes', quiet)).status).toBe(403);
  const own = await request(client, 'POST', '/alert-routes', { channel_ids: [id] });
  expect(own.body.alert_topic).toBe(true);
  const path = `/alert-routes/${own.body.route_id}`;
  expect((await request(client, 'PATCH', path, { alert_topic: false })).status).toBe(403);
  expect((await request('admin', 'PATCH', path, { alert_topic: false })).body.alert_topic).toBe(false);
  // What was set for them is not theirs to keep, either.
  expect((await request(client, 'PATCH', path, { min_severity: 'info' })).status).toBe(403);
  expect((await request(client, 'PATCH', path, { alert_topic: true })).body.alert_topic).toBe(true);
});

test('a route without channels says nothing, unless it keeps its incidents from the alert topic', async () => {
  const { request, client } = await createAlerting();
  const body = { channel_ids: [], client_id: client };
  expect((await request('admin', 'POST', '/alert-routes', body)).status).toBe(400);
  const quiet = await request('admin', 'POST', '/alert-routes', { ...body, alert_topic: false });
  expect(quiet.status).toBe(201);
  const path = `/alert-routes/${quiet.body.route_id}`;
  expect((await request('admin', 'PATCH', path, { alert_topic: true })).status).toBe(400);
});

test('a channel and a route are changed only in the version that the caller has read', async () => {
  const { request, client, add } = await createAlerting();
  const id = await add(client, slack);
  await request(client, 'POST', '/alert-routes', { channel_ids: [id] });
  for (const [path, change] of [
    [`/alert-channels/${id}`, { name: 'renamed' }],
    ['/alert-routes/1', { min_severity: 'critical' }],
  ] as const) {
    const read = (await request(client, 'GET', path)).headers.etag;
    const first = await request(client, 'PATCH', path, change, { 'if-match': String(read) });
    expect([first.status, first.headers.etag === read]).toEqual([200, false]);
    const second = await request(client, 'PATCH', path, change, { 'if-match': String(read) });
    expect([second.status, second.body.code]).toEqual([412, 'PreconditionFailed']);
    expect((await request(client, 'GET', path)).headers.etag).toBe(first.headers.etag);
  }
});

describe('mutes', () => {
  const until = '2026-03-01T14:00:00.000Z';

  test('are of the own client, end in time, and are shown with who and why', async () => {
    const { request, client, other, replication } = await createAlerting();
    const body = { replication_id: replication, until, reason: 'moved' };
    const created = await request(client, 'POST', '/alert-mutes', body);
    expect(created.body).toMatchObject({
      client_id: client,
      replication_id: replication,
      reason: 'moved',
      created_by: `client ${client}`,
    });
    expect((await request(other, 'POST', '/alert-mutes', body)).status).toBe(404);
    expect((await request(other, 'DELETE', '/alert-mutes/1')).status).toBe(404);
    for (const wrong of ['2026-03-01T11:00:00.000Z', '2026-05-01T11:00:00.000Z']) {
      expect((await request(client, 'POST', '/alert-mutes', { ...body, until: wrong })).status).toBe(400);
    }
    const list = async (as: number) =>
      alertMuteListSchema.parse((await request(as, 'GET', '/alert-mutes')).body).mutes.length;
    expect([await list(client), await list(other)]).toEqual([1, 0]);
    await request('admin', 'POST', '/alert-mutes', { until, reason: 'everything' });
    expect([await list(client), await list(other)]).toEqual([2, 1]);
    expect((await request(client, 'DELETE', '/alert-mutes/1')).status).toBe(200);
  });

  test('of a replication need its client', async () => {
    const { request, replication, client } = await createAlerting();
    const body = { replication_id: replication, until, reason: 'moved' };
    expect((await request('admin', 'POST', '/alert-mutes', body)).status).toBe(400);
    expect((await request('admin', 'POST', '/alert-mutes', { ...body, client_id: client })).status).toBe(201);
  });

  test('are shown at the incidents that they fit', async () => {
    const { request, client, incidents, replication } = await createAlerting();
    const at = '2026-03-01T12:00:00.000Z';
    const incidentId = `${replication}-table-held-${at}`;
    incidents.set(replication, [
      {
        ...{ incidentId, replicationId: replication, condition: 'table-held', severity: 'warning' },
        ...{ hop: 'consumer', message: 'm', since: at, openedAt: at, updatedAt: at, appliedAtOpening: 0 },
      },
    ]);
    await request(client, 'POST', '/alert-mutes', { condition: 'table-held', until, reason: 'moved' });
    const shown = await request(client, 'GET', `/incidents/${incidentId}`);
    expect(shown.body).toMatchObject({
      severity: 'warning',
      told_at: null,
      mute: { mute_id: 1, reason: 'moved' },
    });
    expect((await request(client, 'GET', '/incidents/nonsense')).status).toBe(404);
    expect((await request(client + 1, 'GET', `/incidents/${incidentId}`)).status).toBe(404);
  });
});

describe('a test', () => {
  test('is put into the queue, and answered with how its only attempt ended', async () => {
    const { request, client, add, world, alerting } = await createAlerting();
    const id = await add(client, slack);
    world.deliver = async (deliveryId) => {
      const delivery = alerting.deliveries.get(deliveryId);
      if (delivery === undefined) throw new Error('It was not stored first.');
      alerting.deliveries.set(deliveryId, {
        ...delivery,
        state: 'failed',
        attempts: [{ at: delivery.createdAt, httpStatus: 500, error: 'The receiver answered 500.' }],
      });
    };
    const { status, body } = await request(client, 'POST', `/alert-channels/${id}/test`);
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({
        event: 'test',
        state: 'failed',
        max_attempts: 1,
        attempts: [expect.objectContaining({ http_status: 500 })],
      }),
    ]);
  });

  test('that has not ended in time says so', async () => {
    const { request } = await createAlerting();
    expect((await request('admin', 'POST', '/alert-topic/test')).body).toMatchObject({
      state: 'waiting',
      channel: 'alert topic',
      channel_id: null,
    });
  });
});

test('the log of deliveries has pages and filters, and shows each client its own channels', async () => {
  const { request, client, alerting } = await createAlerting();
  for (let index = 0; index < 5; index += 1) {
    await alerting.alertStore.addDelivery(
      sampleDelivery({
        deliveryId: `msg_${index}`,
        createdAt: `2026-03-01T12:0${index}:00.000Z`,
        ...(index < 3 ? { clientId: client } : {}),
        state: index === 0 ? 'failed' : 'delivered',
      }),
    );
  }
  const list = async (as: 'admin' | number, query = '') =>
    alertDeliveryListSchema.parse((await request(as, 'GET', `/alert-deliveries${query}`)).body);
  const ids = ({ deliveries }: Awaited<ReturnType<typeof list>>) =>
    deliveries.map(({ delivery_id: id }) => id);
  expect(ids(await list(client))).toEqual(['msg_2', 'msg_1', 'msg_0']);
  expect(ids(await list('admin'))).toHaveLength(5);
  expect(ids(await list('admin', '?state=failed'))).toEqual(['msg_0']);
  expect(ids(await list('admin', '?replication_id=8'))).toEqual([]);
  expect(ids(await list('admin', '?replication_id=7&channel_id=1'))).toHaveLength(5);
  const first = await list(client, '?limit=2');
  const second = await list(client, `?limit=2&cursor=${first.next_cursor}`);
  expect([ids(first), ids(second), second.next_cursor]).toEqual([['msg_2', 'msg_1'], ['msg_0'], null]);
});
