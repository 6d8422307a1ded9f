import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  accountedPosition,
  formatLsn,
  parseLsn,
  streamedPosition,
} from '#core/databases/postgresql/source/log-position.ts';

test('a log sequence number survives being written and read', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (position) => {
      expect(parseLsn(formatLsn(position))).toBe(position);
    }),
  );
});

test('a log sequence number has the form that PostgreSQL writes', () => {
  expect(formatLsn(0x16_b374_d848n)).toBe('16/B374D848');
  expect(parseLsn('16/B374D848')).toBe(0x16_b374_d848n);
});

test.each(['', '16', '16/', 'x/1', '1/2/3', '123456789/0'])('%j is no log sequence number', (text) => {
  expect(() => parseLsn(text)).toThrow(TypeError);
});

test.each([
  ['nothing is stored', undefined, undefined],
  ['the snapshot phase', { snapshot: 'INITIAL', lsn: 5 }, undefined],
  ['streaming', { lsn: 5, lsn_proc: 4 }, 5n],
  ['streaming, with the flag of the snapshot switched off', { snapshot: false, lsn: 5 }, 5n],
  ['a position beyond 2^53', { lsn: 2n ** 60n }, 2n ** 60n],
])('the streamed position: %s', (_name, offset, position) => {
  expect(streamedPosition(offset)).toBe(position);
});

test('an offset accounts for its highest position', () => {
  expect(accountedPosition({ lsn_proc: 7, lsn: 9, lsn_commit: 8 })).toBe(9n);
  expect(accountedPosition({ ts_usec: 1 })).toBeUndefined();
});
