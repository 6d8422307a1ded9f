import { describe, expect, test } from '@jest/globals';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { operations } from '../../../../lambdas/api/api.ts';
import { createWorld, registration } from './api-world.ts';

const key = { 'Idempotency-Key': '7d0c2c1e-8f0b-4c2e-9a55-2d1f6d1b7a10' };

const post = (
  it: ReturnType<typeof createWorld>,
  as: 'admin' | number,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = key,
) => it.request(as, 'POST', path, body, headers);

describe('a POST with an Idempotency-Key', () => {
  test('is one effect with one answer, however often it is sent', async () => {
    const it = createWorld();
    const first = await post(it, 'admin', '/clients', { name: 'Acme' });
    const second = await post(it, 'admin', '/clients', { name: 'Acme' });
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.text).toBe(first.text);
    expect([first, second].map(({ headers }) => headers?.['idempotency-replayed'])).toEqual([
      undefined,
      'true',
    ]);
    expect((await it.request('admin', 'GET', '/clients')).body.clients).toHaveLength(1);
  });

  test('is the same whatever the case of the header, and in quotes', async () => {
    const it = createWorld();
    const first = await post(it, 'admin', '/clients', { name: 'Acme' });
    const second = await post(
      it,
      'admin',
      '/clients',
      { name: 'Acme' },
      {
        'idempotency-key': `"${key['Idempotency-Key']}"`,
      },
    );
    expect(second.text).toBe(first.text);
  });

  test('and another body is refused, and so is another query', async () => {
    const it = createWorld();
    await post(it, 'admin', '/clients', { name: 'Acme' });
    const other = await post(it, 'admin', '/clients', { name: 'Other' });
    expect([other.status, other.body.code]).toEqual([422, 'IdempotencyKeyReused']);
    expect((await it.request('admin', 'GET', '/clients')).body.clients).toHaveLength(1);
  });

  test('of another client or for another route is another request', async () => {
    const it = createWorld();
    const a = await it.clientWithDatabases('A');
    const b = await it.clientWithDatabases('B');
    const answers = [
      await post(it, a.client, '/databases', registration()),
      await post(it, b.client, '/databases', registration()),
      await post(it, a.client, `/databases/${a.source}/test`, {}),
      await post(it, a.client, `/databases/${a.target}/test`, {}),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 200, 200]);
    expect(answers[0]?.body.database_id).not.toBe(answers[1]?.body.database_id);
    expect(answers[2]?.body.database_id).not.toBe(answers[3]?.body.database_id);
  });

  test('is refused while the first one is at work, and 35 seconds later the first one is dead', async () => {
    const it = createWorld();
    const { createClient } = it.ports.store;
    const waiting = Promise.withResolvers<void>();
    it.ports.store.createClient = async (name) => {
      await waiting.promise;
      return createClient(name);
    };
    const first = post(it, 'admin', '/clients', { name: 'Acme' });
    const second = await post(it, 'admin', '/clients', { name: 'Acme' });
    expect([second.status, second.body.code]).toEqual([409, 'Conflict']);
    it.advance(35_000);
    it.ports.store.createClient = createClient;
    expect((await post(it, 'admin', '/clients', { name: 'Acme' })).body.client_id).toBe(1);
    waiting.resolve();
    await first;
    // The answer that counts is that of the call which has the claim.
    expect((await post(it, 'admin', '/clients', { name: 'Acme' })).body.client_id).toBe(1);
  });

  test('that fails does the work again', async () => {
    const it = createWorld();
    const { client } = await it.configured();
    it.world.databaseFailure = new MillraceError('DatabaseUnreachable', 'It is down.');
    expect((await post(it, client, '/replications/1/start')).status).toBe(422);
    it.world.databaseFailure = undefined;
    expect((await post(it, client, '/replications/1/start')).status).toBe(202);
    expect((await post(it, client, '/replications/1/start')).body.generation).toBe(1);
  });

  test('leaves neither a token nor a password readable in the store', async () => {
    const it = createWorld();
    const { client } = await it.clientWithDatabases();
    const made = await post(it, 'admin', `/clients/${client}/tokens`);
    await post(it, client, '/databases', registration());
    const stored = JSON.stringify([...it.requests]);
    expect(stored).not.toContain(String(made.body.token));
    expect(stored).not.toContain(registration().password);
    expect(stored).not.toContain(key['Idempotency-Key']);
    expect((await post(it, 'admin', `/clients/${client}/tokens`)).body.token).toBe(made.body.token);
  });

  test.each(['short', 'with a space in the middle', 'x'.repeat(256)])('%j is no key', async (bad) => {
    const it = createWorld();
    const answer = await post(it, 'admin', '/clients', { name: 'Acme' }, { 'Idempotency-Key': bad });
    expect([answer.status, answer.body.code]).toEqual([400, 'InvalidRequest']);
    expect(it.requests.size).toBe(0);
  });

  test('of a wrong role stays refused, also after it was done by another', async () => {
    const it = createWorld();
    const { client } = await it.clientWithDatabases();
    await post(it, 'admin', '/clients', { name: 'Other' });
    expect((await post(it, client, '/clients', { name: 'Other' })).status).toBe(403);
  });
});

test('every POST names the header in docs/openapi.json', async () => {
  const { openApiDocument } = await import('../../../../lambdas/api/openapi.ts');
  const text = JSON.stringify(openApiDocument());
  const posts = operations.filter(({ method }) => method === 'POST');
  expect(text.match(/"name":"Idempotency-Key"/g)).toHaveLength(posts.length);
});
