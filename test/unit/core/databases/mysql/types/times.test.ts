import { expect, test } from '@jest/globals';
import { decoderFor, selectDecoderFor } from '#core/databases/mysql/types/column-codec.ts';
import { column } from '../columns.ts';

test.each([
  ['12:34:56', 45_296_000_000, '12:34:56'],
  ['-12:34:56', -45_296_000_000, '-12:34:56'],
  ['838:59:59.000000', 3_020_399_000_000, '838:59:59'],
  ['-838:59:58.999999', -3_020_398_999_999, '-838:59:58.999999'],
  ['24:00:00', 86_400_000_000, '24:00:00'],
  ['-00:00:00.000001', -1, '-00:00:00.000001'],
  ['00:00:00.500', 500_000, '00:00:00.5'],
  ['00:00:00', 0, '00:00:00'],
])('time %s arrives as %i microseconds', (selected, raw, text) => {
  const time = column('time', { fraction: 6 });
  expect(time.type).toBe('interval(6)');
  expect(selectDecoderFor(time)(selected)).toBe(text);
  expect(decoderFor(time)(raw)).toBe(text);
});

test.each(['12:34:56Z', 1.5, true])('%p is refused', (raw) => {
  expect(() => decoderFor(column('time'))(raw)).toThrow(
    expect.objectContaining({ code: 'UndecodableEvent' }),
  );
});
