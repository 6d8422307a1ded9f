import { expect, test } from '@jest/globals';
import type { Replication } from '#core/contracts/replication.ts';
import type { Alert } from '#core/ports/services.ts';
import { failStart } from '../../../../../lambdas/steps/fail-start/fail-start.ts';
import { sampleDatabase } from '../../../../kit/databases.ts';
import { createManualClock } from '../../../../kit/manual-clock.ts';
import { createMemoryStore, sampleReplication } from '../../../../kit/memory-store.ts';
import { createRecordingLog } from '../../../../kit/recording-log.ts';

const run = { clientId: 1, replicationId: 7, generation: 3, forceResync: false };
const thrown = (errorType: string, errorMessage: string) => ({
  Error: errorType,
  Cause: JSON.stringify({ errorType, errorMessage }),
});
const killed = { Error: 'States.TaskFailed', Cause: JSON.stringify({ Containers: [{ ExitCode: 1 }] }) };

const createWorld = (change: Partial<Replication> = {}) => {
  const { store, state } = createMemoryStore(sampleReplication(change));
  const alerts: Alert[] = [];
  const world = { alertFailure: undefined as Error | undefined };
  const ports = {
    store: { ...store, getDatabase: async () => sampleDatabase() },
    alerts: {
      publish: async (alert: Alert) => {
        if (world.alertFailure !== undefined) throw world.alertFailure;
        alerts.push(alert);
      },
    },
    clock: createManualClock(),
    log: createRecordingLog(),
  };
  return { state, alerts, ports, world };
};

test('the replication says at which step, why, and what to do; one alert is sent; the consumer is let go', async () => {
  const { ports, state, alerts } = createWorld();
  state.launch = { launchId: 'r7-g3-l1', taskArn: 'arn', launchedAt: 'x', generation: 3 };
  const output = await failStart(
    { run, step: 'Consume', failure: thrown('TaskLaunchFailed', 'No capacity.') },
    ports,
  );
  expect(output).toEqual({ status: 'error' });
  expect(state.replication).toMatchObject({
    status: 'error',
    lastErrorCode: 'TaskLaunchFailed',
    lastErrorMessage: 'STEP 4/4 (Consume) failed: No capacity.',
  });
  expect(state.launch).toBeUndefined();
  expect(alerts).toHaveLength(1);
  expect(alerts[0]?.message).toMatch(/No capacity\.\n\nWhat to do: Check Fargate.*\n\nCapture goes on/);
  expect(state.activity).toMatchObject([{ action: 'start-failed', actor: 'start-replication' }]);
});

test('a start that was begun by itself and fails for what time can cure sends no alert, any other does', async () => {
  const { ports, state, alerts } = createWorld();
  const past = (minutes: number) => new Date(ports.clock.now().getTime() - minutes * 60_000).toISOString();
  state.attempts.push({ action: 'start-again', at: past(130) });
  const away = { run, step: 'Validate', failure: thrown('DatabaseUnreachable', 'Cannot connect.') } as const;
  await failStart(away, ports);
  expect(alerts).toHaveLength(1);
  state.attempts.push({ action: 'start-again', at: past(2) });
  state.replication = { ...state.replication, status: 'starting', lastErrorMessage: undefined };
  await failStart(away, ports);
  expect(state.replication.status).toBe('error');
  expect(alerts).toHaveLength(1);
  state.replication = { ...state.replication, status: 'starting', lastErrorMessage: undefined };
  await failStart({ ...away, failure: thrown('PermissionDenied', 'No right.') }, ports);
  expect(alerts).toHaveLength(2);
});

test('lost changes need a resync', async () => {
  const { ports, state } = createWorld();
  await failStart({ run, step: 'Capture', failure: thrown('NeedsResync', 'The slot is gone.') }, ports);
  expect(state.replication.status).toBe('needs-resync');
});

test('a worker that could not speak through Step Functions is quoted', async () => {
  const { ports, state } = createWorld({
    lastErrorCode: 'ConstraintViolated',
    lastErrorMessage: 'uq_name is violated.',
  });
  await failStart({ run, step: 'Copy', failure: killed }, ports);
  expect(state.replication).toMatchObject({
    lastErrorCode: 'ConstraintViolated',
    lastErrorMessage: 'STEP 3/4 (Copy) failed: uq_name is violated.',
  });
});

test('a worker that left no word is described by its exit', async () => {
  const { ports, state } = createWorld();
  await failStart({ run, step: 'Copy', failure: killed }, ports);
  expect(state.replication.lastErrorMessage).toContain('exit code 1');
});

test.each<[string, Partial<Replication>]>([
  ['the user has stopped it', { status: 'stopped', desired: 'stopped' }],
  ['a newer start runs', { generation: 4 }],
  ['it is not to run any more', { desired: 'stopped' }],
  [
    'the user has stopped it after the failure was recorded',
    { status: 'stopped', desired: 'stopped', lastErrorMessage: 'STEP 3/4 (Copy) failed: no' },
  ],
  ['the consumer has said it itself', { status: 'error', lastErrorMessage: 'uq_name is violated.' }],
])('nothing changes and nobody is alerted when %s', async (_name, change) => {
  const { ports, state, alerts } = createWorld(change);
  const before = state.replication;
  await failStart({ run, step: 'Copy', failure: thrown('CopyFailed', 'no') }, ports);
  expect(state.replication).toEqual(before);
  expect(alerts).toEqual([]);
});

test('a start that was replaced has not failed', async () => {
  const { ports, state, alerts } = createWorld();
  await failStart({ run, step: 'Copy', failure: thrown('Superseded', 'stopped') }, ports);
  expect(state.replication.status).toBe('starting');
  expect(alerts).toEqual([]);
});

test('a step that is repeated because the alert failed still alerts', async () => {
  const { ports, alerts, world } = createWorld();
  const input = { run, step: 'Copy', failure: thrown('CopyFailed', 'no') } as const;
  world.alertFailure = new Error('SNS is silent');
  await expect(failStart(input, ports)).rejects.toThrow('SNS is silent');
  world.alertFailure = undefined;
  expect(await failStart(input, ports)).toEqual({ status: 'error' });
  expect(alerts).toHaveLength(1);
});

test('a start that failed while it captured says what it left at the source, once something may be there', async () => {
  for (const [capturedSince, text] of [
    [
      '2026-01-01T00:00:00.000Z',
      'replication slot millrace_client_1_db_1, publication millrace_client_1_db_1',
    ],
    [undefined, 'The connector stays where it is.'],
  ] as const) {
    const { ports, state, alerts } = createWorld({
      copyGeneration: 0,
      ...(capturedSince !== undefined && { capturedSince }),
    });
    await failStart({ run, step: 'Capture', failure: thrown('CaptureFailed', 'No.') }, ports);
    expect(state.activity[0]?.message).toContain(text);
    expect(alerts[0]?.message.includes('keeps its log')).toBe(capturedSince !== undefined);
  }
});

test('a step that is repeated because the alert failed still alerts what the worker had left', async () => {
  const { ports, alerts, world, state } = createWorld({
    lastErrorCode: 'NeedsResync',
    lastErrorMessage: 'The slot is gone.',
  });
  const input = { run, step: 'Copy', failure: killed } as const;
  world.alertFailure = new Error('SNS is silent');
  await expect(failStart(input, ports)).rejects.toThrow('SNS is silent');
  world.alertFailure = undefined;
  expect(await failStart(input, ports)).toEqual({ status: 'needs-resync' });
  expect(alerts).toHaveLength(1);
  expect(state.replication.lastErrorMessage).toBe('STEP 3/4 (Copy) failed: The slot is gone.');
});

test('what the worker of a newer start has left is not taken for the failure of this one', async () => {
  const { ports, alerts } = createWorld({
    ...{ generation: 4, status: 'error', lastErrorCode: 'ConstraintViolated' },
    lastErrorMessage: 'STEP 3/4 (Copy) failed: uq_name is violated.',
  });
  await failStart({ run, step: 'Copy', failure: killed }, ports);
  expect(alerts).toEqual([]);
});
