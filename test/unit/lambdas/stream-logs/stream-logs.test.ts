import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import type { Principal } from '#core/contracts/token.ts';
import { createRecordingLog } from '#test/kit/recording-log.ts';
import { createStreamHandler, type LambdaStreaming } from '../../../../lambdas/stream-logs/lambda-stream.ts';
import type { StreamPorts } from '../../../../lambdas/stream-logs/stream-logs.ts';
import {
  createFunctionUrl,
  lambdaStreaming,
  type StreamedHandler,
} from '../../../../local/stream/function-url.ts';
import { createWorld } from '../api/api-world.ts';

let server: Server | undefined;
afterEach(
  () => new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve))),
);

/** A function URL on this machine, for `seconds` of the world's clock. */
const serve = async (ports: StreamPorts, seconds: number): Promise<string> => {
  const handle = createStreamHandler(lambdaStreaming as LambdaStreaming, ports) as StreamedHandler;
  // The clock of the world stands still while a request begins, so the time left is the whole.
  server = createFunctionUrl(async () => ({
    handle: (event, stream, context) =>
      handle(event, stream, { ...context, getRemainingTimeInMillis: () => seconds * 1_000 }),
    timeoutMs: seconds * 1_000,
  }));
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const at = (seconds: number): number => Date.parse('2026-03-01T12:00:00.000Z') + seconds * 1_000;

const setUp = async (seconds = 90) => {
  const it = createWorld();
  const { client, replication } = await it.configured();
  const stored = it.replications.get(replication);
  if (stored === undefined) throw new Error('There is no replication.');
  it.replications.set(replication, { ...stored, createdAt: new Date(at(-7_200)).toISOString() });
  const principals: Readonly<Record<string, Principal>> = {
    'Bearer own': { role: 'viewer', name: 'own', clientId: client },
    'Bearer other': { role: 'viewer', name: 'other', clientId: client + 1 },
    'Bearer all': { role: 'admin', name: 'all' },
  };
  const line = (atSeconds: number, message: string) => ({
    id: `${message}------`.slice(0, 6),
    atMs: at(atSeconds),
    text: JSON.stringify({
      level: 'INFO',
      message: `[${stored.connectorName}] ${message}`,
      timestamp: new Date(at(atSeconds)).toISOString(),
      service: 'consumer',
      connector: stored.connectorName,
    }),
  });
  const log = createRecordingLog();
  const base = await serve(
    {
      authorize: async (header) => principals[header],
      api: it.ports,
      clock: it.clock,
      log,
    },
    seconds,
  );
  const path = `/v1/replications/${replication}/logs`;
  const get = (
    url = path,
    headers: Readonly<Record<string, string>> = { authorization: 'Bearer own' },
    method = 'GET',
  ) => fetch(`${base}${url}`, { headers, method });
  return { ...it, path, line, get, log };
};

interface SentEvent {
  readonly id?: string;
  readonly message: string;
}

/** As a client reads them (HTML standard, 9.2.6). */
const eventsOf = (text: string): readonly SentEvent[] =>
  text
    .split('\n\n')
    .filter((block) => block.includes('data: '))
    .map((block) => {
      const [, id] = /^id: (.*)$/m.exec(block) ?? [];
      const [, data = '{}'] = /^data: (.*)$/m.exec(block) ?? [];
      return { ...(id !== undefined && { id }), message: JSON.parse(data).message };
    });

test('lines come as events while they are written, and a client goes on where it was', async () => {
  const { get, world, line, path } = await setUp();
  world.logEvents = { workers: [line(-90, 'one'), line(-80, 'two'), line(25, 'later')] };
  const answer = await get();
  expect([answer.status, answer.headers.get('content-type'), answer.headers.get('x-request-id')]).toEqual([
    200,
    'text/event-stream; charset=utf-8',
    'request-1',
  ]);
  const text = await answer.text();
  expect(text.startsWith('retry: 1000\n\n')).toBe(true);
  const events = eventsOf(text);
  expect(events.map(({ message }) => message)).toEqual(['one', 'two', 'later']);
  // The end of the time, with nothing said meanwhile.
  expect(text.endsWith(': nothing new\n\n')).toBe(true);

  world.logEvents = { workers: [...(world.logEvents.workers ?? []), line(92, 'after the break')] };
  const again = await get(path, { authorization: 'Bearer own', 'last-event-id': events.at(-1)?.id ?? '' });
  expect(eventsOf(await again.text()).map(({ message }) => message)).toEqual(['after the break']);
});

test.each([
  ['without a token', undefined, undefined, {}, 401, 'Unauthorized'],
  [
    'with a token that is none',
    undefined,
    undefined,
    { authorization: 'Bearer nothing' },
    401,
    'Unauthorized',
  ],
  ['of another client', undefined, undefined, { authorization: 'Bearer other' }, 404, 'NotFound'],
  ['of no client', undefined, undefined, { authorization: 'Bearer all' }, 400, 'InvalidRequest'],
  ['of another path', '/v1/clients', undefined, undefined, 404, 'NotFound'],
  ['by another method', undefined, 'POST', undefined, 405, 'MethodNotAllowed'],
  [
    'with a level that is none',
    '/v1/replications/1/logs?level=loud',
    undefined,
    undefined,
    400,
    'InvalidRequest',
  ],
  [
    'with a cursor that is none',
    '/v1/replications/1/logs?cursor=AAAA',
    undefined,
    undefined,
    400,
    'InvalidRequest',
  ],
])('a request %s is refused as the API refuses it', async (_what, path, method, headers, status, code) => {
  const { get } = await setUp();
  const answer = await get(path, headers as Record<string, string> | undefined, method);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
  expect(await answer.json()).toMatchObject({ code, request_id: 'request-1' });
});

test('a token of all clients says which one it means', async () => {
  const { get, path, world, line } = await setUp();
  world.logEvents = { workers: [line(-90, 'one')] };
  const answer = await get(`${path}?client_id=1&component=consumer`, { authorization: 'Bearer all' });
  expect(eventsOf(await answer.text()).map(({ message }) => message)).toEqual(['one']);
});

test('what fails after the answer has begun is told in the stream, which ends', async () => {
  const { get, world, line, replications } = await setUp();
  world.logEvents = { workers: [line(-90, 'one'), line(10, 'two')] };
  const answer = await get();
  const reader = answer.body?.getReader();
  let text = '';
  for (;;) {
    const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
    if (done) break;
    text += new TextDecoder().decode(value);
    replications.clear();
  }
  expect(text).toContain('event: problem\ndata: {"type":"about:blank","title":"NotFound"');
});

test('a reader that has gone is not written to forever', async () => {
  const { get, world, line } = await setUp(100_000_000);
  world.logEvents = { workers: [line(-90, 'one')] };
  const answer = await get();
  await answer.body?.cancel();
  // The server can only close once the handler has let go of its answer.
  await new Promise((resolve) => server?.close(resolve));
  server = undefined;
});
