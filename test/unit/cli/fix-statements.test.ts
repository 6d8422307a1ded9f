import { expect, test } from '@jest/globals';
import { fixStatements, splitRemedy } from '../../../cli/output/fix-statements.ts';

test.each([
  ['GRANT SELECT ON TABLE "a" TO "u";', ['GRANT SELECT ON TABLE "a" TO "u";'], ''],
  [
    'ALTER TABLE "x; DROP TABLE y" REPLICA IDENTITY FULL;',
    ['ALTER TABLE "x; DROP TABLE y" REPLICA IDENTITY FULL;'],
    '',
  ],
  [
    "ALTER SYSTEM SET a = '1'; SELECT pg_reload_conf(); with a size that fits.",
    ["ALTER SYSTEM SET a = '1';", 'SELECT pg_reload_conf();'],
    'with a size that fits.',
  ],
  ['ALTER TABLE "a" ADD PRIMARY KEY (...);', [], 'ALTER TABLE "a" ADD PRIMARY KEY (...);'],
  ['Drop the primary key of "a"; then go on.', [], 'Drop the primary key of "a"; then go on.'],
  ['GRANT without an end', [], 'GRANT without an end'],
])('%s', (remedy, statements, rest) => {
  expect(splitRemedy(remedy)).toEqual({ statements, rest });
});

test('no name can end the comment that it stands in', () => {
  const lines = fixStatements([
    { subject: 'table a\nDROP TABLE b;', message: 'It has no key.\r\nDROP TABLE c;', remedy: null },
  ]);
  expect(lines.filter((line) => line !== '')).toEqual([
    String.raw`-- table a\u000aDROP TABLE b;: It has no key.\u000d\u000aDROP TABLE c;`,
  ]);
});
