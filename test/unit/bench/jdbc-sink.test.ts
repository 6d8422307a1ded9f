import { describe, expect, test } from '@jest/globals';
import { benchCapture, jdbcSinkConfig, type SinkInserts } from '../../../bench/jdbc-sink.ts';

const target = { host: '127.0.0.1', port: 5433, user: 'u', password: 'p', database: 'd' };

describe('jdbcSinkConfig', () => {
  test('with UNNEST inserts, it has what is off by default', () => {
    const of = (inserts: SinkInserts) => jdbcSinkConfig('topic', target, 'table', undefined, inserts);
    expect(of('unnest')).toMatchObject({
      'dialect.postgres.unnest.insert.enabled': 'true',
      'batch.size': '5000',
    });
    expect(of('values')).toMatchObject({
      'dialect.postgres.unnest.insert.enabled': 'false',
      'batch.size': '2000',
    });
    for (const inserts of ['unnest', 'values'] as const) {
      expect(of(inserts)).toMatchObject({ 'insert.mode': 'upsert', 'use.reduction.buffer': 'true' });
    }
  });

  test('gives the converters the schemas once, when the topic has none', () => {
    const config = jdbcSinkConfig(
      'topic',
      target,
      'table',
      { key: { type: 'struct' }, value: { a: 1 } },
      'unnest',
    );
    expect(config).toMatchObject({
      topics: 'topic',
      'collection.name.format': 'table',
      'key.converter.schema.content': '{"type":"struct"}',
      'value.converter.schema.content': '{"a":1}',
    });
  });

  test('expects them in each message otherwise', () => {
    const config = jdbcSinkConfig('topic', target, 'table', undefined, 'values');
    expect(Object.keys(config)).not.toContain('value.converter.schema.content');
    expect(config['value.converter.schemas.enable']).toBe('true');
  });
});

test('a capture of the benchmark has the settings of the product, and the connector of who captures', () => {
  const product = {
    'connector.class': 'millrace.connect.PostgresTextConnector',
    name: 'ours',
    'topic.prefix': 'client_1_db_1',
    'slot.name': 'millrace_client_1_db_1',
    'publication.name': 'millrace_client_1_db_1',
    'value.converter.schemas.enable': 'false',
  };
  expect(benchCapture(product, 'bench', 'Debezium', 'in each message')).toMatchObject({
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    name: 'bench',
    'topic.prefix': 'bench',
    'slot.name': 'bench',
    'publication.name': 'millrace_client_1_db_1',
    'value.converter.schemas.enable': 'true',
  });
  expect(benchCapture(product, 'bench', 'Millrace', 'given once')).toMatchObject({
    'connector.class': 'millrace.connect.PostgresTextConnector',
    name: 'bench',
    'value.converter.schemas.enable': 'false',
  });
});
