import { describe, expect, test } from '@jest/globals';
import { encoderFor, holdsEveryValue } from '#core/databases/mysql/target/column-encoder.ts';
import { mysqlColumn, sourceColumn } from '../target-columns.ts';

describe('a target column of every value', () => {
  test.each([
    ['int2', 'smallint', true],
    ['int2', 'int', true],
    ['int4', 'int', true],
    ['int4', 'smallint', false],
    ['int4', 'int unsigned', false],
    ['int8', 'bigint', true],
    ['int8', 'int', false],
    ['oid', 'int', false],
    ['oid', 'int unsigned', true],
    ['xid8', 'bigint unsigned', true],
    ['bool', 'varbinary(1)', false],
    ['float8', 'bigint', false],
  ])('%s in %s: %s', (source, target, isHeld) => {
    expect(holdsEveryValue(sourceColumn(source), mysqlColumn(target), false)).toBe(isHeld);
  });

  test('of a decimal type has no fraction and enough digits', () => {
    const numeric = (precision: number, scale: number) => sourceColumn('numeric', { precision, scale });
    expect(holdsEveryValue(numeric(18, 0), mysqlColumn('bigint'), false)).toBe(true);
    expect(holdsEveryValue(numeric(19, 0), mysqlColumn('bigint'), false)).toBe(false);
    expect(holdsEveryValue(numeric(5, 2), mysqlColumn('bigint'), false)).toBe(false);
  });

  test('is one of the same type at a MySQL source', () => {
    const unsigned = mysqlColumn('bigint(20) unsigned', {
      type: 'numeric(20,0)',
      baseType: 'numeric',
      precision: 20,
      scale: 0,
    });
    expect(holdsEveryValue(unsigned, mysqlColumn('bigint(20) unsigned'), false)).toBe(true);
  });
});

test('a value beyond a smaller column is refused, its limits are not', () => {
  const encode = encoderFor(sourceColumn('int4'), mysqlColumn('mediumint'))?.encode;
  expect(encode?.('8388607')).toBe('8388607');
  expect(encode?.('-8388608')).toBe('-8388608');
  expect(encode?.('8388608')).toEqual({ refused: 'is out of the range of its column' });
  const unsigned = encoderFor(sourceColumn('numeric'), mysqlColumn('bigint unsigned'))?.encode;
  expect(unsigned?.('18446744073709551615')).toBe('18446744073709551615');
  expect(unsigned?.('18446744073709551616')).toEqual({ refused: 'is out of the range of its column' });
  expect(unsigned?.('-1')).toEqual({ refused: 'is out of the range of its column' });
  expect(unsigned?.('NaN')).toEqual({ refused: 'is no integer' });
});
