import { expect, test } from '@jest/globals';
import { RowFrames } from '#core/canonical/row-frames.ts';

const frame = (text: string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(text));
  return Buffer.concat([length, Buffer.from(text)]);
};

const rows = ['first', '', 'ü'.repeat(300), 'last'];
const stream = Buffer.concat(rows.map(frame));

test.each([1, 2, 3, 5, 7, 100, stream.length])('packets are found in parts of %d bytes', (size) => {
  const found: string[] = [];
  const frames = new RowFrames((buffer, start, end) => found.push(buffer.toString('utf8', start, end)));
  for (let at = 0; at < stream.length; at += size) frames.push(stream.subarray(at, at + size));
  expect(found).toEqual(rows);
  expect(frames.isAtEnd).toBe(true);
});

test('a packet that is not whole is not given, and the stream does not end there', () => {
  const found: string[] = [];
  const frames = new RowFrames((buffer, start, end) => found.push(buffer.toString('utf8', start, end)));
  frames.push(stream.subarray(0, stream.length - 1));
  expect(found).toEqual(rows.slice(0, -1));
  expect(frames.isAtEnd).toBe(false);
});
