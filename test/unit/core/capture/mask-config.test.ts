import { expect, test } from '@jest/globals';
import { maskConfig } from '#core/capture/mask-config.ts';

test('what may be a secret is not shown, also where someone has written it by hand', () => {
  expect(
    maskConfig({
      'database.hostname': 'db',
      'database.password': 'plain text',
      'database.user': '$'.concat('{secretsmanager:shop:username}'),
      'producer.override.sasl.jaas.config': 'org.apache...',
      'database.ssl.keystore.password': 'x',
      'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'table.include.list': 'public.tokens',
    }),
  ).toEqual({
    'database.hostname': 'db',
    'database.password': '***',
    'database.user': '***',
    'producer.override.sasl.jaas.config': '***',
    'database.ssl.keystore.password': '***',
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'table.include.list': 'public.tokens',
  });
});
