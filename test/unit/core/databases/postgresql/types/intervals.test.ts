import { describe, expect, test } from '@jest/globals';
import { intervals } from '#core/databases/postgresql/types/intervals.ts';
import { columnOf } from '../column-samples.ts';

const { decoders: intervalDecoders } = intervals;

describe('interval', () => {
  const decode = (raw: unknown) => intervalDecoders.interval?.(raw, columnOf('interval', 'interval'));

  test.each([
    '00:00:00',
    '1 year 2 mons 3 days 04:05:06.789',
    '-1 years -2 mons +3 days -04:05:06.789',
    '1 year -2 days',
    '-00:00:00.000001',
    '100000:00:00',
    '178000000 years',
    '-1 days +00:00:01',
    'infinity',
    '-infinity',
  ])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each(['P1Y2M3DT4H5M6S', '1 day ', '@ 1 day', '1 week', '4:05:06', '', 86400000000])(
    '%j is not the text of PostgreSQL',
    (raw) => {
      expect(decode(raw)).toBeUndefined();
    },
  );
});
