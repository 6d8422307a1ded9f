import { expect, test } from '@jest/globals';
import { decodeMultirange, decodeRange } from '#core/databases/postgresql/types/ranges.ts';
import { columnOf } from '../column-samples.ts';

const range = columnOf('int4range', 'int4range', { typeKind: 'range' });
const multirange = columnOf('int4multirange', 'int4multirange', { typeKind: 'multirange' });

test.each(['[1,10)', 'empty', '(,)', '(,5]', '["a, b","c ""d"""]', '["2024-01-01 00:00:00",infinity)'])(
  '%j is passed on as it is',
  (raw) => {
    expect(decodeRange(raw, range)).toBe(raw);
  },
);

test.each(['[1]', '1,2', '', '{[1,2)}', '__debezium_unavailable_value', 1])('%j is no range', (raw) => {
  expect(decodeRange(raw, range)).toBeUndefined();
});

test.each(['{}', '{[1,2),[5,)}'])('%j is passed on as it is', (raw) => {
  expect(decodeMultirange(raw, multirange)).toBe(raw);
});

test.each(['[1,2)', '{1,2}', '', 'empty'])('%j is no multirange', (raw) => {
  expect(decodeMultirange(raw, multirange)).toBeUndefined();
});
