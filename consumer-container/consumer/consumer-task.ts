import { createAlertSink } from '#adapters/aws/alert-sink.ts';
import { createSecretStore } from '#adapters/aws/secret-store.ts';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { createConnectClient } from '#adapters/connect/connect-client.ts';
import { databaseLabel } from '#adapters/databases/database-failure.ts';
import { connectionSettings } from '#adapters/databases/open-database.ts';
import { createStateStore } from '#adapters/dynamodb/dynamo-state-store.ts';
import { createChangeFeed } from '#adapters/kafka/change-feed.ts';
import { createDeadLetterTopic } from '#adapters/kafka/dead-letter-topic.ts';
import { createKafkaAdmin } from '#adapters/kafka/kafka-admin.ts';
import { createKafka } from '#adapters/kafka/kafka-client.ts';
import { kafkaSettingsOf } from '#adapters/kafka/kafka-settings.ts';
import { createLog } from '#adapters/observability/log.ts';
import { unlessKeptBack } from '#core/alerts/unless-kept-back.ts';
import { deadLetterTopic } from '#core/capture/capture-topics.ts';
import { retryTransient } from '#core/concurrency/retry-transient.ts';
import { transientRetryDelaysMs } from '#core/contracts/consumer.ts';
import {
  connectEnvironmentSchema,
  databaseNetworkEnvironmentSchema,
  kafkaEnvironmentSchema,
  metricsEnvironmentSchema,
  stateEnvironmentSchema,
  taskEnvironmentSchema,
} from '#core/contracts/environment.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { ownerOf } from '#core/lifecycle/own-tables.ts';
import { readDatabases } from '#core/lifecycle/replication-databases.ts';
import { consumerGroupPrefix } from '#core/naming/names.ts';
import { exitCodes } from '../exit-codes.ts';
import { openTaskMetrics } from '../task-metrics.ts';
import { runConsumer } from './consumer.ts';
import { openConsumerDatabases } from './open-databases.ts';

/**
 * The container in the role of consumer: applies one replication's topics to its target until it is told to stop. SIGTERM
 * drains: transactions under way are finished, at most one batch for each partition. Returns the exit code, see
 * exit-codes.ts. Throws a ZodError for environment variables that are not as they should be.
 */
export const runConsumerTask = async (variables: NodeJS.ProcessEnv): Promise<number> => {
  const task = taskEnvironmentSchema.parse(variables);
  if (task.MILLRACE_ROLE !== 'consumer') {
    throw new MillraceError('Internal', `The consumer was launched as ${task.MILLRACE_ROLE}.`);
  }
  const state = stateEnvironmentSchema.parse(variables);
  const kafkaVariables = kafkaEnvironmentSchema.parse(variables);
  const metricsSettings = metricsEnvironmentSchema.parse(variables);
  const { MILLRACE_CONNECT_URL: connectUrl } = connectEnvironmentSchema.parse(variables);
  const clientId = task.MILLRACE_CLIENT_ID;
  const replicationId = task.MILLRACE_REPLICATION_ID;
  const launchId = task.MILLRACE_LAUNCH_ID;

  const store = createStateStore({ tableName: state.MILLRACE_STATE_TABLE });
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once('SIGTERM', onSignal);
  process.once('SIGINT', onSignal);
  try {
    // Without the replication there is no place for a status yet, so failures here end the process as it is.
    const read = <Item>(action: () => Promise<Item>): Promise<Item> =>
      retryTransient(action, {
        delaysMs: transientRetryDelaysMs,
        clock: systemClock,
        signal: stop.signal,
      });
    const replication = await read(() => store.getReplication(clientId, replicationId));
    const registered = await read(() => readDatabases(store, replication));
    const { connectorName } = replication;
    const log = createLog({ service: 'consumer', connectorName, fields: { replication: replicationId } });
    const secrets = createSecretStore();
    const network = databaseNetworkEnvironmentSchema.parse(variables);
    const kafkaSettings = kafkaSettingsOf(kafkaVariables, `millrace-${connectorName}`, secrets);
    const admin = createKafkaAdmin(kafkaSettings, log);
    const taskMetrics = await openTaskMetrics({
      environmentName: state.MILLRACE_ENVIRONMENT,
      settings: metricsSettings,
      variables,
      role: 'consumer',
      replication,
      store,
      clock: systemClock,
      log,
    });
    const deadLetters = createDeadLetterTopic(
      createKafka(kafkaSettings, log),
      admin,
      deadLetterTopic(replication),
    );
    try {
      const end = await runConsumer(
        replication,
        launchId,
        {
          store,
          labels: {
            source: databaseLabel(registered.sourceDatabase),
            target: databaseLabel(registered.targetDatabase),
          },
          admin,
          alerts: unlessKeptBack(createAlertSink({ topicArn: state.MILLRACE_ALERT_TOPIC_ARN }), {
            store,
            clock: systemClock,
            log,
          }),
          metrics: taskMetrics.metrics,
          meters: taskMetrics.meters,
          connect: createConnectClient({ url: connectUrl, clock: systemClock }),
          clock: systemClock,
          log,
          deadLetterTopic: deadLetters,
          openFeed: (hooks) =>
            createChangeFeed({
              kafka: createKafka(kafkaSettings, log),
              groupId: `${consumerGroupPrefix(connectorName)}${launchId}`,
              log,
              clock: systemClock,
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
        stop.signal,
      );
      return exitCodes[end];
    } finally {
      await Promise.all([deadLetters.close(), admin.close(), taskMetrics.close()]);
    }
  } finally {
    process.off('SIGTERM', onSignal);
    process.off('SIGINT', onSignal);
  }
};
