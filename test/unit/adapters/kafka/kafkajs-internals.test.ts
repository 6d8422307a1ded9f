import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import requestQueue from 'kafkajs/src/network/requestQueue/index.js';
import { repairRequestQueue, requireKnownVersion } from '#adapters/kafka/kafkajs-internals.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const queueOf = (pending: readonly unknown[], throttledUntil: number) => {
  repairRequestQueue();
  const checkPendingRequests = jest.fn();
  const queue = Object.assign(Object.create(requestQueue.prototype), {
    pending,
    throttledUntil,
    throttleCheckTimeoutId: null,
    checkPendingRequests,
  });
  return { queue, checkPendingRequests };
};

test('nothing pending schedules nothing', () => {
  const { queue } = queueOf([], -1);
  queue.scheduleCheckPendingRequests();
  expect(jest.getTimerCount()).toBe(0);
});

test('pending requests are looked at again soon, or when the throttling ends, once', () => {
  const { queue, checkPendingRequests } = queueOf(['request'], Date.now() + 500);
  queue.scheduleCheckPendingRequests();
  queue.scheduleCheckPendingRequests();
  expect(jest.getTimerCount()).toBe(1);
  jest.advanceTimersByTime(499);
  expect(checkPendingRequests).not.toHaveBeenCalled();
  jest.advanceTimersByTime(1);
  expect(checkPendingRequests).toHaveBeenCalledTimes(1);
});

test('a version of kafkajs that was not looked at is refused', () => {
  expect(() => requireKnownVersion()).not.toThrow();
  expect(() => requireKnownVersion('2.3.0')).toThrow(/kafkajs 2\.2\.4, but 2\.3\.0 is installed/);
});
