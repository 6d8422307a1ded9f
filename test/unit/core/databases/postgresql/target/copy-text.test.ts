import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { copyText } from '#core/databases/postgresql/target/copy-text.ts';

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

test('is what joining the escaped values gives, however long they are', () => {
  const escaped = (value: string | null): string =>
    value === null
      ? '\\N'
      : value
          .replaceAll('\\', '\\\\')
          .replaceAll('\t', '\\t')
          .replaceAll('\n', '\\n')
          .replaceAll('\r', '\\r');
  const value = fc.option(
    fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary-ascii', minLength: 200 })),
  );
  fc.assert(
    fc.property(fc.array(fc.array(value, { minLength: 1, maxLength: 5 })), (rows) => {
      const expected = rows.map((row) => `${row.map(escaped).join('\t')}\n`).join('');
      expect(copyText(rows).toString()).toBe(expected);
    }),
    { verbose: true },
  );
});
