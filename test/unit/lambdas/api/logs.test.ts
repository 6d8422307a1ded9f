import { expect, test } from '@jest/globals';
import { createWorld } from './api-world.ts';

const at = (seconds: number): number => Date.parse('2026-03-01T12:00:00.000Z') + seconds * 1_000;

const setUp = async () => {
  const world = createWorld();
  const ids = await world.configured();
  const [replication] = world.replications.values();
  if (replication === undefined) throw new Error('There is no replication.');
  world.replications.set(replication.replicationId, {
    ...replication,
    createdAt: new Date(at(-7_200)).toISOString(),
  });
  const { connectorName } = replication;
  const line = (seconds: number, message: string, level = 'INFO') => ({
    id: `${message}------`.slice(0, 6),
    atMs: at(seconds),
    text: JSON.stringify({
      level,
      message: `[${connectorName}] ${message}`,
      timestamp: new Date(at(seconds)).toISOString(),
      service: 'consumer',
      connector: connectorName,
    }),
  });
  const path = `/replications/${ids.replication}/logs`;
  const messages = (body: Record<string, unknown>): unknown =>
    (body.lines as { message: string }[]).map(({ message }) => message);
  return { ...world, path, line, messages, client: ids.client };
};

test('shows the lines of the last hour, and goes on at the cursor', async () => {
  const { world, request, path, line, messages, client } = await setUp();
  world.logEvents = {
    workers: [line(-4_000, 'old'), line(-90, 'one'), line(-80, 'two'), line(-70, 'three')],
  };
  const first = await request(client, 'GET', `${path}?limit=2`);
  expect([first.status, messages(first.body), first.body.is_at_end]).toEqual([200, ['one', 'two'], false]);
  const second = await request(client, 'GET', `${path}?limit=2&cursor=${first.body.next_cursor}`);
  expect([messages(second.body), second.body.is_at_end]).toEqual([['three'], true]);
  const all = await request(client, 'GET', `${path}?since=${new Date(at(-7_000)).toISOString()}`);
  expect(messages(all.body)).toEqual(['old', 'one', 'two', 'three']);
  expect((all.body.lines as unknown[])[0]).toEqual({
    at: new Date(at(-4_000)).toISOString(),
    level: 'info',
    component: 'consumer',
    service: 'consumer',
    message: 'old',
    error: null,
  });
});

test('lines from before the replication was created are those of another one', async () => {
  const { world, request, path, line, messages, client } = await setUp();
  world.logEvents = { workers: [line(-9_000, 'of another'), line(-90, 'ours')] };
  const { body } = await request(client, 'GET', `${path}?since=${new Date(at(-10_000)).toISOString()}`);
  expect(messages(body)).toEqual(['ours']);
});

test('waits for a line when it is asked to, and no longer than that', async () => {
  const { world, request, path, line, messages, client, clock } = await setUp();
  world.logEvents = { workers: [] };
  const startedMs = clock.now().getTime();
  const nothing = await request(client, 'GET', `${path}?wait_seconds=20`);
  expect([messages(nothing.body), nothing.body.is_at_end]).toEqual([[], true]);
  expect(clock.now().getTime() - startedMs).toBe(20_000);
  world.logEvents = { workers: [line(25, 'at last')] };
  const found = await request(client, 'GET', `${path}?wait_seconds=20&cursor=${nothing.body.next_cursor}`);
  expect(messages(found.body)).toEqual(['at last']);
  expect(clock.now().getTime() - startedMs).toBeLessThan(30_000);
});

test.each([
  ['cursor=AAAA', 'query.cursor'],
  ['level=loud', 'query.level'],
  ['component=api', 'query.component'],
  ['wait_seconds=21', 'query.wait_seconds'],
  ['since=yesterday', 'query.since'],
  ['wait_seconds=5&until=2026-03-01T12:00:00.000Z', 'query.until'],
])('refuses %s', async (query, subject) => {
  const { request, path, client } = await setUp();
  const { status, body } = await request(client, 'GET', `${path}?${query}`);
  expect([status, body.problems]).toEqual([400, [expect.objectContaining({ subject })]]);
});

test('another client sees no line', async () => {
  const { world, request, path, line } = await setUp();
  world.logEvents = { workers: [line(-90, 'ours')] };
  await request('admin', 'POST', '/clients', { name: 'Another' });
  expect((await request(2, 'GET', path)).status).toBe(404);
});
