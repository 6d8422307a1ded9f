import { expect, test } from '@jest/globals';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { createWorld } from './api-world.ts';

const name = 'acme_shop_connector';
const path = `/connectors/${name}`;

const withStatus = async (status: 'active' | 'stopped') => {
  const it = createWorld();
  const { client, replication } = await it.configured();
  const stored = it.replications.get(replication);
  if (stored === undefined) throw new Error('There is no replication.');
  it.replications.set(replication, { ...stored, status });
  it.world.connector = {
    state: 'RUNNING',
    tasks: [{ id: 0, state: 'FAILED', trace: 'java.net.ConnectException' }],
  };
  const call = (method: string, route: string) => it.request(client, method, route);
  return { ...it, client, replication, call };
};

test('connectors are listed and shown with what has failed, for their client only', async () => {
  const { call, request, client } = await withStatus('active');
  const shown = {
    name,
    replication_id: 1,
    state: 'RUNNING',
    trace: null,
    tasks: [{ task: 0, state: 'FAILED', trace: 'java.net.ConnectException' }],
  };
  expect((await call('GET', '/connectors')).body).toEqual({ connectors: [shown], next_cursor: null });
  expect((await call('GET', `/connectors?state=${shown.state}`)).body.connectors).toEqual([shown]);
  expect((await call('GET', '/connectors?state=UNASSIGNED')).body.connectors).toEqual([]);
  expect((await call('GET', path)).body).toEqual(shown);
  expect((await call('GET', `${path}/tasks`)).body).toEqual({ name, tasks: shown.tasks });
  for (const [method, route] of [
    ['GET', path],
    ['GET', `${path}/config`],
    ['POST', `${path}/restart`],
  ] as const)
    expect((await request(client + 1, method, route)).status).toBe(404);
  expect((await request(client + 1, 'GET', '/connectors')).body).toEqual({
    connectors: [],
    next_cursor: null,
  });
});

test('a replication without a connector is listed with none', async () => {
  const it = await withStatus('active');
  it.world.connector = undefined;
  expect((await it.call('GET', path)).body).toMatchObject({ state: null, tasks: [] });
  expect((await it.call('GET', `${path}/config`)).status).toBe(404);
  expect((await it.call('POST', `${path}/restart`)).status).toBe(404);
});

test('the configuration is shown without secrets, and checked as it is', async () => {
  const it = await withStatus('active');
  it.world.config = { 'connector.class': 'x', 'database.password': '$'.concat('{secret:a:b}') };
  expect((await it.call('GET', `${path}/config`)).body).toEqual({
    name,
    config: { 'connector.class': 'x', 'database.password': '***' },
  });
  it.world.configErrors = ['database.port is wrong'];
  expect((await it.call('POST', `${path}/validate`)).body).toMatchObject({
    ready: false,
    problems: ['database.port is wrong'],
  });
  expect(it.validated.at(-1)).toEqual(it.world.config);
});

test('a connector and one task are restarted, and the activity says by whom', async () => {
  const { call, calls, replication } = await withStatus('active');
  expect((await call('POST', `${path}/restart`)).status).toBe(202);
  expect((await call('POST', `${path}/tasks/0/restart`)).status).toBe(202);
  expect((await call('POST', `${path}/tasks/7/restart`)).status).toBe(404);
  expect(calls.filter((it) => it.startsWith('restart'))).toEqual([`restart ${name}`, `restart ${name} 0`]);
  const { body } = await call('GET', `/replications/${replication}/activity`);
  expect((body.activity as readonly { action: string }[]).map(({ action }) => action)).toEqual([
    'connector-task-restarted',
    'connector-restarted',
    'created',
  ]);
});

test('what the health check would undo is refused with what to call', async () => {
  const active = await withStatus('active');
  const paused = await active.call('POST', `${path}/pause`);
  expect([paused.status, paused.body.detail]).toEqual([409, expect.stringContaining('/replications/1/stop')]);
  expect((await active.call('POST', `${path}/resume`)).status).toBe(202);
  const stopped = await withStatus('stopped');
  const resumed = await stopped.call('POST', `${path}/resume`);
  expect([resumed.status, resumed.body.detail]).toEqual([
    409,
    expect.stringContaining('/replications/1/start'),
  ]);
  expect((await stopped.call('POST', `${path}/pause`)).status).toBe(202);
});

test('only a connector of no replication is deleted, by a token of all clients', async () => {
  const { call, request, calls } = await withStatus('active');
  expect((await call('DELETE', path)).status).toBe(403);
  expect(await request('admin', 'DELETE', path)).toMatchObject({ status: 409, body: { code: 'Conflict' } });
  const gone = await request('admin', 'DELETE', '/connectors/left_over');
  expect([gone.status, gone.body]).toEqual([200, { name: 'left_over' }]);
  expect(calls).toContain('delete left_over');
});

test('the health of Kafka Connect names connectors of nobody to tokens of all clients only', async () => {
  const it = await withStatus('active');
  const { ports } = it;
  ports.connect.listStatuses = async () =>
    new Map([name, 'left_over'].map((known) => [known, { state: 'RUNNING', tasks: [] }]));
  expect((await it.call('GET', '/connect')).body).toEqual({ healthy: true, message: null, unowned: null });
  expect((await it.request('admin', 'GET', '/connect')).body).toEqual({
    healthy: true,
    message: null,
    unowned: ['left_over'],
  });
  ports.connect.listStatuses = async () => {
    throw new MillraceError('ConnectUnavailable', 'Kafka Connect does not answer.');
  };
  expect((await it.call('GET', '/connect')).body).toEqual({
    healthy: false,
    message: 'Kafka Connect does not answer.',
    unowned: null,
  });
  expect((await it.call('GET', '/connectors')).status).toBe(503);
});

test('a client is renamed, and deleted once it owns nothing', async () => {
  const { request, client } = await withStatus('active');
  const renamed = await request('admin', 'PATCH', `/clients/${client}`, { name: 'Acme Ltd' });
  expect(renamed).toMatchObject({ status: 200, body: { client_id: client, name: 'Acme Ltd' } });
  expect(await request('admin', 'DELETE', `/clients/${client}`)).toMatchObject({
    status: 409,
    body: { code: 'Conflict' },
  });
  const { body: other } = await request('admin', 'POST', '/clients', { name: 'Other' });
  const route = `/clients/${String(other.client_id)}`;
  expect((await request(client, 'DELETE', route)).status).toBe(403);
  expect((await request('admin', 'DELETE', route)).status).toBe(200);
  expect((await request('admin', 'GET', route)).status).toBe(404);
  expect((await request('admin', 'PATCH', route, { name: 'x' })).status).toBe(404);
});
