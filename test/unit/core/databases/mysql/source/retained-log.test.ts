import { expect, test } from '@jest/globals';
import { bytesAfter } from '#core/databases/mysql/source/retained-log.ts';

const log = {
  files: [
    { name: 'binlog.000001', bytes: 100 },
    { name: 'binlog.000002', bytes: 50 },
    { name: 'binlog.000003', bytes: 7 },
  ],
};

test('the bytes after a place are the rest of its file and all later files', () => {
  expect(bytesAfter({ file: 'binlog.000001', byte: 30 }, log)).toBe(70 + 50 + 7);
  expect(bytesAfter({ file: 'binlog.000003', byte: 7 }, log)).toBe(0);
});

test('nothing is known of a place whose file is gone, and nothing is after a place behind the end', () => {
  expect(bytesAfter({ file: 'binlog.000000', byte: 4 }, log)).toBeUndefined();
  expect(bytesAfter({ file: 'binlog.000003', byte: 9 }, log)).toBe(0);
});
