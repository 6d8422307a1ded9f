import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { recordCells } from '#test/kit/schema-cells.ts';
import { describeInLongForm } from '#test/kit/short-form.ts';
import { type Api, awaitLive, startAndAwaitActive, waitFor } from './harness.ts';
import {
  closeTwoEnds,
  type End,
  endPairs,
  openTwoEnds,
  productOf,
  registerTwoEnds,
  runCli,
} from './two-ends.ts';

interface KeyedTable {
  readonly name: string;
  /** What makes it, after its columns: no one has a primary key that the log names rows by. */
  readonly make: (kind: End['kind']) => string;
  readonly only?: End['kind'];
  /** What ends its key, and what the table then says. */
  readonly end: (kind: End['kind']) => string;
  readonly held: RegExp;
}

/** Debezium takes the first unique index for the key when there is no primary key, also one that takes NULL. */
const decoy = 'CREATE UNIQUE INDEX T_0 ON T (maybe);';
const columns = 'code varchar(40) NOT NULL, part int NOT NULL, n int, maybe int, doc text';

const tables: readonly KeyedTable[] = [
  {
    name: 'by_index',
    make: (kind) =>
      `CREATE TABLE T (${columns}); ${decoy} CREATE UNIQUE INDEX T_key ON T (code);` +
      (kind === 'postgresql' ? ' ALTER TABLE T REPLICA IDENTITY USING INDEX T_key' : ''),
    end: (kind) => `DROP INDEX T_key${kind === 'mariadb' ? ' ON T' : ''}`,
    held: /key|replica identity/,
  },
  {
    name: 'by_constraint',
    make: (kind) =>
      `CREATE TABLE T (${columns}, CONSTRAINT T_key UNIQUE (part, code)); ${decoy}` +
      (kind === 'postgresql' ? ' ALTER TABLE T REPLICA IDENTITY FULL' : ''),
    // Never without it, by what the catalog says before and after.
    end: (kind) =>
      kind === 'postgresql'
        ? 'ALTER TABLE T DROP CONSTRAINT T_key; ALTER TABLE T ADD CONSTRAINT T_key UNIQUE (part, code)'
        : 'ALTER TABLE T DROP INDEX T_key, ADD UNIQUE T_key (part, code)',
    held: /key/,
  },
  {
    name: 'by_other',
    only: 'postgresql',
    make: () =>
      `CREATE TABLE T (id serial PRIMARY KEY, ${columns}); CREATE UNIQUE INDEX T_key ON T (code);
       ALTER TABLE T REPLICA IDENTITY USING INDEX T_key`,
    end: () => 'ALTER TABLE T REPLICA IDENTITY DEFAULT',
    held: /its key was changed from \(code\) to \(id\)/,
  },
  {
    name: 'by_nullable',
    make: (kind) =>
      `CREATE TABLE T (${columns}); CREATE UNIQUE INDEX T_key ON T (code);` +
      (kind === 'postgresql' ? ' ALTER TABLE T REPLICA IDENTITY FULL' : ''),
    end: (kind) =>
      kind === 'postgresql'
        ? 'ALTER TABLE T ALTER COLUMN code DROP NOT NULL'
        : 'ALTER TABLE T MODIFY code varchar(40) NULL',
    held: /key|MODIFY code/,
  },
];

describeInLongForm.each(endPairs)('tables of %s without a usable primary key, at %s', (from, to) => {
  let source: End;
  let target: End;
  let api: Api;
  let id: number;
  let cli: (...args: readonly string[]) => Promise<string>;
  const chosen = tables.filter(({ only }) => only === undefined || only === from);
  const loadEnds = new AbortController();
  let load: Promise<number> = Promise.resolve(0);

  const status = async () => (await api.get(`/replications/${id}/status`)).body;
  const tableOf = async (name: string): Promise<{ state: string; message: string | null }> =>
    (await status()).tables.find((found: { source: { table: string } }) => found.source.table === name);
  const digest = (rows: readonly unknown[]): string =>
    createHash('sha256').update(JSON.stringify(rows)).digest('hex');
  const rowsOf = (end: End, name: string) =>
    end.read(`SELECT code, part, n, maybe, doc FROM ${name} ORDER BY part, n, code`);
  const run = (name: string, statements: string) => source.run(statements.replaceAll(/\bT(?=\b|_)/g, name));

  /** Inserts, changes of keys with and without the long text, exchanged keys, deletes. */
  const writeRows = async (): Promise<number> => {
    let changes = 0;
    for (let round = 0; !loadEnds.signal.aborted; round += 1) {
      for (const { name } of chosen) {
        const at = 1 + (round % 300);
        await source.run(
          `INSERT INTO ${name} (code, part, n, maybe, doc) VALUES ('new ${round}', ${round}, ${10_000 + round}, NULL, 'x');
           UPDATE ${name} SET code = 'moved ${round}' WHERE n = ${at};
           UPDATE ${name} SET n = n + 0, maybe = ${round + 1_000_000} WHERE n = ${at + 300};
           DELETE FROM ${name} WHERE n = ${600 + at};
           INSERT INTO ${name} (code, part, n, maybe, doc) VALUES ('again ${round}', ${at}, ${600 + at}, NULL, 'y');
           UPDATE ${name} SET code = 'x' WHERE n = ${10_000 + round};
           UPDATE ${name} SET code = 'new ${round} b', part = part + 1 WHERE n = ${10_000 + round}`,
        );
        changes += 7;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return changes;
  };

  beforeAll(async () => {
    const name = `keys_${randomBytes(3).toString('hex')}`;
    ({ source, target } = await openTwoEnds(name, from, to));
    const long =
      from === 'postgresql'
        ? `(SELECT string_agg(md5(n::text || i), '') FROM generate_series(1, 200) i)`
        : `REPEAT(MD5(n), 200)`;
    const numbers =
      from === 'postgresql' ? 'generate_series(1, 1500) n' : '(SELECT seq AS n FROM seq_1_to_1500) s';
    for (const { name: table, make } of chosen) {
      await run(table, make(from));
      await source.run(
        `INSERT INTO ${table} (code, part, n, maybe, doc) SELECT CONCAT('code ', n), n, n, NULL, ${long} FROM ${numbers}`,
      );
    }
    await source.run('CREATE TABLE unnamed (a int NOT NULL, b int)');
    await source.run('CREATE TABLE unlogged_key (a int NOT NULL, b int, CONSTRAINT ak UNIQUE (a))');
    const client = await registerTwoEnds(name, { source, target });
    api = client.api;
    cli = (...args) => runCli(client.token, args);
    load = writeRows();
    id = await client.createReplication(chosen.map(({ name: table }) => table));
    await startAndAwaitActive({ api }, id, {}, 300_000);
    await awaitLive({ api }, id, 300_000);
  }, 600_000);

  afterAll(async () => {
    loadEnds.abort();
    await load;
    await closeTwoEnds({ source, target }, { api, id });
  });

  test('are refused without a key, and say which index could be one', async () => {
    const { body } = await api.get(
      `/databases/${(await api.get('/databases')).body.databases[0].database_id}/tables`,
    );
    const found = new Map(body.tables.map((one: { table: string }) => [one.table, one]));
    expect(found.get('unnamed')).toMatchObject({
      replicable: false,
      key_index: null,
      problems: [{ message: expect.stringMatching(/no primary key, and no unique index/) }],
    });
    expect(found.get('unlogged_key')).toMatchObject(
      from === 'postgresql'
        ? {
            replicable: false,
            problems: [{ remedy: expect.stringMatching(/REPLICA IDENTITY USING INDEX "ak"/) }],
          }
        : { replicable: true, key_index: 'ak', primary_key: ['a'] },
    );
  });

  test('are equal after a copy under load, and say which index is the key', async () => {
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    loadEnds.abort();
    const changes = await load;
    for (const { name } of chosen) {
      const expected = await rowsOf(source, name);
      await waitFor(
        `${name} to be equal`,
        240_000,
        async () => (digest(await rowsOf(target, name)) === digest(expected) ? true : undefined),
        async () => ({
          table: await tableOf(name),
          rows: [expected.length, (await rowsOf(target, name)).length],
        }),
      );
      expect(await tableOf(name)).toMatchObject({ state: 'live', key_index: `${name}_key` });
    }
    expect(await cli('status', String(id))).toMatch(/by_index: its key is the unique index by_index_key/);
    process.stdout.write(`${from} to ${to}: ${chosen.length} tables equal after ${changes} changes.\n`);
  }, 400_000);

  test('follow the new name of a column of the key, where the catalog numbers columns', async () => {
    // MariaDB's numbers none, so the table is held, as with a primary key.
    if (from === 'mariadb') return;
    await source.run(
      "ALTER TABLE by_index RENAME COLUMN code TO word; UPDATE by_index SET word = 'renamed' WHERE n = 20",
    );
    const expected = await source.read('SELECT word, part, n FROM by_index ORDER BY n');
    await waitFor('the column to be renamed', 240_000, async () => {
      const actual = await target.read('SELECT word, part, n FROM by_index ORDER BY n').catch(() => []);
      return digest(actual) === digest(expected) ? true : undefined;
    });
  }, 400_000);

  test('are held when their key ends', async () => {
    for (const { name, end } of chosen) await run(name, end(from));
    for (const { name, held } of chosen) {
      await waitFor(
        `${name} to be held`,
        120_000,
        async () => {
          const { state, message } = await tableOf(name);
          return state === 'held' && held.test(message ?? '') ? true : undefined;
        },
        () => tableOf(name),
      );
    }
    recordCells(
      chosen.map(({ name }) => ({
        ...{ change: `end of the key ${name}`, from: productOf(from), to: productOf(to) },
        ...{ moment: 'idle', outcome: 'held' },
      })),
    );
  }, 300_000);
});
