import { describe, expect, test } from '@jest/globals';
import { dates } from '#core/databases/postgresql/types/dates.ts';
import { columnOf } from '../column-samples.ts';

const { decoders: dateDecoders } = dates;

describe('date', () => {
  const decode = (raw: unknown) => dateDecoders.date?.(raw, columnOf('date', 'date'));

  test.each([
    '2024-02-29',
    '0001-01-01',
    '0044-03-15 BC',
    '4714-11-24 BC',
    '5874897-12-31',
    'infinity',
    '-infinity',
  ])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each(['2024-02-29Z', '+12345-01-02', '24-02-29', '29/02/2024', '2024-02-29 AD', 19782])(
    '%j is not the text of PostgreSQL',
    (raw) => {
      expect(decode(raw)).toBeUndefined();
    },
  );
});
