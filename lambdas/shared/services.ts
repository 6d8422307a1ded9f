import { createExecutionPort } from '#adapters/aws/execution-port.ts';
import { createSecretStore } from '#adapters/aws/secret-store.ts';
import { createTaskRunner } from '#adapters/aws/task-runner.ts';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { createConnectClient } from '#adapters/connect/connect-client.ts';
import { createDatabaseAccess, type DatabaseAccess } from '#adapters/databases/open-database.ts';
import { createKafkaAdmin, type KafkaAdmin } from '#adapters/kafka/kafka-admin.ts';
import type { KafkaSettings } from '#adapters/kafka/kafka-client.ts';
import { captureKafkaOf, kafkaSettingsOf } from '#adapters/kafka/kafka-settings.ts';
import type { DatabaseNetwork } from '#core/contracts/database-network.ts';
import {
  connectEnvironmentSchema,
  databaseNetworkEnvironmentSchema,
  executionsEnvironmentSchema,
  kafkaEnvironmentSchema,
  taskRunnerEnvironmentSchema,
} from '#core/contracts/environment.ts';
import type { Log } from '#core/ports/clock-and-log.ts';
import type { CaptureKafka } from '#core/ports/connector-config.ts';
import type { ConnectPort, ExecutionPort, SecretStore, TaskRunner } from '#core/ports/services.ts';

/** Kafka's administration as the environment variables say, and how long topics keep records. */
export interface KafkaServices {
  readonly topicRetentionHours: number;
  readonly captureKafka: CaptureKafka;
  readonly settings: KafkaSettings;
  /** Connects when it is first used; close it. */
  openAdmin(log: Log): KafkaAdmin;
}

export const kafkaServices = (clientId: string): KafkaServices => {
  const environment = kafkaEnvironmentSchema.parse(process.env);
  const settings = kafkaSettingsOf(environment, clientId, createSecretStore());
  return {
    topicRetentionHours: environment.MILLRACE_TOPIC_RETENTION_HOURS,
    captureKafka: captureKafkaOf(environment),
    settings,
    openAdmin: (log) => createKafkaAdmin(settings, log),
  };
};

/** Kafka Connect as the environment variables say. `retryDelaysMs` as in the Connect client's options. */
export const connectService = (options: { readonly retryDelaysMs?: readonly number[] } = {}): ConnectPort =>
  createConnectClient({
    url: connectEnvironmentSchema.parse(process.env).MILLRACE_CONNECT_URL,
    clock: systemClock,
    ...options,
  });

/** Databases where the environment allows them, with the credentials of `secrets`. */
export const databaseService = (
  secrets: Pick<SecretStore, 'getCredentials'> = createSecretStore(),
): DatabaseAccess => createDatabaseAccess(secrets, databaseNetwork());

/** Where the environment variables say that databases may be. */
export const databaseNetwork = (): DatabaseNetwork => databaseNetworkEnvironmentSchema.parse(process.env);

export const taskService = (): TaskRunner =>
  createTaskRunner({ environment: taskRunnerEnvironmentSchema.parse(process.env) });

/** Step Functions with the state machines that the environment variables name. */
export const executionService = (): ExecutionPort => {
  const environment = executionsEnvironmentSchema.parse(process.env);
  return createExecutionPort({
    stateMachineArns: {
      'start-replication': environment.MILLRACE_START_STATE_MACHINE_ARN,
      'delete-replication': environment.MILLRACE_DELETE_STATE_MACHINE_ARN,
      'change-tables': environment.MILLRACE_TABLES_STATE_MACHINE_ARN,
    },
  });
};
