import { expect, test } from '@jest/globals';
import { createWorld } from './api-world.ts';

test('a deletion is recorded before its execution, and asking again returns it', async () => {
  const { request, configured, replications, executions } = createWorld();
  const { client, replication } = await configured();
  const path = `/replications/${replication}`;
  const first = await request(client, 'DELETE', `${path}?drop_target_tables=true`);
  expect(first).toMatchObject({
    status: 202,
    body: { state: 'running', drop_target_tables: true, force: false, remains: [] },
  });
  expect(replications.get(replication)).toMatchObject({ status: 'deleting', desired: 'stopped' });
  await request(client, 'DELETE', `${path}?drop_target_tables=true`);
  expect([...executions.keys()]).toEqual([`arn:execution:replication-${replication}-delete-1`]);
  // What was not asked for before needs another attempt.
  await request(client, 'DELETE', `${path}?force=true`);
  expect([...executions.keys()].at(-1)).toBe(`arn:execution:replication-${replication}-delete-2`);
  expect((await request(client, 'GET', `${path}/deletion`)).body).toMatchObject({
    drop_target_tables: true,
    force: true,
  });
});

test('everything but DELETE is refused meanwhile, with what is possible', async () => {
  const { request, configured } = createWorld();
  const { client, replication } = await configured();
  await request(client, 'DELETE', `/replications/${replication}`);
  for (const action of ['start', 'stop']) {
    const answer = await request(client, 'POST', `/replications/${replication}/${action}`);
    expect(answer).toMatchObject({ status: 409, body: { code: 'Conflict' } });
    expect(answer.body.detail).toContain(`Possible now: DELETE /replications/${replication}.`);
  }
});

test('a replication that nobody deletes has no deletion, and one of another client is not found', async () => {
  const { request, configured } = createWorld();
  const { client, replication } = await configured();
  const other = Number((await request('admin', 'POST', '/clients', { name: 'Other' })).body.client_id);
  expect((await request(client, 'GET', `/replications/${replication}/deletion`)).status).toBe(404);
  expect((await request(other, 'DELETE', `/replications/${replication}`)).status).toBe(404);
  expect((await request(client, 'DELETE', `/replications/${replication}?force=maybe`)).status).toBe(400);
});
