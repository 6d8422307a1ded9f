import { withOpened } from '#core/concurrency/with-opened.ts';
import { finishCopyOutputSchema, runSchema } from '#core/contracts/steps.ts';
import { finishCopy } from '#core/copy/finish-copy.ts';
import { databaseService } from '../../shared/services.ts';
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
      return { tables: await finishCopy(run, { store, source, log }) };
    }),
});
