import {
  CloudWatchLogsClient,
  FilterLogEventsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import { beforeEach, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { createLogReader } from '#adapters/aws/log-reader.ts';

const logs = mockClient(CloudWatchLogsClient);
beforeEach(() => {
  logs.reset();
});

const never = new AbortController().signal;
const reader = createLogReader({
  groups: { workers: '/millrace/prod/workers', connect: '/millrace/prod/connect' },
  client: new CloudWatchLogsClient({ region: 'eu-west-1' }),
});
const range = { place: 'workers', fromMs: 1_000, toMs: 9_000, phrase: '[acme]', limit: 3 } as const;
const event = (timestamp: number, message: string) => ({ timestamp, message, logStreamName: 's' });

test('knows the places that have a group', () => {
  expect(reader.places).toEqual(['workers', 'connect']);
});

test('reads on over empty pages, and brings the events in order', async () => {
  logs
    .on(FilterLogEventsCommand)
    .resolvesOnce({ events: [], nextToken: 'a' })
    .resolvesOnce({ events: [event(5_000, 'later')], nextToken: 'b' })
    .resolvesOnce({ events: [event(2_000, 'sooner')] });
  const { events, isComplete } = await reader.read(range, never);
  expect([events.map(({ atMs, text }) => [atMs, text]), isComplete]).toEqual([
    [
      [2_000, 'sooner'],
      [5_000, 'later'],
    ],
    true,
  ]);
  expect(logs.commandCalls(FilterLogEventsCommand).map(({ args }) => args[0].input)).toMatchObject([
    {
      logGroupName: '/millrace/prod/workers',
      startTime: 1_000,
      endTime: 9_000,
      filterPattern: '"[acme]"',
      limit: 3,
    },
    { nextToken: 'a' },
    { nextToken: 'b', limit: 2 },
  ]);
});

test('ends at its limit, and says that there may be more', async () => {
  const four = [1_000, 2_000, 3_000, 4_000].map((at) => event(at, 'x'));
  logs.on(FilterLogEventsCommand).resolves({ events: four.slice(0, 3), nextToken: 'more' });
  const { events, isComplete } = await reader.read(range, never);
  expect([events.length, isComplete]).toEqual([3, false]);
  expect(new Set(events.map(({ id }) => id)).size).toBe(3);
  expect(events.every(({ id }) => /^[\w-]{6}$/.test(id))).toBe(true);
});

test('a group that nobody has written to has no events', async () => {
  logs.on(FilterLogEventsCommand).rejects(new ResourceNotFoundException({ message: 'no', $metadata: {} }));
  expect(await reader.read(range, never)).toEqual({ events: [], isComplete: true });
});

test.each([
  ['AccessDeniedException', 400, 'PermissionDenied'],
  ['ThrottlingException', 400, 'ServiceUnavailable'],
])('%s is %s: %s', async (name, httpStatusCode, code) => {
  const error = Object.assign(new Error('no'), { name, $metadata: { httpStatusCode } });
  logs.on(FilterLogEventsCommand).rejects(error);
  await expect(reader.read(range, never)).rejects.toMatchObject({ code });
});

test('a read that is given up has what it has, and is not complete', async () => {
  const stop = new AbortController();
  logs.on(FilterLogEventsCommand).callsFake(() => {
    stop.abort();
    return { events: [event(2_000, 'one')], nextToken: 'more' };
  });
  const { events, isComplete } = await reader.read(range, stop.signal);
  expect([events.length, isComplete]).toEqual([1, false]);
});
