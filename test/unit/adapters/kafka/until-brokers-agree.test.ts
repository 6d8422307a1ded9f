import { expect, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import { toKafkaError } from '#adapters/kafka/kafka-client.ts';
import { untilBrokersAgree } from '#adapters/kafka/until-brokers-agree.ts';

const refusal = (type: string): Error =>
  toKafkaError(
    new kafkajs.KafkaJSProtocolError(Object.assign(new Error(type), { type })),
    'read the offsets of 1 topic',
  );

test('a topic that its leader has given up while another broker still lists it is asked for again', async () => {
  const answers = [refusal('UNKNOWN_TOPIC_OR_PARTITION'), refusal('LEADER_NOT_AVAILABLE')];
  const found = await untilBrokersAgree(async () => {
    const refused = answers.shift();
    if (refused !== undefined) throw refused;
    return [];
  });
  expect(found).toEqual([]);
  expect(answers).toHaveLength(0);
});

test('what no broker will ever allow is told at once', async () => {
  let asked = 0;
  const error = refusal('TOPIC_AUTHORIZATION_FAILED');
  await expect(
    untilBrokersAgree(async () => {
      asked += 1;
      throw error;
    }),
  ).rejects.toBe(error);
  expect(asked).toBe(1);
});
