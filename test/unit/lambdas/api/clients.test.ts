import { expect, test } from '@jest/globals';
import { createWorld, sha256 } from './api-world.ts';

test('the admin creates, lists and gets clients', async () => {
  const { request } = createWorld();
  const created = await request('admin', 'POST', '/clients', { name: '  Acme  ' });
  expect(created.status).toBe(201);
  expect(created.body).toEqual({ client_id: 1, name: 'Acme', created_at: '2026-03-01T12:00:00.000Z' });
  expect((await request('admin', 'GET', '/clients/1')).body).toEqual(created.body);
  expect((await request('admin', 'GET', '/clients')).body).toEqual({ clients: [created.body] });
  expect((await request('admin', 'GET', '/clients/2')).status).toBe(404);
});

test('a token is shown once, and only its hash is stored', async () => {
  const { request, tokens, lines } = createWorld();
  await request('admin', 'POST', '/clients', { name: 'Acme' });
  const answer = await request('admin', 'POST', '/clients/1/tokens');
  expect(answer.status).toBe(201);
  expect(answer.body).toEqual({ client_id: 1, token: 'mlr_secret-token-1' });
  expect([...tokens]).toEqual([[sha256('mlr_secret-token-1'), { role: 'client', clientId: 1 }]]);
  expect(lines.join('')).not.toContain('secret-token');
  expect((await request('admin', 'POST', '/clients/9/tokens')).status).toBe(404);
});

test.each([
  ['POST', '/clients'],
  ['GET', '/clients'],
  ['GET', '/clients/1'],
  ['POST', '/clients/1/tokens'],
])("a client's token is refused at %s %s", async (method, path) => {
  const { request } = createWorld();
  const answer = await request(1, method, path, method === 'POST' ? { name: 'x' } : undefined);
  expect(answer.status).toBe(403);
  expect(answer.body.code).toBe('Forbidden');
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
