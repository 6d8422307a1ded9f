import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeApi, problemAnswer, startFakeApi } from '#test/kit/fake-api.ts';
import { runCli, temporaryConfigHome } from '#test/kit/run-cli.ts';
import type { Logs } from '../../../cli/api/routes.ts';
import { replicationAnswer } from './answers.ts';

let api: FakeApi;
let env: Record<string, string>;

beforeEach(async () => {
  api = await startFakeApi();
  env = { MILLRACE_API_URL: api.url, MILLRACE_TOKEN: 't', XDG_CONFIG_HOME: temporaryConfigHome(), TZ: 'UTC' };
  api.on('GET /replications', { body: { replications: [replicationAnswer()], next_cursor: null } });
});
afterEach(() => api.close());

const line = (message: string, change: Partial<Logs['lines'][number]> = {}): Logs['lines'][number] => ({
  at: '2026-01-02T03:04:05.000Z',
  level: 'info',
  component: 'consumer',
  service: 'consumer',
  message,
  error: null,
  ...change,
});
const page = (
  lines: Logs['lines'],
  isAtEnd: boolean,
  cursor = 'next',
  streamUrl: string | null = null,
): { body: Logs } => ({
  body: { replication_id: 3, lines, next_cursor: cursor, is_at_end: isAtEnd, stream_url: streamUrl },
});
const queries = () =>
  api.requests
    .filter(({ path }) => path.startsWith('/replications/3/logs'))
    .map(({ path }) => Object.fromEntries(new URLSearchParams(path.split('?')[1])));

test('prints every page to the end, with errors below their lines', async () => {
  api.on(
    'GET /replications/3/logs',
    page([line('Consumer runs')], false, 'second'),
    page([line('Retrying\u001b[2J', { level: 'warn', error: 'Error: no\n    at x' })], true),
  );
  const { exitCode, stdout } = await runCli(
    ['logs', '3', '--component', 'consumer', '--level', 'warn', '--since', '2h', '--text', 'a b'],
    { env },
  );
  expect(exitCode).toBe(0);
  expect(stdout.replaceAll(/^\S+ \S+ /gm, '')).toBe(
    [
      'INFO  consumer    Consumer runs',
      'WARN  consumer    Retrying\\u001b[2J',
      '    Error: no',
      '        at x',
      '',
    ].join('\n'),
  );
  const [first, second] = queries();
  expect(first).toMatchObject({ component: 'consumer', level: 'warn', text: 'a b', limit: '1000' });
  expect(first).not.toHaveProperty('wait_seconds');
  expect(second).toMatchObject({ cursor: 'second' });
});

test('follows with long polls from the end on, until Ctrl-C', async () => {
  const stop = new AbortController();
  api.on('GET /replications/3/logs', page([line('first')], true, 'a'), page([], true, 'b'), () => {
    stop.abort();
    return page([line('never printed')], true, 'c');
  });
  const { stdout } = await runCli(['logs', '3', '-f', '-o', 'json'], { env, signal: stop.signal });
  expect(
    stdout
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text).message),
  ).toEqual(['first']);
  expect(queries().map(({ cursor, wait_seconds: wait }) => [cursor, wait])).toEqual([
    [undefined, undefined],
    ['a', '20'],
    ['b', '20'],
  ]);
});

describe('where the API names a stream', () => {
  const streamUrl = () => `${api.url}/streamed/3/logs`;
  const events = (...sent: readonly (readonly [message: string, cursor?: string])[]) => ({
    headers: { 'content-type': 'text/event-stream; charset=utf-8' },
    body: `retry: 1000\n\n: nothing new\n\n${sent
      .map(([message, cursor]) =>
        cursor === undefined
          ? `data: ${JSON.stringify(line(message))}\n\n`
          : `id: ${cursor}\ndata: ${JSON.stringify(line(message))}\n\n`,
      )
      .join('')}`,
  });
  const messages = (stdout: string): readonly string[] =>
    stdout
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text).message);
  const streams = () =>
    api.requests
      .filter(({ path }) => path.startsWith('/streamed'))
      .map(({ path, headers }) => [path.split('?')[1], headers.authorization, headers['last-event-id']]);

  test('follows by it, and goes on after its end with what came meanwhile', async () => {
    const stop = new AbortController();
    api.on(
      'GET /replications/3/logs',
      page([line('first')], true, 'a', streamUrl()),
      page([line('between')], true, 'd', streamUrl()),
    );
    api.on('GET /streamed/3/logs', events(['second'], ['third', 'c'], ['half of a page']), () => {
      stop.abort();
      return events(['never printed', 'z']);
    });
    const { stdout } = await runCli(['logs', '3', '-f', '-o', 'json', '--level', 'warn'], {
      env,
      signal: stop.signal,
    });
    expect(messages(stdout)).toEqual(['first', 'second', 'third', 'between']);
    expect(streams()).toEqual([
      ['limit=1000&level=warn', 'Bearer t', 'a'],
      ['limit=1000&level=warn', 'Bearer t', 'd'],
    ]);
    expect(queries().map(({ cursor, wait_seconds: wait }) => [cursor, wait])).toEqual([
      [undefined, undefined],
      ['c', undefined],
    ]);
  });

  test.each([
    ['refuses', problemAnswer(429, 'TooManyRequests', 'Too many read at once.'), /Too many read at once/],
    ['is something else', { body: { hello: 1 } }, /answered 200/],
  ])('asks by long poll when it %s', async (_what, answer, message) => {
    const stop = new AbortController();
    api.on('GET /streamed/3/logs', answer);
    api.on('GET /replications/3/logs', page([line('first')], true, 'a', streamUrl()), () => {
      stop.abort();
      return page([], true, 'b', streamUrl());
    });
    const { stdout, stderr } = await runCli(['logs', '3', '-f', '-o', 'json'], { env, signal: stop.signal });
    expect(messages(stdout)).toEqual(['first']);
    expect(stderr).toMatch(message);
    expect(queries().at(-1)).toMatchObject({ cursor: 'a', wait_seconds: '20' });
  });

  test('does not use it without --follow', async () => {
    api.on('GET /replications/3/logs', page([line('first')], true, 'a', streamUrl()));
    const { exitCode } = await runCli(['logs', '3'], { env });
    expect([exitCode, streams()]).toEqual([0, []]);
  });
});

test('says so when there is no line', async () => {
  api.on('GET /replications/3/logs', page([], true));
  const { exitCode, stdout, stderr } = await runCli(['logs', '3'], { env });
  expect([exitCode, stdout]).toEqual([0, '']);
  expect(stderr).toContain('No line in this time.');
});

test.each([
  [['--since', 'yesterday'], 'yesterday is no time'],
  [['-f', '--until', '1h'], 'contradict'],
  [['--component', 'api'], 'Allowed choices'],
])('refuses %j', async (options, message) => {
  const { exitCode, stderr } = await runCli(['logs', '3', ...options], { env });
  expect([exitCode, api.requests.length]).toEqual([2, 0]);
  expect(stderr).toContain(message);
});
