import { createAlertSink } from '#adapters/aws/alert-sink.ts';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { openCopySource } from '#adapters/databases/copy-source.ts';
import { unlessKeptBack } from '#core/alerts/unless-kept-back.ts';
import { withOpened } from '#core/concurrency/with-opened.ts';
import { stateEnvironmentSchema } from '#core/contracts/environment.ts';
import { copySmallTablesInputSchema, copySmallTablesOutputSchema } from '#core/contracts/steps.ts';
import { copyTables } from '#core/copy/copy-tables.ts';
import { laneParallelChunks, lanePartitions } from '#core/copy/row-relay.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { ownerOf } from '#core/lifecycle/own-tables.ts';
import { readDatabases } from '#core/lifecycle/replication-databases.ts';
import { databaseService, kafkaServices } from '../../shared/services.ts';
import { createStepHandler } from '../../shared/step-handler.ts';

const databases = databaseService();
const { MILLRACE_ALERT_TOPIC_ARN: topicArn } = stateEnvironmentSchema.parse(process.env);
const topic = createAlertSink({ topicArn });

/** A Lambda of one vCPU is busy with two pipes, and the state machine runs several of them side by side. */
const parallelChunks = laneParallelChunks;

/**
 * No chunk is begun in the last five of the Lambda's 15 minutes: one has 32 MiB, which takes seconds. The next call goes on
 * with those that are left.
 */
const lastChunkMs = 300_000;
/** A chunk that is not copied by then is rolled back, so that its error gets out. */
const cutOffMs = 20_000;

export const handler = createStepHandler({
  service: 'copy-small-tables',
  inputSchema: copySmallTablesInputSchema,
  outputSchema: copySmallTablesOutputSchema,
  runOf: ({ run }) => run,
  perform: ({ input: { run, lane, lanes }, replication, store, metrics, log, remainingMs }) =>
    withOpened(async (keep) => {
      const { sourceDatabase, targetDatabase } = await readDatabases(store, replication);
      const target = keep(await databases.openTarget(targetDatabase));
      const { source, copier } = await openCopySource(
        {
          replication,
          sourceDatabase,
          targetDatabase,
          owned: { owner: await ownerOf(store, replication), generation: run.generation },
          parallelChunks,
          relay: () => {
            const kafka = kafkaServices('millrace-copy-small-tables');
            const admin = keep(kafka.openAdmin(log));
            return {
              settings: kafka.settings,
              partitions: lanePartitions(lane),
              admin,
              clock: systemClock,
              log,
            };
          },
        },
        { databases, store, keep },
      );
      const ending = new AbortController();
      const cutOff = setTimeout(
        () =>
          ending.abort(
            new MillraceError(
              'DatabaseTimeout',
              `A chunk was not copied within ${(lastChunkMs - cutOffMs) / 1_000} s and was rolled back.`,
            ),
          ),
        Math.max(0, remainingMs() - cutOffMs),
      );
      try {
        return await copyTables(
          run,
          {
            ...{ store, source, target, copier, metrics, clock: systemClock, log },
            alerts: unlessKeptBack(topic, { store, clock: systemClock, log }),
          },
          {
            share: { lane, lanes },
            parallelChunks,
            signal: ending.signal,
            isOver: () => remainingMs() < lastChunkMs,
          },
        );
      } finally {
        clearTimeout(cutOff);
      }
    }),
});
