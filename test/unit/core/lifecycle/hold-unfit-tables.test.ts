import { expect, test } from '@jest/globals';
import type { TableProgress } from '#core/contracts/copy.ts';
import { tableKey } from '#core/contracts/identifiers.ts';
import type { Run } from '#core/contracts/steps.ts';
import { holdUnfitTables } from '#core/lifecycle/hold-unfit-tables.ts';
import type { Alert } from '#core/ports/services.ts';
import { createManualClock } from '../../../kit/manual-clock.ts';
import { createMemoryStore, sampleReplication } from '../../../kit/memory-store.ts';
import { createRecordingLog } from '../../../kit/recording-log.ts';

const run: Run = { clientId: 1, replicationId: 7, generation: 3, forceResync: false };
const problems = [
  { subject: 'target table public.shop_flights', problem: 'INSERT is missing.', remedy: 'GRANT INSERT;' },
];

const createWorld = (change: Partial<TableProgress> = {}) => {
  const { store, state } = createMemoryStore(sampleReplication({ copyGeneration: 2 }));
  const [mapping] = state.replication.tables;
  if (mapping === undefined) throw new Error('The sample has two tables.');
  state.progress.set(tableKey(mapping.source), {
    ...{ source: mapping.source, target: mapping.target, generation: 2, state: 'live', estimatedRows: 1 },
    ...{ estimatedBytes: 1, chunks: 1, chunksDone: 1, rowsCopied: 1, bytesCopied: 1, runsOn: 'lambda' },
    ...change,
  });
  const alerts: Alert[] = [];
  const ports = {
    store,
    alerts: { publish: async (alert: Alert) => void alerts.push(alert) },
    clock: createManualClock(),
    log: createRecordingLog(),
  };
  const hold = (found: { isUncaptured?: boolean; isGone?: boolean } | undefined, of = run) =>
    holdUnfitTables(
      of,
      {
        replication: state.replication,
        looked: [mapping],
        unfit:
          found === undefined ? [] : [{ mapping, problems, isUncaptured: false, isGone: false, ...found }],
      },
      ports,
    );
  return { hold, state, alerts, mapping, progress: () => state.progress.get(tableKey(mapping.source)) };
};

test('a table whose changes are captured waits until it is fit, and is told of once', async () => {
  const { hold, progress, alerts } = createWorld();
  await hold({});
  expect(progress()).toMatchObject({
    state: 'held',
    heldUntil: 'fit',
    message: expect.stringMatching(
      /INSERT is missing\. GRANT INSERT; Fix this, then stop and start the replication/,
    ),
  });
  await hold({});
  expect(alerts).toHaveLength(1);
  await hold(undefined);
  expect(progress()).toMatchObject({ state: 'held', heldUntil: 'start' });
});

test('a table that is gone waits until it is copied, also when it is there again', async () => {
  const { hold, progress } = createWorld();
  await hold({ isGone: true, isUncaptured: true });
  expect(progress()).toMatchObject({
    heldUntil: 'copy',
    message: expect.stringMatching(/has no table public\.flights any more\..*DELETE .*POST .*\/resync/),
  });
  await hold(undefined);
  expect(progress()).toMatchObject({ state: 'held', heldUntil: 'copy' });
  await hold({});
  expect(progress()).toMatchObject({ state: 'held', heldUntil: 'copy' });
});

test.each([
  ['of which some chunks are copied', { state: 'copying' as const }],
  ['that is planned for an older copy', { generation: 1 }],
])('a table %s has to be copied', async (_name, change) => {
  const { hold, progress } = createWorld(change);
  await hold({});
  expect(progress()).toMatchObject({ state: 'held', heldUntil: 'copy', generation: 2 });
});

test('a forced start records it for its own copy', async () => {
  const { hold, progress } = createWorld();
  await hold({}, { ...run, forceResync: true });
  expect(progress()).toMatchObject({ state: 'held', heldUntil: 'copy', generation: 3, rowsCopied: 0 });
});

test('what the consumer has said of a held table stays', async () => {
  const { hold, progress } = createWorld({ state: 'held', message: 'column extra was added' });
  await hold({});
  expect(progress()).toMatchObject({ heldUntil: 'fit', message: 'column extra was added' });
});
