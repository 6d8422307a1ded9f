import { createAlertQueue } from '#adapters/aws/alert-queue.ts';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { ensureCapture } from '#core/capture/ensure-capture.ts';
import { withOpened } from '#core/concurrency/with-opened.ts';
import {
  alertQueueEnvironmentSchema,
  quotasEnvironmentSchema,
  taskRevisionEnvironmentSchema,
} from '#core/contracts/environment.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { revisionOf } from '#core/contracts/task-revision.ts';
import { removeRowRelay } from '#core/copy/row-relay.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { type LogLook, lookAtLog, withinLookTime } from '#core/health/observe-source-log.ts';
import { addNewTables } from '#core/lifecycle/add-new-tables.ts';
import { fitPool } from '#core/lifecycle/ensure-pool.ts';
import { createPooledTasks } from '#core/lifecycle/pooled-tasks.ts';
import { describeTransactions } from '#core/lifecycle/start-wait.ts';
import { freshTables, heldTables, leftOutOfCapture } from '#core/lifecycle/table-progress.ts';
import type { ConnectPort } from '#core/ports/services.ts';
import {
  connectService,
  databaseService,
  executionService,
  kafkaServices,
  poolService,
} from '../../shared/services.ts';
import { createHealthHandler, type HealthContext } from '../health-handler.ts';
import { monitorHealth } from './monitor-health.ts';
import { createSharedSources } from './shared-sources.ts';

/** The check has 60 s for all replications; the next one tries again. */
const slotWaitMs = 10_000;

/** Asked once for all, Kafka Connect has not answered; each look would wait for it again. */
const silentConnect: Pick<ConnectPort, 'getOffset'> = {
  getOffset: () => Promise.reject(new MillraceError('ConnectUnavailable', 'Kafka Connect does not answer.')),
};

const databases = databaseService();
// The next check is the retry.
const connect = connectService({ retryDelaysMs: [] });
const kafkaService = kafkaServices('millrace-monitor-health');
const executions = executionService();
const taskRevision = revisionOf(taskRevisionEnvironmentSchema.parse(process.env).MILLRACE_TASK_REVISION);
const pool = poolService({ revision: taskRevision, batched: true });
const tasks = createPooledTasks(pool);
const queue = createAlertQueue({
  queueUrl: alertQueueEnvironmentSchema.parse(process.env).MILLRACE_ALERT_QUEUE_URL,
});
const { MILLRACE_CLIENT_QUOTAS: clientQuotas } = quotasEnvironmentSchema.parse(process.env);

/** Closing a connection to a database that does not answer would wait for it. */
const closeWithinMs = 2_000;

export const handler = createHealthHandler('monitor-health', async (context, run) => {
  const { store } = context;
  const clock = systemClock;
  const sources = createSharedSources(async ({ clientId, sourceDatabaseId }) =>
    databases.openSource(await store.getDatabase(clientId, sourceDatabaseId)),
  );
  try {
    return await monitorHealth(
      context.holder,
      {
        ...context,
        connect,
        tasks,
        taskRevision,
        fitPool: () => fitPool(pool),
        executions,
        queue,
        clock,
        captures: {
          listUncaptured: async (replication) => {
            const source = await sources.use(replication);
            const progress = await store.listTableProgress(replication.replicationId);
            const fresh = freshTables(replication, progress);
            const tables = replication.tables
              .filter((mapping) => !fresh.includes(mapping))
              .map((table) => table.source);
            return (await source.listUncaptured?.(replication, tables)) ?? [];
          },
        },
        removeRowRelay: (replication) =>
          withOpened((keep) => {
            const log = context.logFor(replication);
            const kafka = keep(kafkaService.openAdmin(log));
            return removeRowRelay(replication, { kafka, connect, clock, log });
          }),
        topicRetentionHours: kafkaService.topicRetentionHours,
        newTables: {
          add: (replication, holder, log, signal) =>
            addNewTables(replication, holder, {
              ...{ store, executions, clock, log, signal },
              clientQuotas,
              openSource: sources.use,
              withTarget: (database, use) =>
                withOpened(async (keep) => use(keep(await databases.openTarget(database)))),
            }),
        },
        sources: {
          look: (replication, before, { connectAnswers, ...options }) => {
            const look = async (): Promise<LogLook> =>
              lookAtLog(replication, before, options, {
                source: await sources.use(replication),
                connect: connectAnswers ? connect : silentConnect,
                clock,
                log: context.logFor(replication),
              });
            return withinLookTime(look(), before, { clock });
          },
        },
        connectors: {
          pause: connect.pause,
          resume: connect.resume,
          restartFailed: connect.restartFailed,
          recreate: (replication) => recreateCapture(replication, context),
        },
      },
      run,
    );
  } finally {
    await Promise.race([sources.close(), clock.sleep(closeWithinMs)]);
  }
});

const recreateCapture = (replication: Replication, { store, logFor }: HealthContext): Promise<void> =>
  withOpened(async (keep) => {
    const log = logFor(replication);
    const sourceDatabase = await store.getDatabase(replication.clientId, replication.sourceDatabaseId);
    const source = keep(await databases.openSource(sourceDatabase));
    const kafka = keep(kafkaService.openAdmin(log));
    const progress = await store.listTableProgress(replication.replicationId);
    const preparation = await ensureCapture(
      {
        replication,
        fresh: freshTables(replication, progress).map((table) => table.source),
        held: heldTables(progress),
        leftOut: leftOutOfCapture(progress),
        sourceDatabase,
        topicRetentionHours: kafkaService.topicRetentionHours,
        captureKafka: kafkaService.captureKafka,
      },
      { source, kafka, connect, clock: systemClock, log },
      { callMs: slotWaitMs, totalMs: slotWaitMs },
    );
    if (preparation.isReady) return;
    throw new MillraceError(
      'CaptureNotStreaming',
      `Connector ${replication.connectorName} is created again once these transactions at the source have ended: ` +
        `${describeTransactions(preparation.transactions)}.`,
    );
  });
