import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { subjectMaxLength } from '#core/alerts/compose-alert.ts';
import type { AlertSink } from '#core/ports/services.ts';
import { awsClientDefaults, toServiceError } from './service-errors.ts';

/** SNS takes a subject of ASCII without control characters that begins with a printable one. */
const asSubject = (text: string): string =>
  text
    .replaceAll(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, subjectMaxLength);

/** SNS takes 256 KiB for a message and its attributes; a trace longer than this helps nobody in an inbox. */
const messageMaxLength = 32 * 1024;

export interface AlertSinkOptions {
  readonly topicArn: string;
  readonly client?: SNSClient;
}

export const createAlertSink = ({
  topicArn,
  client = new SNSClient(awsClientDefaults),
}: AlertSinkOptions): AlertSink => ({
  publish: async (alert) => {
    try {
      await client.send(
        new PublishCommand({
          TopicArn: topicArn,
          Subject: asSubject(alert.subject),
          Message: alert.message.slice(0, messageMaxLength),
          // Subscriptions can filter by them.
          MessageAttributes: {
            ...(alert.replicationId !== undefined && {
              replicationId: { DataType: 'Number', StringValue: String(alert.replicationId) },
            }),
            ...(alert.connectorName !== undefined && {
              connectorName: { DataType: 'String', StringValue: alert.connectorName },
            }),
          },
        }),
      );
    } catch (error) {
      throw toServiceError(error, 'SNS', `publish an alert to ${topicArn}`);
    }
  },
});
