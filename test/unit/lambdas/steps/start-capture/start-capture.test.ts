import { expect, test } from '@jest/globals';
import type { Database } from '#core/contracts/database.ts';
import type { Run } from '#core/contracts/steps.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ConnectorOffset, ConnectorState, ConnectorStatus, ConnectPort } from '#core/ports/services.ts';
import { startCapture } from '../../../../../lambdas/steps/start-capture/start-capture.ts';
import { createFakeSource, readyServer } from '../../../../kit/databases.ts';
import { createManualClock } from '../../../../kit/manual-clock.ts';
import { createMemoryStore, sampleReplication } from '../../../../kit/memory-store.ts';
import { createRecordingLog } from '../../../../kit/recording-log.ts';

const run: Run = { clientId: 1, replicationId: 7, generation: 3, forceResync: false };

const status = (task: ConnectorState, trace?: string): ConnectorStatus => ({
  state: 'RUNNING',
  tasks: [{ id: 0, state: task, ...(trace === undefined ? {} : { trace }) }],
});

/** `steps` are what Connect answers, one for each look; the last one stays. The marker is at 0/200. */
const createWorld = (steps: readonly { offset?: ConnectorOffset; status?: ConnectorStatus }[]) => {
  const { store, state } = createMemoryStore(sampleReplication());
  const source = createFakeSource([]);
  let looks = 0;
  const restarts: number[] = [];
  const step = () => steps[Math.min(looks, steps.length - 1)];
  const connect = {
    getOffset: async () => step()?.offset,
    getStatus: async () => {
      const seen = step()?.status;
      looks += 1;
      return seen;
    },
    getConfig: async () => undefined,
    putConnector: async () => {},
    resume: async () => {},
    restart: async () => {
      restarts.push(looks);
    },
  } as unknown as ConnectPort;
  const clock = createManualClock();
  const log = createRecordingLog();
  const begin = (change: Partial<Run> = {}, isJoining = false) =>
    startCapture(
      { ...run, ...change },
      {
        replication: state.replication,
        isJoining,
        sourceDatabase: {
          host: 'db',
          port: 5432,
          databaseName: 'shop',
          tlsMode: 'disable',
          secretArn: 's',
        } as Database,
        topicRetentionHours: 24,
        captureKafka: { brokers: 'kafka:9092', security: 'tls' },
      },
      {
        store,
        source: source.database,
        connect,
        kafka: { ensureTopics: async () => {} } as never,
        clock,
        log,
      },
    );
  return { begin, state, source, clock, log, restarts };
};

test('capture streams when its offset has passed the marker', async () => {
  const { begin, source, log } = createWorld([
    {},
    { offset: { snapshot: 'INITIAL', lsn: 0x300 }, status: status('RUNNING') },
    { offset: { lsn: 0x1ff }, status: status('UNASSIGNED') },
    { offset: { lsn: 0x201 }, status: status('RUNNING') },
  ]);
  expect(await begin()).toEqual({
    isReady: true,
    connectorName: 'acme_shop_connector',
    position: '0/201',
  });
  expect(source.state.calls).toContain('writeMarker capture:3');
  expect(log.lines.filter((line) => line.includes('STEP 2/4'))).toHaveLength(2);
});

test('a restart with a long backlog need not have passed the marker: it moves', async () => {
  const { begin, source } = createWorld([
    { offset: { lsn: 0x50 }, status: status('RUNNING') },
    { offset: { lsn: 0x60 }, status: status('RUNNING') },
  ]);
  source.state.readiness = {
    ...readyServer,
    slot: { active: true, walStatus: 'reserved', confirmedFlushPosition: '0/40' },
  };
  expect(await begin()).toMatchObject({ position: '0/60' });
});

test('a running connector that does not move is not streaming', async () => {
  const { begin, clock, restarts } = createWorld([{ status: status('RUNNING') }]);
  await expect(begin()).rejects.toMatchObject({
    code: 'CaptureNotStreaming',
    message: expect.stringContaining('RUNNING'),
  });
  expect(clock.sleeps.length).toBeGreaterThan(100);
  expect(restarts).toEqual([]);
});

test('a connector that ran before and comes on no more is restarted once, with the password of now', async () => {
  const quiet = { offset: { lsn: 0x50 }, status: status('RUNNING') };
  const streaming = { offset: { lsn: 0x300 }, status: status('RUNNING') };
  const { begin, source, restarts } = createWorld([...Array.from({ length: 20 }, () => quiet), streaming]);
  source.state.readiness = {
    ...readyServer,
    slot: { active: false, walStatus: 'reserved', confirmedFlushPosition: '0/40' },
  };
  expect(await begin()).toMatchObject({ position: '0/300' });
  expect(restarts).toHaveLength(1);
});

test('a task that fails for a moment is given time', async () => {
  const { begin } = createWorld([
    { status: status('FAILED', 'replication slot "s" is active for PID 1') },
    { status: status('FAILED', 'replication slot "s" is active for PID 1') },
    { offset: { lsn: 0x300 }, status: status('RUNNING') },
  ]);
  expect(await begin()).toMatchObject({ position: '0/300' });
});

test.each([
  ['FATAL: password authentication failed for user "m"', 'CaptureFailed'],
  ['ERROR: replication slot "s" does not exist', 'NeedsResync'],
])('a task that stays failed ends the start: %s', async (trace, code) => {
  const { begin, clock } = createWorld([{ status: status('FAILED', trace) }]);
  await expect(begin()).rejects.toMatchObject({ code, message: expect.stringContaining(trace) });
  expect(clock.sleeps.length).toBeLessThan(30);
});

test('a stop by the user ends the wait', async () => {
  const { begin, state } = createWorld([{ status: status('RUNNING') }]);
  const attempt = begin();
  state.replication = { ...state.replication, desired: 'stopped', status: 'stopped' };
  await expect(attempt).rejects.toMatchObject({ code: 'Superseded' });
});

test('the copy waits for transactions that began before capture did', async () => {
  const { begin, source, clock } = createWorld([{}, { offset: { lsn: 0x201 }, status: status('RUNNING') }]);
  const open = [['session 12,345 of SHOP'], ['session 12,345 of SHOP'], []];
  source.database.listTransactionsBefore = async (offset) => {
    source.state.calls.push(`listTransactionsBefore ${offset?.lsn}`);
    return open.shift() ?? [];
  };
  const startedAt = clock.now().getTime();
  expect(await begin()).toMatchObject({ position: '0/201' });
  expect(source.state.calls.filter((call) => call === 'listTransactionsBefore 513')).toHaveLength(3);
  expect(clock.now().getTime() - startedAt).toBe(7_000);
});

test('transactions that began later are not waited for', async () => {
  const { begin, source } = createWorld([{}, { offset: { lsn: 0x201 }, status: status('RUNNING') }]);
  const open = [
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'd'],
  ];
  source.database.listTransactionsBefore = async () => open.shift() ?? [];
  expect(await begin()).toMatchObject({ position: '0/201' });
  expect(open).toEqual([]);
});

test('tables that join a capture wait for transactions that are open by then, and others do not', async () => {
  const { begin, source, state } = createWorld([{}, { offset: { lsn: 0x201 }, status: status('RUNNING') }]);
  const open = [['transaction 7'], ['transaction 7', 'transaction 9'], ['transaction 9']];
  source.database.markTransactions = async () => 'mark';
  source.database.listMarkedTransactions = async (mark) => {
    expect(mark).toBe('mark');
    return open.shift() ?? [];
  };
  expect(await begin()).toMatchObject({ isReady: true });
  expect(open).toHaveLength(3);
  source.state.readiness = {
    ...readyServer,
    slot: { active: true, walStatus: 'reserved', confirmedFlushPosition: '0/40' },
  };
  expect(await begin({}, true)).toMatchObject({ isReady: true });
  expect(open).toEqual([]);
  expect(state.activity.map(({ action }) => action)).toEqual([
    'waiting-for-transactions',
    'transactions-ended',
  ]);
});

const endless = 'session 12,345 of SHOP (sqlplus), open since SCN 90';

test('a transaction that does not end is named, and the next call waits on', async () => {
  const { begin, source, state } = createWorld([{}, { offset: { lsn: 0x201 }, status: status('RUNNING') }]);
  source.state.readiness = {
    ...readyServer,
    slot: { active: true, walStatus: 'reserved', confirmedFlushPosition: '0/40' },
  };
  source.database.listTransactionsBefore = async () => [endless];
  expect(await begin()).toEqual({ isReady: false, connectorName: 'acme_shop_connector', position: null });
  const { wait } = state.replication;
  expect(wait).toMatchObject({ generation: 3, transactions: [endless], count: 1 });
  expect(Date.parse(wait?.until ?? '') - Date.parse(wait?.since ?? '')).toBe(600_000);
  expect(state.activity).toMatchObject([
    { action: 'waiting-for-transactions', message: expect.stringContaining(endless) },
  ]);
  expect(await begin()).toMatchObject({ isReady: false });
  expect(state.replication.wait?.since).toBe(wait?.since);
  source.database.listTransactionsBefore = async () => ['a later one'];
  expect(await begin()).toMatchObject({ isReady: true });
  expect(state.replication.wait).toBeUndefined();
  expect(state.activity.map(({ action }) => action)).toEqual([
    'waiting-for-transactions',
    'transactions-ended',
  ]);
});

test('a start waits as long as it is told to, and then says for whom', async () => {
  const { begin, source } = createWorld([{}, { offset: { lsn: 0x201 }, status: status('RUNNING') }]);
  source.state.readiness = {
    ...readyServer,
    slot: { active: true, walStatus: 'reserved', confirmedFlushPosition: '0/40' },
  };
  source.database.listTransactionsBefore = async () => [endless];
  const waitFor = (transactionWaitSeconds: number) => begin({ transactionWaitSeconds });
  expect(await waitFor(200)).toMatchObject({ isReady: false });
  await expect(waitFor(200)).rejects.toMatchObject({
    code: 'OpenTransactions',
    message: `The start of acme_shop_connector has waited for 200 s for 1 transaction at the source: ${endless}.`,
  });
});

test('a source that waits by itself names the transactions, and the next call waits on', async () => {
  const { begin, source, state } = createWorld([{}, { offset: { lsn: 0x201 }, status: status('RUNNING') }]);
  source.state.readiness = {
    ...readyServer,
    slot: { active: true, walStatus: 'reserved', confirmedFlushPosition: '0/40' },
  };
  const [first, later] = ['pid 5 of user app', 'pid 6 of user app'];
  source.state.preparations = [
    { isReady: false, transactions: [first] },
    { isReady: false, transactions: [first, later] },
    { isReady: false, transactions: [later] },
  ];
  const seen = [];
  for (let call = 0; call < 3; call += 1) {
    expect(await begin()).toMatchObject({ isReady: false, position: null });
    seen.push(state.replication.wait?.transactions);
  }
  // Those that it waits for in its second phase are named when the first ones have ended.
  expect(seen).toEqual([[first], [first], [later]]);
  expect(await begin()).toMatchObject({ isReady: true });
  expect(source.state.calls.filter((call) => call.startsWith('writeMarker'))).toHaveLength(1);
});

test('what may come to be at the source is recorded before anything is created there', async () => {
  const { begin, state, source } = createWorld([{}]);
  source.database.prepareCapture = async () => {
    expect(state.replication.capturedSince).toBe('2026-03-01T12:00:00.000Z');
    throw new MillraceError('DatabaseUnreachable', 'It went away.');
  };
  await expect(begin()).rejects.toMatchObject({ code: 'DatabaseUnreachable' });
  expect(state.replication.capturedSince).toBeDefined();
});
