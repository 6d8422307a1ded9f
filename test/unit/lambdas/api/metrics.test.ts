import { expect, test } from '@jest/globals';
import { createWorld } from './api-world.ts';

const configuredWorld = async () => {
  const world = createWorld();
  await world.configured();
  await world.request('admin', 'POST', '/clients', { name: 'Another' });
  const [first] = world.replications.values();
  if (first === undefined) throw new Error('There is no replication.');
  world.replications.set(99, {
    ...first,
    replicationId: 99,
    clientId: 2,
    connectorName: 'another_connector',
  });
  return world;
};

test('metrics are text that a Prometheus reads, of what the token may see', async () => {
  const world = await configuredWorld();
  const all = await world.request({ role: 'viewer' }, 'GET', '/metrics');
  expect([all.status, all.type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  expect(all.text).toMatch(/^millrace_replication_info\{replication="1",client="1",.*\} 1$/m);
  expect(all.text).toMatch(/^millrace_replication_info\{replication="99",client="2",.*\} 1$/m);
  const own = await world.request({ role: 'viewer', clientId: 2 }, 'GET', '/metrics');
  expect(own.text).toContain('replication="99"');
  expect(own.text).not.toContain('replication="1"');
});

test('targets are those that tasks announced lately, of what the token may see', async () => {
  const world = await configuredWorld();
  const target = { role: 'consumer', taskId: 'a', announcedAt: '2026-03-01T11:59:00.000Z' } as const;
  world.metricsTargets.push(
    { ...target, clientId: 1, replicationId: 1, address: '10.0.0.1:9464' },
    { ...target, clientId: 2, replicationId: 99, role: 'copy-worker', address: '10.0.0.2:9464' },
    { ...target, clientId: 2, replicationId: 99, address: 'gone:1', announcedAt: '2026-03-01T11:50:00.000Z' },
  );
  const all = await world.request({ role: 'viewer' }, 'GET', '/metrics/targets');
  expect([all.status, all.type, all.body]).toEqual([
    200,
    'application/json',
    [
      { targets: ['10.0.0.1:9464'], labels: { role: 'consumer' } },
      { targets: ['10.0.0.2:9464'], labels: { role: 'copy-worker' } },
    ],
  ]);
  const own = await world.request({ role: 'viewer', clientId: 1 }, 'GET', '/metrics/targets');
  expect(own.body).toEqual([{ targets: ['10.0.0.1:9464'], labels: { role: 'consumer' } }]);
});
