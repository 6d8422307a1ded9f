import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CellMoment, recordCells, type SchemaCell } from '#test/kit/schema-cells.ts';
import { isShortForm, testInLongForm } from '#test/kit/short-form.ts';
import { type Api, awaitLive, runningStack, startAndAwaitActive, waitFor } from './harness.ts';
import {
  closeTwoEnds,
  type End,
  endPairs,
  openTwoEnds,
  productOf,
  registerTwoEnds,
  runCli,
} from './two-ends.ts';

interface Case {
  /** Part of the table's name. */
  readonly name: string;
  /** Run in one go; `T` is the table. */
  readonly change: string;
  /** Rows that come after it; `T` is the table, and the ids are above 1000. */
  readonly after: string;
  /** What of the source is compared. */
  readonly select: string;
  /** Columns of the target that have to be there as well, with whether they take NULL. */
  readonly kept?: readonly string[];
  /** What the message has to say; absent where the table follows. */
  readonly held?: RegExp;
  /** The sources that have it; both when absent. */
  readonly only?: End['kind'];
}

const columns = 'id, a, b, v';
const plainRow = 'INSERT INTO T (id, a, b, v) VALUES (1001, 1, 1, %s)';
const row = plainRow.replace('%s', "'after'");

const cases: readonly Case[] = [
  {
    name: 'nullable',
    change: 'ALTER TABLE T ADD COLUMN extra int',
    after: `${row}; UPDATE T SET extra = 5 WHERE id = 2`,
    select: `${columns}, extra`,
  },
  {
    name: 'defaulted',
    change: `ALTER TABLE T ADD COLUMN extra int NOT NULL DEFAULT 7; ALTER TABLE T ADD COLUMN word varchar(20) DEFAULT 'it''s'`,
    after: `${row}; UPDATE T SET extra = 5 WHERE id = 2; UPDATE T SET word = NULL WHERE id = 3`,
    select: `${columns}, extra, word`,
  },
  {
    name: 'dropped',
    change: 'ALTER TABLE T DROP COLUMN b',
    after: "INSERT INTO T (id, a, v) VALUES (1001, 1, 'after')",
    select: 'id, a, v',
    kept: ['b YES'],
  },
  {
    name: 'renamed',
    change: 'ALTER TABLE T RENAME COLUMN a TO x',
    after: "INSERT INTO T (id, x, b, v) VALUES (1001, 1, 1, 'after'); UPDATE T SET x = 77 WHERE id = 2",
    select: 'id, x, b, v',
  },
  {
    name: 'renamed_twice',
    change:
      "ALTER TABLE T RENAME COLUMN a TO x; INSERT INTO T (id, x, b, v) VALUES (1000, 1, 1, 'between'); ALTER TABLE T RENAME COLUMN x TO y",
    after: "INSERT INTO T (id, y, b, v) VALUES (1001, 1, 1, 'after'); UPDATE T SET y = 77 WHERE id = 2",
    select: 'id, y, b, v',
  },
  {
    name: 'longer',
    change: 'ALTER TABLE T ALTER COLUMN v TYPE varchar(60)',
    after: plainRow.replace('%s', `'${'long '.repeat(10)}'`),
    select: columns,
    only: 'postgresql',
  },
  {
    name: 'not_null_dropped',
    change: 'ALTER TABLE T ALTER COLUMN b DROP NOT NULL',
    after: "INSERT INTO T (id, a, b, v) VALUES (1001, 1, NULL, 'after')",
    select: columns,
    only: 'postgresql',
  },
  {
    name: 'modified',
    change:
      'ALTER TABLE T MODIFY COLUMN v varchar(60); ALTER TABLE T MODIFY a bigint; ALTER TABLE T MODIFY b int NULL',
    after: `INSERT INTO T (id, a, b, v) VALUES (1001, 9007199254740993, NULL, '${'long '.repeat(10)}')`,
    select: columns,
    only: 'mariadb',
  },
  {
    name: 'several',
    change:
      "ALTER TABLE T ADD COLUMN one int, ADD COLUMN two varchar(9) DEFAULT 'x'; ALTER TABLE T DROP COLUMN b; ALTER TABLE T ADD COLUMN three int DEFAULT 3",
    after:
      "INSERT INTO T (id, a, v) VALUES (1001, 1, 'after'); UPDATE T SET one = 1, three = NULL WHERE id = 2",
    select: 'id, a, v, one, two, three',
    kept: ['b YES'],
  },
  {
    name: 'computed',
    change: 'ALTER TABLE T ADD COLUMN extra timestamp DEFAULT CURRENT_TIMESTAMP',
    after: row,
    select: `${columns}`,
    held: /column extra was added, and the log does not say/,
    only: 'mariadb',
  },
  {
    name: 'volatile',
    change: 'ALTER TABLE T ADD COLUMN extra float8 DEFAULT random()',
    after: row,
    select: columns,
    held: /column extra was added/,
    only: 'postgresql',
  },
  {
    name: 'using_',
    change: "ALTER TABLE T ALTER COLUMN v TYPE varchar(60) USING 'x' || v",
    after: row,
    select: columns,
    held: /column v/,
    only: 'postgresql',
  },
  {
    name: 'exchanged',
    change:
      'ALTER TABLE T RENAME COLUMN a TO x; ALTER TABLE T RENAME COLUMN b TO a; ALTER TABLE T RENAME COLUMN x TO b',
    after: row,
    select: columns,
    held: /renamed|another order/,
  },
  {
    name: 'again',
    change: 'ALTER TABLE T DROP COLUMN b; ALTER TABLE T ADD COLUMN b int',
    after: row,
    select: columns,
    held: /column b was|dropped or renamed|another order/,
  },
];

/** When the change is made. */
const moments = ['running', 'quiet', 'paused', 'uncaptured', 'stopped'] as const;
type Moment = (typeof moments)[number];

const cellMoments: Readonly<Record<Moment, CellMoment>> = {
  running: 'between rows',
  quiet: 'idle',
  paused: 'consumer down',
  uncaptured: 'capture down',
  stopped: 'all down',
};

const tableOf = ({ name }: Case, moment: Moment): string => `${name}_${moment}`;

describe.each(endPairs.filter(([from, to]) => !isShortForm || from !== to))(
  'changes of %s followed by %s',
  (from, to) => {
    let source: End;
    let target: End;
    let api: Api;
    let id: number;
    let millrace: (...args: readonly string[]) => Promise<string>;
    const chosen = cases.filter(({ only }) => only === undefined || only === from);
    const all = chosen.flatMap((one) =>
      moments.map((moment) => ({ one, moment, table: tableOf(one, moment) })),
    );

    const status = async () => (await api.get(`/replications/${id}/status`)).body;
    const awaitStatus = (wanted: string): Promise<unknown> =>
      waitFor(`status ${wanted}`, 240_000, async () => {
        const { config } = await status();
        if (config.status === 'error') throw new Error(config.last_error_message);
        return config.status === wanted ? true : undefined;
      });
    const connector = async (path: string, method = 'GET') => {
      const { connector_name: name } = (await api.get(`/replications/${id}`)).body;
      return fetch(`${runningStack().connect.url}/connectors/${name}/${path}`, { method });
    };
    const awaitConnector = (wanted: string): Promise<true> =>
      waitFor(`the connector to be ${wanted}`, 60_000, async () => {
        const { connector: found } = (await (await connector('status')).json()) as {
          connector: { state: string };
        };
        return found.state === wanted ? true : undefined;
      });
    const createTable = (table: string): Promise<unknown> =>
      source.run(`CREATE TABLE ${table} (id int PRIMARY KEY, a int, b int NOT NULL, v varchar(20));
        INSERT INTO ${table} VALUES (1, 1, 1, 'one'), (2, 2, 2, NULL), (3, NULL, 3, 'three'), (4, 4, 4, '')`);
    const changeTable = async (one: Case, table: string, hasRowsAfter = true): Promise<void> => {
      await source.run(`INSERT INTO ${table} (id, a, b, v) VALUES (999, 1, 1, 'before')`);
      await source.run(one.change.replaceAll(/\bT\b/g, table));
      if (hasRowsAfter) await source.run(one.after.replaceAll(/\bT\b/g, table));
    };
    const change = async (moment: Moment): Promise<void> => {
      for (const { one, table } of all.filter((each) => each.moment === moment))
        await changeTable(one, table, moment !== 'quiet');
    };

    beforeAll(async () => {
      const name = `followed_${randomBytes(3).toString('hex')}`;
      ({ source, target } = await openTwoEnds(name, from, to));
      for (const { table } of all) await createTable(table);
      const client = await registerTwoEnds(name, { source, target });
      api = client.api;
      millrace = (...args) => runCli(client.token, args);
      id = await client.createReplication(all.map(({ table }) => table));
      await startAndAwaitActive({ api }, id, {}, 240_000);
      await awaitLive({ api }, id, 240_000);
    }, 600_000);

    afterAll(async () => {
      await closeTwoEnds({ source, target }, { api, id });
    });

    test('with rows before and after, without rows after, while it is paused, and while nothing runs', async () => {
      await change('running');
      await change('quiet');
      expect((await api.post(`/replications/${id}/pause`)).status).toBeLessThan(300);
      await awaitStatus('paused');
      await change('paused');
      expect((await api.post(`/replications/${id}/resume`)).status).toBeLessThan(300);
      await awaitStatus('active');
      // A health check would resume it within a minute.
      await connector('pause', 'PUT');
      await awaitConnector('PAUSED');
      await change('uncaptured');
      await connector('resume', 'PUT');
      await awaitConnector('RUNNING');
      expect((await api.post(`/replications/${id}/stop`)).status).toBeLessThan(300);
      await awaitStatus('stopped');
      await change('stopped');
      expect((await api.post(`/replications/${id}/start`)).status).toBe(202);
      await awaitStatus('active');
    }, 600_000);

    test('each table is equal, or held with its reason', async () => {
      const wrong: string[] = [];
      let equal = 0;
      let held = 0;
      const deadline = performance.now() + 240_000;
      const cells: SchemaCell[] = [];
      const cellPair = { from: productOf(from), to: productOf(to) };
      for (const { one, moment, table } of all) {
        const find = async (): Promise<{ state: string; message: string | null }> =>
          (await status()).tables.find(
            (found: { source: { table: string } }) => found.source.table === table,
          );
        const query = `SELECT ${one.select} FROM ${table} ORDER BY id`;
        const expected = one.held === undefined ? JSON.stringify(await source.read(query)) : '';
        for (;;) {
          const { state, message } = await find();
          const actual = one.held === undefined ? await target.read(query).catch(() => []) : [];
          const isDone =
            one.held === undefined
              ? state === 'live' && JSON.stringify(actual) === expected
              : state === 'held' && one.held.test(message ?? '');
          if (isDone) {
            if (one.held === undefined) equal += 1;
            else held += 1;
            const outcome = one.held === undefined ? 'equal' : 'held';
            cells.push({ ...cellPair, change: one.name, moment: cellMoments[moment], outcome });
            break;
          }
          if (performance.now() > deadline || (state === 'held' && one.held === undefined)) {
            wrong.push(`${table}: ${state} ${message} ${expected} ${JSON.stringify(actual)}`);
            break;
          }
          await new Promise((resolve) => setTimeout(resolve, 500));
        }
        const there = await target.columns(table);
        const lost = (one.kept ?? []).filter((column) => !there.includes(column));
        if (lost.length > 0) wrong.push(`${table} has ${there.join(', ')} at the target`);
      }
      process.stdout.write(`${from} to ${to}: ${equal} equal, ${held} held, ${wrong.length} wrong.\n`);
      recordCells(cells);
      expect(wrong).toEqual([]);
    }, 400_000);

    test('a table whose policy asks is held with the plan, and follows when the command line says so', async () => {
      const path = `/replications/${id}/schema-policy`;
      const [{ source: ref }] = (await api.get(`/replications/${id}`)).body.tables.filter(
        (mapping: { source: { table: string } }) => mapping.source.table === 'nullable_running',
      );
      const policy = { tables: [{ source: ref, preset: 'strict' }] };
      expect((await api.put(path, policy)).status).toBe(200);
      await source.run(
        'ALTER TABLE nullable_running ADD COLUMN asked int; INSERT INTO nullable_running (id, a, b, asked) VALUES (2001, 1, 1, 9)',
      );
      const find = async (): Promise<{ state: string; message: string | null }> =>
        (await status()).tables.find(
          (found: { source: { table: string } }) => found.source.table === 'nullable_running',
        );
      await waitFor('the table to be held', 120_000, async () => {
        const { state, message } = await find();
        return state === 'held' && /column asked .*was added/.test(message ?? '') ? true : undefined;
      });
      await millrace('ddl', 'policy', String(id), '--table', 'nullable_running', '--set', 'add-column=auto');
      expect((await api.post(`/replications/${id}/restart`)).status).toBeLessThan(300);
      const query = 'SELECT id, a, b, v, extra, asked FROM nullable_running ORDER BY id';
      const expected = JSON.stringify(await source.read(query));
      await waitFor(
        'the table to follow',
        240_000,
        async () =>
          JSON.stringify(await target.read(query).catch(() => [])) === expected ? true : undefined,
        find,
      );
    }, 400_000);

    testInLongForm(
      'while its table is added and copied, it is equal as it is then, or held with its reason',
      async () => {
        const tables = chosen.map((one) => ({ one, table: `${one.name}_copied` }));
        for (const { table } of tables) await createTable(table);
        const isCopying = async (): Promise<boolean> => {
          const { table_change: found } = (await api.get(`/replications/${id}`)).body;
          if (found?.state === 'failed') throw new Error(JSON.stringify(found));
          return found !== null;
        };
        const added = await api.post(`/replications/${id}/tables`, {
          tables: tables.map(({ table }) => ({ source: { table } })),
        });
        expect(added.status).toBe(202);
        const inTime = new Set<string>();
        // One after the other, so that each is at another step of its way.
        for (const { one, table } of tables) {
          await changeTable(one, table);
          if (await isCopying()) inTime.add(table);
          await new Promise((resolve) => setTimeout(resolve, 700));
        }
        expect(inTime.size).toBeGreaterThan(0);
        await waitFor('the tables to be added', 240_000, async () =>
          (await isCopying()) ? undefined : true,
        );
        const counted = { equal: 0, held: 0 };
        for (const { one, table } of tables) {
          const query = `SELECT ${one.select} FROM ${table} ORDER BY id`;
          const expected = JSON.stringify(await source.read(query));
          const find = async (): Promise<{ state: string; message: string | null }> =>
            (await status()).tables.find(
              (found: { source: { table: string } }) => found.source.table === table,
            );
          const outcome = await waitFor(
            `${table} to be equal or held`,
            180_000,
            async () => {
              const { state, message } = await find();
              if (
                state === 'held' &&
                (
                  one.held ??
                  /column \w+ .*was|ALTER TABLE|longer than its column|NOT NULL column got no value/
                ).test(message ?? '')
              )
                return 'held';
              if (state !== 'live') return undefined;
              const actual = await target.read(query).catch(() => []);
              return JSON.stringify(actual) === expected ? 'equal' : undefined;
            },
            async () => ({ ...(await find()), expected, actual: await target.read(query).catch(String) }),
          );
          counted[outcome] += 1;
          if (inTime.has(table)) {
            const pair = { from: productOf(from), to: productOf(to) };
            recordCells([{ ...pair, change: one.name, moment: 'copy', outcome }]);
          }
        }
        process.stdout.write(
          `${from} to ${to}, while copied: ${counted.equal} equal, ${counted.held} held, ${inTime.size} in time.\n`,
        );
      },
      600_000,
    );

    test('the activity says what was done at the target', async () => {
      const { body } = await api.get(`/replications/${id}/activity?limit=500`);
      const messages = body.activity
        .filter(({ action }: { action: string }) => action === 'schema-change-followed')
        .map(({ message }: { message: string }) => message);
      expect(messages).toContainEqual(
        expect.stringMatching(
          /nullable_running has changed at the source: column extra .* was added\. The target table has followed: ALTER TABLE /,
        ),
      );
    });
  },
);
