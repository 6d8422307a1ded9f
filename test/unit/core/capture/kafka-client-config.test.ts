import { expect, test } from '@jest/globals';
import { kafkaClientConfig, schemaHistoryClients } from '#core/capture/kafka-client-config.ts';

test('names every setting of a client behind its prefix', () => {
  expect(kafkaClientConfig('a.', { security: 'tls' })).toEqual({ 'a.security.protocol': 'SSL' });
  expect(kafkaClientConfig('a.', { security: 'iam' })).toEqual({
    'a.security.protocol': 'SASL_SSL',
    'a.sasl.mechanism': 'AWS_MSK_IAM',
    'a.sasl.jaas.config': 'software.amazon.msk.auth.iam.IAMLoginModule required;',
    'a.sasl.client.callback.handler.class': 'software.amazon.msk.auth.iam.IAMClientCallbackHandler',
  });
});

test('the schema history is written and read in the same way', () => {
  expect(schemaHistoryClients({ security: 'plaintext' })).toEqual({});
  const names = Object.keys(schemaHistoryClients({ security: 'iam' })).map((name) =>
    name.replace('schema.history.internal.', ''),
  );
  expect(names.filter((name) => name.startsWith('producer.'))).toHaveLength(4);
  expect(names.filter((name) => name.startsWith('consumer.'))).toHaveLength(4);
});

test('a user of SCRAM is a reference to a secret, and a private authority is given as it is', () => {
  const secretArn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:AmazonMSK_millrace-abcdef';
  expect(kafkaClientConfig('', { security: 'scram', secretArn, caPem: 'PEM' })).toEqual({
    'security.protocol': 'SASL_SSL',
    'sasl.mechanism': 'SCRAM-SHA-512',
    'sasl.jaas.config':
      'org.apache.kafka.common.security.scram.ScramLoginModule required ' +
      `username="\${secretsmanager:${secretArn}:username}" password="\${secretsmanager:${secretArn}:password}";`,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.certificates': 'PEM',
  });
});
