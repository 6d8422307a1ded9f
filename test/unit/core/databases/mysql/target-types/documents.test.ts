import { describe, expect, test } from '@jest/globals';
import { encoderFor, holdsEveryValue } from '#core/databases/mysql/column-encoder.ts';
import { mysqlColumn, sourceColumn } from '../target-columns.ts';

const json = mysqlColumn('json');

describe('a JSON column', () => {
  test('takes what comes from one', () => {
    const source = mysqlColumn('json', { type: 'json', baseType: 'json' });
    expect(encoderFor(source, json)?.encode('{"a": 1}')).toBe('{"a": 1}');
  });

  test.each(['json', 'jsonb', 'text'])('would rewrite %s', (type) => {
    expect(holdsEveryValue(sourceColumn(type), json, false)).toBe(false);
  });
});
