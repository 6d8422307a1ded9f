import { expect, test } from '@jest/globals';
import { readRowValues } from '#core/databases/oracle/source/row-values.ts';

const value = (kind: number, bytes: Buffer): Buffer => {
  const head = Buffer.alloc(5);
  head.writeUInt8(kind);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
};
const double = (number: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(number);
  return bytes;
};
const row = Buffer.concat([
  value(1, Buffer.from('Grüße')),
  value(0, Buffer.alloc(0)),
  value(2, Buffer.from([0, 255])),
  value(3, double(-0)),
  value(3, double(Number.POSITIVE_INFINITY)),
  value(1, Buffer.alloc(0)),
]);

test('each value is what the driver of a direct copy gives for the same expression', () => {
  const within = Buffer.concat([Buffer.from('before'), row, Buffer.from('behind')]);
  expect(readRowValues(within, 6, 6 + row.length, 6)).toEqual([
    ...['Grüße', null, Buffer.from([0, 255]), -0, Number.POSITIVE_INFINITY, ''],
  ]);
});

test.each([
  ['another number of columns', row, 5],
  ['a kind that nobody knows', value(9, Buffer.alloc(1)), 1],
  ['a value that is longer than the row', value(1, Buffer.from('text')).subarray(0, 7), 1],
])('%s is no row', (_what, bytes, columns) => {
  expect(() => readRowValues(bytes, 0, bytes.length, columns)).toThrow(RangeError);
});
