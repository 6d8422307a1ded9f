import { describe, expect, test } from '@jest/globals';
import { timestampDecoders } from '#core/databases/postgresql/types/timestamps.ts';
import { columnOf } from '../column-samples.ts';

const timestamp = (raw: unknown) =>
  timestampDecoders.timestamp?.(raw, columnOf('timestamp without time zone', 'timestamp'));
const timestamptz = (raw: unknown) =>
  timestampDecoders.timestamptz?.(raw, columnOf('timestamp with time zone', 'timestamptz'));

describe('both types', () => {
  test.each([
    ['2024-02-29T01:02:03.123456Z', '2024-02-29 01:02:03.123456', ''],
    ['2024-02-29T01:02:03.100Z', '2024-02-29 01:02:03.1', ''],
    ['2024-02-29T01:02:03.000000Z', '2024-02-29 01:02:03', ''],
    ['2024-02-29T01:02:03Z', '2024-02-29 01:02:03', ''],
    ['+294276-12-31T23:59:59.999999Z', '294276-12-31 23:59:59.999999', ''],
    ['0001-01-01T00:00:00Z', '0001-01-01 00:00:00', ''],
    ['0000-12-31T23:59:59.999999Z', '0001-12-31 23:59:59.999999', ' BC'],
    ['-0043-03-15T00:00:00.5Z', '0044-03-15 00:00:00.5', ' BC'],
  ])('%s', (raw, text, era) => {
    expect(timestamp(raw)).toBe(`${text}${era}`);
    expect(timestamptz(raw)).toBe(`${text}+00${era}`);
  });

  test.each([
    1_709_168_523_123_456,
    '2024-02-29 01:02:03',
    '2024-02-29T01:02:03+02:00',
    '2024-02-29T01:02Z',
    '2024-02-29T01:02:03.1234567Z',
  ])('%j is not what Debezium writes', (raw) => {
    expect(timestamp(raw)).toBeUndefined();
    expect(timestamptz(raw)).toBeUndefined();
  });
});

test('infinity comes as a sentinel without a time zone, and as a word with one', () => {
  expect(timestamp('+294247-01-10T04:00:25.2Z')).toBe('infinity');
  expect(timestamp('-290308-12-21T19:59:27.6Z')).toBe('-infinity');
  expect(timestamp('+294247-01-10T04:00:25.200001Z')).toBe('294247-01-10 04:00:25.200001');
  expect(timestamptz('infinity')).toBe('infinity');
  expect(timestamptz('-infinity')).toBe('-infinity');
  expect(timestamptz('+294247-01-10T04:00:25.2Z')).toBe('294247-01-10 04:00:25.2+00');
  expect(timestamp('infinity')).toBeUndefined();
});
