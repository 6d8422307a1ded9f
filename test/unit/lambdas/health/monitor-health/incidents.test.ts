import { expect, test } from '@jest/globals';
import type { Heartbeat } from '#core/contracts/consumer.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { monitorHealth } from '../../../../../lambdas/health/monitor-health/monitor-health.ts';
import { sampleChannel, sampleRoute } from '../../../../kit/alert-samples.ts';
import { sampleReplication } from '../../../../kit/memory-store.ts';
import { beat, createWorld, sourceLog } from './monitor-world.ts';

test('each minute the health is recorded, with since when it is so, and a point of its history', async () => {
  const world = createWorld();
  const { connector } = world.world;
  world.state.heartbeat = { ...beat, beatAt: '2026-03-01T12:02:00.000Z' };
  world.world.connector = { state: 'UNASSIGNED', tasks: [] };
  await monitorHealth('me', world.ports);
  await world.ports.clock.sleep(60_000);
  await monitorHealth('me', world.ports);
  const since = '2026-03-01T12:00:00.000Z';
  expect(world.state.health).toMatchObject({
    overall: 'degraded',
    since,
    faults: [{ condition: 'connector-not-running', hop: 'capture', since }],
  });
  world.world.connector = connector;
  await world.ports.clock.sleep(60_000);
  await monitorHealth('me', world.ports);
  expect(world.state.health).toEqual({
    at: '2026-03-01T12:02:00.000Z',
    overall: 'healthy',
    since: '2026-03-01T12:02:00.000Z',
    faults: [],
    figures: { captureLagMs: 0, heartbeatAgeMs: 0, retainedBytes: 5, tables: { pending: 2 } },
    copiesTold: { upTo: '2026-02-01T00:00:00.000Z', tables: 0 },
  });
  expect(world.state.history.map(({ overall, condition }) => [overall, condition])).toEqual([
    ['degraded', 'connector-not-running'],
    ['degraded', 'connector-not-running'],
    ['healthy', undefined],
  ]);
});

test('rows that are known to differ are recorded, none of them as 0, and what nobody has counted not at all', async () => {
  const world = createWorld();
  const [first] = world.state.replication.tables;
  if (first === undefined) throw new Error('There is no table.');
  const counted = async (deadLetters: Heartbeat['deadLetters']) => {
    world.state.heartbeat = { ...beat, ...(deadLetters !== undefined && { deadLetters }) };
    await monitorHealth('me', world.ports);
    return world.state.health?.figures?.deadLetterRows;
  };
  expect(await counted(undefined)).toBeUndefined();
  expect(await counted([])).toBe(0);
  expect(await counted([{ source: first.source, rows: 3 }])).toBe(3);
});

test('what lasts becomes an incident, with one alert at its opening and one when it is over', async () => {
  const world = createWorld();
  const failure = { code: 'DatabaseUnreachable', message: 'It is away.', since: '2026-03-01T11:59:00.000Z' };
  const lookAt = async (isAway: boolean): Promise<void> => {
    const at = world.ports.clock.now().toISOString();
    world.state.heartbeat = { ...beat, beatAt: at };
    const seen = { ...sourceLog, readAt: at };
    world.world.looks = [
      { sourceLog: isAway ? { ...seen, failure: { ...failure, at } } : seen, isOpen: false },
    ];
    await monitorHealth('me', world.ports);
    await world.ports.clock.sleep(60_000);
  };
  for (let minute = 0; minute < 4; minute += 1) await lookAt(true);
  expect(world.state.openIncidents).toMatchObject([
    {
      condition: 'source-unreachable',
      hop: 'source',
      since: failure.since,
      openedAt: '2026-03-01T12:01:00.000Z',
    },
  ]);
  const told = () => [...world.alerting.deliveries.values()].map(({ message }) => message.subject);
  expect(told()).toEqual([expect.stringContaining('source-unreachable at source')]);
  for (let minute = 0; minute < 3; minute += 1) await lookAt(false);
  expect(world.state.openIncidents).toEqual([]);
  expect(world.state.closedIncidents).toMatchObject([
    { ending: 'Recovered after 5 m, 0 changes caught up.' },
  ]);
  expect(told().slice(1)).toEqual([expect.stringContaining('over: source-unreachable')]);
  expect(world.metrics.totals.map(({ ReplicationsDegraded }) => ReplicationsDegraded)).toEqual([
    1, 1, 1, 1, 0, 0, 0,
  ]);
});

test.each(['error', 'needs-resync'] as const)(
  'what is in status %s is counted as failed for as long as it lasts, and so is a deletion that cannot go on',
  async (status) => {
    const { ports, metrics, state } = createWorld({ status });
    await monitorHealth('me', ports);
    await monitorHealth('me', ports);
    state.replication = { ...state.replication, status: 'deleting', lastErrorMessage: 'It cannot go on.' };
    await monitorHealth('me', ports);
    expect(state.openIncidents).toContainEqual(expect.objectContaining({ condition: 'deletion-blocked' }));
    state.replication = sampleReplication({ status: 'stopped' });
    await monitorHealth('me', ports);
    expect(metrics.totals.map(({ ReplicationsFailed }) => ReplicationsFailed)).toEqual([1, 1, 1, 0]);
  },
);

test('what could not be put on its way is told by the next check', async () => {
  const { ports, state, alerting, queued, log } = createWorld({ status: 'error' });
  const failing = {
    ...ports.store,
    addDelivery: async () => {
      throw new MillraceError('StoreUnavailable', 'no');
    },
  };
  await alerting.alertStore.addChannel(sampleChannel());
  await alerting.alertStore.addRoute(sampleRoute());
  await monitorHealth('me', { ...ports, store: failing });
  expect(state.openIncidents[0]).not.toHaveProperty('toldAt');
  expect(log.lines.join()).toContain('the next check tries again');
  await monitorHealth('me', ports);
  await monitorHealth('me', ports);
  expect(state.openIncidents[0]).toHaveProperty('toldAt');
  expect([...alerting.deliveries.values()].map(({ channelName }) => channelName)).toEqual(['ops']);
  expect(queued).toHaveLength(1);
});

test('two checks at once open one incident, people are told of it once, and both count it', async () => {
  const { ports, state, alerting, metrics } = createWorld({ status: 'error' });
  await alerting.alertStore.addChannel(sampleChannel());
  await alerting.alertStore.addRoute(sampleRoute());
  const bothHaveRead = Promise.withResolvers<void>();
  let readings = 0;
  const store = {
    ...ports.store,
    getOpenIncidents: async (replicationId: number) => {
      const read = await ports.store.getOpenIncidents(replicationId);
      readings += 1;
      if (readings === 2) bothHaveRead.resolve();
      await bothHaveRead.promise;
      return read;
    },
  };
  const later = { ...ports.clock, now: () => new Date(ports.clock.now().getTime() + 7) };
  await Promise.all([
    monitorHealth('me', { ...ports, store }),
    monitorHealth('another', { ...ports, store, clock: later }),
  ]);
  expect(state.openIncidents).toMatchObject([{ condition: 'replication-failed' }]);
  expect(metrics.totals.map(({ ReplicationsFailed }) => ReplicationsFailed)).toEqual([1, 1]);
  const told = () =>
    [...alerting.deliveries.values()]
      .filter(({ channelName }) => channelName === 'ops')
      .map(({ message }) => message.subject);
  expect(told()).toEqual([expect.stringContaining('replication-failed at')]);
  state.replication = sampleReplication({ status: 'stopped' });
  await monitorHealth('me', ports);
  expect(state.openIncidents).toEqual([]);
  expect(state.closedIncidents).toMatchObject([{ condition: 'replication-failed' }]);
  expect(told().slice(1)).toEqual([expect.stringContaining('over: replication-failed')]);
});

test('a delivery whose message is lost is put into the queue again', async () => {
  const { ports, alerting, queued } = createWorld({ status: 'error' });
  await alerting.alertStore.addChannel(sampleChannel());
  await alerting.alertStore.addRoute(sampleRoute());
  const queue = { send: () => Promise.reject(new MillraceError('ServiceUnavailable', 'no')) };
  await monitorHealth('me', { ...ports, queue });
  await ports.clock.sleep(60_000);
  await monitorHealth('me', ports);
  expect(queued).toEqual([]);
  await ports.clock.sleep(60_000);
  await monitorHealth('me', ports);
  expect(queued).toMatchObject([{ attempt: 1 }]);
});

test('a copy that has ended is told once', async () => {
  const { ports, state, alerting } = createWorld();
  await monitorHealth('me', ports);
  const source = { schema: 'public', table: 'flights' };
  const done = {
    ...({ source, target: source, generation: 1, state: 'live', runsOn: 'lambda' } as const),
    ...{ estimatedRows: 9, estimatedBytes: 9, chunks: 1, chunksDone: 1, rowsCopied: 9, bytesCopied: 9 },
    ...{ startedAt: '2026-03-01T12:00:10.000Z', finishedAt: '2026-03-01T12:00:40.000Z' },
  };
  state.replication = { ...state.replication, tables: state.replication.tables.slice(0, 1) };
  state.progress.set('public.flights', done);
  await monitorHealth('me', ports);
  await monitorHealth('me', ports);
  state.progress.set('public.flights', { ...done, finishedAt: '2026-03-01T12:09:00.000Z' });
  await monitorHealth('me', ports);
  expect([...alerting.deliveries.values()].map(({ message }) => [message.condition, message.text])).toEqual([
    ['copy-done', 'acme_shop_connector: Copied 1 table with 9 rows in 30 s.'],
    ['resync-done', 'acme_shop_connector: Copied 1 table with 9 rows again in 8 m.'],
  ]);
  expect(state.openIncidents).toEqual([]);
});

test('a check that fails leaves a point that says so, and calls nothing over that was at fault', async () => {
  const world = createWorld();
  const at = '2026-03-01T11:58:00.000Z';
  const incident = {
    incidentId: 'i',
    replicationId: 7,
    condition: 'connector-failed',
    severity: 'warning',
    toldAt: at,
    hop: 'capture',
    message: 'It has failed',
    since: at,
    openedAt: at,
    updatedAt: at,
    appliedAtOpening: 3,
  } as const;
  world.state.openIncidents = [incident];
  const { store } = world.ports;
  let isBroken = true;
  const ports = {
    ...world.ports,
    store: {
      ...store,
      getLaunch: async (id: number) => {
        if (isBroken) throw new MillraceError('Internal', 'Stored item CONSUMER is malformed.');
        return store.getLaunch(id);
      },
    },
  };
  for (let minute = 0; minute < 4; minute += 1) {
    await monitorHealth('me', ports);
    await ports.clock.sleep(60_000);
  }
  expect(world.state.history).toHaveLength(4);
  expect(world.state.history[0]).toEqual({
    at: '2026-03-01T12:00:00.000Z',
    overall: 'degraded',
    hop: 'consumer',
    condition: 'check-failed',
  });
  expect(world.state.health).toMatchObject({
    overall: 'degraded',
    since: '2026-03-01T12:00:00.000Z',
    faults: [{ condition: 'check-failed' }],
  });
  expect(world.state.openIncidents.map(({ condition }) => condition)).toEqual([
    'connector-failed',
    'check-failed',
  ]);
  expect(world.state.closedIncidents).toEqual([]);
  expect(world.state.openIncidents[1]?.message).toContain('Stored item CONSUMER is malformed');
  expect(world.alerting.deliveries.size).toBe(1);

  isBroken = false;
  world.state.heartbeat = { ...beat, beatAt: '2026-03-01T12:04:00.000Z' };
  await monitorHealth('me', ports);
  expect(world.state.history.at(-1)?.condition).not.toBe('check-failed');
});
