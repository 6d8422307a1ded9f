import { createSecretStore } from '#adapters/aws/secret-store.ts';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { createDatabaseAccess } from '#adapters/databases/open-database.ts';
import { prepareFreshTables } from '#core/capture/prepare-tables.ts';
import { withOpened } from '#core/concurrency/with-opened.ts';
import { captureOutputSchema, runSchema } from '#core/contracts/steps.ts';
import { requireCurrentRun } from '#core/lifecycle/current-run.ts';
import { leaveTables } from '#core/lifecycle/leave-tables.ts';
import { ownerOf } from '#core/lifecycle/own-tables.ts';
import { freshTables, heldTables, leftOutOfCapture, unfitTables } from '#core/lifecycle/table-progress.ts';
import { connectService, kafkaServices } from '../../shared/services.ts';
import { createStepHandler } from '../../shared/step-handler.ts';
import { beginAgainOnce, startCapture } from './start-capture.ts';

const databases = createDatabaseAccess(createSecretStore());
const connect = connectService();
const kafkaService = kafkaServices('millrace-start-capture');

/** Streaming takes a few seconds; the rest of the Lambda's 180 s. The state machine repeats the step when it is too short. */
const freshTimeoutMs = 30_000;

export const handler = createStepHandler({
  service: 'start-capture',
  inputSchema: runSchema,
  outputSchema: captureOutputSchema,
  runOf: (run) => run,
  perform: ({ run, replication, store, log }) =>
    withOpened(async (keep) => {
      const sourceDatabase = await store.getDatabase(run.clientId, replication.sourceDatabaseId);
      const source = keep(await databases.openSource(sourceDatabase));
      const kafka = keep(kafkaService.openAdmin(log));
      // A forced start copies every table again, so none is fresh, and none waits but those that this start found unfit.
      const stored = await store.listTableProgress(run.replicationId);
      const progress = run.forceResync ? unfitTables(run, stored) : stored;
      const fresh = run.forceResync ? [] : freshTables(replication, progress);
      const output = await startCapture(
        run,
        {
          replication,
          sourceDatabase,
          topicRetentionHours: kafkaService.topicRetentionHours,
          captureKafka: kafkaService.captureKafka,
          fresh: fresh.map((table) => table.source),
          held: heldTables(progress),
          leftOut: leftOutOfCapture(progress),
          ...(run.forceResync ? { beginAgain: beginAgainOnce(run, replication, store) } : {}),
        },
        { store, source, kafka, connect, clock: systemClock, log },
      );
      if (!output.isReady) return output;
      const { leaving = [] } = replication;
      if (fresh.length === 0 && leaving.length === 0) return output;
      const targetDatabase = await store.getDatabase(run.clientId, replication.targetDatabaseId);
      const owner = await ownerOf(store, replication);
      await prepareFreshTables(replication, fresh, {
        source,
        connect,
        kafka,
        placeCheckpoints: (ends) => databases.placeCheckpoints(targetDatabase, owner, ends),
        requireCurrent: () => requireCurrentRun(store, run),
        timeoutMs: freshTimeoutMs,
        clock: systemClock,
        log,
      });
      if (leaving.length > 0) {
        const target = keep(await databases.openTarget(targetDatabase));
        await leaveTables(replication, { store, kafka, target, log });
      }
      return output;
    }),
});
