import { describe, expect, test } from '@jest/globals';
import { encoderFor, holdsEveryValue } from '#core/databases/mysql/target/column-encoder.ts';
import { mysqlColumn, sourceColumn } from '../target-columns.ts';

const id = '00000000-0000-0000-0000-0000000000ff';

describe('types of MariaDB', () => {
  test('UUID takes a uuid', () => {
    expect(encoderFor(sourceColumn('uuid'), mysqlColumn('uuid'))?.encode(id)).toBe(id);
    expect(holdsEveryValue(sourceColumn('text'), mysqlColumn('uuid'), false)).toBe(false);
  });

  test('INET6 takes what comes from one', () => {
    expect(encoderFor(mysqlColumn('inet6'), mysqlColumn('inet6'))?.encode('::1')).toBe('::1');
    expect(holdsEveryValue(sourceColumn('inet'), mysqlColumn('inet6'), false)).toBe(false);
  });
});
