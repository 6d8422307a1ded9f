import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TableProgress } from '#core/contracts/copy.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { ConsumerStack, waitUntil } from './consumer-stack.ts';
import { EventLog } from './event-log.ts';

/** Two busy cores: what takes 5 s alone may take a minute while other suites run. */
const slow = 180_000;

let stack: ConsumerStack;
beforeAll(async () => {
  stack = await ConsumerStack.start();
}, slow);
afterAll(() => stack.stop(), slow);

const columns =
  '(id bigint PRIMARY KEY, amount numeric(10,2), at timestamp(6), rate double precision, note varchar(20))';

/** What a person does to the target table of each name while it streams, and what the status says of it then. */
const harmful: Readonly<Record<string, readonly [change: string, reason: string]>> = {
  narrower: [
    'ALTER TABLE narrower ALTER amount TYPE numeric(10,0)',
    'column amount is numeric(10,0), but the source has numeric(10,2) (it was numeric(10,2))',
  ],
  other_digits: [
    'ALTER TABLE other_digits ALTER amount TYPE numeric(12,1)',
    'column amount is numeric(12,1)',
  ],
  whole_seconds: [
    'ALTER TABLE whole_seconds ALTER at TYPE timestamp(0)',
    'column at is timestamp(0) without time zone',
  ],
  only_date: [
    'ALTER TABLE only_date ALTER at TYPE date',
    'column at is date, but the source has timestamp(6)',
  ],
  short_float: ['ALTER TABLE short_float ALTER rate TYPE real', 'column rate is real'],
  shorter: ['ALTER TABLE shorter ALTER note TYPE varchar(5)', 'column note is character varying(5)'],
  dropped: ['ALTER TABLE dropped DROP note', 'column note is missing'],
  dropped_and_added: [
    'ALTER TABLE dropped_and_added DROP note; ALTER TABLE dropped_and_added ADD note varchar(20)',
    'column note was dropped and added again',
  ],
  there_and_back: [
    'ALTER TABLE there_and_back ALTER amount TYPE numeric(10,0); ALTER TABLE there_and_back ALTER amount TYPE numeric(10,2)',
    'column amount was altered and the table',
  ],
  without_key: ['ALTER TABLE without_key DROP CONSTRAINT without_key_pkey', 'has no primary key'],
  computed: [
    'ALTER TABLE computed DROP note; ALTER TABLE computed ADD note varchar(20) GENERATED ALWAYS AS (NULL) STORED',
    'column note is generated',
  ],
  a_view: [
    'DROP TABLE a_view; CREATE VIEW a_view AS SELECT 1::bigint AS id',
    'is not a table that can be written (view)',
  ],
  gone: ['DROP TABLE gone', 'it is gone'],
};

/** Changes of the target after which nothing is lost. */
const harmless: Readonly<Record<string, string>> = {
  wider: 'ALTER TABLE wider ALTER amount TYPE numeric(20,4), ALTER note TYPE text',
  one_more: 'ALTER TABLE one_more ADD own int NOT NULL DEFAULT 7; VACUUM FULL one_more',
};

/** The rows are as they were, and it can go on when it is set right. */
const repairable: Readonly<Record<string, readonly [change: string, reason: string, repair: string]>> = {
  unfilled: [
    'ALTER TABLE unfilled ADD own int NOT NULL DEFAULT 7; ALTER TABLE unfilled ALTER own DROP DEFAULT',
    'column own is NOT NULL without a default',
    'ALTER TABLE unfilled ALTER own SET DEFAULT 7',
  ],
  renamed: [
    'ALTER TABLE renamed RENAME note TO remark',
    'column note was renamed to remark',
    'ALTER TABLE renamed RENAME remark TO note',
  ],
};

const names = [...Object.keys(harmful), ...Object.keys(harmless), ...Object.keys(repairable)];

const row = (id: number) => ({
  id,
  amount: '1.25',
  at: '2026-01-02 03:04:05.678901',
  rate: '0.1',
  note: 'short',
});

const tablesOf = async ({ replicationId }: Replication): Promise<ReadonlyMap<string, TableProgress>> =>
  new Map(
    (await stack.store.listTableProgress(replicationId)).map((table) => [table.source.table, table] as const),
  );

const produceOne = async (replication: Replication, id: number): Promise<void> => {
  await Promise.all(
    stack
      .topics(replication)
      .map((topic, index) => stack.produce(topic, [new EventLog(names[index] ?? '').insert(row(id))])),
  );
};

test(
  'a target table that no longer holds every value is held, also after it was set back, and the others stream on',
  async () => {
    for (const name of names) {
      await stack.source.client.query(`CREATE TABLE ${name} ${columns}`);
      await stack.target.client.query(`CREATE TABLE ${name} ${columns}`);
    }
    const replication = await stack.createReplication(names, 'live');
    const first = await stack.launch(replication);
    await produceOne(replication, 1);
    await stack.waitForOffset(replication, names.length).catch(() => undefined);
    expect([...(await tablesOf(replication)).values()].flatMap(({ message }) => message ?? [])).toEqual([]);
    expect((await stack.applied(replication)).inserts).toBe(names.length);

    for (const [change] of [...Object.values(harmful), ...Object.values(repairable)])
      await stack.target.client.query(change);
    for (const change of Object.values(harmless)) {
      for (const statement of change.split('; ')) await stack.target.client.query(statement);
    }
    const waiting = [...Object.keys(harmful), ...Object.keys(repairable)];
    let held = await tablesOf(replication);
    const isHeld = (name: string): boolean => held.get(name)?.state === 'held';
    await waitUntil('every harmed table to be held', async () => {
      held = await tablesOf(replication);
      return waiting.every(isHeld);
    }).catch(() => undefined);
    expect(waiting.filter((name) => !isHeld(name))).toEqual([]);
    for (const [name, [, reason]] of Object.entries({ ...harmful, ...repairable }))
      expect(held.get(name)?.message).toContain(reason);
    for (const name of Object.keys(harmful)) {
      expect(held.get(name)?.message).toContain(
        'copy the table again: POST /replications/{id}/tables/{table}/resync',
      );
    }
    for (const name of Object.keys(harmless)) expect(held.get(name)?.state).toBe('live');

    // The others stream on, also by what their target is now.
    await produceOne(replication, 2);
    await waitUntil('the second row of the others', async () => {
      const { rows } = await stack.target.client.query(
        `SELECT (SELECT count(*) FROM wider) + (SELECT count(*) FROM one_more) AS found`,
      );
      return Number(rows[0].found) === 4;
    });
    // What lost nothing goes on by itself when it is set right.
    for (const [, , repair] of Object.values(repairable)) await stack.target.client.query(repair);
    await waitUntil('the tables that were set right', async () => {
      const { rows } = await stack.target.client.query(
        `SELECT (SELECT count(*) FROM unfilled) + (SELECT count(*) FROM renamed) AS found`,
      );
      return Number(rows[0].found) === 4;
    });
    expect(await first.stop()).toBe(0);

    // Set back, its rows stay rounded, so that it waits for a new copy all the same.
    await stack.target.client.query('ALTER TABLE narrower ALTER amount TYPE numeric(10,2)');
    const second = await stack.launch(replication);
    await second.waitFor('Consumer runs');
    const after = await tablesOf(replication);
    for (const name of Object.keys(harmful)) expect([name, after.get(name)?.state]).toEqual([name, 'held']);
    for (const name of [...Object.keys(harmless), ...Object.keys(repairable)])
      expect(after.get(name)?.state).not.toBe('held');
    const activity = await stack.store.listActivity(replication.replicationId, { limit: 100 });
    expect(JSON.stringify(activity)).toContain(
      'column amount was numeric(10,2) and is numeric(20,4); column note was character varying(20) and is text. Every value fits',
    );
    expect(await second.stop()).toBe(0);
  },
  slow,
);
