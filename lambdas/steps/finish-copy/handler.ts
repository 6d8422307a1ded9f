import { systemClock } from '#adapters/clock/system-clock.ts';
import { withOpened } from '#core/concurrency/with-opened.ts';
import { copiesThroughKafka } from '#core/contracts/replication.ts';
import { finishCopyOutputSchema, runSchema } from '#core/contracts/steps.ts';
import { finishCopy } from '#core/copy/finish-copy.ts';
import { removeRowRelay } from '#core/copy/row-relay.ts';
import { connectService, databaseService, kafkaServices } from '../../shared/services.ts';
import { createStepHandler } from '../../shared/step-handler.ts';

const databases = databaseService();

export const handler = createStepHandler({
  service: 'finish-copy',
  inputSchema: runSchema,
  outputSchema: finishCopyOutputSchema,
  runOf: (run) => run,
  perform: ({ run, replication, store, log }) =>
    withOpened(async (keep) => {
      const source = keep(
        await databases.openSource(await store.getDatabase(run.clientId, replication.sourceDatabaseId)),
      );
      const tables = await finishCopy(run, { store, source, log });
      if (copiesThroughKafka(replication)) {
        await removeRowRelay(replication, {
          kafka: keep(kafkaServices('millrace-finish-copy').openAdmin(log)),
          connect: connectService(),
          clock: systemClock,
          log,
        });
      }
      return { tables };
    }),
});
