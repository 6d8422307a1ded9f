import { describe, expect, test } from '@jest/globals';
import { numerics } from '#core/databases/postgresql/types/numerics.ts';
import { columnOf } from '../column-samples.ts';

const { decoders: numericDecoders } = numerics;

describe('numeric', () => {
  const decode = (raw: unknown) => numericDecoders.numeric?.(raw, columnOf('numeric', 'numeric'));

  test.each([
    '0',
    '-0.50',
    '1.50',
    '99999999999999999999999999999999.9999999999',
    'NaN',
    'Infinity',
    '-Infinity',
  ])('%j is passed on as it is', (raw) => {
    expect(decode(raw)).toBe(raw);
  });

  test.each(['NAN', '1e10', '.5', '1,5', '', '+1', 1.5])('%j is not the text of PostgreSQL', (raw) => {
    expect(decode(raw)).toBeUndefined();
  });
});
