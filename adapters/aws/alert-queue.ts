import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { AlertQueue } from '#core/ports/alerting.ts';
import { awsClientDefaults, toServiceError } from './service-errors.ts';

/** SQS keeps a message back for 15 minutes at most. */
const maxDelaySeconds = 900;

export interface AlertQueueOptions {
  /** MILLRACE_ALERT_QUEUE_URL. */
  readonly queueUrl: string;
  readonly client?: SQSClient;
}

export const createAlertQueue = ({
  queueUrl,
  client = new SQSClient(awsClientDefaults),
}: AlertQueueOptions): AlertQueue => ({
  send: async (request, delayMs = 0) => {
    try {
      await client.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: JSON.stringify(request),
          DelaySeconds: Math.min(maxDelaySeconds, Math.ceil(delayMs / 1_000)),
        }),
      );
    } catch (error) {
      throw toServiceError(error, 'SQS', `queue delivery ${request.deliveryId} of an alert`);
    }
  },
});
