import { createExecutionPort } from '#adapters/aws/execution-port.ts';
import { createSecretStore } from '#adapters/aws/secret-store.ts';
import { createTaskRunner } from '#adapters/aws/task-runner.ts';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { createConnectClient } from '#adapters/connect/connect-client.ts';
import { createDatabaseAccess, type DatabaseAccess } from '#adapters/databases/open-database.ts';
import { createStateStore } from '#adapters/dynamodb/dynamo-state-store.ts';
import { createKafkaAdmin, type KafkaAdmin } from '#adapters/kafka/kafka-admin.ts';
import type { KafkaSettings } from '#adapters/kafka/kafka-client.ts';
import { captureKafkaOf, kafkaSettingsOf } from '#adapters/kafka/kafka-settings.ts';
import { createLog } from '#adapters/observability/log.ts';
import type { DatabaseNetwork } from '#core/contracts/database-network.ts';
import {
  connectEnvironmentSchema,
  databaseNetworkEnvironmentSchema,
  executionsEnvironmentSchema,
  kafkaEnvironmentSchema,
  stateEnvironmentSchema,
  taskRunnerEnvironmentSchema,
} from '#core/contracts/environment.ts';
import { createPooledTasks, type PooledTasksOptions } from '#core/lifecycle/pooled-tasks.ts';
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

export interface TaskServiceOptions {
  /** The revision of the task definition that launched pool consumers must have at least; any when absent. */
  readonly revision?: number | undefined;
  /** For those who look at many replications at once. */
  readonly batched?: boolean;
}

/** Where consumers run, in tasks of their own and in shared ones. */
export const taskService = (options: TaskServiceOptions = {}): TaskRunner =>
  createPooledTasks(poolService(options));

/** What sees to it that there are enough pool tasks. */
export const poolService = ({ revision, batched = false }: TaskServiceOptions = {}): PooledTasksOptions => {
  const environment = taskRunnerEnvironmentSchema.extend(stateEnvironmentSchema.shape).parse(process.env);
  const tasks = createTaskRunner({ environment });
  return {
    tasks,
    poolTasks: tasks,
    store: createStateStore({ tableName: environment.MILLRACE_STATE_TABLE, batched }),
    capacity: environment.MILLRACE_POOL_CAPACITY,
    revision,
    clock: systemClock,
    log: createLog({ service: 'pool' }),
  };
};

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
