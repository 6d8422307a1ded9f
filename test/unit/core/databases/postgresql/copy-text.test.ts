import { expect, test } from '@jest/globals';
import { copyText } from '#core/databases/postgresql/copy-text.ts';

test.each([
  ['no rows', [], ''],
  [
    'NULL, and the texts that look like it',
    [
      ['1', null],
      ['2', '\\N'],
      ['3', ''],
    ],
    '1\t\\N\n2\t\\\\N\n3\t\n',
  ],
  [
    'the characters of the format',
    [['tab\there', 'line\nbreak\r', 'back\\slash']],
    'tab\\there\tline\\nbreak\\r\tback\\\\slash\n',
  ],
  ['the end marker of older protocols', [['\\.']], '\\\\.\n'],
  ['any other text as it is', [['ä€😀 "x" {y}', "it's"]], 'ä€😀 "x" {y}\tit\'s\n'],
] as const)('%s', (_name, rows, text) => {
  expect(copyText(rows).toString()).toBe(text);
});
