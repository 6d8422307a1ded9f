import { expect, test } from '@jest/globals';
import { type PrepareTablesPorts, prepareFreshTables } from '#core/capture/prepare-tables.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { PartitionOffsets } from '#core/ports/services.ts';
import { createFakeSource } from '../../../kit/databases.ts';
import { createManualClock } from '../../../kit/manual-clock.ts';
import { sampleReplication } from '../../../kit/memory-store.ts';
import { createRecordingLog } from '../../../kit/recording-log.ts';

const replication = sampleReplication({ status: 'active' });
const fresh = replication.tables.slice(1);

const createWorld = () => {
  const source = createFakeSource([]);
  const state = { open: ['transaction 7', 'transaction 8'], lsn: 0x100, placed: [] as PartitionOffsets[] };
  const events: string[] = [];
  const clock = createManualClock();
  const ports: PrepareTablesPorts = {
    source: {
      ...source.database,
      markTransactions: async () => {
        events.push('mark');
        return '9';
      },
      listMarkedTransactions: async () => state.open,
      writeMarker: async () => {
        events.push('marker');
        return '0/200';
      },
    },
    connect: {
      getOffset: async () => ({ lsn: state.lsn }),
      getStatus: async () => ({ state: 'RUNNING', tasks: [{ id: 0, state: 'RUNNING' }] }),
    },
    kafka: {
      topicOffsets: async ([topic = '']) => {
        events.push(`ends at ${state.lsn.toString(16)}`);
        return [{ topic, partition: 0, firstOffset: 0n, endOffset: 42n }];
      },
    },
    placeCheckpoints: async (partitions) => {
      state.placed.push(...partitions);
    },
    requireCurrent: async () => {
      // Something moves with each look.
      if (state.open.length > 0) state.open = state.open.slice(1);
      else state.lsn = 0x300;
    },
    timeoutMs: 20_000,
    clock,
    log: createRecordingLog(),
  };
  return { ports, state, events };
};

test('older transactions end first, then capture passes a marker, and then the ends are read', async () => {
  const { ports, state, events } = createWorld();
  await prepareFreshTables(replication, fresh, ports);
  expect(events).toEqual(['mark', 'marker', 'ends at 300']);
  expect(state.placed).toEqual([
    { topic: 'client_1_db_1.public.airports', partition: 0, firstOffset: 0n, endOffset: 42n },
  ]);
});

test('transactions that began later are not waited for', async () => {
  const { ports, state } = createWorld();
  state.open = ['transaction 7'];
  const require = ports.requireCurrent;
  await prepareFreshTables(replication, fresh, {
    ...ports,
    requireCurrent: async () => {
      await require();
      if (state.lsn === 0x100) state.open = ['transaction 10'];
      state.lsn = 0x300;
    },
  });
  expect(state.placed).toHaveLength(1);
});

test('a transaction that does not end is named, and the step may wait on', async () => {
  const { ports, state } = createWorld();
  await expect(
    prepareFreshTables(replication, fresh, { ...ports, requireCurrent: async () => undefined }),
  ).rejects.toMatchObject({
    code: 'CaptureNotStreaming',
    message: expect.stringContaining('transaction 7; transaction 8'),
    isTransient: true,
  });
  expect(state.placed).toEqual([]);
});

test('nothing is placed when a stop comes meanwhile, and nothing is asked without fresh tables', async () => {
  const { ports, state, events } = createWorld();
  const superseded = async (): Promise<never> => {
    throw new MillraceError('Superseded', 'Stopped.');
  };
  await expect(
    prepareFreshTables(replication, fresh, { ...ports, requireCurrent: superseded }),
  ).rejects.toMatchObject({ code: 'Superseded' });
  expect(state.placed).toEqual([]);
  events.length = 0;
  await prepareFreshTables(replication, [], ports);
  expect(events).toEqual([]);
});
