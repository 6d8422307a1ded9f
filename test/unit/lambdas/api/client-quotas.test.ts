import { describe, expect, test } from '@jest/globals';
import { createWorld, registration } from './api-world.ts';

const quotaFields = ['databases', 'replications', 'tables', 'tokens', 'alert_rules'] as const;

/** A client with 2 databases and a replication of one table. */
const withClient = async () => {
  const it = createWorld();
  const ids = await it.configured();
  const path = `/clients/${ids.client}/quotas`;
  const replication = {
    source_database_id: ids.source,
    target_database_id: ids.target,
    tables: [{ source: { table: 'airports' } }],
  };
  const as = { role: 'admin', clientId: ids.client } as const;
  const makers = {
    databases: () => it.request(as, 'POST', '/databases', registration()),
    replications: () => it.request(as, 'POST', '/replications', replication),
    tables: () =>
      it.request(as, 'POST', `/replications/${ids.replication}/tables`, { tables: replication.tables }),
    tokens: () => it.request(as, 'POST', '/tokens', { name: 'one', role: 'viewer' }),
    alert_rules: () =>
      it.request(as, 'POST', '/alert-channels', {
        name: 'pager',
        kind: 'webhook',
        url: 'https://hooks.example.com/x',
      }),
  };
  return { ...it, ids, path, as, makers };
};

const used = { databases: 2, replications: 1, tables: 1, tokens: 0, alert_rules: 0 } as const;

test('without limits a client has what it has, and makes more', async () => {
  const { request, ids, path, makers } = await withClient();
  const { status, body } = await request(ids.client, 'GET', path);
  expect([status, body]).toEqual([
    200,
    {
      client_id: ids.client,
      ...Object.fromEntries(
        quotaFields.map((name) => [name, { used: used[name], limit: null, is_own: false }]),
      ),
    },
  ]);
  for (const name of ['databases', 'tokens', 'alert_rules', 'replications'] as const)
    expect([name, (await makers[name]()).status]).toEqual([name, 201]);
});

describe.each(quotaFields)('the limit of %s', (name) => {
  test('is that of the environment, refuses one more with what to do, and is raised for one client', async () => {
    const { request, world, path, as, makers } = await withClient();
    const environmentName = name === 'alert_rules' ? 'alertRules' : name;
    world.clientQuotas = { [environmentName]: used[name] };
    const refused = await makers[name]();
    expect([refused.status, refused.body.code]).toEqual([409, 'QuotaExceeded']);
    expect(refused.body.detail).toContain(`may have ${used[name]}`);
    expect((await request(as, 'GET', path)).body[name]).toEqual({
      used: used[name],
      limit: used[name],
      is_own: false,
    });

    const raised = await request('admin', 'PUT', path, { [name]: used[name] + 1 });
    expect([raised.status, raised.body[name]]).toEqual([
      200,
      { used: used[name], limit: used[name] + 1, is_own: true },
    ]);
    expect((await makers[name]()).status).toBe(name === 'tables' ? 202 : 201);
    expect((await makers[name]()).body.code).toBe('QuotaExceeded');
  });
});

test('a replication counts with all its tables', async () => {
  const { request, world, ids, makers } = await withClient();
  world.clientQuotas = { tables: 1 };
  const refused = await makers.replications();
  expect([refused.status, refused.body.code]).toEqual([409, 'QuotaExceeded']);
  expect((await request(ids.client, 'GET', '/replications')).body.replications).toHaveLength(1);
});

test('a client cannot change its limits, nor see those of another', async () => {
  const { request, path, as } = await withClient();
  expect((await request(as, 'PUT', path, { tables: 10 })).status).toBe(403);
  const other = Number((await request('admin', 'POST', '/clients', { name: 'Zeta' })).body.client_id);
  expect((await request(other, 'GET', path)).status).toBe(404);
});

test('limits are changed in the version that was read, which what is used does not change, and end with null', async () => {
  const { request, path, makers } = await withClient();
  const read = String((await request('admin', 'GET', path)).headers.etag);
  await makers.databases();
  const first = await request('admin', 'PUT', path, { databases: 5 }, { 'if-match': read });
  expect([first.status, first.body.databases]).toEqual([200, { used: 3, limit: 5, is_own: true }]);
  const second = await request('admin', 'PUT', path, { databases: 6 }, { 'if-match': read });
  expect(second.status).toBe(412);
  const ended = await request('admin', 'PUT', path, { databases: null });
  expect(ended.body.databases).toEqual({ used: 3, limit: null, is_own: false });
});

test.each([[{ databases: -1 }], [{ tables: 1.5 }], [{ tokens: '5' }], [{ cpu: 1 }]])(
  'the limits %j are refused',
  async (body) => {
    const { request, path } = await withClient();
    expect((await request('admin', 'PUT', path, body)).status).toBe(400);
  },
);

test('at a create and in the answer, the replications of the client are read once for both limits that they count for', async () => {
  const { ports, world, request, path, as, makers } = await withClient();
  world.clientQuotas = { replications: 10, tables: 10 };
  const { listReplications } = ports.store;
  let reads = 0;
  ports.store.listReplications = (clientId) => {
    reads += 1;
    return listReplications(clientId);
  };
  await request(as, 'GET', path);
  expect(reads).toBe(1);
  reads = 0;
  world.clientQuotas = { replications: 10, tables: 1 };
  const refused = await makers.replications();
  expect([refused.status, reads]).toEqual([409, 1]);
});
