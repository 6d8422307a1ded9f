import { createSecretStore } from '#adapters/aws/secret-store.ts';
import { createDatabaseAccess } from '#adapters/databases/open-database.ts';
import { withOpened } from '#core/concurrency/with-opened.ts';
import { runSchema, stepLabel, validateOutputSchema } from '#core/contracts/steps.ts';
import { requireCurrentRun } from '#core/lifecycle/current-run.ts';
import { readDatabases } from '#core/lifecycle/replication-databases.ts';
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
  outputSchema: validateOutputSchema,
  runOf: (run) => run,
  perform: ({ run, store, log }) =>
    withOpened(async (keep) => {
      const replication = await requireCurrentRun(store, run);
      await store.updateReplication(
        run.clientId,
        run.replicationId,
        // They belong to an earlier start, and fail-start must find those of this one only.
        { lastErrorCode: undefined, lastErrorMessage: undefined },
        { generation: run.generation },
      );
      const tables = replication.tables.length;
      log.info(`${step} Validating ${countOf(tables, 'table')}, both databases, Kafka and Connect`, { step });
      const { sourceDatabase, targetDatabase } = await readDatabases(store, replication);
      const source = keep(await databases.openSource(sourceDatabase));
      const target = keep(await databases.openTarget(targetDatabase));
      const kafka = keep(kafkaService.openAdmin(log));
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
      log.info(`${step} Validation passed: databases, Kafka and Kafka Connect are ready`, { step });
      return { tables };
    }),
});
