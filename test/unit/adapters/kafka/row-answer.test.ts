import { crc32 } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { AnswerReader } from '#adapters/kafka/row-answer.ts';

const record = (attempt: string, kind: string, number: number, content = ''): Buffer =>
  Buffer.from(`r1 ${attempt} ${kind} ${number}\n${content}`);

const endOf = (content: string, rows: number): string => `${rows} ${content.length} ${crc32(content)}`;

test('the parts of an answer come in order, and its end says how many rows there were', () => {
  const answer = new AnswerReader('r1', crc32);
  expect(answer.read(record('a', 'part', 0, 'ab\n'))).toEqual({ kind: 'rows', bytes: Buffer.from('ab\n') });
  expect(answer.read(record('a', 'part', 1, 'c\n'))).toEqual({ kind: 'rows', bytes: Buffer.from('c\n') });
  expect(answer.read(record('a', 'end', 2, endOf('ab\nc\n', 2)))).toEqual({ kind: 'end', rows: 2 });
});

test('records of other requests, and those that were written twice, are passed over', () => {
  const answer = new AnswerReader('r2', crc32);
  expect(answer.read(record('a', 'part', 0, 'ab'))).toBeUndefined();
  expect(answer.read(null)).toBeUndefined();
  expect(answer.read(Buffer.from('no record'))).toBeUndefined();
  const own = new AnswerReader('r1', crc32);
  own.read(record('a', 'part', 0, 'ab'));
  expect(own.read(record('a', 'part', 0, 'ab'))).toBeUndefined();
  expect(own.read(record('a', 'end', 1, endOf('ab', 1)))).toEqual({ kind: 'end', rows: 1 });
});

test('an attempt that was cut off before it gave rows gives way to the next one', () => {
  const answer = new AnswerReader('r1', crc32);
  expect(() => answer.read(record('a', 'cancelled', 0))).toThrow('nobody waits');
  expect(answer.read(record('b', 'part', 0, 'x'))).toMatchObject({ kind: 'rows' });
});

test('rows of two attempts are never mixed: the second one is an error that passes', () => {
  const answer = new AnswerReader('r1', crc32);
  answer.read(record('a', 'part', 0, 'x'));
  expect(() => answer.read(record('b', 'part', 0, 'x'))).toThrow(
    expect.objectContaining({ code: 'ConnectUnavailable', isTransient: true }),
  );
});

test.each([
  ['a record is missing', record('a', 'part', 2, 'y')],
  ['bytes are missing', record('a', 'end', 1, endOf('xy', 1))],
  ['bytes are others', record('a', 'end', 1, endOf('y', 1))],
  ['the count is none', record('a', 'end', 1, `x 1 ${crc32('x')}`)],
  ['the kind is unknown', record('a', 'other', 1)],
])('an answer is refused when %s', (_problem, next) => {
  const answer = new AnswerReader('r1', crc32);
  answer.read(record('a', 'part', 0, 'x'));
  expect(() => answer.read(next)).toThrow(expect.objectContaining({ code: 'CopyFailed' }));
});

test('what the server said comes with its codes', () => {
  const answer = new AnswerReader('r1', crc32);
  expect(answer.read(record('a', 'failed', 0, '42P01\n0\nrelation "x"\ndoes not exist'))).toEqual({
    kind: 'failed',
    state: '42P01',
    number: 0,
    message: 'relation "x"\ndoes not exist',
  });
});
