import { expect, test } from '@jest/globals';
import { createWorld } from './api-world.ts';

const create = (more: Readonly<Record<string, unknown>>) => ({
  source_database_id: 1,
  target_database_id: 2,
  tables: [{ source: { table: 'flights' } }],
  ...more,
});
const own = { placement: 'own', cpu: null, memory_mib: null, moved_out: null };

test('a new replication runs where the environment says, unless the request says otherwise', async () => {
  const settingsIn = async (defaultPlacement: 'own' | 'pooled', more: Readonly<Record<string, unknown>>) => {
    const { request, clientWithDatabases, ports } = createWorld();
    Object.assign(ports, { defaultPlacement });
    const { client } = await clientWithDatabases();
    return (await request(client, 'POST', '/replications', create(more))).body.consumer;
  };
  expect(await settingsIn('own', {})).toEqual(own);
  expect(await settingsIn('pooled', {})).toEqual({ ...own, placement: 'pooled' });
  expect(await settingsIn('pooled', { consumer: { placement: 'own' } })).toEqual(own);
  expect(await settingsIn('own', { consumer: { cpu: 256, memory_mib: 512 } })).toEqual({
    ...own,
    cpu: 256,
    memory_mib: 512,
  });
});

test('the settings change by a call of their own, and what Fargate does not have is refused with what it has', async () => {
  const { request, configured, activities } = createWorld();
  const { client, replication } = await configured();
  const path = `/replications/${replication}/consumer`;
  const small = await request(client, 'PATCH', path, { cpu: 256, memory_mib: 512, reason: 'quiet' });
  expect(small).toMatchObject({ status: 200, body: { ...own, cpu: 256, memory_mib: 512 } });
  const pooled = await request(client, 'PATCH', path, { placement: 'pooled', cpu: null, memory_mib: null });
  expect(pooled.body).toEqual({ ...own, placement: 'pooled' });
  expect((await request(client, 'GET', `/replications/${replication}`)).body.consumer).toEqual(pooled.body);
  expect(activities.get(replication)?.map(({ action, message }) => [action, message])).toContainEqual([
    'consumer-settings-changed',
    'The consumer runs in a task of its own with 0.25 vCPU and 512 MiB.',
  ]);

  const wrong = await request(client, 'PATCH', path, { cpu: 256, memory_mib: 1_536 });
  expect(wrong.status).toBe(400);
  expect(JSON.stringify(wrong.body)).toContain('512 to 2048 in steps of 512 without 1536');
  expect((await request(client, 'PATCH', path, { cpu: 256 })).status).toBe(400);
  expect((await request(client, 'PATCH', path, { cpu: null, memory_mib: 512 })).status).toBe(400);
  expect((await request(client, 'PATCH', path, { placement: 'elsewhere' })).status).toBe(400);
});
