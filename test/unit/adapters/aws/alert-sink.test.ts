import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { createAlertSink } from '#adapters/aws/alert-sink.ts';

const create = () => ({
  mock: mockClient(SNSClient),
  alerts: createAlertSink({ topicArn: 'arn:topic', client: new SNSClient({ region: 'eu-west-1' }) }),
});
const alert = {
  subject: 'Start failed',
  message: 'wal_level is replica.',
  replicationId: 7,
  connectorName: 'acme_shop_connector',
};

test('an alert reaches the topic with attributes to filter by', async () => {
  const { mock, alerts } = create();
  mock.on(PublishCommand).resolves({});
  await alerts.publish(alert);
  expect(mock.commandCalls(PublishCommand)[0]?.args[0].input).toEqual({
    TopicArn: 'arn:topic',
    Subject: 'Start failed',
    Message: 'wal_level is replica.',
    MessageAttributes: {
      replicationId: { DataType: 'Number', StringValue: '7' },
      connectorName: { DataType: 'String', StringValue: 'acme_shop_connector' },
    },
  });
});

test('a subject becomes what SNS takes: one line of at most 100 ASCII characters', async () => {
  const { mock, alerts } = create();
  mock.on(PublishCommand).resolves({});
  await alerts.publish({ ...alert, subject: `  Müller\n${'x'.repeat(200)}`, message: 'y'.repeat(300_000) });
  const input = mock.commandCalls(PublishCommand)[0]?.args[0].input;
  expect(input?.Subject).toMatch(/^M ller x{93}$/);
  expect(input?.Message?.length).toBeLessThan(256 * 1024);
});

test('a topic that does not answer is told', async () => {
  const { mock, alerts } = create();
  mock.on(PublishCommand).rejects(new Error('socket hang up'));
  await expect(alerts.publish(alert)).rejects.toMatchObject({ code: 'ServiceUnavailable' });
});
