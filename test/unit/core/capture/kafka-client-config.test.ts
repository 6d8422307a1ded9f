import { expect, test } from '@jest/globals';
import { kafkaClientConfig, schemaHistoryClients } from '#core/capture/kafka-client-config.ts';

test('names every setting of a client behind its prefix', () => {
  expect(kafkaClientConfig('a.', 'tls')).toEqual({ 'a.security.protocol': 'SSL' });
  expect(kafkaClientConfig('a.', 'iam')).toEqual({
    'a.security.protocol': 'SASL_SSL',
    'a.sasl.mechanism': 'AWS_MSK_IAM',
    'a.sasl.jaas.config': 'software.amazon.msk.auth.iam.IAMLoginModule required;',
    'a.sasl.client.callback.handler.class': 'software.amazon.msk.auth.iam.IAMClientCallbackHandler',
  });
});

test('the schema history is written and read in the same way', () => {
  expect(schemaHistoryClients('plaintext')).toEqual({});
  const names = Object.keys(schemaHistoryClients('iam')).map((name) =>
    name.replace('schema.history.internal.', ''),
  );
  expect(names.filter((name) => name.startsWith('producer.'))).toHaveLength(4);
  expect(names.filter((name) => name.startsWith('consumer.'))).toHaveLength(4);
});
