import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { selectDecoderFor } from '#core/databases/mysql/types/column-codec.ts';
import { mysqlTypeOf } from '#core/databases/mysql/types/column-types.ts';
import { transcodeMargin } from '#core/databases/mysql/types/transcode.ts';
import { column } from '../columns.ts';

/** Undefined when it is left to `fromSelect`. Bytes before and behind the value are not its own. */
const transcode = (dataType: string, value: string): string | undefined => {
  const bytes = Buffer.from(`9${value}9`);
  const to = Buffer.alloc(bytes.length + 1 + transcodeMargin, '#');
  const end = mysqlTypeOf(dataType)?.transcode?.(bytes, 1, bytes.length - 1, to, 1) ?? -1;
  expect(to[0]).toBe('#'.charCodeAt(0));
  return end < 0 ? undefined : to.toString('utf8', 1, end);
};

test.each([
  ['int', '0', '0'],
  ['int', '-1', '-1'],
  ['bigint', '18446744073709551615', '18446744073709551615'],
  ['int', '00042', undefined],
  ['int', '-', undefined],
  ['int', '', undefined],
  ['int', '4x', undefined],
  ['year', '2020', '2020'],
  ['year', '0000', undefined],
  ['decimal', '0.50', '0.50'],
  ['decimal', '-12.000', '-12.000'],
  ['decimal', '000.50', undefined],
  ['date', '2020-02-29', '2020-02-29'],
  ['date', '0000-00-00', '0000-00-00'],
  ['date', '2020-02', undefined],
  ['datetime', '2020-02-29 10:00:00', '2020-02-29 10:00:00'],
  ['datetime', '2020-02-29 10:00:00.000000', '2020-02-29 10:00:00'],
  ['datetime', '2020-00-01 10:00:00.120000', '2020-00-01 10:00:00.12'],
  ['datetime', '2020-02-29T10:00:00', undefined],
  ['timestamp', '2020-02-29 10:00:00.100', '2020-02-29 10:00:00.1+00'],
  ['timestamp', '0000-00-00 00:00:00', undefined],
  ['varchar', '', ''],
  ['varchar', 'ä€😀\0\t', 'ä€😀\0\t'],
  ['text', 'long '.repeat(100), 'long '.repeat(100)],
  ['json', '{}', undefined],
])('%s %j becomes %j', (dataType, value, text) => {
  expect(transcode(dataType, value)).toBe(text);
});

const twoDigits = (most: number) =>
  fc.integer({ min: 0, max: most }).map((part) => String(part).padStart(2, '0'));
const date = fc
  .tuple(fc.integer({ min: 0, max: 9999 }), twoDigits(12), twoDigits(31))
  .map(([year, month, day]) => `${String(year).padStart(4, '0')}-${month}-${day}`);
const fraction = fc.option(fc.stringMatching(/^[0-9]{1,6}$/), { nil: undefined });
const dateTime = fc
  .tuple(date, twoDigits(23), twoDigits(59), twoDigits(59), fraction)
  .map(
    ([day, hour, minute, second, part]) =>
      `${day} ${hour}:${minute}:${second}${part === undefined ? '' : `.${part}`}`,
  );
const digits = fc.stringMatching(/^-?[0-9]{1,20}$/);
const decimals = fc.stringMatching(/^-?[0-9]{1,20}(\.[0-9]{1,10})?$/);

test.each([
  ['int', digits],
  ['bigint', digits],
  ['decimal', decimals],
  ['date', date],
  ['datetime', dateTime],
  ['timestamp', dateTime],
  ['varchar', fc.string({ unit: 'grapheme' })],
  ['enum', fc.string({ unit: 'binary-ascii', minLength: 40, maxLength: 60 })],
] as const)('%s is never other than what fromSelect makes of it', (dataType, values) => {
  const decode = selectDecoderFor(column(dataType, { fraction: 6 }));
  fc.assert(
    fc.property(values, (value) => {
      const text = transcode(dataType, value);
      if (text !== undefined) expect(text).toBe(decode(value));
    }),
  );
});
