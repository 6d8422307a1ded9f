import { expect, test } from '@jest/globals';
import { isZeroDate } from '#core/canonical/zero-date.ts';

test.each(['0000-00-00', '2020-00-10', '2020-01-00', '0000-01-01', '2020-01-00 10:00:00.5'])(
  '%s is a zero date',
  (text) => {
    expect(isZeroDate(text)).toBe(true);
  },
);

test.each(['2020-01-01', '0001-01-01', '10000-01-01', '0044-03-15 BC', 'infinity', '2020-10-10 00:00:00+00'])(
  '%s is none',
  (text) => {
    expect(isZeroDate(text)).toBe(false);
  },
);
