import { describe, expect, test } from '@jest/globals';
import type { Replication } from '#core/contracts/replication.ts';
import { exactKey } from '#core/lifecycle/ownership-refusals.ts';
import { sampleOwner } from '../../../kit/target-owner.ts';
import { createWorld } from './api-world.ts';

const withStatus = async (change: Partial<Replication> = {}) => {
  const world = createWorld();
  const ids = await world.configured();
  const replication = world.replications.get(ids.replication);
  if (replication === undefined) throw new Error('The replication was not created.');
  world.replications.set(ids.replication, { ...replication, ...change });
  return { ...world, ids, path: `/replications/${ids.replication}/tables` };
};
const active = { status: 'active', desired: 'running', generation: 1, copyGeneration: 1 } as const;
const airports = { tables: [{ source: { table: 'airports' } }] };

describe('tables', () => {
  test('are added to an active replication by the state machine', async () => {
    const { request, ids, path, executions } = await withStatus(active);
    const answer = await request(ids.client, 'POST', path, { ...airports, version: 1 });
    expect(answer).toMatchObject({
      status: 202,
      body: { table_count: 2, tables_version: 2, table_change: { version: 2, state: 'running' } },
    });
    expect([...executions]).toEqual([
      [
        `arn:execution:replication-${ids.replication}-tables-2`,
        expect.objectContaining({ input: expect.stringContaining('"version":2') }),
      ],
    ]);
    expect((await request(ids.client, 'POST', path, airports)).status).toBe(409);
    const meanwhile = await request(ids.client, 'DELETE', `${path}/public.flights`);
    expect(meanwhile).toMatchObject({ status: 409, body: { code: 'Conflict' } });
  });

  test('that are left out are excluded from those that come by themselves', async () => {
    const { request, ids, path, replications } = await withStatus({
      ...active,
      newTables: { include: ['public.*'] },
    });
    await request(ids.client, 'POST', path, airports);
    const replication = replications.get(ids.replication);
    if (replication === undefined) throw new Error('It is gone.');
    const { tableChange: _done, ...done } = replication;
    replications.set(ids.replication, done);
    await request(ids.client, 'DELETE', `${path}/public.flights`);
    expect(replications.get(ids.replication)).toMatchObject({
      newTables: { include: ['public.*'], exclude: ['public.flights'] },
    });
  });

  test('that another replication writes are not added', async () => {
    const { request, ids, path, owners, replications } = await withStatus(active);
    const before = replications.get(ids.replication);
    const table = { schema: 'public', table: 'shop_airports' };
    owners.set(exactKey(table), { ...sampleOwner({ clientId: 99, replicationId: 99 }), table });
    const refused = await request(ids.client, 'POST', path, airports);
    expect(refused).toMatchObject({ body: { code: 'TargetTableClaimed' } });
    expect(replications.get(ids.replication)).toBe(before);
  });

  test.each(['stopped', 'error'] as const)('wait for the next start when it is %s', async (status) => {
    const { request, ids, path, executions } = await withStatus({ ...active, status });
    const answer = await request(ids.client, 'POST', path, airports);
    expect(answer).toMatchObject({ status: 202, body: { table_change: null, table_count: 2 } });
    expect(executions.size).toBe(0);
  });

  test('are changed by nobody who has not seen them as they are', async () => {
    const { request, ids, path, replications } = await withStatus(active);
    const before = replications.get(ids.replication);
    for (const answer of [
      await request(ids.client, 'POST', path, { ...airports, version: 2 }),
      await request(ids.client, 'DELETE', `${path}/public.flights?version=2`),
    ]) {
      expect(answer).toMatchObject({ status: 409, body: { code: 'Conflict' } });
      expect(answer.body.detail).toContain('are of version 1, not 2');
    }
    expect(replications.get(ids.replication)).toBe(before);
  });

  test('are not changed during a start, and the answer says what is possible', async () => {
    const { request, ids, path } = await withStatus({ ...active, status: 'starting' });
    const answer = await request(ids.client, 'POST', path, airports);
    expect(answer.status).toBe(409);
    expect(answer.body.detail).toMatch(
      /is in status starting\. Its tables cannot be changed\. Possible now: POST/,
    );
  });

  test('that do not exist, or go where another one goes, are refused', async () => {
    const { request, ids, path } = await withStatus(active);
    const missing = await request(ids.client, 'POST', path, { tables: [{ source: { table: 'none' } }] });
    expect(missing).toMatchObject({ status: 422, body: { code: 'ValidationFailed' } });
    const taken = await request(ids.client, 'POST', path, {
      tables: [{ source: { table: 'airports' }, target: { table: 'shop_flights' } }],
    });
    expect(taken.status).toBe(400);
    expect(taken.text).toContain('public.flights of this replication is mapped to it already');
  });

  test('that are there already are refused for this alone, with how to copy them again', async () => {
    const { request, ids, path } = await withStatus(active);
    const { status, body } = await request(ids.client, 'POST', path, {
      tables: [{ source: { table: 'flights' } }],
    });
    expect([status, body.problems]).toEqual([
      400,
      [
        {
          subject: 'public.flights',
          message: 'It is a table of this replication already.',
          remedy: expect.stringContaining('POST /replications/{id}/tables/{table}/resync'),
        },
      ],
    ]);
  });

  test('leave one by one, but not the last', async () => {
    const { request, ids, path, replications } = await withStatus(active);
    expect((await request(ids.client, 'DELETE', `${path}/public.flights`)).status).toBe(409);
    expect((await request(ids.client, 'DELETE', `${path}/public.none`)).status).toBe(404);
    const replication = replications.get(ids.replication);
    if (replication === undefined) throw new Error('The replication is gone.');
    replications.set(ids.replication, {
      ...replication,
      tables: [
        ...replication.tables,
        { source: { schema: 'public', table: 'airports' }, target: { schema: 'public', table: 'a' } },
      ],
    });
    const left = await request(ids.client, 'DELETE', `${path}/public.flights`);
    expect(left).toMatchObject({
      status: 202,
      body: { table_count: 1, table_change: { leaving: [{ schema: 'public', table: 'flights' }] } },
    });
  });

  test('of a change that failed are gone on with by a start', async () => {
    const { request, ids, replications, executions } = await withStatus({
      ...active,
      tablesVersion: 2,
      tableChange: {
        version: 2,
        state: 'failed',
        resync: [],
        startedAt: '2026-03-01T12:00:00.000Z',
        message: 'Changing the tables failed.',
      },
    });
    const answer = await request(ids.client, 'POST', `/replications/${ids.replication}/start`);
    expect(answer).toMatchObject({ status: 202, body: { status: 'active' } });
    expect(replications.get(ids.replication)?.tableChange).toMatchObject({ version: 3, state: 'running' });
    expect([...executions.keys()]).toEqual([`arn:execution:replication-${ids.replication}-tables-3`]);
  });
});
