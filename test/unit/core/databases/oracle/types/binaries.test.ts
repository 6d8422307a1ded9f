import { expect, test } from '@jest/globals';
import { binaries } from '#core/databases/oracle/types/binaries.ts';
import { columnOf } from '../column-samples.ts';

const { types: binaryTypes } = binaries;

const { raw, blob } = binaryTypes;

test('bytes are copied from a buffer and captured as hex', () => {
  const column = columnOf('RAW', { dataLength: 10 });
  expect(column).toMatchObject({ type: 'bytea', native: { type: 'RAW(10)' } });
  expect(raw?.fromSelect(Buffer.from([0, 255]), column)).toBe('\\x00ff');
  expect(raw?.fromEvent('00ff', column)).toBe('\\x00ff');
});

test('an empty BLOB is NULL where NULL is allowed, as Debezium writes EMPTY_BLOB()', () => {
  expect(blob?.fromSelect(Buffer.alloc(0), columnOf('BLOB'))).toBeNull();
  expect(blob?.fromSelect(Buffer.alloc(0), columnOf('BLOB', {}, { notNull: true }))).toBe('\\x');
  expect(blob?.fromEvent('', columnOf('BLOB', {}, { notNull: true }))).toBe('\\x');
});

test.each(['0', '0G', 'AA==', '00FF', 5])('%j is not what Debezium writes', (value) => {
  expect(raw?.fromEvent(value, columnOf('RAW'))).toBeUndefined();
});

test('a key is bound as hex', () => {
  const column = columnOf('RAW');
  expect(raw?.key?.expression(':1', column)).toBe('HEXTORAW(:1)');
  expect(raw?.key?.toBind('\\x00ff', column)).toBe('00ff');
});
