import { describe, expect, test } from '@jest/globals';
import type { Replication } from '#core/contracts/replication.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { exactKey } from '#core/lifecycle/ownership-refusals.ts';
import { sampleOwner } from '../../../kit/target-owner.ts';
import { createWorld, registration } from './api-world.ts';

const otherAuthority = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n';

const running = async (change: Partial<Replication> = {}) => {
  const world = createWorld();
  const ids = await world.configured();
  const replication = world.replications.get(ids.replication);
  if (replication === undefined) throw new Error('The replication was not created.');
  world.replications.set(ids.replication, {
    ...replication,
    status: 'active',
    desired: 'running',
    generation: 1,
    copyGeneration: 1,
    ...change,
  });
  world.calls.length = 0;
  return { ...world, ids };
};

describe('a database that is changed', () => {
  test('is connected to before anything is saved', async () => {
    const { request, ids, databases, secrets, world } = await running();
    world.databaseFailure = new MillraceError('DatabaseAuthenticationFailed', 'The password is refused.');
    const before = databases.get(ids.source);
    const secretsBefore = [...secrets];
    const answer = await request(ids.client, 'PATCH', `/databases/${ids.source}`, { password: 'wrong' });
    expect(answer).toMatchObject({ status: 422, body: { code: 'DatabaseAuthenticationFailed' } });
    expect(databases.get(ids.source)).toBe(before);
    expect([...secrets]).toEqual(secretsBefore);
  });

  test('restarts connector and consumer of a source with a new password, which only the secret has', async () => {
    const { request, ids, secrets, calls, world } = await running();
    const first = await request(ids.client, 'PATCH', `/databases/${ids.source}`, { password: 'rotated' });
    expect(first).toMatchObject({
      status: 200,
      body: { replications: [{ replication_id: ids.replication, effect: 'restarted' }] },
    });
    expect(first.text).not.toContain('rotated');
    expect([...secrets.values()].map(({ password }) => password)).toContain('rotated');
    expect(calls).toContain('run r1-g1-l1');
    // The connector had no configuration here; from now on it has that of the change.
    world.config = undefined;
    calls.length = 0;
    await request(ids.client, 'PATCH', `/databases/${ids.source}`, {
      host: 'new.example.com',
      password: 'known',
    });
    expect(calls).toContain('connect to new.example.com as millrace');
  });

  test.each(['pausing', 'paused'] as const)(
    'restarts the connector alone of one that is %s',
    async (status) => {
      const { request, ids, calls, world } = await running({ status, desired: 'paused' });
      world.config = { 'database.hostname': 'db.example.com' };
      const { body } = await request(ids.client, 'PATCH', `/databases/${ids.source}`, {
        password: 'rotated',
      });
      expect(body.replications).toMatchObject([
        { effect: 'restarted', message: expect.stringContaining('is paused and stays so') },
      ]);
      expect(calls.filter((call) => /^(put|restart) /.test(call))).toHaveLength(1);
      expect(calls.filter((call) => call.startsWith('run '))).toEqual([]);
    },
  );

  test('updates the connector when its address changes, and restarts it when only the password does', async () => {
    const { request, ids, calls, world } = await running();
    world.config = { 'database.hostname': 'db.example.com' };
    await request(ids.client, 'PATCH', `/databases/${ids.source}`, {
      host: 'new.example.com',
      password: 'known',
    });
    expect(calls.filter((call) => /^(put|restart) /.test(call))).toEqual([expect.stringContaining('put ')]);
    expect(world.config).toMatchObject({ 'database.hostname': 'new.example.com' });
    calls.length = 0;
    await request(ids.client, 'PATCH', `/databases/${ids.source}`, { password: 'rotated' });
    expect(calls.filter((call) => /^(put|restart) /.test(call))).toEqual([
      expect.stringContaining('restart '),
    ]);
  });

  test('starts a replication again that had failed for want of it', async () => {
    const { request, ids, replications, executions } = await running({
      status: 'error',
      lastErrorCode: 'DatabaseAuthenticationFailed',
    });
    const answer = await request(ids.client, 'PATCH', `/databases/${ids.target}`, { password: 'rotated' });
    expect(answer.body.replications).toMatchObject([{ effect: 'started' }]);
    expect(replications.get(ids.replication)).toMatchObject({ status: 'starting', generation: 2 });
    expect([...executions.values()]).toMatchObject([
      { input: expect.stringContaining('"forceResync":false') },
    ]);
  });

  test.each([
    ['is starting', { status: 'starting' }, { password: 'x' }, /is starting with the database as it is/],
    ['uses it under its name', {}, { database: 'other' }, /another name means other tables/],
  ] as const)('is refused while a replication %s', async (_why, change, body, reason) => {
    const { request, ids, databases } = await running(change);
    const before = databases.get(ids.source);
    const answer = await request(ids.client, 'PATCH', `/databases/${ids.source}`, body);
    expect(answer).toMatchObject({ status: 409, body: { code: 'Conflict' } });
    expect(answer.body.detail).toMatch(reason);
    expect(databases.get(ids.source)).toBe(before);
  });

  test('is refused when the source at the new address lacks the log', async () => {
    const { request, ids, world } = await running();
    world.gap = 'replication slot millrace_client_1_db_1 is gone';
    const answer = await request(ids.client, 'PATCH', `/databases/${ids.source}`, {
      host: 'other.example.com',
      password: 'known',
    });
    expect(answer.status).toBe(409);
    expect(answer.body.detail).toMatch(/slot millrace_client_1_db_1 is gone.*Nothing was saved/);
  });

  test('is refused when the target at the new address does not know the replication', async () => {
    const { request, ids, world, databases } = await running();
    world.knowsReplication = false;
    const refused = await request(ids.client, 'PATCH', `/databases/${ids.target}`, {
      port: 5433,
      password: 'known',
    });
    expect(refused.status).toBe(409);
    expect(refused.body.detail).toContain('finds no checkpoints of this replication there');
    world.knowsReplication = true;
    await request(ids.client, 'PATCH', `/databases/${ids.target}`, {
      port: 5433,
      password: 'known',
    });
    expect(databases.get(ids.target)).toMatchObject({ port: 5433 });
  });

  test.each([{ port: 5433, password: 'known' }, { username: 'other' }])(
    'is refused when a target that is reached by %j says that others write its tables',
    async (change) => {
      const { request, ids, owners, databases } = await running();
      const before = databases.get(ids.target);
      const table = { schema: 'public', table: 'shop_flights' };
      owners.set(exactKey(table), { ...sampleOwner({ clientId: 99, replicationId: 99 }), table });
      const refused = await request(ids.client, 'PATCH', `/databases/${ids.target}`, change);
      expect(refused).toMatchObject({ body: { code: 'TargetTableClaimed' } });
      expect(databases.get(ids.target)).toBe(before);
    },
  );

  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['another host', {}, { host: 'collects.example.net' }],
    ['another port', {}, { port: 5433 }],
    ['a server that nobody checks any more', { tls_mode: 'verify-full' }, { tls_mode: 'require' }],
    ['a connection in the clear', {}, { tls_mode: 'disable' }],
    ['a server of another authority', { tls_mode: 'verify-full' }, { ca_pem: otherAuthority }],
  ])('has its stored password not sent to %s: who knows it gives it again', async (_what, is, change) => {
    const { request, databases, secrets, calls, clientWithDatabases } = createWorld();
    const { client } = await clientWithDatabases();
    const { body } = await request(client, 'POST', '/databases', registration({ name: 'mine', ...is }));
    const id = Number(body.database_id);
    const path = `/databases/${id}`;
    const before = databases.get(id);
    calls.length = 0;
    const refused = await request(client, 'PATCH', path, change);
    expect(refused).toMatchObject({
      status: 400,
      body: {
        problems: [{ subject: 'body.password', remedy: expect.stringMatching(/together with the password/) }],
      },
    });
    expect([databases.get(id), calls]).toEqual([before, []]);
    expect(await request(client, 'PATCH', path, { ...change, password: 'known' })).toMatchObject({
      status: 200,
    });
    expect([...secrets.values()].map(({ password }) => password)).toContain('known');
    // The same once more changes nothing that the password is sent by.
    expect(await request(client, 'PATCH', path, change)).toMatchObject({ status: 200 });
  });

  test.each([{ tls_mode: 'verify-full' }, { username: 'other' }, { name: 'renamed' }, { database: 'other' }])(
    'keeps its password with %j, by which no other server gets it',
    async (change) => {
      const { request, clientWithDatabases } = createWorld();
      const { client, source } = await clientWithDatabases();
      expect(await request(client, 'PATCH', `/databases/${source}`, change)).toMatchObject({ status: 200 });
    },
  );

  test('belongs to its client', async () => {
    const { request, ids } = await running();
    const other = Number((await request('admin', 'POST', '/clients', { name: 'Other' })).body.client_id);
    const answer = await request(other, 'PATCH', `/databases/${ids.source}`, { name: 'mine' });
    expect(answer.status).toBe(404);
  });
});

describe('a database that is deleted', () => {
  test('takes its secret with it', async () => {
    const { request, clientWithDatabases, databases, secrets } = createWorld();
    const { client, source } = await clientWithDatabases();
    expect((await request(client, 'DELETE', `/databases/${source}`)).status).toBe(200);
    expect([...databases.values()].map(({ name }) => name)).toEqual(['warehouse']);
    expect(secrets.size).toBe(1);
  });

  test('stays when a replication uses it', async () => {
    const { request, ids, databases } = await running();
    expect((await request(ids.client, 'DELETE', `/databases/${ids.source}`)).status).toBe(409);
    expect(databases.size).toBe(2);
  });
});
