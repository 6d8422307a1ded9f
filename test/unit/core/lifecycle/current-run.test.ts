import { expect, test } from '@jest/globals';
import type { Replication } from '#core/contracts/replication.ts';
import { isCurrentRun, requireCurrentRun } from '#core/lifecycle/current-run.ts';
import { createMemoryStore, sampleReplication } from '../../../kit/memory-store.ts';

const run = { clientId: 1, replicationId: 7, generation: 3, forceResync: false };

test.each<[boolean, string, Partial<Replication>]>([
  [true, 'starting', {}],
  [true, 'active already, as a repeated step finds it', { status: 'active' }],
  [false, 'started again', { generation: 4 }],
  [false, 'started again, and active', { generation: 4, status: 'active' }],
  [false, 'at an older start than the run', { generation: 2 }],
  [false, 'told to stop', { desired: 'stopped' }],
  [false, 'in error', { status: 'error' }],
  [false, 'in need of a resync', { status: 'needs-resync' }],
  [false, 'stopped', { status: 'stopped' }],
])('a run is current: %s, when its replication is %s', async (isCurrent, _what, change) => {
  const replication = sampleReplication(change);
  expect(isCurrentRun(run, replication)).toBe(isCurrent);
  const required = requireCurrentRun(createMemoryStore(replication).store, run);
  if (isCurrent) expect(await required).toBe(replication);
  else await expect(required).rejects.toMatchObject({ code: 'Superseded', facts: { generation: 3 } });
});
