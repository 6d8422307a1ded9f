import { expect, test } from '@jest/globals';
import { intervalDecoders } from '#core/databases/postgresql/types/intervals.ts';
import { columnOf } from '../column-samples.ts';

const decode = (raw: unknown) => intervalDecoders.interval?.(raw, columnOf('interval', 'interval'));

// Each text is PostgreSQL 18's output of that value.
test.each([
  ['P1Y2M3DT4H5M6.789S', '1 year 2 mons 3 days 04:05:06.789'],
  ['P-1Y-2M3DT-4H-5M-6.789S', '-1 years -2 mons +3 days -04:05:06.789'],
  ['P1Y0M-2DT0H0M0S', '1 year -2 days'],
  ['P0Y0M0DT0H0M0S', '00:00:00'],
  ['P0Y0M0DT0H0M-0.000001S', '-00:00:00.000001'],
  ['P0Y0M0DT100000H0M0S', '100000:00:00'],
  ['P0Y1M0DT0H0M-1.25S', '1 mon -00:00:01.25'],
  ['P0Y-1M1DT0H0M0S', '-1 mons +1 day'],
  ['P0Y0M-1DT0H0M1S', '-1 days +00:00:01'],
  ['P178000000Y0M0DT0H0M0S', '178000000 years'],
])('%s is %s', (raw, text) => {
  expect(decode(raw)).toBe(text);
});

test.each([1_000_000, 'P1Y', '1 day', 'P1Y2M3DT4H5M6.7891234S', ''])(
  '%j is not what Debezium writes',
  (raw) => {
    expect(decode(raw)).toBeUndefined();
  },
);
