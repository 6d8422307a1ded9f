import { expect, test } from '@jest/globals';
import { createLogStream, frameOf } from '../../../../local/ecs-shim/log-stream.ts';

const payloadsOf = (frames: readonly Buffer[]): readonly string[] =>
  frames.map((frame) => frame.subarray(8).toString('utf8'));

test('frames a payload as Docker does: source, three zeros, length, bytes', () => {
  expect([...frameOf('stderr', Buffer.from('hi\n'))]).toEqual([2, 0, 0, 0, 0, 0, 0, 3, 104, 105, 10]);
});

test('ends frames at line ends, however the output comes in', () => {
  const stream = createLogStream(() => undefined);
  for (const piece of ['{"a":', '1}\n{"b"', ':2}\n{"c":3}\nend']) stream.append('stdout', Buffer.from(piece));
  expect(payloadsOf(stream.recent(10))).toEqual(['{"a":1}\n', '{"b":2}\n{"c":3}\n']);
  stream.close();
  expect(payloadsOf(stream.recent(10)).at(-1)).toBe('end');
});

test('keeps the two sources apart', () => {
  const stream = createLogStream(() => undefined);
  stream.append('stdout', Buffer.from('out'));
  stream.append('stderr', Buffer.from('err\n'));
  stream.append('stdout', Buffer.from('put\n'));
  expect(payloadsOf(stream.recent(10))).toEqual(['err\n', 'output\n']);
});

test('writes everything once, and forgets old frames beyond a mebibyte', () => {
  let written = 0;
  const stream = createLogStream((payload) => {
    written += payload.length;
  });
  const line = Buffer.from(`${'x'.repeat(99_999)}\n`);
  for (let count = 0; count < 20; count += 1) stream.append('stdout', line);
  expect(written).toBe(2_000_000);
  expect(stream.recent(Number.POSITIVE_INFINITY)).toHaveLength(10);
});

test('gives a follower what was, what comes, and the end', () => {
  const stream = createLogStream(() => undefined);
  const seen: (string | undefined)[] = [];
  stream.append('stdout', Buffer.from('1\n'));
  stream.append('stdout', Buffer.from('2\n'));
  stream.follow(1, (frame) => seen.push(frame?.subarray(8).toString('utf8')));
  stream.append('stdout', Buffer.from('3\n'));
  stream.close();
  expect(seen).toEqual(['2\n', '3\n', undefined]);
});

test('ends at once for a follower that comes after the end, and leaves one that went alone', () => {
  const stream = createLogStream(() => undefined);
  const gone: unknown[] = [];
  const leave = stream.follow(0, (frame) => gone.push(frame));
  leave();
  stream.append('stdout', Buffer.from('1\n'));
  stream.close();
  const late: unknown[] = [];
  stream.follow(0, (frame) => late.push(frame));
  expect({ gone, late }).toEqual({ gone: [], late: [undefined] });
});
