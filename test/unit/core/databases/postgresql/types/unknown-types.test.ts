import { expect, test } from '@jest/globals';
import { unknownTypeDecoders } from '#core/databases/postgresql/types/unknown-types.ts';
import { columnOf } from '../column-samples.ts';

const decode = (raw: unknown) => unknownTypeDecoders.pg_lsn?.(raw, columnOf('pg_lsn', 'pg_lsn'));

test('bytes in hex are the text', () => {
  expect(decode('31362f4233373444383438')).toBe('16/B374D848');
  expect(decode('')).toBe('');
});

test.each(['16/B374D848', '3', 31])('%j is not what Debezium writes', (raw) => {
  expect(decode(raw)).toBeUndefined();
});
