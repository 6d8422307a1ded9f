import { expect, test } from '@jest/globals';
import { createWorld, registration } from './api-world.ts';

interface Line {
  readonly action: string;
  readonly by: string | null;
  readonly replication_id: number | null;
  readonly before: Record<string, string> | null;
  readonly after: Record<string, string> | null;
}

const listed = (body: Record<string, unknown>): readonly Line[] => body.activity as Line[];

test('every change by the API has who, and what it was before and after', async () => {
  const it = createWorld();
  const { client, source } = await it.configured();
  await it.request(client, 'POST', '/replications/1/tables', {
    tables: [{ source: { table: 'airports' } }],
  });
  await it.request(client, 'PATCH', `/databases/${source}`, { port: 5433, password: 'another secret' });
  await it.request(client, 'POST', '/replications/1/start', { reason: 'go' });
  await it.request(client, 'DELETE', '/replications/1');
  const { body, text } = await it.request(client, 'GET', '/activity');
  const lines = listed(body);
  expect(lines.map(({ action }) => action)).toEqual([
    'deletion-requested',
    'start-requested',
    'database-changed',
    'tables-change-requested',
    'created',
    'database-registered',
    'database-registered',
  ]);
  expect(new Set(lines.map(({ by }) => by))).toEqual(new Set([`client ${client}`]));
  expect(lines[0]).toMatchObject({ before: { status: 'starting' }, after: { status: 'deleting' } });
  expect(lines[2]).toMatchObject({ before: { port: '5432' }, after: { port: '5433' }, replication_id: null });
  expect(lines[3]).toMatchObject({ before: { tables_version: '1' }, after: { tables_version: '2' } });
  expect(text).not.toContain('another secret');
  expect(text).not.toContain(registration().password);
});

test('it is read page by page, with the cursor of the answer before', async () => {
  const it = createWorld();
  const { client } = await it.configured();
  for (let start = 0; start < 4; start += 1) {
    await it.request(client, 'POST', '/replications/1/start');
    await it.request(client, 'POST', '/replications/1/stop');
  }
  const all = listed((await it.request(client, 'GET', '/replications/1/activity')).body);
  expect(all.length).toBeGreaterThan(10);
  for (const path of ['/replications/1/activity', '/activity']) {
    const seen: Line[] = [];
    let cursor = '';
    for (;;) {
      const { body } = await it.request(client, 'GET', `${path}?limit=3${cursor}`);
      seen.push(...listed(body));
      if (body.next_cursor === null) break;
      cursor = `&cursor=${body.next_cursor}`;
    }
    expect(seen.filter((line) => line.replication_id !== null)).toEqual(all);
  }
});

test.each(['nonsense', Buffer.from('ACTIVITY#').toString('base64url')])('%s is no cursor', async (cursor) => {
  const it = createWorld();
  const { client } = await it.configured();
  const answer = await it.request(client, 'GET', `/activity?cursor=${cursor}`);
  expect([answer.status, answer.body.code]).toEqual([400, 'InvalidRequest']);
});

test('of another client it is not found, and of a deleted replication it stays', async () => {
  const it = createWorld();
  const { client } = await it.configured();
  const other = await it.clientWithDatabases('Other');
  expect((await it.request(other.client, 'GET', '/replications/1/activity')).status).toBe(404);
  expect(listed((await it.request(other.client, 'GET', '/activity')).body)).toHaveLength(2);

  await it.request(client, 'DELETE', '/replications/1');
  const deletion = it.deletions.get(1);
  if (deletion === undefined) throw new Error('It is not being deleted.');
  await it.ports.store.removeReplication(await it.ports.store.getReplication(client, 1), {
    ...deletion,
    state: 'done',
  });
  const answer = await it.request(client, 'GET', '/replications/1/activity');
  expect([answer.status, listed(answer.body)[0]?.action]).toEqual([200, 'deletion-requested']);
  expect((await it.request(other.client, 'GET', '/replications/1/activity')).status).toBe(404);
});

test('what is of no one client is in the activity of the installation, which only tokens of all clients see', async () => {
  const it = createWorld();
  const { client } = await it.configured();
  const other = (await it.request('admin', 'POST', '/clients', { name: 'Other' })).body.client_id;
  await it.request('admin', 'DELETE', `/clients/${other}`);
  const token = await it.request('admin', 'POST', '/tokens', { name: 'ci', role: 'viewer', client_id: null });
  await it.request('admin', 'DELETE', `/tokens/${token.body.token_id}`);
  const own = await it.request('admin', 'POST', `/clients/${client}/tokens`, { name: 'theirs' });
  it.world.connector = { state: 'RUNNING', tasks: [] };
  await it.request('admin', 'DELETE', '/connectors/nobodys');
  const { body, text } = await it.request('admin', 'GET', '/activity/installation');
  expect(listed(body).map(({ action }) => action)).toEqual([
    'connector-deleted',
    'token-revoked',
    'token-created',
    'client-deleted',
    'client-created',
    ...listed(body)
      .slice(5)
      .map(() => 'client-created'),
  ]);
  expect(listed(body)[3]).toMatchObject({ by: 'the admin', before: { name: 'Other' } });
  expect(text).not.toContain(String(token.body.token));
  const ofClient = await it.request(client, 'GET', '/activity');
  expect(listed(ofClient.body).map(({ action }) => action)).toContain('token-created');
  expect(ofClient.text).not.toContain(String(own.body.token));
  expect((await it.request(client, 'GET', '/activity/installation')).status).toBe(403);
});

test('filters leave out what is not asked for, also when pages are small', async () => {
  const it = createWorld();
  const { client } = await it.configured();
  for (let start = 0; start < 4; start += 1) {
    await it.request(client, 'POST', '/replications/1/start');
    await it.request(client, 'POST', '/replications/1/stop');
  }
  const all = listed((await it.request(client, 'GET', '/replications/1/activity?limit=200')).body);
  const starts = all.filter(({ action }) => action === 'start-requested');
  expect(starts.length).toBeGreaterThan(3);
  for (const path of ['/replications/1/activity', '/activity']) {
    const seen: Line[] = [];
    let cursor = '';
    for (;;) {
      const { body } = await it.request(client, 'GET', `${path}?limit=2&action=start-requested${cursor}`);
      seen.push(...listed(body));
      if (body.next_cursor === null) break;
      cursor = `&cursor=${body.next_cursor}`;
    }
    expect(seen).toEqual(starts);
    const answered = async (query: string) =>
      listed((await it.request(client, 'GET', `${path}?${query}`)).body);
    expect(await answered('actor=healer')).toEqual([]);
    expect(await answered('by=nobody')).toEqual([]);
    expect((await answered(`by=${encodeURIComponent(`client ${client}`)}&limit=200`)).length).toBeGreaterThan(
      7,
    );
    expect(await answered('since=2100-01-01T00:00:00Z')).toEqual([]);
    expect(await answered('until=2000-01-01T00:00:00Z')).toEqual([]);
    expect((await answered('since=2000-01-01T00:00:00Z&until=2100-01-01T00:00:00Z&limit=1')).length).toBe(1);
  }
});
