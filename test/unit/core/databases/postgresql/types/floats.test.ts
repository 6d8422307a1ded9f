import { expect, test } from '@jest/globals';
import { floats } from '#core/databases/postgresql/types/floats.ts';
import { columnOf } from '../column-samples.ts';

const { decoders: floatDecoders } = floats;

const float4 = (raw: unknown) => floatDecoders.float4?.(raw, columnOf('real', 'float4'));
const float8 = (raw: unknown) => floatDecoders.float8?.(raw, columnOf('double precision', 'float8'));

test.each([
  ...['0', '-0', '-4.35', '1e-45', '9.9406336e+07', '5e-324', '1.7976931348623157e+308'],
  ...['NaN', 'Infinity', '-Infinity'],
])('%s is passed on as it is', (raw) => {
  expect(float4(raw)).toBe(raw);
  expect(float8(raw)).toBe(raw);
});

test.each(['1,5', 'nan', '.5', '1e5', '1.5E+07', '', 1.5, 1n, true])(
  '%p is not the text of PostgreSQL',
  (raw) => {
    expect(float4(raw)).toBeUndefined();
    expect(float8(raw)).toBeUndefined();
  },
);
