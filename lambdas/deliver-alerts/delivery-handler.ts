import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { type DeliverAlertPorts, deliverAlert } from '#core/alerts/deliver-alert.ts';
import { deliveryRequestSchema } from '#core/contracts/alerting.ts';

/**
 * Takes messages from the queue of deliveries. What a receiver refuses is no failure here: its next attempt is in the queue. A message
 * that fails by itself stays in the queue, which gives it again, and after some times moves it to the queue of those that nobody can read.
 */
export const createDeliveryHandler = (
  ports: DeliverAlertPorts,
): ((event: Pick<SQSEvent, 'Records'>) => Promise<SQSBatchResponse>) => {
  const deliver = async ({ messageId, body }: SQSRecord): Promise<string | undefined> => {
    try {
      await deliverAlert(deliveryRequestSchema.parse(JSON.parse(body)), ports);
      return undefined;
    } catch (error) {
      ports.log.error('Could not handle a message of the queue of alerts; it comes again', {
        error,
        messageId,
      });
      return messageId;
    }
  };
  return async ({ Records }) => {
    const failed = await Promise.all(Records.map(deliver));
    return {
      batchItemFailures: failed
        .filter((messageId) => messageId !== undefined)
        .map((itemIdentifier) => ({ itemIdentifier })),
    };
  };
};
