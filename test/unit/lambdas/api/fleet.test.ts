import { expect, test } from '@jest/globals';
import type { HealthRecord } from '#core/contracts/health-record.ts';
import { createWorld, registration } from './api-world.ts';

const rowsOf = (body: Readonly<Record<string, unknown>>) =>
  body.replications as readonly Readonly<Record<string, unknown>>[];

test('the fleet shows a replication with the names of its client and databases, and no health before a look', async () => {
  const { request, configured } = createWorld();
  const { client } = await configured();
  const { status, body } = await request(client, 'GET', '/fleet');
  expect(status).toBe(200);
  expect(rowsOf(body)).toHaveLength(1);
  expect(rowsOf(body)[0]).toMatchObject({
    client_id: client,
    replication_id: 1,
    status: 'configured',
    health: null,
    table_count: 1,
  });
  expect(rowsOf(body)[0]?.client_name).not.toBe('');
  expect(rowsOf(body)[0]?.source).not.toBe('');
});

test('a token of all clients sees every client, and one of a client its own', async () => {
  const { request, configured } = createWorld();
  await configured();
  const other = (await request('admin', 'POST', '/clients', { name: 'Other' })).body.client_id as number;
  await request(other, 'POST', '/databases', registration({ name: 'unused' }));
  expect(rowsOf((await request('admin', 'GET', '/fleet')).body)).toHaveLength(1);
  expect(rowsOf((await request(other, 'GET', '/fleet')).body)).toEqual([]);
});

test('the fleet shows what the health check found last', async () => {
  const world = createWorld();
  const { client } = await world.configured();
  const at = '2026-01-01T12:00:00.000Z';
  const record: HealthRecord = {
    at,
    overall: 'failed',
    since: at,
    faults: [
      {
        ...{ condition: 'table-change-failed', hop: 'source', since: at },
        triesAgainAt: '2026-01-01T12:04:00.000Z',
      },
    ],
    figures: {
      deadLetterRows: 2,
      retainedBytes: 500,
      logLimitBytes: 2_000,
      minutesToFull: 90,
      tables: { live: 3, held: 1 },
    },
  };
  world.ports.store.listHealthRecords = async (ids) => new Map(ids.map((id) => [id, record]));
  expect(rowsOf((await world.request(client, 'GET', '/fleet')).body)[0]?.health).toEqual({
    overall: 'failed',
    since: at,
    looked_at: at,
    condition: 'table-change-failed',
    hop: 'source',
    tries_again_at: '2026-01-01T12:04:00.000Z',
    dead_letter_rows: 2,
    source_retained_bytes: 500,
    source_limit_bytes: 2_000,
    source_minutes_to_loss: 90,
    tables: { pending: 0, copying: 0, 'catching-up': 0, live: 3, skipped: 0, held: 1 },
  });
});

test('the fleet goes on page by page, over all clients, in the order of the replications', async () => {
  const world = createWorld();
  const clients = [(await world.configured()).client, (await world.configured('Borealis')).client];
  await world.configured();
  const found: unknown[] = [];
  let query = 'limit=1';
  for (;;) {
    const { body } = await world.request('admin', 'GET', `/fleet?${query}`);
    found.push(...rowsOf(body).map((row) => row.replication_id));
    if (body.next_cursor === null) break;
    query = `limit=1&cursor=${String(body.next_cursor)}`;
  }
  expect(found).toEqual([1, 2, 3]);
  const { body } = await world.request(clients[1] ?? 0, 'GET', '/fleet');
  expect(rowsOf(body).map((row) => row.replication_id)).toEqual([2]);
});

test('filters of the fleet', async () => {
  const world = createWorld();
  const { client } = await world.configured();
  const found = async (query: string) =>
    rowsOf((await world.request('admin', 'GET', `/fleet?${query}`)).body).length;
  expect(await found(`of_client=${client}`)).toBe(1);
  expect(await found(`of_client=${client + 1}`)).toBe(0);
  expect(await found('status=configured')).toBe(1);
  expect(await found('status=active')).toBe(0);
  expect(await found('name=TO')).toBe(1);
  expect(await found('name=nothing')).toBe(0);
  expect(await found('overall=healthy')).toBe(0);
  const at = '2026-01-01T12:00:00.000Z';
  world.ports.store.listHealthRecords = async (ids) =>
    new Map(ids.map((id) => [id, { at, overall: 'failed', since: at, faults: [] } as HealthRecord]));
  expect(await found('overall=failed')).toBe(1);
  expect(await found('overall=healthy')).toBe(0);
  const replication = world.replications.get(1);
  if (replication === undefined) throw new Error('It is gone.');
  world.replications.set(1, { ...replication, status: 'error' });
  world.ports.store.listHealthRecords = async () => new Map();
  expect(await found('overall=failed')).toBe(1);
});
