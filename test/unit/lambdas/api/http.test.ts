import { describe, expect, test } from '@jest/globals';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { createWorld, registration } from './api-world.ts';

test('every answer names the request and is kept by no cache', async () => {
  const { request } = createWorld();
  const found = await request('admin', 'GET', '/clients');
  const missing = await request('admin', 'GET', '/clients/9');
  for (const { headers } of [found, missing])
    expect(headers).toMatchObject({ 'x-request-id': 'request-1', 'cache-control': 'no-store' });
  expect(missing.body.request_id).toBe('request-1');
});

test.each(['PUT', 'TRACE', 'DELETE', 'PATCH'])(
  '%s of a path that does not know it is 405',
  async (method) => {
    const { request } = createWorld();
    const answer = await request('admin', method, '/clients');
    expect([answer.status, answer.type, answer.body.code]).toEqual([
      405,
      'application/problem+json',
      'MethodNotAllowed',
    ]);
    expect(answer.headers.allow).toBe('POST, GET, HEAD, OPTIONS');
  },
);

test('an unknown path is 404, and a forgotten version is named', async () => {
  const { request } = createWorld();
  expect((await request('admin', 'GET', '/nothing')).body.detail).toBe('There is no GET /v1/nothing.');
  const unversioned = await request('admin', 'GET', '/clients', undefined, {}, '');
  expect([unversioned.status, unversioned.body.detail]).toEqual([
    404,
    'There is no GET /clients. Every route begins with /v1.',
  ]);
});

test('HEAD is GET without the body', async () => {
  const { request } = createWorld();
  const got = await request('admin', 'GET', '/clients');
  const head = await request('admin', 'HEAD', '/clients');
  expect([head.status, head.text, head.type]).toEqual([200, '', got.type]);
  const missing = await request('admin', 'HEAD', '/clients/9');
  expect([missing.status, missing.text]).toEqual([404, '']);
  expect((await request('admin', 'HEAD', '/replications/1/start')).status).toBe(405);
});

test('OPTIONS needs no token and lets the page of the console in, and no other', async () => {
  const { request } = createWorld();
  const preflight = (origin: string) =>
    request('nobody', 'OPTIONS', '/clients/1', undefined, { Origin: origin });
  const answer = await preflight('https://console.example.com');
  expect([answer.status, answer.text]).toEqual([204, '']);
  expect(answer.headers).toMatchObject({
    allow: 'GET, PATCH, DELETE, HEAD, OPTIONS',
    'access-control-allow-origin': 'https://console.example.com',
    'access-control-allow-methods': 'GET, PATCH, DELETE, HEAD, OPTIONS',
    'access-control-allow-headers': expect.stringContaining('Authorization'),
    vary: 'Origin',
  });
  expect((await preflight('https://evil.example.com')).headers).not.toHaveProperty(
    'access-control-allow-origin',
  );
  expect((await request('nobody', 'OPTIONS', '/nothing')).status).toBe(404);
});

test('a page of the console may read an error, too', async () => {
  const { request } = createWorld();
  const answer = await request('admin', 'GET', '/clients/9', undefined, {
    origin: 'https://console.example.com',
  });
  expect(answer.headers).toMatchObject({
    'access-control-allow-origin': 'https://console.example.com',
    'access-control-expose-headers': 'ETag, Retry-After, X-Request-Id',
  });
});

test('what may be repeated says when', async () => {
  const { request, ports } = createWorld();
  Object.assign(ports.store, {
    listClients: async () => {
      throw new MillraceError('StoreUnavailable', 'DynamoDB is down.');
    },
  });
  const answer = await request('admin', 'GET', '/clients');
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5']);
});

test('a request that takes too long ends in a problem before API Gateway gives up', async () => {
  const { request, clientWithDatabases, ports, world, clock } = createWorld();
  await clientWithDatabases();
  const never = new Promise<never>(() => undefined);
  const openSource = ports.openSource;
  Object.assign(ports, {
    openSource: async (database: Parameters<typeof openSource>[0]) => ({
      ...(await openSource(database)),
      listTables: () => never,
    }),
    clock: { ...clock, sleep: async () => undefined },
  });
  expect(world.databaseFailure).toBeUndefined();
  const answer = await request(1, 'GET', '/databases/1/tables');
  expect([answer.status, answer.type, answer.body.code, answer.body.detail]).toEqual([
    504,
    'application/problem+json',
    'RequestTimeout',
    'GET /v1/databases/1/tables took longer than 27 s.',
  ]);
});

test("only faults of clients' databases are left out of the alarm on the API", async () => {
  const { request, clientWithDatabases, ports, world, calls } = createWorld();
  await clientWithDatabases();
  const counted = () => calls.filter((call) => call === 'count fault').length;
  Object.assign(ports.store, {
    listClients: async () => {
      throw new TypeError('x is not a function');
    },
  });
  expect((await request('admin', 'GET', '/clients')).status).toBe(500);
  expect((await request(1, 'GET', '/databases/9')).status).toBe(404);
  expect(counted()).toBe(1);
  world.databaseFailure = new MillraceError('DatabaseUnreachable', 'Nothing listens there.');
  expect((await request(1, 'GET', '/databases/1/tables')).status).toBe(502);
  expect(counted()).toBe(1);
});

test('a change that was decided on an older version is refused', async () => {
  const { request, databases } = createWorld();
  await request('admin', 'POST', '/clients', { name: 'Acme' });
  await request(1, 'POST', '/databases', registration());
  const first = await request(1, 'GET', '/databases/1');
  const change = (name: string, ifMatch: string) =>
    request(1, 'PATCH', '/databases/1', { name }, { 'If-Match': ifMatch });

  const changed = await change('shop 2', String(first.headers.etag));
  expect(changed.status).toBe(200);
  expect(changed.headers.etag).not.toBe(first.headers.etag);
  expect(changed.headers.etag).toBe((await request(1, 'GET', '/databases/1')).headers.etag);

  const late = await change('shop 3', String(first.headers.etag));
  expect([late.status, late.body.code]).toEqual([412, 'PreconditionFailed']);
  expect(databases.get(1)?.name).toBe('shop 2');
  expect((await change('shop 4', '*')).status).toBe(200);
});

test('If-Match is refused where nothing has a version', async () => {
  const { request } = createWorld();
  const answer = await request('admin', 'POST', '/clients', { name: 'x' }, { 'if-match': '"a"' });
  expect([answer.status, answer.body.problems]).toEqual([
    400,
    [expect.objectContaining({ subject: 'header If-Match' })],
  ]);
});

describe('calls of a client', () => {
  const limit = 3;
  const call = async (world: ReturnType<typeof createWorld>, client: number) =>
    world.request(client, 'GET', '/databases');

  test('are counted minute by minute, and one more waits for the next minute', async () => {
    const world = createWorld();
    Object.assign(world.ports, { clientCallsPerMinute: limit });
    for (let made = 0; made < limit; made += 1) expect((await call(world, 1)).status).toBe(200);
    const refused = await call(world, 1);
    expect([refused.status, refused.body.code]).toEqual([429, 'TooManyRequests']);
    const seconds = Number(refused.headers['retry-after']);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    await world.clock.sleep(seconds * 1_000);
    expect((await call(world, 1)).status).toBe(200);
  });

  test('do not count for another client, or for those who look after all', async () => {
    const world = createWorld();
    Object.assign(world.ports, { clientCallsPerMinute: limit });
    for (let made = 0; made <= limit; made += 1) await call(world, 1);
    expect((await call(world, 2)).status).toBe(200);
    for (let made = 0; made <= limit; made += 1)
      expect((await world.request('admin', 'GET', '/clients')).status).toBe(200);
  });
});

test('an environment that waits for the loss of another region shows everything and changes nothing', async () => {
  const world = createWorld();
  const { client } = await world.clientWithDatabases();
  Object.assign(world.ports, { isStandby: true });
  expect((await world.request(client, 'GET', '/databases')).body).toMatchObject({ databases: [{}, {}] });
  for (const [method, path] of [
    ['POST', '/clients'],
    ['DELETE', '/databases/1'],
    ['PATCH', '/databases/1'],
  ] as const) {
    const refused = await world.request('admin', method, path, {});
    expect([refused.status, refused.body.code]).toEqual([409, 'Conflict']);
    expect(refused.body.detail).toContain('has taken over');
  }
});

test('a state that a newer Millrace has written is changed by nobody, and read by nobody', async () => {
  const { request, store } = createWorld();
  await store.raiseStateVersion(2);
  for (const [method, path] of [
    ['GET', '/clients'],
    ['POST', '/clients'],
  ] as const) {
    const answer = await request('admin', method, path, method === 'POST' ? { name: 'Acme' } : undefined);
    expect([answer.status, answer.body.code]).toEqual([503, 'StateTooNew']);
    expect(answer.body.advice).toContain('Deploy the version of Millrace that was deployed last');
  }
});
