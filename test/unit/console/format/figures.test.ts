import { expect, test } from '@jest/globals';
import {
  formatAgo,
  formatBytes,
  formatDuration,
  formatPercent,
  formatRate,
  formatUtc,
} from '../../../../console/format/figures.ts';

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [3_240, '3.2 s'],
  [59_600, '1 min'],
  [250_000, '4 min 10 s'],
  [3_600_000, '1 h'],
  [7_500_000, '2 h 5 min'],
  [273_600_000, '3 d 4 h'],
])('%d ms are %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_500, '1.5 kB'],
  [250_000_000, '250 MB'],
  [4_200_000_000_000, '4.2 TB'],
])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test.each([
  [0, '0/s'],
  [0.001, '<0.1/s'],
  [0.25, '0.3/s'],
  [312.4, '312/s'],
  [45_600, '45.6K/s'],
])('%d per second are %s', (rate, text) => expect(formatRate(rate)).toBe(text));

test.each([
  [0, '0 %'],
  [43.21, '43.2 %'],
  [99.99, '100.0 %'],
  [100, '100 %'],
])('%d of 100 are %s', (percent, text) => expect(formatPercent(percent)).toBe(text));

test.each([
  [900, 'now'],
  [2_000, '2 s ago'],
  [200_000, '3 min ago'],
  [200_000_000, '2 d ago'],
])('%d ms ago is said as %s', (ms, text) => expect(formatAgo(ms)).toBe(text));

test('a time is shown in UTC on hover', () => {
  expect(formatUtc(new Date('2026-02-03T04:05:06.789Z'))).toBe('2026-02-03 04:05:06 UTC');
});
