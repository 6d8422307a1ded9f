import { Writable } from 'node:stream';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createLog } from '#adapters/observability/log.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';

const capture = () => {
  const text: string[] = [];
  const output = new Writable({
    write: (chunk, _encoding, done) => {
      text.push(String(chunk));
      done();
    },
  });
  return { output, lines: () => text.map((line) => JSON.parse(line) as Record<string, unknown>), text };
};

test('a line is one JSON object with the prefix and the stable keys', () => {
  const { output, lines, text } = capture();
  const log = createLog({
    service: 'api',
    connectorName: 'acme_shop_connector',
    fields: { replication: 7 },
    output,
  });
  log.info('STEP 1/4 Validating', { step: 'STEP 1/4', rows: 12n });
  log.error('two\nlines');
  expect(lines()[0]).toMatchObject({
    level: 'INFO',
    message: '[acme_shop_connector] STEP 1/4 Validating',
    service: 'api',
    connector: 'acme_shop_connector',
    replication: 7,
    step: 'STEP 1/4',
    rows: '12',
  });
  expect(lines()[0]?.timestamp).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect(lines()[1]).toMatchObject({ level: 'ERROR', message: '[acme_shop_connector] two\nlines' });
  expect(text.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true);
});

test('without a connector there is no prefix, and debug lines stay out', () => {
  const { output, lines } = capture();
  const log = createLog({ service: 'authorize', output });
  log.debug('too much');
  log.warn('enough');
  expect(lines().map(({ message }) => message)).toEqual(['enough']);
});

test('what is called a secret is never written, however deep', () => {
  const { output, text } = capture();
  const log = createLog({ service: 'api', output });
  log.info('x', {
    password: 'hunter2',
    token: 'hunter2',
    settings: { userPassword: 'hunter2', headers: { Authorization: 'hunter2' }, host: 'db' },
  });
  expect(text.join('')).not.toContain('hunter2');
  expect(text.join('')).toContain('"host":"db"');
});

test('an error shows name, code, facts and causes, and nothing else that a driver put on it', () => {
  const { output, lines, text } = capture();
  const log = createLog({ service: 'api', output });
  const duplicate = Object.assign(new Error('duplicate key'), {
    code: '23505',
    detail: 'Key (email)=(jane@example.com) already exists.',
  });
  const invalid = Object.assign(new Error('invalid input syntax for type integer: "jane"'), {
    code: '22P02',
  });
  const error = new MillraceError('ConstraintViolated', 'Table a refuses a row.', {
    cause: duplicate,
    facts: { table: 'public.a' },
  });
  log.error('failed', { error });
  log.error('failed', { error: invalid });
  expect(lines()[0]?.error).toMatchObject({
    name: 'ConstraintViolated',
    code: 'ConstraintViolated',
    message: 'Table a refuses a row.',
    facts: { table: 'public.a' },
    cause: { name: 'Error', code: '23505' },
  });
  expect(lines()[1]?.error).toEqual({ name: 'Error', code: '22P02' });
  expect(text.join('')).not.toContain('jane');
});

describe('in a Lambda', () => {
  const variable = '_X_AMZN_TRACE_ID';
  const before = process.env[variable];
  afterEach(() => {
    if (before === undefined) delete process.env[variable];
    else process.env[variable] = before;
  });

  test('a line names the trace of the invocation that it is of', () => {
    const { output, lines } = capture();
    const log = createLog({ service: 'api', output });
    process.env[variable] = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=557abcec3ee5a047;Sampled=0';
    log.info('first');
    process.env[variable] = 'Root=1-5759e989-bd862e3fe1be46a994272793';
    log.info('second');
    delete process.env[variable];
    log.info('third');
    expect(lines().map(({ trace }) => trace)).toEqual([
      '1-5759e988-bd862e3fe1be46a994272793',
      '1-5759e989-bd862e3fe1be46a994272793',
      undefined,
    ]);
  });
});
