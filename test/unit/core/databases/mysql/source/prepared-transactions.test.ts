import { expect, test } from '@jest/globals';
import { readPrepared } from '#core/databases/mysql/source/prepared-transactions.ts';

test.each([
  ['1', '1', '0', '0x61', "X'61',X'',1"],
  ['7', '2', '1', '0x00FF62', "X'00FF',X'62',7"],
  ['7', '2', '1', "X'00ff',X'62',7", "X'00ff',X'62',7"],
  ['7', '1', '1', "'a','b',7", "'a','b',7"],
])('%s %s %s %s is %s', (formatID, gtrid_length, bqual_length, data, name) => {
  expect(readPrepared({ formatID, gtrid_length, bqual_length, data })).toBe(
    `prepared XA transaction ${name}`,
  );
});
