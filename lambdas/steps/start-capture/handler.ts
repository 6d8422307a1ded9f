import { createSecretStore } from '#adapters/aws/secret-store.ts';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { createDatabaseAccess } from '#adapters/databases/open-database.ts';
import { withOpened } from '#core/concurrency/with-opened.ts';
import { captureOutputSchema, runSchema } from '#core/contracts/steps.ts';
import { connectService, kafkaServices } from '../../shared/services.ts';
import { createStepHandler } from '../../shared/step-handler.ts';
import { startCapture } from './start-capture.ts';

const databases = createDatabaseAccess(createSecretStore());
const connect = connectService();
const kafkaService = kafkaServices('millrace-start-capture');

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
      return await startCapture(
        run,
        {
          replication,
          sourceDatabase,
          topicRetentionHours: kafkaService.topicRetentionHours,
          captureKafka: kafkaService.captureKafka,
          forceResync: run.forceResync,
        },
        { store, source, kafka, connect, clock: systemClock, log },
      );
    }),
});
