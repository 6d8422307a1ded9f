import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { createConnectClient } from '#adapters/connect/connect-client.ts';
import { topicName } from '#core/naming/names.ts';
import { testInLongForm } from '../../kit/short-form.ts';
import { beginCapture, replicationOf, startCaptureStack } from './capture-stack.ts';

const awayMs = 75_000;
const mostLinesASecond = 50;

testInLongForm(
  'a Connect worker without its Kafka waits for it, and does not fill its log',
  async () => {
    const stack = await startCaptureStack();
    try {
      const table = { schema: 'public', table: 'waiting' };
      await stack.sql.query('CREATE TABLE public.waiting (id int PRIMARY KEY)');
      const replication = replicationOf(1, [table]);
      await beginCapture(stack, replication);
      const client = createConnectClient({ url: stack.connectUrl, clock: systemClock, retryDelaysMs: [] });
      const askOffset = () => client.getOffset(replication.connectorName);

      await stack.killKafka();
      const before = readFileSync(stack.connectLog, 'utf8').length;
      const end = Date.now() + awayMs;
      // As the health checks do, which are what a worker has to wait for.
      while (Date.now() < end) {
        await Promise.race([askOffset().catch(() => undefined), systemClock.sleep(1_000)]);
        await systemClock.sleep(1_000);
      }
      const lines = readFileSync(stack.connectLog, 'utf8').slice(before).split('\n').length;
      expect(lines).toBeGreaterThan(1);
      expect(lines / (awayMs / 1_000)).toBeLessThan(mostLinesASecond);

      await stack.restartKafka();
      await stack.sql.query('INSERT INTO public.waiting VALUES (1)');
      const [record] = await stack.readTopic(topicName(replication.topicPrefix, table), 1);
      expect(record?.value).toMatchObject({ after: { id: 1 } });
    } finally {
      await stack.stop();
    }
  },
  300_000,
);
