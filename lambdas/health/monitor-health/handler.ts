import { createSecretStore } from '#adapters/aws/secret-store.ts';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { createDatabaseAccess } from '#adapters/databases/open-database.ts';
import { ensureCapture } from '#core/capture/ensure-capture.ts';
import { withOpened } from '#core/concurrency/with-opened.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { lookAtLog, withinLookTime } from '#core/health/observe-source-log.ts';
import { describeTransactions } from '#core/lifecycle/start-wait.ts';
import { freshTables, heldTables, leftOutOfCapture } from '#core/lifecycle/table-progress.ts';
import type { ConnectPort } from '#core/ports/services.ts';
import { connectService, executionService, kafkaServices, taskService } from '../../shared/services.ts';
import { createHealthHandler } from '../health-handler.ts';
import { monitorHealth } from './monitor-health.ts';

/** The check has 60 s for all replications; the next one tries again. */
const slotWaitMs = 10_000;

/** Asked once for all, Kafka Connect has not answered; each look would wait for it again. */
const silentConnect: Pick<ConnectPort, 'getOffset'> = {
  getOffset: () => Promise.reject(new MillraceError('ConnectUnavailable', 'Kafka Connect does not answer.')),
};

const databases = createDatabaseAccess(createSecretStore());
// The next check is the retry.
const connect = connectService({ retryDelaysMs: [] });
const kafkaService = kafkaServices('millrace-monitor-health');
const tasks = taskService();
const executions = executionService();

export const handler = createHealthHandler('monitor-health', (context) =>
  monitorHealth(context.holder, {
    ...context,
    connect,
    tasks,
    executions,
    clock: systemClock,
    captures: {
      listUncaptured: (replication) =>
        withOpened(async (keep) => {
          const { clientId, sourceDatabaseId } = replication;
          const source = keep(
            await databases.openSource(await context.store.getDatabase(clientId, sourceDatabaseId)),
          );
          const progress = await context.store.listTableProgress(replication.replicationId);
          const fresh = freshTables(replication, progress);
          const tables = replication.tables
            .filter((mapping) => !fresh.includes(mapping))
            .map((table) => table.source);
          return (await source.listUncaptured?.(replication, tables)) ?? [];
        }),
    },
    topicRetentionHours: kafkaService.topicRetentionHours,
    sources: {
      look: (replication, before, { connectAnswers, ...options }) => {
        const clock = systemClock;
        const look = withOpened(async (keep) => {
          const { clientId, sourceDatabaseId } = replication;
          const source = keep(
            await databases.openSource(await context.store.getDatabase(clientId, sourceDatabaseId)),
          );
          const ports = {
            source,
            connect: connectAnswers ? connect : silentConnect,
            clock,
            log: context.logFor(replication),
          };
          return await lookAtLog(replication, before, options, ports);
        });
        return withinLookTime(look, before, { clock });
      },
    },
    connectors: {
      pause: connect.pause,
      resume: connect.resume,
      restartFailed: connect.restartFailed,
      recreate: (replication) =>
        withOpened(async (keep) => {
          const log = context.logFor(replication);
          const sourceDatabase = await context.store.getDatabase(
            replication.clientId,
            replication.sourceDatabaseId,
          );
          const source = keep(await databases.openSource(sourceDatabase));
          const kafka = keep(kafkaService.openAdmin(log));
          const progress = await context.store.listTableProgress(replication.replicationId);
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
        }),
    },
  }),
);
