import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openTargetDatabase } from '#adapters/mysql/target/target-database.ts';
import { openSourceDatabase } from '#adapters/postgresql/source/source-database.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { quoteIdentifier } from '#core/databases/mysql/identifiers.ts';
import { clientTableNames } from '#core/databases/mysql/target/bookkeeping.ts';
import { ConsumerStack, type RegisteredTarget, waitUntil } from '../consumer/consumer-stack.ts';
import { EventLog, unknown } from '../consumer/event-log.ts';
import { settingsOf } from '../postgresql/database-pair.ts';
import { describeTargets, rowsOf, startTarget, type TargetServer } from './target-servers.ts';

/** Two busy cores: what takes 5 s alone may take a minute while other suites run. */
const slow = 300_000;

describeTargets('the consumer', (kind) => {
  let stack: ConsumerStack;
  let server: TargetServer;
  let target: RegisteredTarget;

  beforeAll(async () => {
    server = await startTarget(kind);
    stack = await ConsumerStack.start();
    target = await stack.registerTarget(server.settings);
  }, slow);
  afterAll(async () => {
    await stack?.stop();
    await server?.stop();
  }, slow);

  /** A table at both ends, that of the target as Millrace creates it, and its topic. */
  const setUp = async (name: string): Promise<{ replication: Replication; topic: string; log: EventLog }> => {
    await stack.source.client.query(
      `CREATE TABLE ${name} (id bigint PRIMARY KEY, amount numeric(20,4), note text)`,
    );
    const source = openSourceDatabase(settingsOf(stack.source.server));
    const targetDatabase = openTargetDatabase(server.settings);
    try {
      const described = await source.describeTable({ schema: 'public', table: name });
      if (described === undefined) throw new Error(`There is no table ${name}.`);
      await targetDatabase.createTable({ schema: target.schema, table: name }, described);
    } finally {
      await Promise.all([source.close(), targetDatabase.close()]);
    }
    const replication = await stack.createReplication([name], 'live', target);
    const [topic = ''] = stack.topics(replication);
    return { replication, topic, log: new EventLog(name) };
  };

  /** Tables of several types at both ends, those of the target as Millrace creates them. */
  const setUpTyped = async (names: readonly string[]): Promise<Replication> => {
    const source = openSourceDatabase(settingsOf(stack.source.server));
    const targetDatabase = openTargetDatabase(server.settings);
    try {
      for (const name of names) {
        await stack.source.client.query(
          `CREATE TABLE ${name} (id bigint PRIMARY KEY, amount numeric(10,2), at timestamp(6), count int, ` +
            'note varchar(20), last int)',
        );
        const described = await source.describeTable({ schema: 'public', table: name });
        if (described === undefined) throw new Error(`There is no table ${name}.`);
        await targetDatabase.createTable({ schema: target.schema, table: name }, described);
      }
    } finally {
      await Promise.all([source.close(), targetDatabase.close()]);
    }
    return stack.createReplication(names, 'live', target);
  };

  const nextOffset = async ({ replicationId }: Replication): Promise<number> => {
    const { checkpoint } = clientTableNames({
      installationId: await stack.store.getInstallationId(),
      clientId: 1,
    });
    const isThere = await rowsOf(server, `SHOW TABLES LIKE '${checkpoint.replaceAll('_', '\\_')}'`);
    if (isThere.length === 0) return 0;
    const [row] = await rowsOf(
      server,
      `SELECT COALESCE(SUM(next_offset), 0) AS next_offset FROM ${quoteIdentifier(checkpoint)} WHERE replication_id = ${replicationId}`,
    );
    return Number(row?.next_offset);
  };

  const waitForOffset = (replication: Replication, offset: number): Promise<void> =>
    waitUntil(`offset ${offset}`, async () => (await nextOffset(replication)) >= offset, slow);

  const rowsOfTable = (name: string) =>
    rowsOf(server, `SELECT id, amount, note FROM ${quoteIdentifier(name)} ORDER BY id`);

  test(
    'applies inserts, updates, deletes, key changes and truncates in order',
    async () => {
      const { replication, topic, log } = await setUp('changes');
      await stack.produce(
        topic,
        [
          log.insert({ id: 1, amount: '1.0000', note: 'gone by the truncate' }),
          log.truncate(),
          log.insert({ id: 2, amount: '2.0000', note: 'a \'quoted\' \\ text, "braces"` NULL 😀 ' }),
          log.insert({ id: 3, amount: null, note: null }),
          log.update({ id: 2, amount: '2.5000', note: unknown }),
          log.insert({ id: 4, amount: '4.0000', note: 'deleted' }),
          log.delete({ id: 4, amount: null, note: null }),
          { value: null },
          ...log.changeKey({ id: 3, amount: null, note: null }, { id: 30, amount: '3.0000', note: 'moved' }),
          log.insert({ id: '9223372036854775807', amount: '1234567890123456.7891', note: 'exact' }),
        ].map((record) => ({
          ...record,
          value: record.value?.replace('"9223372036854775807"', '9223372036854775807') ?? null,
        })),
      );
      const consumer = await stack.launch(replication);
      await waitForOffset(replication, 12);
      expect(await rowsOfTable('changes')).toEqual([
        { id: '2', amount: '2.5000', note: 'a \'quoted\' \\ text, "braces"` NULL 😀 ' },
        { id: '30', amount: '3.0000', note: 'moved' },
        { id: '9223372036854775807', amount: '1234567890123456.7891', note: 'exact' },
      ]);
      // A row with unknown values: the old one is moved at the target.
      await stack.produce(
        topic,
        log.changeKey({ id: 2, amount: null, note: null }, { id: 20, amount: '20.0000', note: unknown }),
      );
      await waitForOffset(replication, 15);
      expect((await rowsOfTable('changes'))[0]).toEqual({
        id: '20',
        amount: '20.0000',
        note: 'a \'quoted\' \\ text, "braces"` NULL 😀 ',
      });
      expect(await consumer.stop()).toBe(0);
      expect(consumer.lines.some((line) => JSON.stringify(line).includes('quoted'))).toBe(false);
    },
    slow,
  );

  test(
    'loses and doubles nothing when it is killed three times in mid-stream',
    async () => {
      const { replication, topic, log } = await setUp('killed');
      // Every write of a row is recorded in its own transaction, so a change applied twice shows.
      await server.client.query('CREATE TABLE audit (id bigint, operation varchar(6)) ENGINE = InnoDB');
      await server.client.query(
        `CREATE TRIGGER inserted AFTER INSERT ON killed FOR EACH ROW INSERT INTO audit VALUES (NEW.id, 'INSERT')`,
      );
      await server.client.query(
        `CREATE TRIGGER updated AFTER UPDATE ON killed FOR EACH ROW INSERT INTO audit VALUES (NEW.id, 'UPDATE')`,
      );
      const count = 100_000;
      await stack.produce(
        topic,
        Array.from({ length: count }, (_, id) =>
          log.insert({ id, amount: `${id}.5000`, note: 'n'.repeat(200) }),
        ),
      );
      let seen = 0;
      for (let kill = 0; kill < 3; kill += 1) {
        const consumer = await stack.launch(replication);
        await waitForOffset(replication, seen + 10_000);
        await consumer.kill();
        seen = await nextOffset(replication);
        expect(seen).toBeLessThan(count);
      }
      const consumer = await stack.launch(replication);
      await waitForOffset(replication, count);
      expect(
        await rowsOf(
          server,
          `SELECT COUNT(*) AS writes, COUNT(DISTINCT id) AS ids, SUM(operation <> 'INSERT') AS repeated,
             MIN(id) AS first, MAX(id) AS last FROM audit`,
        ),
      ).toEqual([
        { writes: String(count), ids: String(count), repeated: '0', first: '0', last: String(count - 1) },
      ]);
      expect(
        await rowsOf(server, 'SELECT COUNT(*) AS found, SUM(amount = id + 0.5) AS exact FROM killed'),
      ).toEqual([{ found: String(count), exact: String(count) }]);
      expect(await consumer.stop()).toBe(0);
      expect((await stack.store.getHeartbeat(replication.replicationId))?.epoch).toBe(4);
    },
    slow,
  );

  test(
    'holds the table, with the checkpoint before it, for a value that the target cannot represent',
    async () => {
      const { replication, topic, log } = await setUp('refused');
      await stack.produce(topic, [log.insert({ id: 1, amount: '1.0000', note: 'fine' })]);
      const consumer = await stack.launch(replication);
      await waitForOffset(replication, 1);
      await stack.produce(topic, [log.insert({ id: 2, amount: 'NaN', note: 'never shown' })]);
      const [held] = await stack.waitForHeld(replication);
      expect(held?.message).toContain('column amount');
      expect(await nextOffset(replication)).toBe(1);
      expect(consumer.lines.some((line) => JSON.stringify(line).includes('never shown'))).toBe(false);
      expect(await consumer.stop()).toBe(0);
    },
    slow,
  );

  test(
    'holds a table whose target no longer holds every value, also after it was set back, while the others stream on',
    async () => {
      /** What a person does to the target table of each name, and what the status says of it then. */
      const harmful: Readonly<Record<string, readonly [change: string, reason: string]>> = {
        narrower: ['MODIFY amount decimal(10,0)', 'column amount is decimal(10,0)'],
        whole_seconds: ['MODIFY at datetime', 'column at is datetime, but'],
        shorter: ['MODIFY note varchar(3)', 'column note is varchar(3)'],
        smaller: ['MODIFY count smallint', 'column count is smallint'],
        latin: [
          'MODIFY note varchar(20) CHARACTER SET latin1',
          'characters that latin1 does not have may have been replaced',
        ],
        not_null: ['MODIFY note varchar(20) NOT NULL', 'column note is NOT NULL, but the source allows NULL'],
        dropped_and_added: ['DROP note, ADD note varchar(20)', 'its columns have another order'],
        without_key: ['DROP PRIMARY KEY', 'has no primary key'],
        other_engine: ['ENGINE = MyISAM', 'is stored by MyISAM'],
      };
      const harmless: Readonly<Record<string, string>> = {
        wider: 'MODIFY amount decimal(20,4), MODIFY note longtext',
        one_more: 'ADD own int NOT NULL DEFAULT 7',
      };
      const names = [...Object.keys(harmful), ...Object.keys(harmless), 'unfilled'];
      const replication = await setUpTyped(names);
      const produceOne = async (id: number): Promise<void> => {
        const row = { id, amount: '1.25', at: '2026-01-02 03:04:05.678901', count: 1, note: 'long', last: 1 };
        for (const [index, topic] of stack.topics(replication).entries())
          await stack.produce(topic, [new EventLog(names[index] ?? '').insert(row)]);
      };
      const tables = async () =>
        new Map(
          (await stack.store.listTableProgress(replication.replicationId)).map((table) => [
            table.source.table,
            table,
          ]),
        );
      const waiting = [...Object.keys(harmful), 'unfilled'];
      const first = await stack.launch(replication);
      await produceOne(1);
      await waitForOffset(replication, names.length);

      // Without the strict mode the server cuts values and says nothing.
      await server.client.query("SET SESSION sql_mode = ''");
      for (const [name, [change]] of Object.entries(harmful))
        await server.client.query(`ALTER TABLE ${name} ${change}`);
      for (const [name, change] of Object.entries(harmless))
        await server.client.query(`ALTER TABLE ${name} ${change}`);
      await server.client.query('ALTER TABLE unfilled ADD own int NOT NULL');
      let held = await tables();
      const isHeld = (name: string): boolean => held.get(name)?.state === 'held';
      await waitUntil('every harmed table to be held', async () => {
        held = await tables();
        return waiting.every(isHeld);
      }).catch(() => undefined);
      expect(waiting.filter((name) => !isHeld(name))).toEqual([]);
      for (const [name, [, reason]] of Object.entries(harmful)) {
        expect(held.get(name)?.message).toContain(reason);
        expect(held.get(name)?.message).toContain('copy the table again: POST');
      }
      expect(held.get('unfilled')?.message).toContain('it goes on by itself when this is set right');
      for (const name of Object.keys(harmless)) expect(held.get(name)?.state).toBe('live');

      await produceOne(2);
      await server.client.query('ALTER TABLE unfilled MODIFY own int NOT NULL DEFAULT 7');
      await waitUntil('the second row of the others', async () => {
        const [row] = await rowsOf(
          server,
          `SELECT (SELECT COUNT(*) FROM wider) + (SELECT COUNT(*) FROM one_more) + (SELECT COUNT(*) FROM unfilled) AS found`,
        );
        return Number(row?.found) === 6;
      });
      expect(await first.stop()).toBe(0);

      await server.client.query('ALTER TABLE narrower MODIFY amount decimal(10,2)');
      const second = await stack.launch(replication);
      await second.waitFor('Consumer runs');
      held = await tables();
      expect(Object.keys(harmful).filter((name) => !isHeld(name))).toEqual([]);
      expect([...Object.keys(harmless), 'unfilled'].filter(isHeld)).toEqual([]);
      expect(await second.stop()).toBe(0);
    },
    slow,
  );
});
