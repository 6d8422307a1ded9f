import { Writable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { createLog } from '#adapters/observability/log.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { parseLogEvent, phraseOf } from '#core/logs/parse-event.ts';

const connector = 'acme_shop_connector';
const event = (text: string) => ({ id: 'abcdef', atMs: Date.parse('2026-03-01T12:00:00.000Z'), text });

/** A line as our own log writes it. */
const written = (service: string, write: (log: ReturnType<typeof createLog>) => void): string => {
  let text = '';
  const output = new Writable({
    write: (chunk, _encoding, done) => {
      text += String(chunk);
      done();
    },
  });
  write(createLog({ service, connectorName: connector, fields: { replication: 7 }, output }));
  return text;
};

test.each([
  ['workers', 'consumer', 'consumer'],
  ['workers', 'copy-worker', 'copy-worker'],
  ['steps', 'start-capture', 'steps'],
  ['health', 'monitor-health', 'healer'],
] as const)('a line of %s that %s has written is of the component %s', (place, service, component) => {
  const text = written(service, (log) => log.warn('Trying again', { attempt: 2 }));
  expect(text).toContain(phraseOf(place, connector));
  expect(parseLogEvent(place, event(text), connector)).toMatchObject({
    level: 'warn',
    component,
    service,
    message: 'Trying again',
  });
});

test('an error comes with its code, its trace and its causes', () => {
  const cause = new Error('socket closed');
  const error = new MillraceError('DatabaseUnreachable', 'The target is away.', { cause });
  const line = parseLogEvent(
    'workers',
    event(written('consumer', (log) => log.error('Failed', { error }))),
    connector,
  );
  expect(line?.level).toBe('error');
  expect(line?.error).toMatch(/^DatabaseUnreachable: The target is away\.\n {4}at /);
  expect(line?.error).toMatch(/\nCaused by: Error: socket closed\n/);
});

test.each([
  [
    'of another connector',
    written('consumer', (log) => log.info('hello')).replaceAll(connector, 'acme_shop'),
  ],
  ['of metrics', JSON.stringify({ _aws: {}, connector, LagMs: 3, note: `[${connector}] ` })],
  ['that is no JSON', `START [${connector}] RequestId`],
  ['of another service', written('api', (log) => log.info('hello'))],
])('a line %s is left out', (_what, text) => {
  expect(parseLogEvent('workers', event(text), connector)).toBeUndefined();
});

test('a line of Kafka Connect names the task, the class and the trace', () => {
  const text =
    `2026-03-01T12:00:00.123Z ERROR [${connector}|task-0] WorkerSourceTask{id=${connector}-0} Task threw an exception. ` +
    '(o.a.k.c.r.WorkerTask) | java.lang.RuntimeException: no | \tat a.B.c(B.java:1)';
  expect(text).toContain(phraseOf('connect', connector));
  expect(parseLogEvent('connect', event(text), connector)).toEqual({
    at: '2026-03-01T12:00:00.123Z',
    level: 'error',
    component: 'connector',
    service: 'task-0 o.a.k.c.r.WorkerTask',
    message: `WorkerSourceTask{id=${connector}-0} Task threw an exception.`,
    error: 'java.lang.RuntimeException: no\n\tat a.B.c(B.java:1)',
  });
  expect(parseLogEvent('connect', event(text), 'acme_shop')).toBeUndefined();
  expect(
    parseLogEvent('connect', event(text.replace(`[${connector}|task-0] `, '')), connector),
  ).toBeUndefined();
});

test('secrets of lines that others have written do not pass', () => {
  const secrets = [
    'jdbc:postgresql://millrace:hunter2@db:5432/shop',
    'database.password=hunter2, database.user=millrace',
    'password: hunter2',
    '{"username": "m", "password": "hunter2"}',
    'Authorization: Bearer hunter2hunter2',
    'token mlr_hunter2hunter2hunter2',
  ];
  const text = `2026-03-01T12:00:00.123Z INFO  [${connector}|task-0] ${secrets.join(' ')} (o.a.K) | ${secrets.join(' | ')}`;
  const line = parseLogEvent('connect', event(text), connector);
  expect(line?.message).toContain('database.user=millrace');
  expect(JSON.stringify(line)).not.toContain('hunter2');
});
