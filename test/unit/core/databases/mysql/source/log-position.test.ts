import { expect, test } from '@jest/globals';
import {
  formatPosition,
  parsePosition,
  streamedPosition,
  toPosition,
} from '#core/databases/mysql/source/log-position.ts';

test('positions are in the order of the log, over the end of a file and over its number of digits', () => {
  const places: readonly (readonly [string, number])[] = [
    ['binlog.000001', 4],
    ['binlog.000001', 4_294_967_295],
    ['binlog.000002', 4],
    ['mysql-bin.999999', 5],
    ['mysql-bin.1000000', 4],
  ];
  const positions = places.map(([file, byte]) => toPosition(file, byte));
  expect([...positions].sort((one, other) => (one < other ? -1 : 1))).toEqual(positions);
  expect(new Set(positions).size).toBe(positions.length);
});

test('the text of a position is read back', () => {
  const position = toPosition('binlog.000042', 1_337);
  expect(formatPosition(position)).toBe('000042:1337');
  expect(parsePosition('000042:1337')).toBe(position);
});

test.each(['42', '16/B374D848', 'binlog.000042:4', ''])('%p is no position', (text) => {
  expect(() => parsePosition(text)).toThrow(TypeError);
});

test('what is no file of the log has no position', () => {
  expect(() => toPosition('binlog', 4)).toThrow(TypeError);
});

test('a stored offset says where streaming would go on', () => {
  expect(
    streamedPosition({ ts_sec: 1, file: 'binlog.000004', pos: 7_221_227, gtids: '0-1-337', server_id: 1 }),
  ).toBe(toPosition('binlog.000004', 7_221_227));
});

test('before streaming there is no position', () => {
  expect(streamedPosition(undefined)).toBeUndefined();
  expect(streamedPosition({ file: 'binlog.000004', pos: 4, snapshot: 'INITIAL' })).toBeUndefined();
  expect(streamedPosition({})).toBeUndefined();
});
