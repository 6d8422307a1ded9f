import type { KafkaSecurity } from '../contracts/environment.ts';
import type { ConnectorConfig } from '../ports/connector-config.ts';

/** How a Kafka client in Java reaches the brokers. `iam`: by the library of Amazon MSK, which signs with the role of the task. */
const settingsBySecurity: Readonly<Record<KafkaSecurity, ConnectorConfig>> = {
  plaintext: { 'security.protocol': 'PLAINTEXT' },
  tls: { 'security.protocol': 'SSL' },
  iam: {
    'security.protocol': 'SASL_SSL',
    'sasl.mechanism': 'AWS_MSK_IAM',
    'sasl.jaas.config': 'software.amazon.msk.auth.iam.IAMLoginModule required;',
    'sasl.client.callback.handler.class': 'software.amazon.msk.auth.iam.IAMClientCallbackHandler',
  },
};

/** The settings of a client that a connector makes for itself, which knows nothing of the worker's; each name behind `prefix`. */
export const kafkaClientConfig = (prefix: string, security: KafkaSecurity): ConnectorConfig =>
  Object.fromEntries(
    Object.entries(settingsBySecurity[security]).map(([name, value]) => [`${prefix}${name}`, value]),
  );

/** Of Debezium's schema history, which is written by one client and read by another. */
export const schemaHistoryClients = (security: KafkaSecurity): ConnectorConfig =>
  security === 'plaintext'
    ? {}
    : {
        ...kafkaClientConfig('schema.history.internal.producer.', security),
        ...kafkaClientConfig('schema.history.internal.consumer.', security),
      };
