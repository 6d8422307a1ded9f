import { createAlertSink } from '#adapters/aws/alert-sink.ts';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { unlessKeptBack } from '#core/alerts/unless-kept-back.ts';
import { withOpened } from '#core/concurrency/with-opened.ts';
import { stateEnvironmentSchema } from '#core/contracts/environment.ts';
import { changeTablesInputSchema, prepareTablesOutputSchema } from '#core/contracts/steps.ts';
import { prepareTableChange } from '#core/lifecycle/change-tables.ts';
import { ownerOf } from '#core/lifecycle/own-tables.ts';
import { readDatabases } from '#core/lifecycle/replication-databases.ts';
import { connectService, databaseService, kafkaServices, taskService } from '../../shared/services.ts';
import { createStepHandler } from '../../shared/step-handler.ts';
import { failChange, finishChange } from './finish-change.ts';

const { MILLRACE_ALERT_TOPIC_ARN: topicArn } = stateEnvironmentSchema.parse(process.env);
const topic = createAlertSink({ topicArn });
const databases = databaseService();
const connect = connectService();
const kafkaService = kafkaServices('millrace-change-tables');
const tasks = taskService();

export const handler = createStepHandler({
  service: 'change-tables',
  inputSchema: changeTablesInputSchema,
  outputSchema: prepareTablesOutputSchema,
  runOf: ({ run }) => run,
  perform: async ({ input, replication, store, log }) => {
    const isActive = replication.status === 'active';
    const ports = { store, tasks, clock: systemClock, log };
    const { run, version } = input;
    switch (input.action) {
      case 'finish':
        await finishChange({ run, version }, ports);
        return { isActive };
      case 'fail':
        await failChange(input, { ...ports, alerts: unlessKeptBack(topic, ports) });
        return { isActive };
      case 'prepare':
        return withOpened(async (keep) => {
          const { sourceDatabase, targetDatabase } = await readDatabases(store, replication);
          const owner = await ownerOf(store, replication);
          const source = keep(await databases.openSource(sourceDatabase));
          const target = keep(await databases.openTarget(targetDatabase));
          const kafka = keep(kafkaService.openAdmin(log));
          return prepareTableChange(
            { run, version },
            {
              sourceDatabase,
              targetDatabase,
              topicRetentionHours: kafkaService.topicRetentionHours,
              captureKafka: kafkaService.captureKafka,
            },
            {
              ...ports,
              alerts: unlessKeptBack(topic, ports),
              source,
              target,
              kafka,
              connect,
              placeCheckpoints: (ends) => databases.placeCheckpoints(targetDatabase, owner, ends),
            },
          );
        });
    }
  },
});
