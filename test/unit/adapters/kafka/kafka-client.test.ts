import { expect, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import { createKafka, parseBrokers, toKafkaError } from '#adapters/kafka/kafka-client.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

test('brokers are separated by commas', () => {
  expect(parseBrokers(' a:9092, b:9094 ,')).toEqual(['a:9092', 'b:9094']);
});

test('zstd, which the capture writes, is understood', async () => {
  createKafka({ brokers: ['127.0.0.1:9'], security: 'plaintext', clientId: 'test' }, log);
  const codec = kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD]();
  const compressed = await codec.compress({ buffer: Buffer.from('events '.repeat(1_000)) });
  expect(compressed.length).toBeLessThan(100);
  expect((await codec.decompress(compressed)).toString()).toBe('events '.repeat(1_000));
});

test('errors of the client are the absence of Kafka, MillraceErrors stay', () => {
  expect(toKafkaError(new Error('no broker'), 'read')).toMatchObject({
    code: 'KafkaUnavailable',
    message: 'Cannot read: no broker',
  });
  const ours = new MillraceError('NeedsResync', 'lost');
  expect(toKafkaError(ours, 'read')).toBe(ours);
});
