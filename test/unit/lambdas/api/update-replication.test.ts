import { describe, expect, test } from '@jest/globals';
import type { Replication } from '#core/contracts/replication.ts';
import { exactKey } from '#core/lifecycle/ownership-refusals.ts';
import { sampleOwner } from '../../../kit/target-owner.ts';
import { createWorld } from './api-world.ts';

const withStatus = async (change: Partial<Replication> = {}) => {
  const world = createWorld();
  const ids = await world.configured();
  const stored = (): Replication => {
    const replication = world.replications.get(ids.replication);
    if (replication === undefined) throw new Error('There is no replication.');
    return replication;
  };
  world.replications.set(ids.replication, { ...stored(), ...change });
  const path = `/replications/${ids.replication}`;
  const patch = (body: unknown, headers?: Readonly<Record<string, string>>) =>
    world.request(ids.client, 'PATCH', path, body, headers);
  return { ...world, ids, path, patch, stored };
};
const active = { status: 'active', desired: 'running', generation: 1, copyGeneration: 1 } as const;
const flights = { source: { table: 'flights' } };
const flightsRef = { schema: 'public', table: 'flights' };

describe('tables that come by themselves', () => {
  const newTables = { include: ['public.*'] };

  test('are chosen by a version, and nothing is copied again for it', async () => {
    const { patch, path, request, ids, stored, executions } = await withStatus(active);
    const etag = String((await request(ids.client, 'GET', path)).headers.etag);
    const answer = await patch({ new_tables: newTables }, { 'if-match': etag });
    expect(answer).toMatchObject({
      status: 202,
      body: { new_tables: { include: ['public.*'], exclude: [], found: [] }, table_change: null },
    });
    expect((await patch({ new_tables: null }, { 'if-match': etag })).status).toBe(412);
    expect(executions.size).toBe(0);
    const { body } = await request(ids.client, 'GET', `${path}/activity`);
    expect((body.activity as readonly unknown[])[0]).toMatchObject({
      action: 'replication-changed',
      before: { new_tables: 'none' },
      after: { new_tables: '{"exclude":[],"include":["public.*"]}' },
    });
    await patch({ new_tables: null });
    expect(stored().newTables).toBeUndefined();
  });

  test('what was found by other patterns is forgotten', async () => {
    const found = {
      source: { schema: 'public', table: 'x' },
      state: 'waiting',
      since: '2026-03-01T12:00:00.000Z',
    } as const;
    const { patch, stored } = await withStatus({ ...active, newTables, foundTables: [found] });
    await patch({ new_tables: newTables });
    expect(stored().foundTables).toHaveLength(1);
    await patch({ new_tables: { ...newTables, exclude: ['public.x'] } });
    expect(stored().foundTables).toBeUndefined();
  });

  test.each(['orders', 'public.', 'public.a\\'])('%s is no pattern', async (pattern) => {
    const { patch, stored } = await withStatus(active);
    expect((await patch({ new_tables: { include: [pattern] } })).status).toBe(400);
    expect(stored().newTables).toBeUndefined();
  });
});

describe('a replication that has copied nothing', () => {
  test('takes another mapping and other options at once, and its activity has both states', async () => {
    const { patch, stored, executions, request, ids, path } = await withStatus();
    const answer = await patch({
      tables: [{ ...flights, target: { table: 'other' }, value_policy: 'null' }],
      capture: { max_batch_events: 100 },
      reason: 'CHG-7',
    });
    expect(answer).toMatchObject({
      status: 202,
      body: {
        table_change: null,
        tables: [{ target: { schema: 'public', table: 'other' }, value_policy: 'null' }],
        capture: { max_batch_events: 100 },
      },
    });
    expect(executions.size).toBe(0);
    expect(stored().tables[0]?.revision).toBeUndefined();
    const { body } = await request(ids.client, 'GET', `${path}/activity`);
    expect((body.activity as readonly unknown[])[0]).toMatchObject({
      action: 'replication-changed',
      by: expect.any(String),
      reason: 'CHG-7',
      before: {
        'table public.flights': 'to public.shop_flights, value_policy fail',
        capture: expect.stringContaining('"maxBatchEvents":8192'),
      },
      after: {
        'table public.flights': 'to public.other, value_policy null',
        capture: expect.stringContaining('"maxBatchEvents":100'),
      },
    });
    await patch({ capture: { max_batch_events: null } });
    expect(stored().capture).toBeUndefined();
  });

  test('is left alone by a change that changes nothing', async () => {
    const { patch, stored } = await withStatus(active);
    const before = stored();
    const same = { ...flights, target: { table: 'shop_flights' }, columns: [], value_policy: 'fail' };
    expect((await patch({ tables: [same], capture: {} })).status).toBe(202);
    expect(stored()).toBe(before);
  });
});

describe('an active replication', () => {
  test('copies a table again whose values come out otherwise', async () => {
    const { patch, stored, executions } = await withStatus(active);
    const answer = await patch({ tables: [{ ...flights, value_policy: 'null' }] });
    expect(answer).toMatchObject({
      status: 202,
      body: { table_change: { state: 'running', resync: [flightsRef], leaving: [] } },
    });
    expect(stored().tables[0]).toMatchObject({ valuePolicy: 'null', revision: 2 });
    expect(executions.size).toBe(1);
    // One change at a time.
    expect((await patch({ tables: [{ ...flights, value_policy: 'fail' }] })).status).toBe(409);
  });

  test('names columns otherwise only in a target table that is made again', async () => {
    const { patch, world, stored } = await withStatus(active);
    const [table] = world.catalog.filter(({ ref }) => ref.table === 'flights');
    if (table === undefined) throw new Error('The sample has flights.');
    const [column] = table.columns.filter(({ name }) => !table.primaryKey.includes(name));
    world.targetTables = [{ ...table, ref: { schema: 'public', table: 'shop_flights' } }];
    const renamed = { ...flights, columns: [{ source: column?.name, target: 'renamed' }] };
    world.isCreatedTable = false;
    expect(await patch({ tables: [renamed] })).toMatchObject({
      status: 422,
      body: { code: 'ValidationFailed' },
    });
    world.isCreatedTable = true;
    expect((await patch({ tables: [renamed] })).status).toBe(202);
    expect(stored().tables[0]?.columns).toEqual([{ source: column?.name, target: 'renamed' }]);
  });

  test('gives back the target table that a table leaves, and empties none that it goes to', async () => {
    const { patch, stored } = await withStatus(active);
    await patch({ tables: [{ ...flights, target: { table: 'other' } }] });
    expect(stored()).toMatchObject({
      tables: [{ target: { table: 'other' }, revision: 2 }],
      leaving: [{ target: { table: 'shop_flights' } }],
      tableChange: { resync: [] },
    });
  });

  test('copies nothing again for options of the connector', async () => {
    const { patch, stored } = await withStatus(active);
    const answer = await patch({ capture: { poll_interval_ms: 5 } });
    expect(answer).toMatchObject({ status: 202, body: { table_change: { state: 'running', resync: [] } } });
    expect(stored()).toMatchObject({ capture: { pollIntervalMs: 5 } });
    expect(stored().tables[0]?.revision).toBeUndefined();
  });
});

test.each(['stopped', 'error'] as const)(
  'one that is %s and has copied takes options, and no other mapping',
  async (status) => {
    const { patch, stored } = await withStatus({ ...active, status });
    const before = stored().tables;
    const refused = await patch({ tables: [{ ...flights, value_policy: 'null' }] });
    expect(refused).toMatchObject({ status: 409, body: { code: 'Conflict' } });
    expect(refused.body.detail).toContain('Start it');
    expect(stored().tables).toEqual(before);
    expect((await patch({ capture: { poll_interval_ms: 5 } })).status).toBe(202);
  },
);

test.each(['starting', 'pausing', 'paused', 'stopping', 'deleting'] as const)(
  'one that is %s takes no change',
  async (status) => {
    const { patch } = await withStatus({ ...active, status });
    expect(await patch({ capture: { poll_interval_ms: 5 } })).toMatchObject({
      status: 409,
      body: { code: 'Conflict' },
    });
  },
);

test('who has seen another version changes nothing', async () => {
  const { patch, stored, request, ids, path } = await withStatus(active);
  const before = stored();
  const { headers } = await request(ids.client, 'GET', path);
  const refused = await patch({ capture: { poll_interval_ms: 5 } }, { 'If-Match': '"another"' });
  expect(refused).toMatchObject({ status: 412, body: { code: 'PreconditionFailed' } });
  expect(stored()).toBe(before);
  const taken = await patch({ capture: { poll_interval_ms: 5 } }, { 'If-Match': String(headers.etag) });
  expect(taken.status).toBe(202);
  expect(taken.headers.etag).not.toBe(headers.etag);
});

test('what cannot be is refused, with nothing changed', async () => {
  const { patch, stored, owners } = await withStatus(active);
  const before = stored();
  const table = { schema: 'public', table: 'foreign' };
  owners.set(exactKey(table), { ...sampleOwner({ clientId: 99, replicationId: 99 }), table });
  const answers = [
    await patch({ tables: [{ source: { table: 'none' }, value_policy: 'null' }] }),
    await patch({ tables: [{ ...flights, target: { table: 'foreign' } }] }),
    await patch({ tables: [{ ...flights, columns: [{ source: 'none', omit: true }] }] }),
    await patch({ capture: { max_batch_events: 500, max_queue_events: 100 } }),
    // More than a worker of Connect has for it.
    await patch({ capture: { max_queue_bytes: 256 * 1024 * 1024 } }),
    await patch({ source_database_id: 9 }),
  ];
  expect(answers.map(({ body }) => body.code)).toEqual([
    'InvalidRequest',
    'TargetTableClaimed',
    'ValidationFailed',
    'InvalidRequest',
    'InvalidRequest',
    'InvalidRequest',
  ]);
  expect(stored()).toBe(before);
});

describe('the snapshot mode', () => {
  test('is changed without a copy, by its old names as well, and the activity has both', async () => {
    const { patch, stored, executions, request, ids, path } = await withStatus(active);
    const answer = await patch({ capture: { snapshot_mode: 'initial' }, reason: 'no queries by day' });
    expect(answer).toMatchObject({
      status: 202,
      body: { capture: { snapshot_mode: 'initial' }, table_change: null },
    });
    expect([stored().snapshotMode, executions.size]).toEqual(['initial', 0]);
    const { body } = await request(ids.client, 'GET', `${path}/activity`);
    expect((body.activity as readonly unknown[])[0]).toMatchObject({
      message: 'The snapshot mode is initial from the next copy on.',
      before: { snapshot_mode: 'no_data' },
      after: { snapshot_mode: 'initial' },
    });
    await patch({ capture: { snapshot_mode: 'initial' } });
    await patch({ capture: { max_batch_events: 10 } });
    expect(stored().snapshotMode).toBe('initial');
  });

  test('goes with other changes in one', async () => {
    const { patch, stored, executions } = await withStatus(active);
    await patch({ capture: { snapshot_mode: 'when_needed', max_batch_events: 10 } });
    expect(stored()).toMatchObject({ snapshotMode: 'when_needed', capture: { maxBatchEvents: 10 } });
    expect(executions.size).toBe(1);
  });

  test('back to direct SQL removes what a failed start may have left in Connect and Kafka', async () => {
    const { patch, stored, calls } = await withStatus({
      ...active,
      status: 'error',
      snapshotMode: 'initial',
    });
    expect((await patch({ capture: { snapshot_mode: 'schema_only' } })).status).toBe(202);
    expect(stored().snapshotMode).toBeUndefined();
    expect(calls).toEqual([expect.stringMatching(/^delete topics \S+\.copy-requests \S+\.copy-rows$/)]);
  });

  test.each([
    [{ status: 'starting', desired: 'running' }, 409, 'is in status starting'],
    [{ status: 'paused', desired: 'paused' }, 409, 'is in status paused'],
    [
      {
        ...active,
        tableChange: { version: 2, state: 'running', resync: [], startedAt: '2026-03-01T12:00:00.000Z' },
      },
      409,
      'is at work',
    ],
  ] as const)('is refused of %j, with the reason', async (change, status, reason) => {
    const { patch, stored } = await withStatus(change);
    const answer = await patch({ capture: { snapshot_mode: 'initial' } });
    expect([answer.status, answer.body.detail]).toEqual([status, expect.stringContaining(reason)]);
    expect(stored().snapshotMode).toBeUndefined();
  });

  test('is refused when there is none of that name', async () => {
    const { patch } = await withStatus();
    expect((await patch({ capture: { snapshot_mode: 'always' } })).status).toBe(400);
  });
});
