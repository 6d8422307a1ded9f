import { createSecretStore } from '#adapters/aws/secret-store.ts';
import { createDatabaseAccess } from '#adapters/databases/open-database.ts';
import { runSchema } from '#core/contracts/steps.ts';
import { planCopy } from '#core/copy/plan-copy.ts';
import { kafkaServices } from '../../shared/services.ts';
import { createStepHandler } from '../../shared/step-handler.ts';

const databases = createDatabaseAccess(createSecretStore());
const kafkaService = kafkaServices('millrace-plan-copy');

export const handler = createStepHandler({
  service: 'plan-copy',
  inputSchema: runSchema,
  runOf: (run) => run,
  perform: async ({ run, replication, store, log }) => {
    const [sourceDatabase, targetDatabase] = await Promise.all([
      store.getDatabase(run.clientId, replication.sourceDatabaseId),
      store.getDatabase(run.clientId, replication.targetDatabaseId),
    ]);
    const source = await databases.openSource(sourceDatabase);
    const target = await databases.openTarget(targetDatabase);
    const kafka = kafkaService.openAdmin(log);
    try {
      return await planCopy(run, {
        store,
        source,
        target,
        kafka,
        resetCheckpoints: (ends) => databases.resetCheckpoints(targetDatabase, run.replicationId, ends),
        log,
      });
    } finally {
      await Promise.all([source.close(), target.close(), kafka.close()]);
    }
  },
});
