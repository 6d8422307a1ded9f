import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createKafkaAdmin } from '#adapters/kafka/kafka-admin.ts';
import { createKafka } from '#adapters/kafka/kafka-client.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { type OutageProxy, openOutageProxy } from '#test/kit/outage-proxy.ts';
import { testInLongForm } from '#test/kit/short-form.ts';
import { readTopicSettings, setTopicSettings } from '#test/kit/topic-settings.ts';
import { settingsOf } from '../postgresql/database-pair.ts';
import { ConsumerStack, connect, type RegisteredTarget, silentLog, waitUntil } from './consumer-stack.ts';
import { EventLog, unknown } from './event-log.ts';

/** Two busy cores: what takes 5 s alone may take a minute while other suites run. */
const slow = 180_000;

let stack: ConsumerStack;
beforeAll(async () => {
  stack = await ConsumerStack.start();
}, slow);
afterAll(() => stack.stop(), slow);

/** A table at both ends, and its topic. */
const setUp = async (
  name: string,
  target?: RegisteredTarget,
): Promise<{ replication: Replication; topic: string; log: EventLog }> => {
  const ddl = `CREATE TABLE ${name} (id bigint PRIMARY KEY, amount numeric(20,4), note text)`;
  await stack.source.client.query(ddl);
  await stack.target.client.query(ddl);
  const replication = await stack.createReplication([name], 'live', target);
  const [topic = ''] = stack.topics(replication);
  return { replication, topic, log: new EventLog(name) };
};

/** A way to the target on which a test can act at a COMMIT. */
const openWay = async (): Promise<{ proxy: OutageProxy; target: RegisteredTarget }> => {
  const settings = settingsOf(stack.target.server);
  const proxy = await openOutageProxy(settings);
  const target = await stack.registerTarget({ ...settings, host: proxy.host, port: proxy.port });
  return { proxy, target: { ...target, schema: 'public' } };
};

const moments = ['before-commit', 'in-commit', 'after-commit'] as const;

/** Every write of a row at the target is recorded in its own transaction, so a change applied twice shows. */
const auditWrites = async (table: string): Promise<void> => {
  await stack.target.client.query(`
    CREATE TABLE ${table}_audit (id bigint, operation text);
    CREATE FUNCTION ${table}_note() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO public.${table}_audit VALUES (NEW.id, TG_OP); RETURN NULL; END $$;
    CREATE TRIGGER note AFTER INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${table}_note()`);
};

/** How often each of the ids from 0 was written: all once, or what is wrong. */
const expectEachOnce = async (table: string, count: number): Promise<void> => {
  const { rows } = await stack.target.client.query(
    `SELECT count(*)::int AS writes, count(DISTINCT id)::int AS ids,
            count(*) FILTER (WHERE operation <> 'INSERT')::int AS repeated, min(id)::int AS first, max(id)::int AS last
     FROM ${table}_audit`,
  );
  expect(rows[0]).toEqual({ writes: count, ids: count, repeated: 0, first: 0, last: count - 1 });
  const kept = await stack.target.client.query(`SELECT count(*)::int AS rows FROM ${table}`);
  expect(kept.rows[0]).toEqual({ rows: count });
};

const ledger = (log: EventLog, from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) =>
    log.insert({ id: from + index, amount: `${from + index}.5000`, note: 'n'.repeat(200) }),
  );

const rowsOf = async (table: string) =>
  (await stack.target.client.query(`SELECT id::text, amount::text, note FROM ${table} ORDER BY ${table}.id`))
    .rows;

describe('a stream of changes', () => {
  test(
    'arrives in order, and SIGTERM ends the consumer after its transactions',
    async () => {
      const { replication, topic, log } = await setUp('changes');
      await stack.source.client.query(`INSERT INTO changes VALUES (9, 90.1, 'kept long text')`);
      await stack.produce(
        topic,
        [
          log.insert({ id: 1, amount: '1.0000', note: 'gone by the truncate' }),
          log.truncate(),
          log.insert({ id: 2, amount: '2.0000', note: 'a "quoted" \\ text, {braces}, NULL' }),
          log.insert({ id: 3, amount: null, note: null }),
          log.update({ id: 2, amount: '2.5000', note: unknown }),
          log.insert({ id: 4, amount: '4.0000', note: 'deleted' }),
          log.delete({ id: 4, amount: null, note: null }),
          { value: null },
          log.insert({ id: 5, amount: '5.0000', note: 'first life' }),
          log.delete({ id: 5, amount: null, note: null }),
          log.insert({ id: 5, amount: '5.5000', note: 'second life' }),
          ...log.changeKey({ id: 3, amount: null, note: null }, { id: 30, amount: '3.0000', note: 'moved' }),
          log.insert({ id: '9223372036854775807', amount: '1234567890123456.7891', note: 'exact' }),
        ].map((record) => ({
          ...record,
          value: record.value?.replace('"9223372036854775807"', '9223372036854775807') ?? null,
        })),
      );
      const consumer = await stack.launch(replication);
      await stack.waitForOffset(replication, 15);

      expect(await rowsOf('changes')).toEqual([
        { id: '2', amount: '2.5000', note: 'a "quoted" \\ text, {braces}, NULL' },
        { id: '5', amount: '5.5000', note: 'second life' },
        { id: '30', amount: '3.0000', note: 'moved' },
        { id: '9223372036854775807', amount: '1234567890123456.7891', note: 'exact' },
      ]);
      // A row with unknown values: the old one is moved at the target.
      await stack.produce(topic, [
        ...log.changeKey({ id: 5, amount: null, note: null }, { id: 50, amount: '50.0000', note: unknown }),
        // A swap of two keys by way of a third.
        ...log.changeKey({ id: 2, amount: null, note: null }, { id: -1, amount: '2.5000', note: unknown }),
        ...log.changeKey({ id: 50, amount: null, note: null }, { id: 2, amount: '50.0000', note: unknown }),
        ...log.changeKey({ id: -1, amount: null, note: null }, { id: 50, amount: '2.5000', note: unknown }),
      ]);
      await stack.waitForOffset(replication, 27);
      expect((await rowsOf('changes')).slice(0, 3)).toEqual([
        { id: '2', amount: '50.0000', note: 'second life' },
        { id: '30', amount: '3.0000', note: 'moved' },
        { id: '50', amount: '2.5000', note: 'a "quoted" \\ text, {braces}, NULL' },
      ]);
      expect(await stack.applied(replication)).toMatchObject({
        inserts: 7,
        updates: 6,
        deletes: 2,
        truncates: 1,
      });

      expect(await consumer.stop()).toBe(0);
      expect(await stack.store.getHeartbeat(replication.replicationId)).toMatchObject({
        state: 'STOPPED',
        epoch: 1,
        applied: { inserts: 7, updates: 6, deletes: 2, truncates: 1, duplicatesSkipped: 0 },
        lagEvents: 0,
        lagMs: 0,
        laggingTopics: [],
      });
      expect(consumer.lines.every(({ message }) => message === undefined || message.startsWith('['))).toBe(
        true,
      );
      expect(consumer.lines.some((line) => JSON.stringify(line).includes('second life'))).toBe(false);
    },
    slow,
  );

  test(
    'a moved row that the target does not have is read from the source',
    async () => {
      const { replication, topic, log } = await setUp('missed');
      await stack.source.client.query(`INSERT INTO missed VALUES (2, 20.5, 'only the source has this')`);
      await stack.produce(topic, [
        ...log.changeKey({ id: 1, amount: null, note: null }, { id: 2, amount: '20.5000', note: unknown }),
      ]);
      const consumer = await stack.launch(replication);
      await stack.waitForOffset(replication, 3);
      expect(await rowsOf('missed')).toEqual([
        { id: '2', amount: '20.5000', note: 'only the source has this' },
      ]);
      expect(await consumer.stop()).toBe(0);
    },
    slow,
  );

  test(
    'the first half of a key change waits for the second',
    async () => {
      const { replication, topic, log } = await setUp('halves');
      const row = log.insert({ id: 1, amount: '1.0000', note: 'kept' });
      const [first, tombstone, second] = log.changeKey(
        { id: 1, amount: null, note: null },
        { id: 2, amount: '2.0000', note: unknown },
      );
      if (first === undefined || tombstone === undefined || second === undefined)
        throw new Error('three records');
      await stack.produce(topic, [row, first, tombstone]);
      const consumer = await stack.launch(replication);
      await stack.waitForOffset(replication, 1);
      expect(await rowsOf('halves')).toEqual([{ id: '1', amount: '1.0000', note: 'kept' }]);
      await stack.produce(topic, [second]);
      await stack.waitForOffset(replication, 4);
      expect(await rowsOf('halves')).toEqual([{ id: '2', amount: '2.0000', note: 'kept' }]);
      expect(await consumer.stop()).toBe(0);
    },
    slow,
  );

  test(
    'rows that exchange a unique value are applied one by one',
    async () => {
      const { replication, topic, log } = await setUp('exchange');
      await stack.target.client.query('ALTER TABLE exchange ADD UNIQUE (note)');
      await stack.produce(topic, [
        log.insert({ id: 1, amount: '1.0000', note: 'a' }),
        log.insert({ id: 2, amount: '2.0000', note: 'b' }),
      ]);
      const consumer = await stack.launch(replication);
      await stack.waitForOffset(replication, 2);
      await stack.produce(topic, [
        log.update({ id: 1, amount: '1.0000', note: 'c' }),
        log.update({ id: 2, amount: '2.0000', note: 'a' }),
        log.update({ id: 1, amount: '1.0000', note: 'b' }),
      ]);
      await stack.waitForOffset(replication, 5);
      expect((await rowsOf('exchange')).map(({ note }) => note)).toEqual(['b', 'a']);
      expect(await consumer.stop()).toBe(0);
    },
    slow,
  );

  test(
    'what a constraint of the target refuses holds its table, with the checkpoint before it, and is tried again by the next consumer',
    async () => {
      const { replication, topic, log } = await setUp('refused');
      await stack.target.client.query('ALTER TABLE refused ADD CONSTRAINT positive CHECK (amount > 0)');
      await stack.produce(topic, [log.insert({ id: 1, amount: '1.0000', note: 'fine' })]);
      const consumer = await stack.launch(replication);
      await stack.waitForOffset(replication, 1);
      await stack.produce(topic, [log.insert({ id: 2, amount: '-1.0000', note: 'never shown' })]);
      const [held] = await stack.waitForHeld(replication);
      expect(held).toMatchObject({ state: 'held', message: expect.stringContaining('positive') });
      expect(await stack.store.getReplication(1, replication.replicationId)).toMatchObject({
        status: 'active',
      });
      expect(await stack.applied(replication)).toMatchObject({ nextOffset: 1 });
      expect(consumer.lines.some((line) => JSON.stringify(line).includes('never shown'))).toBe(false);
      expect(await consumer.stop()).toBe(0);

      await stack.target.client.query('ALTER TABLE refused DROP CONSTRAINT positive');
      const next = await stack.launch(replication);
      await stack.waitForOffset(replication, 2);
      expect((await rowsOf('refused')).map(({ amount }) => amount)).toEqual(['1.0000', '-1.0000']);
      expect(await next.stop()).toBe(0);
    },
    slow,
  );
});

test(
  'a right that is missing on one table at the target holds this table, and the others stream',
  async () => {
    const admin = stack.target.client;
    await admin.query(`CREATE ROLE writer LOGIN PASSWORD 'secret'`);
    await admin.query('CREATE DATABASE isolated OWNER writer');
    const own = { user: 'writer', password: 'secret', database: 'isolated' };
    const client = await connect({ ...stack.target.server, ...own });
    try {
      const tables = ['denied', 'granted'];
      const ddl = tables.map(
        (table) => `CREATE TABLE public.${table} (id bigint PRIMARY KEY, amount numeric(20,4), note text)`,
      );
      await client.query(ddl.join('; '));
      await stack.source.client.query(ddl.join('; '));
      const target = await stack.registerTarget({
        ...settingsOf(stack.target.server),
        ...{ username: own.user, password: own.password, databaseName: own.database },
      });
      const replication = await stack.createReplication(tables, 'live', { ...target, schema: 'public' });
      const logs = tables.map((table) => new EventLog(table));
      const write = async (id: number): Promise<void> => {
        for (const [index, topic] of stack.topics(replication).entries())
          await stack.produce(topic, [
            logs[index]?.insert({ id, amount: '1.0000', note: 'x' }) ?? { value: null },
          ]);
      };
      const waitForIds = (table: string, ids: string): Promise<void> =>
        waitUntil(`rows ${ids} of ${table}`, async () => {
          const { rows } = await client.query(
            `SELECT string_agg(id::text, ' ' ORDER BY id) AS ids FROM ${table}`,
          );
          return rows[0]?.ids === ids;
        });
      await client.query('REVOKE INSERT ON denied FROM writer');
      await write(1);
      const consumer = await stack.launch(replication);
      const held = await stack.waitForHeld(replication);
      expect(held.map(({ source, message }) => [source.table, message])).toEqual([
        ['denied', expect.stringMatching(/permission denied.*Grant the missing privilege/s)],
      ]);
      await write(2);
      await waitForIds('granted', '1 2');
      expect(await stack.store.getReplication(1, replication.replicationId)).toMatchObject({
        status: 'active',
      });
      expect(await consumer.stop()).toBe(0);

      await client.query('GRANT INSERT ON denied TO writer');
      const next = await stack.launch(replication);
      await waitForIds('denied', '1 2');
      expect(await next.stop()).toBe(0);
    } finally {
      await client.end();
    }
  },
  slow,
);

describe('a transaction of many rows', () => {
  /** As many events as fill the consumer's buffer several times over; the plateau is the same with 1,000,000. */
  const count = 200_000;
  /** What a task of 1 GiB leaves, with room for the system. Measured: 460 MiB at 300,000 and 520 MiB at 1,000,000 events of 1 KiB. */
  const maxResidentMiB = 768;

  test(
    'is applied in bounded memory',
    async () => {
      const { replication, topic, log } = await setUp('bulk');
      const wide = 'w'.repeat(700);
      const chunk = 20_000;
      for (let from = 0; from < count; from += chunk) {
        const rows = Array.from({ length: chunk }, (_, index) =>
          log.insert({ id: from + index, amount: '1.0000', note: `${wide}${from + index}` }),
        );
        await stack.produce(topic, rows);
      }
      const consumer = await stack.launch(replication);
      await stack.waitForOffset(replication, count, slow);
      expect(await stack.applied(replication)).toMatchObject({ inserts: count });
      // proc(5): the peak of the resident set. Elsewhere than on Linux there is no such file.
      const status = `/proc/${consumer.pid}/status`;
      const peakKiB = existsSync(status)
        ? Number(/VmHWM:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1])
        : 0;
      expect(peakKiB / 1024).toBeLessThan(maxResidentMiB);
      expect(await consumer.stop()).toBe(0);
    },
    slow,
  );
});

describe('nothing is lost or doubled', () => {
  test(
    'when the consumer is killed three times in mid-stream',
    async () => {
      const { replication, topic, log } = await setUp('killed');
      await auditWrites('killed');
      const count = 120_000;
      await stack.produce(topic, ledger(log, 0, count));
      let seen = 0;
      for (let kill = 0; kill < 3; kill += 1) {
        const consumer = await stack.launch(replication);
        await stack.waitForOffset(replication, seen + 10_000, slow);
        await consumer.kill();
        seen = (await stack.applied(replication)).nextOffset;
        expect(seen).toBeLessThan(count);
      }
      const consumer = await stack.launch(replication);
      await stack.waitForOffset(replication, count, slow);
      await expectEachOnce('killed', count);
      expect(await stack.applied(replication)).toMatchObject({ inserts: count, updates: 0 });
      expect(await consumer.stop()).toBe(0);
      expect((await stack.store.getHeartbeat(replication.replicationId))?.epoch).toBe(4);
    },
    slow,
  );

  test(
    'when a second consumer starts while the first runs: the first is fenced',
    async () => {
      const { replication, topic, log } = await setUp('fenced');
      await auditWrites('fenced');
      await stack.produce(topic, ledger(log, 0, 100_000));
      const first = await stack.launch(replication);
      await stack.waitForOffset(replication, 5_000);
      // The first is in the middle of the backlog when the second takes over.
      const second = await stack.launch(replication);
      await stack.waitForOffset(replication, 100_000, slow);
      expect(await first.exited).toBe(3);
      await expectEachOnce('fenced', 100_000);
      expect(await stack.store.getReplication(1, replication.replicationId)).toMatchObject({
        status: 'active',
      });
      expect(await second.stop()).toBe(0);
    },
    slow,
  );

  test(
    'when a consumer that was frozen in mid-stream comes back after another took over',
    async () => {
      const { replication, topic, log } = await setUp('frozen');
      await auditWrites('frozen');
      await stack.produce(topic, ledger(log, 0, 60_000));
      const zombie = await stack.launch(replication);
      await stack.waitForOffset(replication, 5_000);
      zombie.signal('SIGSTOP');
      const heir = await stack.launch(replication);
      await stack.waitForOffset(replication, 60_000, slow);
      zombie.signal('SIGCONT');
      // Rows come until it has noticed, or has had the time to write some of them, too.
      let end = 60_000;
      const untilMs = Date.now() + 20_000;
      while (!zombie.hasEnded && Date.now() < untilMs) {
        await stack.produce(topic, ledger(log, end, end + 100));
        end += 100;
        await stack.waitForOffset(replication, end);
      }
      await expectEachOnce('frozen', end);
      expect(await zombie.exited).toBe(3);
      expect(await heir.stop()).toBe(0);
    },
    slow,
  );

  test(
    'when the offsets of the group are reset',
    async () => {
      const { replication, topic, log } = await setUp('reset');
      await auditWrites('reset');
      await stack.produce(topic, ledger(log, 0, 3_000));
      const first = await stack.launch(replication);
      await stack.waitForOffset(replication, 3_000);
      expect(await first.stop()).toBe(0);
      const admin = createKafka(stack.kafka, silentLog).admin();
      await admin.connect();
      await admin.setOffsets({
        groupId: `millrace-${replication.connectorName}-${stack.nextLaunchId}`,
        topic,
        partitions: [{ partition: 0, offset: '0' }],
      });
      await admin.disconnect();
      const second = await stack.launch(replication);
      await second.waitFor('Partitions assigned');
      await stack.produce(topic, ledger(log, 3_000, 4_000));
      await stack.waitForOffset(replication, 4_000);
      await expectEachOnce('reset', 4_000);
      expect(await second.stop()).toBe(0);
    },
    slow,
  );

  test(
    'when the target is killed in mid-stream and comes back',
    async () => {
      const { replication, topic, log } = await setUp('restarted');
      await auditWrites('restarted');
      await stack.produce(topic, ledger(log, 0, 100_000));
      const consumer = await stack.launch(replication);
      await stack.waitForOffset(replication, 10_000);
      await stack.restartTarget(2_000);
      await stack.waitForOffset(replication, 100_000, slow);
      await expectEachOnce('restarted', 100_000);
      expect(consumer.says('Retrying topic')).toBe(true);
      expect(await consumer.stop()).toBe(0);
    },
    slow,
  );

  test(
    'when the broker is killed in mid-stream and comes back',
    async () => {
      const { replication, topic, log } = await setUp('broken');
      await auditWrites('broken');
      await stack.produce(topic, ledger(log, 0, 100_000));
      const consumer = await stack.launch(replication);
      await stack.waitForOffset(replication, 10_000);
      await stack.restartBroker(5_000);
      await stack.produce(topic, ledger(log, 100_000, 101_000));
      await stack.waitForOffset(replication, 101_000, slow);
      await expectEachOnce('broken', 101_000);
      expect(await consumer.stop()).toBe(0);
    },
    slow,
  );

  // Three starts of a consumer more.
  testInLongForm(
    'when the consumer is killed at each moment of a COMMIT',
    async () => {
      const { proxy, target } = await openWay();
      const { replication, topic, log } = await setUp('killed_at_commit', target);
      await auditWrites('killed_at_commit');
      const count = 60_000;
      await stack.produce(topic, ledger(log, 0, count));
      let seen = 0;
      for (const moment of moments) {
        const killed = await stack.launch(replication);
        await stack.waitForOffset(replication, seen + 2_000, slow);
        proxy.atCommit(moment, () => killed.signal('SIGKILL'));
        await killed.exited;
        seen = (await stack.applied(replication)).nextOffset;
        expect(seen).toBeLessThan(count);
        await expectEachOnce('killed_at_commit', seen);
      }
      const consumer = await stack.launch(replication);
      await stack.waitForOffset(replication, count, slow);
      await expectEachOnce('killed_at_commit', count);
      expect(await consumer.stop()).toBe(0);
      await proxy.close();
    },
    slow,
  );

  test(
    'when the connection to the target ends at each moment of a COMMIT',
    async () => {
      const { proxy, target } = await openWay();
      const { replication, topic, log } = await setUp('cut_at_commit', target);
      await auditWrites('cut_at_commit');
      const consumer = await stack.launch(replication);
      await consumer.waitFor('Partitions assigned');
      const each = 2_000;
      for (const [round, moment] of moments.entries()) {
        let isCut = false;
        proxy.atCommit(moment, () => {
          isCut = true;
        });
        await stack.produce(topic, ledger(log, round * each, (round + 1) * each));
        await stack.waitForOffset(replication, (round + 1) * each, slow);
        await waitUntil(`the cut ${moment}`, async () => isCut);
      }
      await expectEachOnce('cut_at_commit', moments.length * each);
      expect(await stack.applied(replication)).toMatchObject({ inserts: moments.length * each, updates: 0 });
      expect(await consumer.stop()).toBe(0);
      await proxy.close();
    },
    slow,
  );

  test(
    'when SIGTERM comes in the middle of a backlog',
    async () => {
      const { replication, topic, log } = await setUp('terminated');
      await auditWrites('terminated');
      const count = 30_000;
      await stack.produce(topic, ledger(log, 0, count));
      const first = await stack.launch(replication);
      await stack.waitForOffset(replication, 5_000);
      expect(await first.stop()).toBe(0);
      const { nextOffset } = await stack.applied(replication);
      expect(nextOffset).toBeLessThan(count);
      await expectEachOnce('terminated', nextOffset);
      const second = await stack.launch(replication);
      await stack.waitForOffset(replication, count, slow);
      await expectEachOnce('terminated', count);
      expect(await second.stop()).toBe(0);
    },
    slow,
  );

  test(
    'when the target ends transactions for a conflict, is full or is read-only',
    async () => {
      const { replication, topic, log } = await setUp('refusing');
      await auditWrites('refusing');
      // Deadlock, serialization failure, full disk, read-only: each once, by a sequence, which no rollback takes back.
      const states = ['40P01', '40001', '53100', '25006'];
      await stack.target.client.query(`
        ${states.map((state) => `CREATE SEQUENCE refused_${state};`).join(' ')}
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF NEW.note LIKE 'state%' AND nextval('public.refused_' || lower(substr(NEW.note, 6))) = 1 THEN
            RAISE EXCEPTION 'Refused by the test.' USING ERRCODE = substr(NEW.note, 6);
          END IF;
          RETURN NEW;
        END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON refusing FOR EACH ROW EXECUTE FUNCTION refuse()`);
      const consumer = await stack.launch(replication);
      for (const [round, state] of states.entries()) {
        const from = round * 10;
        await stack.produce(topic, [
          ...ledger(log, from, from + 9),
          log.insert({ id: from + 9, amount: '1.0000', note: `state${state}` }),
        ]);
        await stack.waitForOffset(replication, from + 10);
      }
      await expectEachOnce('refusing', states.length * 10);
      const { rows } = await stack.target.client.query(
        `SELECT sum(last_value)::int AS tried FROM (${states
          .map((state) => `SELECT last_value FROM refused_${state}`)
          .join(' UNION ALL ')}) AS counted`,
      );
      expect(rows).toEqual([{ tried: 2 * states.length }]);
      expect(await stack.store.getReplication(1, replication.replicationId)).toMatchObject({
        status: 'active',
      });
      expect(await consumer.stop()).toBe(0);
    },
    slow,
  );

  test(
    'when the producer writes in transactions, of which some are aborted',
    async () => {
      const { replication, topic, log } = await setUp('transactional');
      const consumer = await stack.launch(replication);
      await stack.produceInTransaction(topic, ledger(log, 0, 50), 'commit');
      await stack.produceInTransaction(topic, ledger(log, 1_000, 1_050), 'abort');
      await stack.produceInTransaction(topic, ledger(log, 2_000, 2_050), 'abort');
      await stack.produceInTransaction(topic, ledger(log, 50, 100), 'commit');
      // Three times fifty records and their markers come before the last fifty.
      await stack.waitForOffset(replication, 203);
      expect((await rowsOf('transactional')).map(({ id }) => Number(id)).toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: 100 }, (_, id) => id),
      );
      expect(await consumer.stop()).toBe(0);
      const again = await stack.launch(replication);
      await stack.produce(topic, ledger(log, 100, 110));
      await stack.waitForOffset(replication, 214);
      expect(await rowsOf('transactional')).toHaveLength(110);
      expect(await again.stop()).toBe(0);
    },
    slow,
  );
});

describe('what was lost in Kafka stops the replication with its data untouched', () => {
  const expectNeedsResync = async (replication: Replication, message: string): Promise<void> => {
    expect(await stack.store.getReplication(1, replication.replicationId)).toMatchObject({
      status: 'needs-resync',
      lastErrorCode: 'NeedsResync',
      lastErrorMessage: expect.stringContaining(message),
    });
  };

  /** With a consumer that has applied the first 100 events of the topic, and has stopped. */
  const setUpStopped = async (table: string) => {
    const made = await setUp(table);
    await stack.produce(made.topic, ledger(made.log, 0, 100));
    const first = await stack.launch(made.replication);
    await stack.waitForOffset(made.replication, 100);
    expect(await first.stop()).toBe(0);
    return made;
  };

  /** `limit`: the next offset of a consumer that goes on all the same. */
  const expectNoMore = async (
    replication: Replication,
    table: string,
    { limit, message }: { readonly limit: number; readonly message: string },
  ): Promise<void> => {
    const second = await stack.launch(replication);
    await waitUntil(
      'the end of the consumer, which may not go on',
      async () => second.hasEnded || (await stack.applied(replication)).nextOffset >= limit,
      slow,
    );
    expect(await rowsOf(table)).toHaveLength(100);
    expect(await second.exited).toBe(5);
    await expectNeedsResync(replication, message);
  };

  test(
    'events that retention deleted before they were applied',
    async () => {
      const { replication, topic, log } = await setUpStopped('expired');
      await stack.produce(topic, ledger(log, 100, 200));
      await stack.deleteRecords(topic, 150);
      await expectNoMore(replication, 'expired', { limit: 101, message: 'begins at 150' });
    },
    slow,
  );

  test('settings of topics with which Kafka loses events are put right by a start, and others are left alone', async () => {
    const { replication, topic } = await setUp('unsafe');
    await setTopicSettings(stack.kafka, topic, {
      ...{ 'cleanup.policy': 'compact,delete', 'retention.bytes': '1000000', 'max.message.bytes': '1000' },
      ...{ 'unclean.leader.election.enable': 'true', 'segment.ms': '60000' },
    });
    await stack.createTopics(replication);
    expect(await readTopicSettings(stack.kafka, topic)).toEqual({
      ...{
        'cleanup.policy': 'delete',
        'retention.bytes': '-1',
        'max.message.bytes': String(8 * 1024 * 1024),
      },
      ...{ 'unclean.leader.election.enable': 'false', 'segment.ms': '60000' },
    });
    await stack.createTopics(replication);
    expect(await readTopicSettings(stack.kafka, topic)).toMatchObject({ 'segment.ms': '60000' });
  });

  test(
    'events that a compaction took out of the middle, though the topic has those before and after',
    async () => {
      const { replication, topic, log } = await setUpStopped('compacted');
      // Ten keys, so that the newest ten stay.
      const keyed = ledger(log, 100, 150).map((record, index) => ({ ...record, key: `k${index % 10}` }));
      await stack.produce(topic, keyed);
      await stack.compact(topic);
      await waitUntil(
        'the compaction',
        async () => {
          // The cleaner leaves the newest file alone, which a record begins that comes later.
          await sleep(1_000);
          await stack.produce(topic, [{ value: null, key: 'last' }]);
          return !(await stack.offsetsOf(topic)).includes(139n);
        },
        slow,
      );
      await expectNoMore(replication, 'compacted', {
        limit: 150,
        message: 'the events 100 to 139 are missing',
      });
    },
    slow,
  );

  test(
    'of a table that was held meanwhile, which stays held with words, and the others go on',
    async () => {
      const tables = ['waited', 'unhurt'];
      for (const table of tables) {
        const ddl = `CREATE TABLE ${table} (id bigint PRIMARY KEY, amount numeric(20,4), note text)`;
        for (const { client } of [stack.source, stack.target]) await client.query(ddl);
      }
      await stack.target.client.query('ALTER TABLE waited ADD CONSTRAINT positive CHECK (amount > 0)');
      const replication = await stack.createReplication(tables);
      const [waited = '', unhurt = ''] = stack.topics(replication);
      const [one, other] = tables.map((table) => new EventLog(table));
      if (one === undefined || other === undefined) throw new Error('There are two tables.');
      await stack.produce(waited, [
        one.insert({ id: 1, amount: '-1.0000', note: 'x' }),
        one.insert({ id: 2, amount: '1.0000', note: 'x' }),
        one.insert({ id: 3, amount: '1.0000', note: 'x' }),
      ]);
      const first = await stack.launch(replication);
      await stack.waitForHeld(replication);
      expect(await first.stop()).toBe(0);
      await stack.deleteRecords(waited, 2);
      await stack.produce(unhurt, [other.insert({ id: 1, amount: '1.0000', note: 'x' })]);
      const second = await stack.launch(replication);
      await waitUntil('the row of the other table', async () => (await rowsOf('unhurt')).length === 1, slow);
      const [held] = await stack.waitForHeld(replication);
      expect(held?.message).toMatch(/^It was held.*begins at 2.*Copy the table again/s);
      expect(await rowsOf('waited')).toEqual([]);
      expect(await stack.store.getReplication(1, replication.replicationId)).toMatchObject({
        status: 'active',
      });
      expect(await second.stop()).toBe(0);
    },
    slow,
  );

  test(
    'a topic that does not begin at offset 0 when it is first read',
    async () => {
      const { replication, topic, log } = await setUp('truncated');
      await stack.produce(topic, ledger(log, 0, 100));
      await stack.deleteRecords(topic, 1);
      const consumer = await stack.launch(replication);
      expect(await consumer.exited).toBe(5);
      expect(await rowsOf('truncated')).toHaveLength(0);
    },
    slow,
  );

  test(
    'topics that are deleted while their offsets are read are there or gone, and never an error',
    async () => {
      const topics = Array.from({ length: 60 }, (_, index) => `passing.${index}`);
      await stack.admin.ensureTopics(
        topics.map((topic) => ({
          ...{ topic, partitions: 1, retentionHours: 24, maxMessageBytes: 1024 * 1024 },
        })),
      );
      const deleting = createKafkaAdmin(stack.kafka, silentLog);
      const deleted = deleting.deleteTopics(topics);
      await waitUntil(
        'the end of the topics',
        async () => (await stack.admin.topicOffsets(topics)).length === 0,
      );
      await deleted;
      await deleting.close();
    },
    slow,
  );

  test(
    'a topic that was recreated while nobody read it, although it has as many events again',
    async () => {
      const { replication, topic, log } = await setUpStopped('recreated');
      await stack.admin.deleteTopics([topic]);
      await waitUntil(
        'the end of the topic',
        async () => (await stack.admin.topicOffsets([topic])).length === 0,
      );
      await stack.createTopics(replication);
      await stack.produce(topic, ledger(log, 1_000, 1_200));
      const second = await stack.launch(replication);
      expect(await second.exited).toBe(5);
      await expectNeedsResync(replication, 'created again');
      expect(await rowsOf('recreated')).toHaveLength(100);
    },
    slow,
  );

  test(
    'a topic that is recreated under a running consumer',
    async () => {
      const { replication, topic, log } = await setUp('replaced');
      await stack.produce(topic, ledger(log, 0, 100));
      const consumer = await stack.launch(replication);
      await stack.waitForOffset(replication, 100);
      await stack.admin.deleteTopics([topic]);
      await waitUntil(
        'the end of the topic',
        async () => (await stack.admin.topicOffsets([topic])).length === 0,
      );
      await stack.createTopics(replication);
      expect(await consumer.exited).toBe(5);
      expect((await stack.store.getReplication(1, replication.replicationId)).status).toBe('needs-resync');
    },
    slow,
  );
});
