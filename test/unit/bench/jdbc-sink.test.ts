import { describe, expect, test } from '@jest/globals';
import { jdbcSinkConfig, peerCapture, type SinkTuning } from '../../../bench/jdbc-sink.ts';

const target = { host: '127.0.0.1', port: 5433, user: 'u', password: 'p', database: 'd' };

describe('jdbcSinkConfig', () => {
  test('tuned, it has what is off by default', () => {
    const of = (tuning: SinkTuning) => jdbcSinkConfig('topic', target, 'table', undefined, tuning);
    expect(of('tuned')).toMatchObject({
      'dialect.postgres.unnest.insert.enabled': 'true',
      'batch.size': '5000',
    });
    expect(of('usual')).toMatchObject({
      'dialect.postgres.unnest.insert.enabled': 'false',
      'batch.size': '2000',
    });
    for (const tuning of ['tuned', 'usual'] as const) {
      expect(of(tuning)).toMatchObject({ 'insert.mode': 'upsert', 'use.reduction.buffer': 'true' });
    }
  });

  test('gives the converters the schemas once, when the topic has none', () => {
    const config = jdbcSinkConfig(
      'topic',
      target,
      'table',
      { key: { type: 'struct' }, value: { a: 1 } },
      'tuned',
    );
    expect(config).toMatchObject({
      topics: 'topic',
      'collection.name.format': 'table',
      'key.converter.schema.content': '{"type":"struct"}',
      'value.converter.schema.content': '{"a":1}',
    });
  });

  test('expects them in each message otherwise', () => {
    const config = jdbcSinkConfig('topic', target, 'table', undefined, 'usual');
    expect(Object.keys(config)).not.toContain('value.converter.schema.content');
    expect(config['value.converter.schemas.enable']).toBe('true');
  });
});

test('the peer captures with the connector of Debezium, under the settings of the product', () => {
  const product = {
    name: 'ours',
    'topic.prefix': 'client_1_db_1',
    'slot.name': 'millrace_client_1_db_1',
    'publication.name': 'millrace_client_1_db_1',
    'value.converter.schemas.enable': 'false',
  };
  expect(peerCapture(product, 'bench', 'in each message')).toMatchObject({
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    name: 'bench',
    'topic.prefix': 'bench',
    'slot.name': 'bench',
    'publication.name': 'millrace_client_1_db_1',
    'value.converter.schemas.enable': 'true',
  });
  expect(peerCapture(product, 'bench', 'given once')['value.converter.schemas.enable']).toBe('false');
});
