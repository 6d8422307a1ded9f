import { createAlertSink } from '#adapters/aws/alert-sink.ts';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { createStateStore } from '#adapters/dynamodb/dynamo-state-store.ts';
import { createLog } from '#adapters/observability/log.ts';
import { unlessKeptBack } from '#core/alerts/unless-kept-back.ts';
import { withOpened } from '#core/concurrency/with-opened.ts';
import { type DeletionOutput, deletionOutputSchema, deletionRunSchema } from '#core/contracts/deletion.ts';
import { stateEnvironmentSchema } from '#core/contracts/environment.ts';
import { engineOf } from '#core/databases/registry.ts';
import { continueDeletion } from '#core/lifecycle/delete-replication.ts';
import {
  connectService,
  databaseService,
  executionService,
  kafkaServices,
  taskService,
} from '../../shared/services.ts';

const service = 'delete-replication';
const environment = stateEnvironmentSchema.parse(process.env);
const store = createStateStore({ tableName: environment.MILLRACE_STATE_TABLE });
const topic = createAlertSink({ topicArn: environment.MILLRACE_ALERT_TOPIC_ARN });
const databases = databaseService();
const kafkaService = kafkaServices('millrace-delete');
const connect = connectService();
const executions = executionService();
const tasks = taskService();

/** Not the frame of the other steps: what this one works on is gone when it is repeated after its end. */
export const handler = (event: unknown): Promise<DeletionOutput> =>
  withOpened(async (keep) => {
    const run = deletionRunSchema.parse(event);
    const deletion = await store.getDeletion(run.clientId, run.replicationId);
    const log = createLog({
      service,
      ...(deletion === undefined ? {} : { connectorName: deletion.connectorName }),
      fields: { replication: run.replicationId, attempt: run.attempt },
    });
    const kafka = keep(kafkaService.openAdmin(log));
    const output = await continueDeletion(run, {
      store,
      executions,
      tasks,
      connect,
      kafka,
      openSource: databases.openSource,
      openTarget: databases.openTarget,
      dialectsOf: ({ kind }) => engineOf(kind),
      alerts: unlessKeptBack(topic, { store, clock: systemClock, log }),
      clock: systemClock,
      log,
    });
    return deletionOutputSchema.parse(output);
  });
