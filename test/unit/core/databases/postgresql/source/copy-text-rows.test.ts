import { expect, test } from '@jest/globals';
import { parseCopyText } from '#core/databases/postgresql/source/copy-text-rows.ts';
import { copyText } from '#core/databases/postgresql/target/copy-text.ts';

test('reads what copyText writes', () => {
  const rows = [
    ['1', 'a\tb', null, ''],
    ['2', '\\N', 'line\nfeed\r', '\\'],
    [null, null, null, null],
  ];
  expect(parseCopyText(copyText(rows).toString())).toEqual(rows);
  expect(parseCopyText(copyText([['plain', 'text']]).toString())).toEqual([['plain', 'text']]);
  expect(parseCopyText('')).toEqual([]);
});

test('knows the other sequences of the server', () => {
  expect(parseCopyText('\\b\\f\\v\t\\\\n\n')).toEqual([['\b\f\v', '\\n']]);
});
