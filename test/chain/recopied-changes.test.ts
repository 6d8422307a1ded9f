import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { recordCells } from '#test/kit/schema-cells.ts';
import { describeInLongForm } from '#test/kit/short-form.ts';
import { type Api, awaitLive, startAndAwaitActive, waitFor } from './harness.ts';
import { closeTwoEnds, type End, endPairs, openTwoEnds, productOf, registerTwoEnds } from './two-ends.ts';

interface Case {
  readonly name: string;
  /** `T` is the table. The log does not say what the rows become. */
  readonly change: string;
  readonly after: string;
  readonly select: string;
  readonly only?: End['kind'];
}

const row = "INSERT INTO T (id, a, b, v) VALUES (1001, 1, 1, 'after'); UPDATE T SET a = 77 WHERE id = 2";

const cases: readonly Case[] = [
  {
    name: 'computed',
    only: 'postgresql',
    change: 'ALTER TABLE T ADD COLUMN extra int DEFAULT (random() * 1000)::int',
    after: row,
    select: 'id, a, b, v, extra',
  },
  {
    name: 'timed',
    only: 'mariadb',
    change: 'ALTER TABLE T ADD COLUMN extra datetime(6) DEFAULT CURRENT_TIMESTAMP(6)',
    after: row,
    select: 'id, a, b, v, TIMED',
  },
  {
    name: 'using_',
    only: 'postgresql',
    change: "ALTER TABLE T ALTER COLUMN v TYPE varchar(60) USING 'x' || v",
    after: row,
    select: 'id, a, b, v',
  },
  {
    name: 'using_same',
    only: 'postgresql',
    change: 'ALTER TABLE T ALTER COLUMN b TYPE int USING b * 2; REINDEX TABLE T',
    after: row,
    select: 'id, a, b, v',
  },
  {
    name: 'labels',
    only: 'postgresql',
    change: "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'",
    after: row,
    select: 'id, a, b, v, m',
  },
  {
    name: 'retyped',
    change: 'RETYPE',
    after: row,
    select: 'id, a, b, v',
  },
  {
    name: 'again',
    change: 'ALTER TABLE T DROP COLUMN b; ALTER TABLE T ADD COLUMN b int',
    after: row,
    select: 'id, a, b, v',
  },
  {
    name: 'exchanged',
    change:
      'ALTER TABLE T RENAME COLUMN a TO x; ALTER TABLE T RENAME COLUMN b TO a; ALTER TABLE T RENAME COLUMN x TO b',
    after: row,
    select: 'id, a, b, v',
  },
  {
    name: 'rekeyed',
    change: 'REKEY',
    after: row,
    select: 'id, a, b, v',
  },
  {
    name: 'swapped',
    change: 'SWAP',
    after: row,
    select: 'id, a, b, v',
  },
  {
    name: 'converted',
    only: 'mariadb',
    change: 'ALTER TABLE T CONVERT TO CHARACTER SET latin1',
    after: row,
    select: 'id, a, b, v',
  },
  {
    // With a partition of a table that is not replicated.
    name: 'partitioned_off',
    only: 'mariadb',
    change: `CREATE TABLE T_parts LIKE T; ALTER TABLE T_parts PARTITION BY RANGE (id) (PARTITION p VALUES LESS THAN MAXVALUE);
      INSERT INTO T_parts VALUES (1, 10, 10, 'of the partition'), (2, 20, 20, NULL);
      ALTER TABLE T_parts EXCHANGE PARTITION p WITH TABLE T`,
    after: row,
    select: 'id, a, b, v',
  },
];

/** What the two servers spell differently. */
const spelled = (change: string, kind: End['kind']): string =>
  change
    .replace(
      'RETYPE',
      kind === 'postgresql' ? 'ALTER TABLE T ALTER COLUMN a TYPE text' : 'ALTER TABLE T MODIFY a varchar(20)',
    )
    .replace(
      'SWAP',
      kind === 'postgresql'
        ? 'CREATE TABLE T_new (LIKE T INCLUDING ALL); INSERT INTO T_new SELECT * FROM T WHERE id > 1; ALTER TABLE T RENAME TO T_old; ALTER TABLE T_new RENAME TO T'
        : 'CREATE TABLE T_new LIKE T; INSERT INTO T_new SELECT * FROM T WHERE id > 1; RENAME TABLE T TO T_old, T_new TO T',
    )
    .replace(
      'REKEY',
      kind === 'postgresql'
        ? 'ALTER TABLE T DROP CONSTRAINT T_pkey; ALTER TABLE T ADD PRIMARY KEY (id, b)'
        : 'ALTER TABLE T DROP PRIMARY KEY, ADD PRIMARY KEY (id, b)',
    );

/** Of the column `extra`, in one spelling. */
const timed: Readonly<Record<End['kind'], string>> = {
  postgresql: "to_char(extra, 'YYYY-MM-DD HH24:MI:SS.US')",
  mariadb: 'CAST(extra AS char)',
};

describeInLongForm.each(endPairs)(
  'changes of %s after which a table is copied again by its policy, at %s',
  (from, to) => {
    let source: End;
    let target: End;
    let api: Api;
    let id: number;
    const chosen = cases.filter(({ only }) => only === undefined || only === from);
    const loadEnds = new AbortController();
    let load: Promise<unknown> = Promise.resolve();
    const heldOthers: string[] = [];

    const status = async () => (await api.get(`/replications/${id}/status`)).body;
    const digest = (rows: readonly unknown[]): string =>
      createHash('sha256').update(JSON.stringify(rows)).digest('hex');
    const run = (name: string, statements: string) =>
      source.run(spelled(statements, from).replaceAll(/\bT(?=\b|_)/g, name));

    beforeAll(async () => {
      const name = `recopied_${randomBytes(3).toString('hex')}`;
      ({ source, target } = await openTwoEnds(name, from, to));
      if (from === 'postgresql') await source.run("CREATE TYPE mood AS ENUM ('ok', 'bad')");
      if (to === 'postgresql' && from === 'postgresql')
        await target.run("CREATE TYPE mood AS ENUM ('ok', 'fine', 'bad')");
      for (const table of [...chosen.map((one) => one.name), 'other']) {
        const mood = from === 'postgresql' && table === 'labels' ? ", m mood DEFAULT 'ok'" : '';
        await source.run(`CREATE TABLE ${table} (id int PRIMARY KEY, a int, b int NOT NULL, v varchar(20)${mood});
        INSERT INTO ${table} VALUES (1, 1, 1, 'one'), (2, 2, 2, NULL), (3, NULL, 3, 'three'), (4, 4, 4, '')`);
      }
      const client = await registerTwoEnds(name, { source, target });
      api = client.api;
      id = await client.createReplication([...chosen.map((one) => one.name), 'other'], {
        schema_changes: {
          kinds: { 'change-type': 'auto', rewrite: 'auto', 'change-key': 'auto', 'replace-table': 'auto' },
        },
      });
      await startAndAwaitActive({ api }, id, {}, 300_000);
      await awaitLive({ api }, id, 300_000);
      load = (async () => {
        for (let at = 10; !loadEnds.signal.aborted; at += 1) {
          await source.run(`INSERT INTO other (id, a, b) VALUES (${at}, ${at}, 0)`);
          // The tables that change have rows all the time, too: before the change, while they are held, and while they are copied.
          for (const { name } of chosen) {
            const rowId = 5_000 + at;
            await source.run(
              `INSERT INTO ${name} (id, a, b, v) VALUES (${rowId}, ${at}, ${at}, 'load ${at}')`,
            );
            await source.run(`UPDATE ${name} SET v = 'again ${at}' WHERE id IN (1, ${rowId - 3})`);
            if (at % 4 === 0) await source.run(`DELETE FROM ${name} WHERE id = ${rowId - 2}`);
          }
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      })();
    }, 600_000);

    afterAll(async () => {
      loadEnds.abort();
      await load;
      await closeTwoEnds({ source, target }, { api, id });
    });

    test('every table is equal and live again without a word, and the other one streams all the time', async () => {
      for (const { name, change, after } of chosen) {
        await run(name, `INSERT INTO T (id, a, b, v) VALUES (999, 1, 1, 'before')`);
        await run(name, change);
        await run(name, after);
      }
      const behind = new Set(chosen.map(({ name }) => name));
      const decided = async (): Promise<ReadonlySet<string>> => {
        const { body } = await api.get(`/replications/${id}/schema-changes`);
        return new Set(
          (body.schema_changes ?? [])
            .filter((one: { decided_by: string }) => one.decided_by === 'the policy')
            .map(({ table }: { table: string }) => table.split('.').at(-1)),
        );
      };
      const find = async () => {
        const { tables } = await status();
        return new Map<string, { state: string; message: string | null }>(
          tables.map((one: { source: { table: string } }) => [one.source.table, one]),
        );
      };
      await waitFor(
        'every table to be equal',
        550_000,
        async () => {
          const found = await find();
          if (found.get('other')?.state !== 'live') heldOthers.push(JSON.stringify(found.get('other')));
          if (!loadEnds.signal.aborted) {
            const copied = await decided();
            if (!chosen.every(({ name }) => copied.has(name) && found.get(name)?.state === 'live'))
              return undefined;
            loadEnds.abort();
            await load;
          }
          for (const { name, select } of chosen.filter((one) => behind.has(one.name))) {
            if (found.get(name)?.state !== 'live') continue;
            const queryAt = ({ kind }: End) =>
              `SELECT ${select.replace('TIMED', timed[kind])} FROM ${name} ORDER BY id`;
            const [expected, actual] = [
              await source.read(queryAt(source)),
              await target.read(queryAt(target)).catch(() => undefined),
            ];
            if (actual !== undefined && digest(actual) === digest(expected)) behind.delete(name);
          }
          return behind.size === 0 ? true : undefined;
        },
        async () => ({ behind: [...behind], tables: [...(await find()).values()] }),
      );
      expect(heldOthers).toEqual([]);
      expect(await decided()).toEqual(new Set(chosen.map(({ name }) => name)));
      recordCells(
        chosen.map(({ name }) => ({
          ...{ change: `${name}, copied again`, from: productOf(from), to: productOf(to) },
          ...{ moment: 'between rows', outcome: 'equal' },
        })),
      );
      process.stdout.write(
        `${from} to ${to}: ${chosen.length} tables copied again by the policy, all equal.\n`,
      );
    }, 600_000);

    test('the other table is equal', async () => {
      loadEnds.abort();
      await load;
      const query = 'SELECT id, a, b FROM other ORDER BY id';
      const expected = digest(await source.read(query));
      await waitFor('the other table to be equal', 60_000, async () =>
        digest(await target.read(query)) === expected ? true : undefined,
      );
    }, 90_000);
  },
);
