import { expect, test } from '@jest/globals';
import { decodeComposite } from '#core/databases/postgresql/types/composites.ts';
import { columnOf } from '../column-samples.ts';

const column = columnOf('public.pair', 'pair', { typeKind: 'composite' });

test.each(['(1,"a, b")', '(,)', '()', '("(1,a)","{""x""}")', '(1,"\n")'])(
  '%j is passed on as it is',
  (raw) => {
    expect(decodeComposite(raw, column)).toBe(raw);
  },
);

test.each(['1,2', '{1,2}', '', '__debezium_unavailable_value', { a: 1 }])('%j is no composite', (raw) => {
  expect(decodeComposite(raw, column)).toBeUndefined();
});
