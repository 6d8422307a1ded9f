import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { createConnectClient } from '#adapters/connect/connect-client.ts';
import { createKafka, parseBrokers } from '#adapters/kafka/kafka-client.ts';
import { createLog } from '#adapters/observability/log.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ConnectPort } from '#core/ports/services.ts';
import { isEveryTableLive, waitForStatus } from '../demo/operator.ts';
import { compareTables } from '../demo/table-comparison.ts';
import {
  type BenchContext,
  type ComparedRates,
  compareRates,
  inTurns,
  stepDeadlineMs,
  targetTableOf,
} from './bench-context.ts';
import { benchCapture, jdbcSinkConfig, type SinkInserts, type TopicSchemas } from './jdbc-sink.ts';
import { type Backlog, countRows, qualified, watchApplyRate } from './watch-target.ts';

const appliedTable = 'applied_flights';
/** Captures in addition to the product's: one that only shows the schema of its messages, two for the peer's own settings. */
const productSchemaPrefix = 'bench_product_schema';
const schemaPrefix = 'bench_with_schemas';
const plainPrefix = 'bench_without_schemas';
/** Parts of the backlog are told apart by the year that their flights are given. */
const [warmUpYear, measuredYear, lastYear] = [2012, 2013, 2099];

export interface ApplyFigures {
  /** Both read the product's own topic; the peer is set up as it usually is. */
  readonly sameTopic: ComparedRates;
  /** The peer reads Debezium's own capture of the same changes, without schemas, by UNNEST inserts. */
  readonly unnestInserts: ComparedRates;
  /** As before, but each message carries its schema, as the sink is usually run. */
  readonly schemasInMessages: ComparedRates;
}

/**
 * How fast a backlog of changes is applied: by the product's consumer, as the deployed stack runs it, and by the JDBC
 * sink, each alone, in turns, into the same table, which is emptied before each pass. Both are measured warm: after the
 * first part of the backlog.
 */
export const measureApplyRate = async (context: BenchContext): Promise<ApplyFigures> => {
  const { stack, source, target, databases, api, sizes, say, signal } = context;
  const connect = createConnectClient({ url: stack.connect.url, clock: systemClock });
  const targetTable = targetTableOf(context, appliedTable);

  await source.query(`CREATE TABLE ${qualified(appliedTable)} (LIKE flights INCLUDING ALL)`);
  const { replication_id: replicationId } = await api.createReplication(context.sourceId, context.targetId, [
    appliedTable,
  ]);
  const start = async (): Promise<string> => {
    await api.startReplication(replicationId);
    const status = await waitForStatus(api, replicationId, 'The start', isEveryTableLive, {
      deadlineMs: stepDeadlineMs,
      signal,
    });
    return status.config.connector_name;
  };
  const connectorName = await start();
  await api.stopReplication(replicationId);

  const productConfig = await connect.getConfig(connectorName);
  if (productConfig === undefined)
    throw new MillraceError('LocalStackFailed', `Kafka Connect has no connector ${connectorName}.`);
  const captures = {
    [productSchemaPrefix]: benchCapture(productConfig, productSchemaPrefix, 'Millrace', 'in each message'),
    [schemaPrefix]: benchCapture(productConfig, schemaPrefix, 'Debezium', 'in each message'),
    [plainPrefix]: benchCapture(productConfig, plainPrefix, 'Debezium', 'given once'),
  };
  for (const [name, config] of Object.entries(captures)) {
    await connect.putConnector(name, config);
    await waitUntilRunning(connect, name, signal);
  }

  const backlog = await writeBacklog(context);
  const events = backlog.warmUpEvents + backlog.events;
  say(
    `  ${backlog.events.toLocaleString('en')} events: inserts, updates of every fifth row, deletes of every fiftieth; ` +
      `before them ${backlog.warmUpEvents.toLocaleString('en')} of the same kinds to warm up, which are not measured`,
  );
  const topicOf = (prefix: string): string => `${prefix}.public.${appliedTable}`;
  const productTopic = topicOf(configured(productConfig, 'topic.prefix'));
  for (const name of Object.keys(captures)) await waitForEvents(context, topicOf(name), events);
  for (const name of Object.keys(captures)) await connect.deleteConnector(name);
  const productSchemas = await readSchemas(context, topicOf(productSchemaPrefix));
  const debeziumSchemas = await readSchemas(context, topicOf(schemaPrefix));

  /** Everything applied, and right: a fast pass that lost a row is no pass. */
  const verify = async (who: string): Promise<void> => {
    const [compared] = await compareTables(source, target, [{ source: appliedTable, target: targetTable }]);
    if (compared?.equal !== true)
      throw new MillraceError(
        'LocalStackFailed',
        `${who} left ${targetTable} different: ${compared?.differences.join('; ')}`,
      );
  };
  const ours = async (): Promise<number> => {
    await target.query(`TRUNCATE ${qualified(targetTable)}`);
    // What Millrace remembers of the topic lies in the same database as the rows; without it the consumer begins at the topic's beginning.
    const { rows } = await target.query(
      `SELECT relname FROM pg_class WHERE relnamespace = 'millrace'::regnamespace AND relkind = 'r' AND relname LIKE 'checkpoint%'`,
    );
    for (const { relname } of rows)
      await target.query(`DELETE FROM millrace.${relname} WHERE replication_id = $1`, [replicationId]);
    const [rate] = await Promise.all([watchApplyRate(target, targetTable, backlog, signal), start()]);
    await api.stopReplication(replicationId);
    await verify('Millrace');
    return rate;
  };
  let pass = 0;
  const sink = async (
    topic: string,
    topicSchemas: TopicSchemas | undefined,
    inserts: SinkInserts,
  ): Promise<number> => {
    await target.query(`TRUNCATE ${qualified(targetTable)}`);
    pass += 1;
    // A new name has a new consumer group, which begins at the topic's beginning.
    const name = `bench_jdbc_sink_${pass}`;
    await connect.putConnector(
      name,
      jdbcSinkConfig(topic, databases.target, targetTable, topicSchemas, inserts),
    );
    try {
      const failure = new AbortController();
      const rate = await Promise.race([
        watchApplyRate(target, targetTable, backlog, AbortSignal.any([signal, failure.signal])),
        failedTask(connect, name, failure.signal),
      ]).finally(() => failure.abort());
      await verify('The JDBC sink');
      return rate;
    } finally {
      await connect.deleteConnector(name);
    }
  };

  const rounds = await inTurns(
    sizes.rounds,
    {
      Millrace: ours,
      'JDBC sink': () => sink(productTopic, productSchemas, 'values'),
      'with UNNEST inserts': () => sink(topicOf(plainPrefix), debeziumSchemas, 'unnest'),
      'with schemas in messages': () => sink(topicOf(schemaPrefix), undefined, 'unnest'),
    },
    say,
  );
  const against = (peer: Exclude<keyof (typeof rounds)[number], 'Millrace'>): ComparedRates =>
    compareRates(rounds.map((rates) => ({ ours: rates.Millrace, peers: rates[peer] })));
  return {
    sameTopic: against('JDBC sink'),
    unnestInserts: against('with UNNEST inserts'),
    schemasInMessages: against('with schemas in messages'),
  };
};

/**
 * Two like parts, one after the other: what comes first warms up anyone who applies it (its compiler, its statements, its
 * connections), and only the second part is measured.
 */
const writeBacklog = async ({ source, sizes }: BenchContext): Promise<Backlog> => {
  const table = qualified(appliedTable);
  const write = async (year: number, days: number): Promise<number> => {
    await source.query(
      `CREATE TEMPORARY TABLE part AS SELECT * FROM flights WHERE make_date(year, month, day) < date '2013-01-01' + ${days}`,
    );
    await source.query(`UPDATE part SET year = ${year}`);
    let events = 0;
    const change = async (statement: string): Promise<void> => {
      events += (await source.query(statement)).rowCount ?? 0;
    };
    for (let month = 1; month <= 12; month += 1) {
      await change(`INSERT INTO ${table} SELECT * FROM part WHERE month = ${month}`);
    }
    await change(
      `UPDATE ${table} SET dep_delay = coalesce(dep_delay, 0) + 1 WHERE year = ${year} AND flight % 5 = 0`,
    );
    await change(`DELETE FROM ${table} WHERE year = ${year} AND flight % 50 = 1`);
    await source.query('DROP TABLE part');
    return events;
  };
  const warmUpEvents = await write(warmUpYear, sizes.warmUpDays);
  const events = await write(measuredYear, sizes.applyDays);
  await source.query(
    `INSERT INTO ${table} SELECT (jsonb_populate_record(flights, '{"year": ${lastYear}}')).* FROM flights LIMIT 1`,
  );
  return {
    warmUpEvents,
    events: events + 1,
    measured: `year >= ${measuredYear}`,
    lastEvent: `year = ${lastYear}`,
    rowsAfter: await countRows(source, appliedTable),
  };
};

const pollEveryMs = 500;

const configured = (config: Readonly<Record<string, string>>, setting: string): string => {
  const value = config[setting];
  if (value === undefined)
    throw new MillraceError('LocalStackFailed', `The product's connector has no ${setting}.`);
  return value;
};

const waitUntilRunning = async (connect: ConnectPort, name: string, signal: AbortSignal): Promise<void> => {
  const deadline = performance.now() + stepDeadlineMs;
  for (;;) {
    const status = await connect.getStatus(name);
    const states = [status?.state, ...(status?.tasks ?? []).map((task) => task.state)];
    if (states.length > 1 && states.every((state) => state === 'RUNNING')) return;
    if (performance.now() > deadline || states.includes('FAILED'))
      throw new MillraceError('LocalStackFailed', `Connector ${name} does not run: ${states.join()}`);
    await sleep(pollEveryMs, undefined, { signal });
  }
};

/** Never resolves: rejects when a task of the connector fails, and stops looking when the signal is aborted. */
const failedTask = async (connect: ConnectPort, name: string, signal: AbortSignal): Promise<never> => {
  for (;;) {
    const failed = (await connect.getStatus(name))?.tasks.find((task) => task.state === 'FAILED');
    if (failed !== undefined)
      throw new MillraceError('LocalStackFailed', `Connector ${name} failed: ${failed.trace ?? 'no trace'}`);
    await sleep(pollEveryMs, undefined, { signal });
  }
};

const kafkaOf = ({ stack }: BenchContext): Kafka =>
  createKafka(
    { brokers: parseBrokers(stack.kafka.brokers), security: 'plaintext', clientId: 'millrace-bench' },
    createLog({ service: 'bench' }),
  );

const waitForEvents = async (context: BenchContext, topic: string, events: number): Promise<void> => {
  const admin = kafkaOf(context).admin();
  await admin.connect();
  try {
    const deadline = performance.now() + stepDeadlineMs;
    const count = async (): Promise<number> => {
      const topics = await admin.listTopics();
      const [partition] = topics.includes(topic) ? await admin.fetchTopicOffsets(topic) : [];
      return Number(partition?.high ?? 0);
    };
    while ((await count()) < events) {
      if (performance.now() > deadline)
        throw new MillraceError('LocalStackFailed', `Topic ${topic} did not get ${events} events.`);
      await sleep(pollEveryMs, undefined, { signal: context.signal });
    }
  } finally {
    await admin.disconnect();
  }
};

/** The schemas that a capture writes, from its first message. */
const readSchemas = async (context: BenchContext, topic: string): Promise<TopicSchemas> => {
  const consumer = kafkaOf(context).consumer({ groupId: `bench-${topic}-${Date.now()}` });
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    const message = await new Promise<{ readonly key: Buffer | null; readonly value: Buffer | null }>(
      (resolve, reject) => {
        consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
        void consumer.run({ eachMessage: async (payload) => resolve(payload.message) });
      },
    );
    const schemaOf = (part: Buffer | null): unknown => JSON.parse(part?.toString() ?? '{}').schema;
    return { key: schemaOf(message.key), value: schemaOf(message.value) };
  } finally {
    await consumer.disconnect();
  }
};
