import { expect, test } from '@jest/globals';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { createManualClock } from '#test/kit/manual-clock.ts';
import { createMemoryChanges } from '#test/kit/memory-changes.ts';
import { createMemoryStore, sampleReplication } from '#test/kit/memory-store.ts';
import { createRecordingAlerts } from '#test/kit/recording-alerts.ts';
import { createRecordingLog, createRecordingMetrics } from '#test/kit/recording-log.ts';
import { ChangeInbox } from '../../../../consumer-container/consumer/change-inbox.ts';
import { HeldTables } from '../../../../consumer-container/consumer/held-tables.ts';

const flights = { schema: 'public', table: 'flights' };
const dropped = new MillraceError('SchemaChanged', 'Table public.flights was dropped.');

const createWorld = () => {
  const { store, state } = createMemoryStore(sampleReplication({ copyGeneration: 3 }));
  const alerts = createRecordingAlerts();
  const log = createRecordingLog();
  const clock = createManualClock();
  const changes = createMemoryChanges();
  const inbox = new ChangeInbox({
    ...{ replication: state.replication, store: changes, clock, log },
    describeSources: async () => [],
    shapeOf: () => undefined,
  });
  const held = new HeldTables({
    ...{ replication: state.replication, store, inbox, alerts, log, before: [] },
    metrics: createRecordingMetrics(),
    clock,
  });
  const plan = (generation: number) =>
    state.progress.set('public.flights', {
      ...{ source: flights, target: flights, generation, state: 'live', estimatedRows: 1, estimatedBytes: 1 },
      ...{ chunks: 1, chunksDone: 1, rowsCopied: 1, bytesCopied: 1, runsOn: 'lambda' },
    });
  return { held, state, alerts, plan, changes, inbox };
};

test('a table is held once, with its reason in the state, the activity and an alert', async () => {
  const { held, state, alerts, plan } = createWorld();
  plan(3);
  await held.hold(flights, dropped);
  await held.hold(flights, dropped);
  expect(state.progress.get('public.flights')).toMatchObject({
    state: 'held',
    message: expect.stringMatching(/^Table public\.flights was dropped\. Copy the table again/),
  });
  expect(state.activity).toHaveLength(1);
  expect(alerts.published).toHaveLength(1);
});

test.each([
  ['is planned again', (world: ReturnType<typeof createWorld>) => world.plan(4)],
  ['has no plan until it is copied again', () => undefined],
])('a table that %s is not held for what was before, and the consumer goes on', async (_what, act) => {
  const world = createWorld();
  act(world);
  await world.held.hold(flights, dropped);
  expect(world.state.progress.get('public.flights')?.state).not.toBe('held');
  expect(world.state.activity).toEqual([]);
  expect(world.alerts.published).toEqual([]);
  // Its topic is not read any further by this consumer.
  expect(world.held.has(flights)).toBe(true);
});

test('an expected table that goes on is held no longer, and one that is held again is told of once', async () => {
  const { held, state, alerts, plan, inbox } = createWorld();
  plan(3);
  await held.hold(flights, dropped);
  const change = inbox.of(flights);
  if (change === undefined) throw new Error('No change is noted.');
  expect(state.progress.get('public.flights')).toMatchObject({ waitingChange: change.changeId });
  const next = createWorld();
  next.plan(3);
  next.state.progress.set('public.flights', {
    ...next.state.progress.get('public.flights'),
    state: 'held',
  } as never);
  next.held.expect(flights, change);
  await next.held.release(flights);
  expect(next.state.progress.get('public.flights')?.state).toBe('catching-up');
  await next.held.release(flights);
  expect(alerts.published).toHaveLength(1);
  expect(next.alerts.published).toHaveLength(0);
});

test('a table that waits for something else is held for its target, when only a new copy makes that right', async () => {
  const { held, state, alerts, plan } = createWorld();
  plan(3);
  await held.hold(flights, dropped);
  const lost = new MillraceError('TargetChanged', 'Target table public.flights has been changed.');
  await held.hold(flights, lost);
  await held.hold(flights, lost);
  await held.hold(flights, dropped);
  expect(state.progress.get('public.flights')).toMatchObject({
    state: 'held',
    message: expect.stringMatching(/^Target table public\.flights has been changed\. Bring the target table/),
  });
  expect(alerts.published).toHaveLength(2);
});
