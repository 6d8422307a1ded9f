import { describe, expect, test } from '@jest/globals';
import { timestamps } from '#core/databases/postgresql/types/timestamps.ts';
import { columnOf } from '../column-samples.ts';

const { decoders: timestampDecoders } = timestamps;

describe('timestamp without time zone', () => {
  const decode = (raw: unknown) =>
    timestampDecoders.timestamp?.(raw, columnOf('timestamp without time zone', 'timestamp'));

  test.each([
    '2024-02-29 01:02:03.123456',
    '2024-02-29 00:00:00',
    '294276-12-31 23:59:59.999999',
    '294247-01-10 04:00:25.2',
    '0044-03-15 12:00:00.5 BC',
    'infinity',
    '-infinity',
  ])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each([
    '2024-02-29T01:02:03Z',
    '2024-02-29 01:02:03+00',
    '2024-02-29 01:02',
    '2024-02-29 01:02:03.1234567',
    1_709_168_523_123_456,
  ])('%j is not the text of PostgreSQL', (raw) => {
    expect(decode(raw)).toBeUndefined();
  });
});

describe('timestamp with time zone', () => {
  const decode = (raw: unknown) =>
    timestampDecoders.timestamptz?.(raw, columnOf('timestamp with time zone', 'timestamptz'));

  test.each(['2024-02-29 01:02:03.123456+00', '0044-03-15 00:00:00+00 BC', 'infinity', '-infinity'])(
    '%j is passed on as it is',
    (raw) => {
      expect(decode(raw)).toBe(raw);
    },
  );

  test.each(['2024-02-29 01:02:03', '2024-02-29 01:02:03+02', '2024-02-29T01:02:03Z'])(
    '%j is not the text of PostgreSQL',
    (raw) => {
      expect(decode(raw)).toBeUndefined();
    },
  );
});
