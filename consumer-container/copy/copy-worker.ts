import { createAlertSink } from '#adapters/aws/alert-sink.ts';
import { createSecretStore } from '#adapters/aws/secret-store.ts';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { openCopySource } from '#adapters/databases/copy-source.ts';
import { createDatabaseAccess } from '#adapters/databases/open-database.ts';
import { createStateStore } from '#adapters/dynamodb/dynamo-state-store.ts';
import { createKafkaAdmin } from '#adapters/kafka/kafka-admin.ts';
import { kafkaSettingsOf } from '#adapters/kafka/kafka-settings.ts';
import { createLog } from '#adapters/observability/log.ts';
import { unlessKeptBack } from '#core/alerts/unless-kept-back.ts';
import { withOpened } from '#core/concurrency/with-opened.ts';
import {
  databaseNetworkEnvironmentSchema,
  kafkaEnvironmentSchema,
  metricsEnvironmentSchema,
  stateEnvironmentSchema,
  taskEnvironmentSchema,
} from '#core/contracts/environment.ts';
import type { Run } from '#core/contracts/steps.ts';
import { copyTables } from '#core/copy/copy-tables.ts';
import { workerParallelChunks, workerPartitions } from '#core/copy/row-relay.ts';
import { MillraceError, toMillraceError } from '#core/errors/millrace-error.ts';
import { ownerOf } from '#core/lifecycle/own-tables.ts';
import { readDatabases } from '#core/lifecycle/replication-databases.ts';
import { openTaskMetrics } from '../task-metrics.ts';

/**
 * Two pipes keep a vCPU busy; a third uses the time in which a chunk's commit and state write wait. With a fourth two cores
 * that are all there is, for the databases, too, took 7 % longer.
 */
const parallelChunks = workerParallelChunks;

/**
 * The container in the role of copy worker: copies all big tables of a start. Returns the exit code for `ecs:runTask.sync`:
 * 0 when everything is copied, 1 otherwise, also when it was told to end before that. The error is left with the
 * replication, since a container cannot hand one to Step Functions. SIGTERM rolls open chunks back and ends it.
 */
export const runCopyWorker = async (environment: NodeJS.ProcessEnv): Promise<number> => {
  const task = taskEnvironmentSchema.parse(environment);
  if (task.MILLRACE_ROLE !== 'copy-worker') {
    throw new MillraceError('Internal', `The copy worker was launched as ${task.MILLRACE_ROLE}.`);
  }
  const state = stateEnvironmentSchema.parse(environment);
  const { MILLRACE_STATE_TABLE: tableName, MILLRACE_ENVIRONMENT: environmentName } = state;
  const metricsSettings = metricsEnvironmentSchema.parse(environment);
  const clientId = task.MILLRACE_CLIENT_ID;
  const replicationId = task.MILLRACE_REPLICATION_ID;
  const generation = task.MILLRACE_GENERATION;
  // Whether the start forces a resync is settled when tables are planned; copying does not differ.
  const run: Run = { clientId, replicationId, generation, forceResync: false };

  const store = createStateStore({ tableName });
  const topic = createAlertSink({ topicArn: state.MILLRACE_ALERT_TOPIC_ARN });
  const secrets = createSecretStore();
  const databases = createDatabaseAccess(secrets, databaseNetworkEnvironmentSchema.parse(environment));
  const replication = await store.getReplication(clientId, replicationId);
  const { connectorName } = replication;
  const log = createLog({
    service: 'copy-worker',
    connectorName,
    fields: { replication: replicationId, generation },
  });
  const alerts = unlessKeptBack(topic, { store, clock: systemClock, log });

  const taskMetrics = await openTaskMetrics({
    environmentName,
    settings: metricsSettings,
    variables: environment,
    role: 'copy-worker',
    replication,
    store,
    clock: systemClock,
    log,
  });
  const { metrics } = taskMetrics;

  const ending = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    log.warn(`${signal}: rolling back open chunks, then exiting`);
    ending.abort(new MillraceError('Superseded', `The copy worker was told to end (${signal}).`));
  };
  process.once('SIGTERM', onSignal);
  process.once('SIGINT', onSignal);

  try {
    const { sourceDatabase, targetDatabase } = await readDatabases(store, replication);
    const { rows } = await withOpened(async (keep) => {
      const target = keep(await databases.openTarget(targetDatabase));
      const { source, copier } = await openCopySource(
        {
          replication,
          sourceDatabase,
          targetDatabase,
          owned: { owner: await ownerOf(store, replication), generation },
          parallelChunks,
          relay: () => {
            const settings = kafkaSettingsOf(
              kafkaEnvironmentSchema.parse(environment),
              `millrace-copy-${connectorName}`,
              secrets,
            );
            const admin = keep(createKafkaAdmin(settings, log));
            return { settings, partitions: workerPartitions, admin, clock: systemClock, log };
          },
        },
        { databases, store, keep },
      );
      return copyTables(
        run,
        { store, source, target, copier, metrics, alerts, clock: systemClock, log },
        { share: 'big', parallelChunks, signal: ending.signal },
      );
    });
    log.info(`All big tables are copied: ${rows.toLocaleString('en')} rows by this worker`);
    return 0;
  } catch (cause) {
    const error = toMillraceError(cause);
    log.error(`The copy worker failed: ${error.message}`, { error });
    if (error.code !== 'Superseded') {
      metrics.countError(connectorName, error.code);
      await store.updateReplication(
        clientId,
        replicationId,
        { lastErrorCode: error.code, lastErrorMessage: error.message },
        { generation, status: 'starting' },
      );
    }
    return 1;
  } finally {
    process.off('SIGTERM', onSignal);
    process.off('SIGINT', onSignal);
    await taskMetrics.close();
  }
};
