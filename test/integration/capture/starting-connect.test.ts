import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { createConnectClient } from '#adapters/connect/connect-client.ts';
import { toMillraceError } from '#core/errors/millrace-error.ts';
import { beginCapture, type CaptureStack, replicationOf, startCaptureStack } from './capture-stack.ts';

let stack: CaptureStack;

beforeAll(async () => {
  stack = await startCaptureStack();
}, 300_000);

afterAll(async () => {
  await stack?.stop();
}, 60_000);

test('a Connect worker that starts is unavailable, and never without its connector', async () => {
  const table = { schema: 'public', table: 'starting' };
  await stack.sql.query('CREATE TABLE public.starting (id int PRIMARY KEY)');
  const replication = replicationOf(1, [table]);
  const { connectorName } = replication;
  await beginCapture(stack, replication);
  // No waits of its own, so that every answer is seen.
  const client = createConnectClient({ url: stack.connectUrl, clock: systemClock, retryDelaysMs: [] });
  const questions = [
    () => client.getOffset(connectorName),
    () => client.getConfig(connectorName),
    () => client.getStatus(connectorName),
  ];
  await stack.killConnect();
  let isUp = false;
  const restarted = stack.restartConnect().finally(() => {
    isUp = true;
  });
  const seen = new Map<string, number>();
  const ask = async (): Promise<void> => {
    for (const question of questions) {
      const answer = await question().then(
        (found) => (found === undefined ? 'missing' : 'there'),
        (error: unknown) => toMillraceError(error).code,
      );
      seen.set(answer, (seen.get(answer) ?? 0) + 1);
    }
  };
  while (!isUp) {
    await ask();
    await systemClock.sleep(5);
  }
  await restarted;
  while (!seen.has('there')) await ask();
  expect([...seen.keys()].toSorted()).toEqual(['ConnectUnavailable', 'there']);
  expect(await stack.connect.getOffset('another_connector')).toBeUndefined();
}, 180_000);
