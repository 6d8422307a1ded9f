import { createSecretStore } from '#adapters/aws/secret-store.ts';
import { createDatabaseAccess } from '#adapters/databases/open-database.ts';
import { runSchema } from '#core/contracts/steps.ts';
import { finishCopy } from '#core/copy/finish-copy.ts';
import { createStepHandler } from '../../shared/step-handler.ts';

const databases = createDatabaseAccess(createSecretStore());

export const handler = createStepHandler({
  service: 'finish-copy',
  inputSchema: runSchema,
  runOf: (run) => run,
  perform: async ({ run, replication, store, log }) => {
    const source = await databases.openSource(
      await store.getDatabase(run.clientId, replication.sourceDatabaseId),
    );
    try {
      return { tables: await finishCopy(run, { store, source, log }) };
    } finally {
      await source.close();
    }
  },
});
