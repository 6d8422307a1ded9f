import { createAlertQueue } from '#adapters/aws/alert-queue.ts';
import { createAlertSink } from '#adapters/aws/alert-sink.ts';
import { createChannelSecrets } from '#adapters/aws/channel-secrets.ts';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { createStateStore } from '#adapters/dynamodb/dynamo-state-store.ts';
import { createLog } from '#adapters/observability/log.ts';
import { createMetrics } from '#adapters/observability/metrics.ts';
import { createWebhookSender } from '#adapters/webhooks/webhook-sender.ts';
import {
  alertQueueEnvironmentSchema,
  metricNames,
  stateEnvironmentSchema,
  webhookEnvironmentSchema,
} from '#core/contracts/environment.ts';
import { createDeliveryHandler } from './delivery-handler.ts';

const environment = stateEnvironmentSchema
  .extend(alertQueueEnvironmentSchema.shape)
  .extend(webhookEnvironmentSchema.shape)
  .parse(process.env);
const metrics = createMetrics({ environment: environment.MILLRACE_ENVIRONMENT });

export const handler = createDeliveryHandler({
  store: createStateStore({ tableName: environment.MILLRACE_STATE_TABLE }),
  topic: createAlertSink({ topicArn: environment.MILLRACE_ALERT_TOPIC_ARN }),
  secrets: createChannelSecrets(),
  webhooks: createWebhookSender({ allowedRanges: environment.MILLRACE_WEBHOOK_RANGES }),
  queue: createAlertQueue({ queueUrl: environment.MILLRACE_ALERT_QUEUE_URL }),
  clock: systemClock,
  log: createLog({ service: 'deliver-alerts' }),
  countUndelivered: () => metrics.emitTotals({ [metricNames.alertsUndelivered]: 1 }),
});
