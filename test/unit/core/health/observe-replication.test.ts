import { expect, test } from '@jest/globals';
import type { Replication } from '#core/contracts/replication.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { observeReplication } from '#core/health/observe-replication.ts';
import { createMemoryStore, sampleReplication } from '../../../kit/memory-store.ts';
import { createRecordingLog } from '../../../kit/recording-log.ts';

const observe = (replication: Replication, change: { fail?: boolean } = {}) => {
  const { store, state } = createMemoryStore(replication);
  state.launch = { launchId: 'l', taskArn: 'arn:task', launchedAt: 'x', generation: 3 };
  const answer = async <T>(value: T): Promise<T> => {
    if (change.fail === true) throw new MillraceError('ConnectUnavailable', 'silent');
    return value;
  };
  return observeReplication(replication, {
    store,
    connect: { getStatus: () => answer(undefined) },
    tasks: { describeTask: () => answer({ lastStatus: 'RUNNING' }) },
    executions: { getStatus: () => answer('FAILED' as const) },
    log: createRecordingLog(),
  });
};

test('what a service says and what it does not know are told apart', async () => {
  expect(await observe(sampleReplication({ status: 'active' }))).toMatchObject({
    connector: { kind: 'missing' },
    consumer: { task: { kind: 'seen', value: { lastStatus: 'RUNNING' } } },
    execution: { kind: 'unknown' },
  });
});

test('a service that does not answer says nothing', async () => {
  expect(await observe(sampleReplication({ status: 'active' }), { fail: true })).toMatchObject({
    connector: { kind: 'unknown' },
    consumer: { task: { kind: 'unknown' } },
  });
});

test.each([
  [
    'of this start',
    'arn:aws:states:x:1:execution:m:replication-7-start-3',
    { kind: 'seen', value: 'FAILED' },
  ],
  ['of the start before', 'arn:aws:states:x:1:execution:m:replication-7-start-2', { kind: 'missing' }],
  ['not recorded yet', undefined, { kind: 'missing' }],
])('the execution is %s', async (_name, executionArn, expected) => {
  const replication = sampleReplication(executionArn === undefined ? {} : { executionArn });
  expect((await observe(replication)).execution).toEqual(expected);
});
