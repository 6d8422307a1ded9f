import { expect, test } from '@jest/globals';
import { canonicalSessionSettings, toStartupOptions } from '#core/databases/postgresql/session.ts';

test('settings become the options of a startup packet', () => {
  expect(toStartupOptions({ TimeZone: 'UTC', bytea_output: 'hex' })).toBe(
    '-c TimeZone=UTC -c bytea_output=hex',
  );
});

test('spaces and backslashes in a value are escaped, since the server splits at spaces', () => {
  expect(toStartupOptions({ application_name: String.raw`a b\c` })).toBe(
    String.raw`-c application_name=a\ b\\c`,
  );
});

test('the canonical settings are those that the codec is written for', () => {
  expect(canonicalSessionSettings).toMatchObject({
    DateStyle: 'ISO',
    IntervalStyle: 'postgres',
    TimeZone: 'UTC',
    extra_float_digits: '1',
    bytea_output: 'hex',
  });
});
