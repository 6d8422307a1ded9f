import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { type OutageProxy, openOutageProxy } from '#test/kit/outage-proxy.ts';
import { testInLongForm } from '#test/kit/short-form.ts';
import {
  type ApiAnswer,
  adminApi,
  awaitLive,
  createReplication,
  createTenant,
  runningStack,
  startAndAwaitActive,
  type Tenant,
  waitFor,
} from './harness.ts';

/** A target that is away becomes an incident after 62 s, which the check of the next minute opens. */
const openedWithinMs = 180_000;
/** An incident is over when it was missing twice. */
const closedWithinMs = 240_000;
/** A held table is told by the check of the next minute, and so is what was muted. */
const toldWithinMs = 120_000;

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly alert: Alert;
}

interface Alert {
  readonly type: string;
  readonly data: { readonly condition: string; readonly incidents: readonly { replication_id: number }[] };
}

describe('alerts to a webhook', () => {
  let tenant: Tenant;
  let target: OutageProxy;
  let server: Server;
  let secret: string;
  let channelId: number;
  let routeId: number;
  let awayId: number;
  let heldId: number;
  const received: Received[] = [];
  /** What the receiver answers next; 204 when there is nothing. */
  const answers: number[] = [];

  /** Also looks at the time of the attempt, which must not be older than five minutes. */
  const verify = (headers: IncomingHttpHeaders, body: string): Alert =>
    new Webhook(secret).verify(body, headers as Record<string, string>) as Alert;
  const alertsOf = (replicationId: number): readonly Received[] =>
    received.filter(({ alert }) =>
      alert.data.incidents.some(({ replication_id: id }) => id === replicationId),
    );
  const deliveries = async (query = ''): Promise<ApiAnswer['body']['deliveries']> =>
    (await tenant.api.get(`/alert-deliveries${query}`)).body.deliveries;
  const incidents = async (id: number): Promise<ApiAnswer['body']['incidents']> =>
    (await tenant.api.get(`/replications/${id}/incidents`)).body.incidents;
  const must = async (status: number, call: Promise<ApiAnswer>): Promise<ApiAnswer['body']> => {
    const answer = await call;
    if (answer.status !== status) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };

  beforeAll(async () => {
    server = createServer((request, response) => {
      text(request).then(
        (body) => {
          const { headers } = request;
          received.push({ headers, body, alert: verify(headers, body) });
          response.writeHead(answers.shift() ?? 204).end();
        },
        (error: Error) => response.destroy(error),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-path`;
    tenant = await createTenant('alerts');
    target = await openOutageProxy(runningStack().target);
    const channel = await must(
      201,
      tenant.api.post('/alert-channels', { name: 'receiver', kind: 'webhook', url }),
    );
    ({ channel_id: channelId, signing_secret: secret } = channel);
    ({ route_id: routeId } = await must(201, tenant.api.post('/alert-routes', { channel_ids: [channelId] })));
    const proxied = tenant.registration('target', { host: target.host, port: target.port });
    const { database_id: proxiedId } = await must(201, tenant.api.post('/databases', proxied));
    await tenant.source.query('CREATE TABLE away (id int PRIMARY KEY); INSERT INTO away VALUES (1)');
    await tenant.source.query('CREATE TABLE held (id int PRIMARY KEY); INSERT INTO held VALUES (1)');
    awayId = (
      await createReplication({ ...tenant, targetDatabaseId: proxiedId }, [{ source: { table: 'away' } }])
    ).id;
    heldId = (await createReplication(tenant, [{ source: { table: 'held' } }])).id;
    for (const id of [awayId, heldId]) {
      await startAndAwaitActive(tenant, id);
      await awaitLive(tenant, id);
    }
  });
  afterAll(async () => {
    for (const id of [awayId, heldId]) await tenant.api.post(`/replications/${id}/stop`);
    await target.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await tenant.close();
  });

  test('the test button says how the test ended, and the receiver has it with a right signature', async () => {
    const delivery = await must(200, tenant.api.post(`/alert-channels/${channelId}/test`));
    expect(delivery).toMatchObject({ state: 'delivered', attempts: [{ http_status: 204, error: null }] });
    const [one] = received;
    if (one === undefined) throw new Error('nothing was received');
    expect(one.headers['webhook-id']).toBe(delivery.delivery_id);
    expect(one.alert.type).toBe('alert.test');

    answers.push(500);
    expect(await must(200, tenant.api.post(`/alert-channels/${channelId}/test`))).toMatchObject({
      state: 'failed',
      attempts: [{ http_status: 500, error: 'The receiver answered 500.' }],
    });
    expect(JSON.stringify(await deliveries())).not.toContain('secret-path');
  });

  test('the address of the platform is not reached', async () => {
    const url = 'https://169.254.169.254/latest/meta-data';
    const { channel_id: id } = await must(
      201,
      tenant.api.post('/alert-channels', { name: 'metadata', kind: 'webhook', url }),
    );
    expect(await must(200, tenant.api.post(`/alert-channels/${id}/test`))).toMatchObject({
      state: 'failed',
      attempts: [{ http_status: null, error: expect.stringContaining('may not go to') }],
    });
    await must(200, tenant.api.delete(`/alert-channels/${id}`));
  });

  testInLongForm(
    'a mute keeps an alert back while the incident is shown with it, and its end lets it go',
    async () => {
      const { mute_id: muteId } = await must(
        201,
        tenant.api.post('/alert-mutes', {
          replication_id: heldId,
          until: new Date(Date.now() + 3_600_000).toISOString(),
          reason: 'the target is moved',
        }),
      );
      const name = `"${tenant.databaseName}_held"`;
      await tenant.target.query(`ALTER TABLE ${name} ADD CONSTRAINT small CHECK (id < 100)`);
      await tenant.source.query('INSERT INTO held VALUES (100)');
      const incident = await waitFor(
        'the incident of the held table',
        toldWithinMs,
        async () =>
          (await incidents(heldId)).find(({ condition }: Alert['data']) => condition === 'table-held'),
        () => incidents(heldId),
      );
      expect(incident).toMatchObject({
        told_at: null,
        mute: { mute_id: muteId, reason: 'the target is moved' },
        runbook: 'docs/runbook/health.md#table-held',
      });
      // The check that has opened it has also decided who is told.
      await sleep(5_000);
      expect(alertsOf(heldId).filter(({ alert }) => alert.data.condition === 'table-held')).toEqual([]);
      await must(200, tenant.api.delete(`/alert-mutes/${muteId}`));
      await waitFor(
        'the alert after the mute',
        toldWithinMs,
        async () => alertsOf(heldId).find(({ alert }) => alert.data.condition === 'table-held'),
        () => incidents(heldId),
      );
      expect(await tenant.api.get(`/incidents/${incident.incident_id}`)).toMatchObject({
        status: 200,
        body: { mute: null, told_at: expect.any(String) },
      });
    },
  );

  // Opening, three attempts and closing take minutes by their nature.
  testInLongForm(
    'a target that is away is told, again after two failures with the same id, and so is its return; not to the alert topic while the route keeps it from there',
    async () => {
      const admin = await adminApi();
      const tellTopic = (isTold: boolean): Promise<ApiAnswer> =>
        admin.patch(`/alert-routes/${routeId}`, { alert_topic: isTold });
      const told = async (event: string): Promise<readonly string[]> =>
        // A client's token does not see what went to the alert topic.
        (await must(200, admin.get(`/alert-deliveries?replication_id=${awayId}`))).deliveries
          .filter((one: { event: string }) => one.event === event)
          .map(({ channel }: { channel: string }) => channel);
      await must(200, tellTopic(false));
      answers.push(500, 500);
      await target.refuse();
      await tenant.source.query('INSERT INTO away SELECT generate_series(2, 1000)');
      const opened = await waitFor(
        'three attempts to tell of the target',
        openedWithinMs,
        async () => {
          const attempts = alertsOf(awayId).filter(({ alert }) => alert.type === 'incident.opened');
          return attempts.length >= 3 ? attempts : undefined;
        },
        async () => ({ incidents: await incidents(awayId), deliveries: await deliveries() }),
      );
      expect(new Set(opened.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
      expect(opened[0]?.alert.data.condition).toBe('consumer-retrying');
      const [delivery] = await waitFor('the delivery to be recorded', 30_000, async () => {
        const found = await deliveries(`?replication_id=${awayId}&state=delivered`);
        return found.length > 0 ? found : undefined;
      });
      expect(delivery.attempts.map((attempt: { http_status: number }) => attempt.http_status)).toEqual([
        500, 500, 204,
      ]);
      expect(await told('opened')).toEqual(['receiver']);
      await must(200, tellTopic(true));
      await target.restore();
      const closed = await waitFor(
        'the end of the incident',
        closedWithinMs,
        async () => alertsOf(awayId).find(({ alert }) => alert.type === 'incident.closed'),
        () => incidents(awayId),
      );
      expect(closed.body).toContain('999 changes caught up');
      await waitFor('the alert topic to be told of the end', toldWithinMs, async () =>
        (await told('closed')).includes('alert topic') ? true : undefined,
      );
    },
    600_000,
  );
});
