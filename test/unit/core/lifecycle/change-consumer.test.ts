import { expect, test } from '@jest/globals';
import type { Replication } from '#core/contracts/replication.ts';
import { type ConsumerWish, changeConsumer } from '#core/lifecycle/change-consumer.ts';
import { createManualClock } from '../../../kit/manual-clock.ts';
import { createMemoryStore, sampleReplication } from '../../../kit/memory-store.ts';
import { createRecordingLog } from '../../../kit/recording-log.ts';

const createWorld = (change: Partial<Replication> = {}) => {
  const { store, state } = createMemoryStore(sampleReplication({ status: 'active', ...change }));
  const launched: unknown[] = [];
  const ports = {
    store,
    tasks: {
      runConsumer: async ({ placement, size }: { placement?: string; size?: unknown }) => {
        launched.push({ placement, size });
        return 'arn:new';
      },
      stopTask: async () => undefined,
      describeTask: async () => ({ lastStatus: 'RUNNING' }),
    },
    clock: createManualClock(),
    log: createRecordingLog(),
  };
  const wish = (asked: Omit<ConsumerWish, 'by'>) => changeConsumer(1, 7, { by: 'token 3', ...asked }, ports);
  return { wish, state, launched };
};
const small = { cpu: 256, memoryMib: 512 };

test('an active one is launched again where it is to run, and the activity says so', async () => {
  const { wish, state, launched } = createWorld();
  expect((await wish({ placement: 'pooled' })).consumer).toEqual({ placement: 'pooled' });
  expect(launched).toEqual([{ placement: 'pooled', size: undefined }]);
  expect(state.activity).toMatchObject([
    { action: 'consumer-settings-changed', by: 'token 3', message: 'The consumer runs in a pool.' },
  ]);
  await wish({ placement: 'own', size: small });
  expect(launched.at(-1)).toEqual({ placement: 'own', size: small });
  await wish({ size: null });
  expect(state.replication.consumer).toEqual({ placement: 'own' });
  expect(launched).toHaveLength(3);
});

test('what changes nothing launches nothing', async () => {
  const { wish, state, launched } = createWorld({ consumer: { placement: 'pooled', size: small } });
  await wish({ placement: 'pooled' });
  await wish({});
  expect(state.activity).toEqual([]);
  // The size is that of a task of its own.
  await wish({ size: { cpu: 512, memoryMib: 1_024 } });
  expect(launched).toEqual([]);
});

test('a word for the pool ends the time in a task of its own', async () => {
  const movedOut = { since: '2026-03-01T11:00:00.000Z', reason: 'busy' };
  const { wish, state, launched } = createWorld({ consumer: { placement: 'pooled', movedOut } });
  await wish({ size: small });
  expect(state.replication.consumer).toEqual({ placement: 'pooled', size: small, movedOut });
  await wish({ placement: 'pooled' });
  expect(state.replication.consumer).toEqual({ placement: 'pooled', size: small });
  expect(launched.at(-1)).toMatchObject({ placement: 'pooled' });
});

test('one that does not run is launched there by its next start', async () => {
  const { wish, state, launched } = createWorld({ status: 'stopped', desired: 'stopped' });
  await wish({ placement: 'pooled' });
  expect(state.replication.consumer).toEqual({ placement: 'pooled' });
  expect(launched).toEqual([]);
});

test.each<Partial<Replication>>([
  { status: 'starting' },
  { status: 'stopping' },
  { tableChange: { version: 2, state: 'running', resync: [], startedAt: '2026-03-01T11:00:00.000Z' } },
])('while %j is at work it is refused', async (change) => {
  const { wish, state } = createWorld(change);
  await expect(wish({ placement: 'pooled' })).rejects.toMatchObject({ code: 'Conflict' });
  expect(state.replication.consumer).toBeUndefined();
});
