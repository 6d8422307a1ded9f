import { createAlertSink } from '#adapters/aws/alert-sink.ts';
import { createSecretStore } from '#adapters/aws/secret-store.ts';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { createConnectClient } from '#adapters/connect/connect-client.ts';
import { databaseLabel } from '#adapters/databases/database-failure.ts';
import { connectionSettings } from '#adapters/databases/open-database.ts';
import { createStateStore } from '#adapters/dynamodb/dynamo-state-store.ts';
import { createChangeFeed } from '#adapters/kafka/change-feed.ts';
import { createDeadLetterTopic } from '#adapters/kafka/dead-letter-topic.ts';
import { createKafka, type KafkaSettings } from '#adapters/kafka/kafka-client.ts';
import { kafkaSettingsOf } from '#adapters/kafka/kafka-settings.ts';
import { createLog } from '#adapters/observability/log.ts';
import { unlessKeptBack } from '#core/alerts/unless-kept-back.ts';
import { deadLetterTopic } from '#core/capture/capture-topics.ts';
import { retryTransient } from '#core/concurrency/retry-transient.ts';
import { transientRetryDelaysMs } from '#core/contracts/consumer.ts';
import type { DatabaseNetwork } from '#core/contracts/database-network.ts';
import {
  connectEnvironmentSchema,
  databaseNetworkEnvironmentSchema,
  kafkaEnvironmentSchema,
  stateEnvironmentSchema,
} from '#core/contracts/environment.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { ownerOf } from '#core/lifecycle/own-tables.ts';
import { readDatabases } from '#core/lifecycle/replication-databases.ts';
import { consumerGroupPrefix } from '#core/naming/names.ts';
import type { Log } from '#core/ports/clock-and-log.ts';
import type { AlertSink, ConnectPort, KafkaAdminPort, SecretStore } from '#core/ports/services.ts';
import type { StateStore } from '#core/ports/state-store.ts';
import type { ConsumerEnd } from '../exit-codes.ts';
import type { TaskMetrics } from '../task-metrics.ts';
import { runConsumer } from './consumer.ts';
import { openConsumerDatabases } from './open-databases.ts';
import type { WorkLimits } from './work-limits.ts';

/** What all consumers of a task have in common. */
export interface TaskServices {
  readonly environmentName: string;
  readonly store: StateStore;
  readonly secrets: SecretStore;
  readonly alertTopic: AlertSink;
  readonly connect: ConnectPort;
  readonly network: DatabaseNetwork;
  /** With the name that brokers show of the client. */
  readonly kafka: (clientId: string) => KafkaSettings;
}

/** Throws a ZodError for environment variables that are not as they should be. */
export const taskServices = (variables: NodeJS.ProcessEnv): TaskServices => {
  const state = stateEnvironmentSchema.parse(variables);
  const kafka = kafkaEnvironmentSchema.parse(variables);
  const secrets = createSecretStore();
  return {
    environmentName: state.MILLRACE_ENVIRONMENT,
    store: createStateStore({ tableName: state.MILLRACE_STATE_TABLE }),
    secrets,
    alertTopic: createAlertSink({ topicArn: state.MILLRACE_ALERT_TOPIC_ARN }),
    connect: createConnectClient({
      url: connectEnvironmentSchema.parse(variables).MILLRACE_CONNECT_URL,
      clock: systemClock,
    }),
    network: databaseNetworkEnvironmentSchema.parse(variables),
    kafka: (clientId) => kafkaSettingsOf(kafka, clientId, secrets),
  };
};

export interface ReplicationRun extends Pick<Replication, 'clientId' | 'replicationId'> {
  readonly launchId: string;
  readonly limits: WorkLimits;
  readonly openMetrics: (replication: Replication, log: Log) => Promise<TaskMetrics>;
  /** Closed when the consumer has ended. */
  readonly openAdmin: (settings: KafkaSettings, log: Log) => KafkaAdminPort & { close(): Promise<void> };
}

/** Runs the consumer of one replication until `stop` is aborted or it ends by itself. Throws what keeps it from having a status at all. */
export const runReplication = async (
  run: ReplicationRun,
  { store, secrets, alertTopic, connect, network, kafka }: TaskServices,
  stop: AbortSignal,
): Promise<ConsumerEnd> => {
  const { clientId, replicationId, launchId, limits } = run;
  // Without the replication there is no place for a status yet, so failures here end the consumer as it is.
  const read = <Item>(action: () => Promise<Item>): Promise<Item> =>
    retryTransient(action, { delaysMs: transientRetryDelaysMs, clock: systemClock, signal: stop });
  const replication = await read(() => store.getReplication(clientId, replicationId));
  const registered = await read(() => readDatabases(store, replication));
  const { connectorName } = replication;
  // By its launch a line leads to the trace of the request that has started it: see docs/guide/monitoring.md.
  const log = createLog({
    service: 'consumer',
    connectorName,
    fields: { replication: replicationId, launchId },
  });
  const kafkaSettings = kafka(`millrace-${connectorName}`);
  const admin = run.openAdmin(kafkaSettings, log);
  const taskMetrics = await run.openMetrics(replication, log);
  const deadLetters = createDeadLetterTopic(
    createKafka(kafkaSettings, log),
    admin,
    deadLetterTopic(replication),
  );
  try {
    return await runConsumer(
      replication,
      launchId,
      {
        store,
        labels: {
          source: databaseLabel(registered.sourceDatabase),
          target: databaseLabel(registered.targetDatabase),
        },
        admin,
        limits,
        alerts: unlessKeptBack(alertTopic, { store, clock: systemClock, log }),
        metrics: taskMetrics.metrics,
        meters: taskMetrics.meters,
        connect,
        clock: systemClock,
        log,
        deadLetterTopic: deadLetters,
        openFeed: (hooks) =>
          createChangeFeed({
            kafka: createKafka(kafkaSettings, log),
            groupId: `${consumerGroupPrefix(connectorName)}${launchId}`,
            log,
            clock: systemClock,
            bufferBytes: limits.bufferBytes,
            fetchBytes: limits.fetchBytes,
            idleWaitMs: limits.idleWaitMs,
            ...hooks,
          }),
        openDatabases: async (tables, shapes, onNulled, policy) => {
          const { sourceDatabase, targetDatabase } = await readDatabases(store, replication);
          return openConsumerDatabases({
            source: await connectionSettings(sourceDatabase, secrets, network),
            target: await connectionSettings(targetDatabase, secrets, network),
            owner: await ownerOf(store, replication),
            capture: replication,
            tables,
            shapes,
            onNulled,
            policy,
          });
        },
      },
      stop,
    );
  } finally {
    await Promise.all([deadLetters.close(), admin.close(), taskMetrics.close()]);
  }
};
