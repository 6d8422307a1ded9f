import type { CaptureKafka, ConnectorConfig } from '../ports/connector-config.ts';

/** How a Kafka client in Java reaches the brokers. Passwords are references, which Kafka Connect resolves where a client is made. */
const clientSettings = ({ security, secretArn, caPem }: Omit<CaptureKafka, 'brokers'>): ConnectorConfig => {
  const trust: ConnectorConfig =
    caPem === undefined ? {} : { 'ssl.truststore.type': 'PEM', 'ssl.truststore.certificates': caPem };
  switch (security) {
    case 'plaintext':
      return { 'security.protocol': 'PLAINTEXT' };
    case 'tls':
      return { 'security.protocol': 'SSL', ...trust };
    case 'iam':
      // By the library of Amazon MSK, which signs with the role of the task.
      return {
        'security.protocol': 'SASL_SSL',
        'sasl.mechanism': 'AWS_MSK_IAM',
        'sasl.jaas.config': 'software.amazon.msk.auth.iam.IAMLoginModule required;',
        'sasl.client.callback.handler.class': 'software.amazon.msk.auth.iam.IAMClientCallbackHandler',
        ...trust,
      };
    case 'scram': {
      const from = (field: 'username' | 'password'): string => `"\${secretsmanager:${secretArn}:${field}}"`;
      return {
        'security.protocol': 'SASL_SSL',
        'sasl.mechanism': 'SCRAM-SHA-512',
        'sasl.jaas.config': `org.apache.kafka.common.security.scram.ScramLoginModule required username=${from('username')} password=${from('password')};`,
        ...trust,
      };
    }
  }
};

/** The settings of a client that a connector makes for itself, which knows nothing of the worker's; each name behind `prefix`. */
export const kafkaClientConfig = (prefix: string, kafka: Omit<CaptureKafka, 'brokers'>): ConnectorConfig =>
  Object.fromEntries(
    Object.entries(clientSettings(kafka)).map(([name, value]) => [`${prefix}${name}`, value]),
  );

/** Of Debezium's schema history, which is written by one client and read by another. */
export const schemaHistoryClients = (kafka: Omit<CaptureKafka, 'brokers'>): ConnectorConfig =>
  kafka.security === 'plaintext'
    ? {}
    : {
        ...kafkaClientConfig('schema.history.internal.producer.', kafka),
        ...kafkaClientConfig('schema.history.internal.consumer.', kafka),
      };
