import { expect, test } from '@jest/globals';
import { bearerToken } from '../../../../lambdas/authorize/authorize.ts';

test.each([
  ['Bearer abcDEF_123-4', 'abcDEF_123-4'],
  ['bearer  abc', 'abc'],
  ['Bearer W4Y%+/=~"{}', 'W4Y%+/=~"{}'],
])('%s carries a token', (header, token) => {
  expect(bearerToken(header)).toBe(token);
});

test.each(['', 'Bearer', 'Bearer ', 'Basic abc', 'Bearer a b', 'Bearer tökén', 'abc'])(
  '%j carries none',
  (header) => {
    expect(bearerToken(header)).toBeUndefined();
  },
);
