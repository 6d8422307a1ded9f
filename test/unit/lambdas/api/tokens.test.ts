import { expect, test } from '@jest/globals';
import { type Caller, createWorld, sha256 } from './api-world.ts';

const withClients = async () => {
  const world = createWorld();
  for (const name of ['Acme', 'Zeta']) await world.request('admin', 'POST', '/clients', { name });
  return world;
};
const adminOfAcme: Caller = { role: 'admin', clientId: 1 };

test('a token is shown once, and only its hash is stored', async () => {
  const { request, tokens, lines } = await withClients();
  const answer = await request('admin', 'POST', '/tokens', {
    name: 'ci',
    role: 'operator',
    client_id: 1,
    expires_at: '2026-04-01T00:00:00.000Z',
  });
  expect(answer.status).toBe(201);
  const { token, ...listed } = answer.body;
  expect(token).toBe('mlr_secret-token-1');
  expect(listed).toEqual({
    token_id: 1,
    name: 'ci',
    role: 'operator',
    client_id: 1,
    created_at: '2026-03-01T12:00:00.000Z',
    created_by: 'the admin',
    expires_at: '2026-04-01T00:00:00.000Z',
    last_used_at: null,
  });
  expect([...tokens.keys()]).toEqual([sha256('mlr_secret-token-1')]);
  expect((await request('admin', 'GET', '/tokens/1')).body).toEqual(listed);
  expect((await request('admin', 'GET', '/tokens')).body).toMatchObject({ tokens: [listed] });
  expect(lines.join('')).not.toContain('secret-token');
});

test('a token of a client can be made in one short call', async () => {
  const { request } = await withClients();
  expect((await request('admin', 'POST', '/clients/1/tokens')).body).toMatchObject({
    client_id: 1,
    role: 'operator',
    name: 'client token',
    token: 'mlr_secret-token-1',
  });
  expect((await request('admin', 'POST', '/clients/9/tokens')).status).toBe(404);
});

test('a revoked token is gone', async () => {
  const { request, tokens } = await withClients();
  await request('admin', 'POST', '/tokens', { name: 'ci', role: 'viewer' });
  expect((await request('admin', 'DELETE', '/tokens/1')).body).toMatchObject({
    token_id: 1,
    client_id: null,
  });
  expect(tokens.size).toBe(0);
  expect((await request('admin', 'DELETE', '/tokens/1')).status).toBe(404);
});

test("a client's admin manages the tokens of this client only", async () => {
  const { request } = await withClients();
  await request('admin', 'POST', '/tokens', { name: 'of Zeta', role: 'viewer', client_id: 2 });
  await request('admin', 'POST', '/tokens', { name: 'of all', role: 'viewer', client_id: null });
  const own = await request(adminOfAcme, 'POST', '/tokens', { name: 'own', role: 'admin' });
  expect(own.body).toMatchObject({ token_id: 3, client_id: 1, created_by: 'a admin' });
  for (const client_id of [2, null]) {
    const answer = await request(adminOfAcme, 'POST', '/tokens', { name: 'x', role: 'viewer', client_id });
    expect([answer.status, answer.body.code]).toEqual([403, 'Forbidden']);
  }
  expect((await request(adminOfAcme, 'POST', '/clients/2/tokens')).status).toBe(403);
  const { tokens } = (await request(adminOfAcme, 'GET', '/tokens')).body as { tokens: { name: string }[] };
  expect(tokens.map(({ name }) => name)).toEqual(['own']);
  for (const id of [1, 2]) {
    expect((await request(adminOfAcme, 'GET', `/tokens/${id}`)).status).toBe(404);
    expect((await request(adminOfAcme, 'DELETE', `/tokens/${id}`)).status).toBe(404);
  }
});

test.each([
  [{ role: 'viewer' }, 'body.name'],
  [{ name: 'x', role: 'owner' }, 'body.role'],
  [{ name: 'x', role: 'viewer', expires_at: 'tomorrow' }, 'body.expires_at'],
  [{ name: 'x', role: 'viewer', expires_at: '2026-03-01T12:00:00.000Z' }, 'body.expires_at'],
])('a token that is described as %j is refused', async (body, subject) => {
  const { request, tokens } = createWorld();
  const answer = await request('admin', 'POST', '/tokens', body);
  expect([answer.status, answer.body.problems]).toEqual([400, [expect.objectContaining({ subject })]]);
  expect(tokens.size).toBe(0);
});

test('a token says what it may do', async () => {
  const { request } = createWorld();
  expect((await request('admin', 'GET', '/me')).body).toEqual({
    name: 'the admin',
    role: 'admin',
    client_id: null,
    token_id: null,
  });
  expect((await request({ role: 'viewer', clientId: 4, tokenId: 9 }, 'GET', '/me')).body).toEqual({
    name: 'a viewer',
    role: 'viewer',
    client_id: 4,
    token_id: 9,
  });
});

test('a token of all clients names the client that it works for', async () => {
  const { request, clientWithDatabases } = createWorld();
  const { client } = await clientWithDatabases();
  const named = await request('admin', 'GET', `/databases?client_id=${client}`);
  expect(named.body.databases).toHaveLength(2);
  const unnamed = await request('admin', 'GET', '/databases');
  expect(unnamed.status).toBe(400);
  expect(unnamed.body.problems).toEqual([expect.objectContaining({ subject: 'query.client_id' })]);
  expect((await request('admin', 'GET', '/databases?client_id=99')).status).toBe(404);
  expect((await request('admin', 'GET', '/databases?client_id=x')).status).toBe(400);
  expect((await request(client, 'GET', `/databases?client_id=${client}`)).status).toBe(200);
  expect((await request(client, 'GET', '/databases?client_id=99')).status).toBe(403);
});
