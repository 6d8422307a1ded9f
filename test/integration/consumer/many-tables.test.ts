import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { retryTransient } from '#core/concurrency/retry-transient.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { ConsumerStack, type TopicRecord } from './consumer-stack.ts';
import { EventLog } from './event-log.ts';

/*
 * Every table of a replication has a backlog: what the consumer has in memory must not grow with their number. Figures by
 * MILLRACE_TEST_TABLES and MILLRACE_TEST_EVENTS (of a table).
 */
const tables = Number(process.env.MILLRACE_TEST_TABLES ?? 200);
const events = Number(process.env.MILLRACE_TEST_EVENTS ?? 1_000);
const minutes = 60_000;

let stack: ConsumerStack;
beforeAll(async () => {
  stack = await ConsumerStack.start();
}, 3 * minutes);
afterAll(() => stack.stop(), 3 * minutes);

/** The most memory that the process has had. */
const peakMib = (pid: number): number =>
  Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024);

const asUnavailable = (cause: unknown): never => {
  throw new MillraceError('KafkaUnavailable', String(cause));
};

/** About 700 characters that compress to half. */
const note = (id: number): string =>
  Array.from({ length: 11 }, (_unused, part) =>
    createHash('sha256').update(`${id} ${part}`).digest('hex'),
  ).join('');

test(
  'a backlog of many tables is applied in well below 1 GiB',
  async () => {
    const names = Array.from({ length: tables }, (_unused, index) => `many_${index}`);
    for (const side of [stack.source, stack.target]) {
      for (const name of names) {
        await side.client.query(
          `CREATE TABLE ${name} (id bigint PRIMARY KEY, amount numeric(20,4), note text)`,
        );
      }
    }
    const replication = await stack.createReplication(names);
    const log = new EventLog('TABLE_NAME');
    const template: readonly TopicRecord[] = Array.from({ length: events }, (_unused, id) =>
      log.insert({ id, amount: `${id}.5000`, note: note(id) }),
    );
    const bytes = template.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    for (const [index, topic] of stack.topics(replication).entries()) {
      const records = template.map(({ value, ...rest }) => ({
        ...rest,
        value: value?.replace('TABLE_NAME', `many_${index}`) ?? null,
      }));
      // A broker that has just been given hundreds of topics does not lead all of them at once.
      await retryTransient(() => stack.produce(topic, records).catch(asUnavailable), {
        delaysMs: [1_000, 2_000, 4_000, 8_000, 16_000],
        clock: systemClock,
      });
    }

    const startedAt = Date.now();
    const consumer = await stack.launch(replication);
    await stack.waitForOffset(replication, tables * events, 20 * minutes);
    const seconds = Math.round((Date.now() - startedAt) / 1_000);
    const peak = peakMib(consumer.pid);
    await consumer.stop();
    console.info(
      `${tables} tables of ${events} events, ${Math.round((bytes * tables) / 1024 ** 2)} MiB of JSON: ${seconds} s, peak ${peak} MiB`,
    );
    expect(await stack.tablesWithInserts(replication, events)).toBe(tables);
    expect(peak).toBeLessThan(700);
  },
  30 * minutes,
);
