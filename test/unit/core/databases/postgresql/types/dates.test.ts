import { expect, test } from '@jest/globals';
import { dateDecoders } from '#core/databases/postgresql/types/dates.ts';
import { columnOf } from '../column-samples.ts';

const decode = (raw: unknown) => dateDecoders.date?.(raw, columnOf('date', 'date'));

test.each([
  ['2024-02-29Z', '2024-02-29'],
  ['9999-12-31Z', '9999-12-31'],
  ['+12345-01-02Z', '12345-01-02'],
  ['+5874897-12-31Z', '5874897-12-31'],
  ['0001-01-01Z', '0001-01-01'],
  ['0000-12-31Z', '0001-12-31 BC'],
  ['-0043-03-15Z', '0044-03-15 BC'],
  ['-4713-11-24Z', '4714-11-24 BC'],
  ['-5877611-06-21Z', 'infinity'],
  ['-5877611-06-22Z', '-infinity'],
])('%s is %s', (raw, text) => {
  expect(decode(raw)).toBe(text);
});

test.each([19_782, 'constructor', '2024-02-29', '2024-02-29T00:00:00Z', '24-02-29Z', ''])(
  '%j is not what Debezium writes',
  (raw) => {
    expect(decode(raw)).toBeUndefined();
  },
);
