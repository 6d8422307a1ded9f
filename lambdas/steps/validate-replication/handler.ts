import { createAlertSink } from '#adapters/aws/alert-sink.ts';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { unlessKeptBack } from '#core/alerts/unless-kept-back.ts';
import { withOpened } from '#core/concurrency/with-opened.ts';
import { stateEnvironmentSchema } from '#core/contracts/environment.ts';
import { tableKey } from '#core/contracts/identifiers.ts';
import { type Run, stepLabel, validateInputSchema, validateOutputSchema } from '#core/contracts/steps.ts';
import { toMillraceError } from '#core/errors/millrace-error.ts';
import { requireCurrentRun } from '#core/lifecycle/current-run.ts';
import { holdUnfitTables } from '#core/lifecycle/hold-unfit-tables.ts';
import { ownerOf, ownTables } from '#core/lifecycle/own-tables.ts';
import { readDatabases } from '#core/lifecycle/replication-databases.ts';
import { hasRun } from '#core/lifecycle/start-again.ts';
import { unfitTables } from '#core/lifecycle/table-progress.ts';
import { countOf } from '#core/naming/count-of.ts';
import type { ReplicationStore } from '#core/ports/state-store.ts';
import { asPassing, validateReplication } from '#core/validation/validate-replication.ts';
import { connectService, databaseService, kafkaServices } from '../../shared/services.ts';
import { createStepHandler } from '../../shared/step-handler.ts';

const databases = databaseService();
const connect = connectService();
const kafkaService = kafkaServices('millrace-validate');
const { MILLRACE_ALERT_TOPIC_ARN: topicArn } = stateEnvironmentSchema.parse(process.env);
const topic = createAlertSink({ topicArn });
const step = stepLabel('Validate');

/** No tables are begun in the second half of the Lambda's three minutes; the next call goes on with them. */
const lastTablesMs = 90_000;

export const handler = createStepHandler({
  service: 'validate-replication',
  inputSchema: validateInputSchema,
  outputSchema: validateOutputSchema,
  runOf: ({ run }) => run,
  perform: ({ input: { run, fromTable }, store, log, remainingMs }) =>
    withOpened(async (keep) => {
      const replication = await requireCurrentRun(store, run);
      if (fromTable === 0) await forgetEarlierError(run, store);
      const tables = replication.tables.length;
      log.info(
        `${step} Validating ${countOf(tables - fromTable, 'table')}, both databases, Kafka and Connect`,
        { step },
      );
      const { sourceDatabase, targetDatabase } = await readDatabases(store, replication);
      const source = keep(await databases.openSource(sourceDatabase));
      const target = keep(await databases.openTarget(targetDatabase));
      const kafka = keep(kafkaService.openAdmin(log));
      const { nextTable, unfit } = await validateReplication(
        {
          replication,
          sourceDatabase,
          targetDatabase,
          topicRetentionHours: kafkaService.topicRetentionHours,
          owner: await ownerOf(store, replication),
          captureKafka: kafkaService.captureKafka,
        },
        { store, source, target, kafka, connect },
        { from: fromTable, isOver: () => remainingMs() < lastTablesMs },
      ).catch((cause: unknown) => {
        // Someone waits for the answer of a first start. A replication that has run is started again by itself.
        throw hasRun(replication) ? asPassing(toMillraceError(cause)) : cause;
      });
      const isDone = nextTable === tables;
      const looked = replication.tables.slice(fromTable, nextTable);
      const ports = { store, clock: systemClock, log };
      const alerts = unlessKeptBack(topic, ports);
      await holdUnfitTables(run, { replication, looked, unfit }, { ...ports, alerts });
      log.info(
        isDone
          ? `${step} Validation passed: databases, Kafka and Kafka Connect are ready`
          : `${step} ${nextTable} of ${countOf(tables, 'table')} are validated; the next call goes on`,
        { step },
      );
      if (isDone) {
        const unfitKeys = new Set(
          unfitTables(run, replication, await store.listTableProgress(run.replicationId)).map((table) =>
            tableKey(table.source),
          ),
        );
        const fit = replication.tables.filter((mapping) => !unfitKeys.has(tableKey(mapping.source)));
        await ownTables(
          run,
          { replication: { ...replication, tables: fit }, targetDatabase },
          { store, target, log },
        );
        log.info(`${step} The target tables belong to this replication`, { step });
      }
      return { isDone, nextTable };
    }),
});

/** It belongs to an earlier start, and fail-start must find those of this one only. */
const forgetEarlierError = async (
  { clientId, replicationId, generation }: Run,
  store: Pick<ReplicationStore, 'updateReplication'>,
): Promise<void> => {
  await store.updateReplication(
    clientId,
    replicationId,
    { lastErrorCode: undefined, lastErrorMessage: undefined },
    { generation },
  );
};
