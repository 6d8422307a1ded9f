import type { KafkaEnvironment } from '#core/contracts/environment.ts';
import type { CaptureKafka } from '#core/ports/connector-config.ts';
import type { SecretStore } from '#core/ports/services.ts';
import { type KafkaSettings, parseBrokers } from './kafka-client.ts';

/** How this function or task reaches Kafka, as its environment variables say. */
export const kafkaSettingsOf = (
  environment: KafkaEnvironment,
  clientId: string,
  secrets: Pick<SecretStore, 'getCredentials'>,
): KafkaSettings => {
  const secretArn = environment.MILLRACE_KAFKA_SECRET_ARN;
  return {
    brokers: parseBrokers(environment.MILLRACE_KAFKA_BROKERS),
    security: environment.MILLRACE_KAFKA_SECURITY,
    clientId,
    ...(environment.MILLRACE_KAFKA_CA !== undefined && { caPem: environment.MILLRACE_KAFKA_CA }),
    ...(secretArn !== undefined && { readUser: (options) => secrets.getCredentials(secretArn, options) }),
  };
};

/** How the clients reach Kafka that a connector makes for itself. */
export const captureKafkaOf = (environment: KafkaEnvironment): CaptureKafka => ({
  brokers: environment.MILLRACE_KAFKA_BROKERS,
  security: environment.MILLRACE_KAFKA_SECURITY,
  ...(environment.MILLRACE_KAFKA_CONNECT_SECRET_ARN !== undefined && {
    secretArn: environment.MILLRACE_KAFKA_CONNECT_SECRET_ARN,
  }),
  ...(environment.MILLRACE_KAFKA_CA !== undefined && { caPem: environment.MILLRACE_KAFKA_CA }),
});
