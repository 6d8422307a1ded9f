import { expect, test } from '@jest/globals';
import { createWorld } from './api-world.ts';

test('the admin creates, lists and gets clients', async () => {
  const { request } = createWorld();
  const created = await request('admin', 'POST', '/clients', { name: '  Acme  ' });
  expect(created.status).toBe(201);
  expect(created.body).toEqual({ client_id: 1, name: 'Acme', created_at: '2026-03-01T12:00:00.000Z' });
  expect((await request('admin', 'GET', '/clients/1')).body).toEqual(created.body);
  expect((await request('admin', 'GET', '/clients')).body).toEqual({
    clients: [created.body],
    next_cursor: null,
  });
  expect((await request('admin', 'GET', '/clients/2')).status).toBe(404);
});

test('a client is renamed only in the version that the caller has read', async () => {
  const { request } = createWorld();
  await request('admin', 'POST', '/clients', { name: 'Acme' });
  const read = String((await request('admin', 'GET', '/clients/1')).headers.etag);
  const first = await request('admin', 'PATCH', '/clients/1', { name: 'B' }, { 'if-match': read });
  expect([first.status, first.headers.etag === read]).toEqual([200, false]);
  const second = await request('admin', 'PATCH', '/clients/1', { name: 'C' }, { 'if-match': read });
  expect([second.status, second.body.code]).toEqual([412, 'PreconditionFailed']);
  expect((await request('admin', 'GET', '/clients/1')).body.name).toBe('B');
});

test.each([
  [{}, 'body.name'],
  [{ name: '' }, 'body.name'],
  [{ name: 'x'.repeat(101) }, 'body.name'],
  [{ name: 'a\u0000b' }, 'body.name'],
  [{ name: 'x', role: 'admin' }, 'body'],
])('a client that is described as %j is refused', async (body, subject) => {
  const { request } = createWorld();
  const answer = await request('admin', 'POST', '/clients', body);
  expect(answer.status).toBe(400);
  expect(answer.body.problems).toEqual([expect.objectContaining({ subject })]);
});

test('a token of one client sees this client and no other', async () => {
  const { request } = createWorld();
  const acme = (await request('admin', 'POST', '/clients', { name: 'Acme' })).body;
  await request('admin', 'POST', '/clients', { name: 'Zeta' });
  expect((await request(1, 'GET', '/clients')).body).toMatchObject({ clients: [acme] });
  expect((await request(1, 'GET', '/clients/1')).body).toEqual(acme);
  const [foreign, missing] = [await request(1, 'GET', '/clients/2'), await request(1, 'GET', '/clients/3')];
  expect([foreign.status, foreign.body.detail]).toEqual([404, 'There is no client 2.']);
  expect([missing.status, missing.body.detail]).toEqual([404, 'There is no client 3.']);
});
