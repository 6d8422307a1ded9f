import { expect, test } from '@jest/globals';
import { removeConnector } from '#core/capture/remove-connector.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ConnectorStatus } from '#core/ports/services.ts';
import { createManualClock } from '../../../kit/manual-clock.ts';

const createWorld = (statuses: readonly (ConnectorStatus | undefined)[], failure?: MillraceError) => {
  const calls: string[] = [];
  const left = [...statuses];
  return {
    calls,
    ports: {
      clock: createManualClock(),
      connect: {
        getStatus: async () => left.shift(),
        stop: async () => {
          calls.push('stop');
          if (failure !== undefined) throw failure;
        },
        resetOffset: async () => void calls.push('resetOffset'),
        deleteConnector: async () => void calls.push('delete'),
      },
    },
  };
};

const stopped: ConnectorStatus = { state: 'STOPPED', tasks: [] };
const missing = new MillraceError('ConnectRejected', 'There is no connector c.');

test('a connector is stopped, forgets its offset, and is deleted', async () => {
  const { calls, ports } = createWorld([stopped, stopped, undefined]);
  await removeConnector('c', ports);
  expect(calls).toEqual(['stop', 'resetOffset', 'delete']);
});

test('one whose task failed before it was ever started is removed, though its status keeps that task', async () => {
  const leftover: ConnectorStatus = { state: 'STOPPED', tasks: [{ id: 0, state: 'FAILED' }] };
  const { calls, ports } = createWorld([leftover, ...Array.from({ length: 11 }, () => leftover), undefined]);
  await removeConnector('c', ports);
  expect(calls).toEqual(['stop', 'resetOffset', 'delete']);
});

test('one whose tasks still run is not taken for stopped', async () => {
  const running: ConnectorStatus = { state: 'STOPPED', tasks: [{ id: 0, state: 'RUNNING' }] };
  const { calls, ports } = createWorld(Array.from({ length: 70 }, () => running));
  await expect(removeConnector('c', ports)).rejects.toThrow('did not stop within 30 s');
  expect(calls).toEqual(['stop']);
});

test('one that another removal has just deleted is removed, also when its status goes a moment later', async () => {
  const { calls, ports } = createWorld([stopped, stopped, stopped, undefined], missing);
  await removeConnector('c', ports);
  expect(calls).toEqual(['stop']);
});

test('one whose status stays though it cannot be changed is an error', async () => {
  const { ports } = createWorld(
    Array.from({ length: 70 }, () => stopped),
    missing,
  );
  await expect(removeConnector('c', ports)).rejects.toThrow('still has a status');
});

test('one that is there and cannot be stopped is an error', async () => {
  const { ports } = createWorld([stopped, stopped], new MillraceError('ConnectUnavailable', 'busy'));
  await expect(removeConnector('c', ports)).rejects.toThrow('busy');
});
