import { createAlertSink } from '#adapters/aws/alert-sink.ts';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { unlessKeptBack } from '#core/alerts/unless-kept-back.ts';
import { withOpened } from '#core/concurrency/with-opened.ts';
import { stateEnvironmentSchema } from '#core/contracts/environment.ts';
import { copiesThroughKafka } from '#core/contracts/replication.ts';
import { planCopyOutputSchema, runSchema, stepLabel } from '#core/contracts/steps.ts';
import { planCopy } from '#core/copy/plan-copy.ts';
import { ensureRowRelay } from '#core/copy/row-relay.ts';
import { ownerOf } from '#core/lifecycle/own-tables.ts';
import { readDatabases } from '#core/lifecycle/replication-databases.ts';
import { connectService, databaseService, kafkaServices } from '../../shared/services.ts';
import { createStepHandler } from '../../shared/step-handler.ts';

const databases = databaseService();
const connect = connectService();
const kafkaService = kafkaServices('millrace-plan-copy');
const { MILLRACE_ALERT_TOPIC_ARN: topicArn } = stateEnvironmentSchema.parse(process.env);
const topic = createAlertSink({ topicArn });

/**
 * No table is begun in the second half of the Lambda's five minutes, since one statement alone may take two: a TRUNCATE of
 * MySQL. The next call goes on.
 */
const lastTableMs = 150_000;

export const handler = createStepHandler({
  service: 'plan-copy',
  inputSchema: runSchema,
  outputSchema: planCopyOutputSchema,
  runOf: (run) => run,
  perform: ({ run, replication, store, log, remainingMs }) =>
    withOpened(async (keep) => {
      const { sourceDatabase, targetDatabase } = await readDatabases(store, replication);
      const owner = await ownerOf(store, replication);
      const source = keep(await databases.openSource(sourceDatabase));
      const target = keep(await databases.openTarget(targetDatabase));
      const kafka = keep(kafkaService.openAdmin(log));
      const plan = await planCopy(
        run,
        {
          ...{ store, source, target, kafka, owner, clock: systemClock, log },
          alerts: unlessKeptBack(topic, { store, clock: systemClock, log }),
          resetCheckpoints: (ends) => databases.resetCheckpoints(targetDatabase, owner, ends),
        },
        () => remainingMs() < lastTableMs,
      );
      const isCopied = plan.lanes.length === 0 && !plan.hasFargateTables;
      if (plan.isDone && !isCopied && copiesThroughKafka(replication)) {
        const { capture } = source.dialect;
        await ensureRowRelay(capture, replication, sourceDatabase, kafkaService.captureKafka, {
          kafka,
          connect,
        });
        log.info(`${stepLabel('Copy')} Rows are copied through Kafka Connect and Kafka`);
      }
      return plan;
    }),
});
