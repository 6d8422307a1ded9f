import { createSecretStore } from '#adapters/aws/secret-store.ts';
import { createDatabaseAccess } from '#adapters/databases/open-database.ts';
import { runSchema, stepLabel } from '#core/contracts/steps.ts';
import { requireCurrentRun } from '#core/lifecycle/current-run.ts';
import { countOf } from '#core/naming/count-of.ts';
import { validateReplication } from '#core/validation/validate-replication.ts';
import { connectService, kafkaServices } from '../../shared/services.ts';
import { createStepHandler } from '../../shared/step-handler.ts';

const databases = createDatabaseAccess(createSecretStore());
const connect = connectService();
const kafkaService = kafkaServices('millrace-validate');
const step = stepLabel('Validate');

export const handler = createStepHandler({
  service: 'validate-replication',
  inputSchema: runSchema,
  runOf: (run) => run,
  perform: async ({ run, store, log }) => {
    const replication = await requireCurrentRun(store, run);
    await store.updateReplication(
      run.clientId,
      run.replicationId,
      // Of an earlier start: what fail-start finds there must be of this one.
      { lastErrorCode: undefined, lastErrorMessage: undefined },
      { generation: run.generation },
    );
    const tables = replication.tables.length;
    log.info(`${step} Validating ${countOf(tables, 'table')}, both databases, Kafka and Connect`, { step });
    const [sourceDatabase, targetDatabase] = await Promise.all([
      store.getDatabase(run.clientId, replication.sourceDatabaseId),
      store.getDatabase(run.clientId, replication.targetDatabaseId),
    ]);
    const source = await databases.openSource(sourceDatabase);
    const target = await databases.openTarget(targetDatabase);
    const kafka = kafkaService.openAdmin(log);
    try {
      await validateReplication(
        {
          replication,
          sourceDatabase,
          targetDatabase,
          topicRetentionHours: kafkaService.topicRetentionHours,
          captureKafka: kafkaService.captureKafka,
        },
        { source, target, kafka, connect },
      );
    } finally {
      await Promise.all([source.close(), target.close(), kafka.close()]);
    }
    log.info(`${step} Everything is ready`, { step });
    return { tables };
  },
});
