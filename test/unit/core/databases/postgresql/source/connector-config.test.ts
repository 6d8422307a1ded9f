import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  includeListEntry,
  isCapturableColumnName,
  isCapturableName,
} from '#core/capture/connector-config.ts';
import { connectorConfig } from '#core/databases/postgresql/source/connector-config.ts';
import { sampleReplication } from '../../../../../kit/memory-store.ts';

const source = {
  host: 'db.example.com',
  port: 5433,
  databaseName: 'shop',
  tlsMode: 'require',
  secretArn: 'arn:aws:secretsmanager:eu-west-1:1:secret:millrace/prod/db-1-AbCdEf',
} as const;

test('the configuration takes no snapshot, creates nothing at the source, and carries every operation', () => {
  expect(connectorConfig(sampleReplication(), source)).toMatchObject({
    'snapshot.mode': 'no_data',
    'publication.autocreate.mode': 'disabled',
    'slot.drop.on.stop': 'false',
    'offset.mismatch.strategy': 'trust_offset',
    'skipped.operations': 'none',
    'tombstones.on.delete': 'false',
    'errors.max.retries': '-1',
    'event.processing.failure.handling.mode': 'fail',
    'topic.prefix': 'client_1_db_1',
    'slot.name': 'millrace_client_1_db_1',
    'table.include.list': '(?-i)public\\.flights,(?-i)public\\.airports',
  });
});

test('credentials are references', () => {
  const config = connectorConfig(sampleReplication(), source);
  expect(config['database.user']).toBe(`\${secretsmanager:${source.secretArn}:username}`);
  expect(config['database.password']).toBe(`\${secretsmanager:${source.secretArn}:password}`);
});

test.each(['host', 'databaseName'] as const)('a reference in the %s is refused', (field) => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Connect's syntax of a reference.
  const forged = { ...source, [field]: '${secretsmanager:someone-elses:password}' };
  expect(() => connectorConfig(sampleReplication(), forged)).toThrow(
    expect.objectContaining({ code: 'InvalidRequest' }),
  );
});

test('a server that is to be verified is verified', () => {
  const verified = connectorConfig(sampleReplication(), { ...source, tlsMode: 'verify-full' });
  expect(verified['database.sslmode']).toBe('verify-full');
  const pinned = connectorConfig(sampleReplication(), { ...source, tlsMode: 'verify-ca', caPem: 'PEM' });
  expect(pinned).toMatchObject({ 'database.sslmode': 'verify-ca', 'driver.sslfactoryarg': 'PEM' });
});

test('an entry of the include list matches exactly its table, whatever the name', () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(name, name, name, (schema, table, other) => {
      const entry = includeListEntry({ schema, table });
      // Entries are split at commas and trimmed, and `${` would be resolved by Connect.
      expect(entry).not.toMatch(/[,\s]|\$\{/);
      // Debezium ignores case unless the entry says otherwise. JavaScript writes a code point as \u{...} where Java writes \x{...}.
      expect(entry).toMatch(/^\(\?-i\)/);
      const pattern = new RegExp(`^(?:${entry.replace('(?-i)', '').replaceAll('\\x{', '\\u{')})$`, 'u');
      expect(pattern.test(`${schema}.${table}`)).toBe(true);
      expect(pattern.test(`${schema}.${other}`)).toBe(`${schema}.${other}` === `${schema}.${table}`);
    }),
  );
});

test.each([
  ['"quoted', false],
  ['quoted"', false],
  ["it''s", false],
  ['``', false],
  ['say "hi" now', true],
  ["it's", true],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Connect's syntax of a reference.
  ['Plain.Name with, all ${sorts}', true],
])('whether a table named %s can be captured: %s', (table, expected) => {
  expect(isCapturableName({ schema: 'public', table })).toBe(expected);
});

test.each([
  ['"quoted"', false],
  ["''", false],
  ['`a`', false],
  ['"quoted', true],
  ['\'other"', true],
  ['say "hi"', true],
  ['"', true],
  ['plain', true],
])('whether a column named %s keeps its name: %s', (name, expected) => {
  expect(isCapturableColumnName(name)).toBe(expected);
});
