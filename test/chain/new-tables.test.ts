import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeInLongForm } from '#test/kit/short-form.ts';
import { type Api, awaitLive, startAndAwaitActive, waitFor } from './harness.ts';
import { closeTwoEnds, type End, endPairs, openTwoEnds, registerTwoEnds, runCli } from './two-ends.ts';

/** A health check comes each minute; then the table is added and copied. */
const addedWithinMs = 240_000;

describeInLongForm.each(endPairs)('tables that come at %s join a replication to %s', (from, to) => {
  let source: End;
  let target: End;
  let api: Api;
  let token: string;
  let id: number;
  let schema: string;
  const loadEnds = new AbortController();
  const loads: Promise<void>[] = [];

  const replication = async () => (await api.get(`/replications/${id}`)).body;
  const quoted = (end: End, name: string): string =>
    end.kind === 'postgresql' ? `"${name}"` : `\`${name}\``;
  const digest = (rows: readonly unknown[]): string =>
    createHash('sha256').update(JSON.stringify(rows)).digest('hex');
  const stateOf = async (table: string): Promise<string | undefined> =>
    (await api.get(`/replications/${id}/status`)).body.tables.find(
      (one: { source: { table: string } }) => one.source.table === table,
    )?.state;
  const awaitTable = (table: string): Promise<true> =>
    waitFor(
      `${table} to be live`,
      addedWithinMs,
      async () => ((await stateOf(table)) === 'live' ? true : undefined),
      async () => ({
        replication: await replication(),
        status: (await api.get(`/replications/${id}/status`)).body.tables,
      }),
    );
  const awaitFound = (table: string, expected: object): Promise<true> =>
    waitFor(
      `${table} to be listed`,
      addedWithinMs,
      async () => {
        const found = (await replication()).new_tables.found.find(
          (one: { source: { table: string } }) => one.source.table === table,
        );
        if (found === undefined) return undefined;
        expect(found).toMatchObject(expected);
        return true;
      },
      async () => replication(),
    );
  /** One change of tables is at work at a time. */
  const awaitChanged = (): Promise<true> =>
    waitFor('the change of the tables', 120_000, async () =>
      (await replication()).table_change === null ? true : undefined,
    );
  const awaitSame = (table: string): Promise<true> =>
    waitFor(`${table} to be equal`, 60_000, async () => {
      const query = (end: End) => `SELECT id, n, note FROM ${quoted(end, table)} ORDER BY id`;
      return digest(await source.read(query(source))) ===
        digest(await target.read(query(target)).catch(() => []))
        ? true
        : undefined;
    });
  /** Rows come, change and go, also those that were there before. */
  const load = (table: string, first: number): void => {
    loads.push(
      (async () => {
        const name = quoted(source, table);
        for (let at = first; !loadEnds.signal.aborted; at += 1) {
          await source.run(`INSERT INTO ${name} VALUES (${at}, 0, 'row ${at}')`);
          await source.run(`UPDATE ${name} SET n = n + 1 WHERE id IN (${at % 50}, ${at - 3})`);
          if (at % 3 === 0) await source.run(`DELETE FROM ${name} WHERE id = ${at % 97}`);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      })(),
    );
  };
  const create = (table: string, key = 'PRIMARY KEY'): string =>
    `CREATE TABLE ${quoted(source, table)} (id int ${key}, n int NOT NULL, note varchar(40));
     INSERT INTO ${quoted(source, table)} VALUES (1, 1, 'one'), (2, 2, NULL), (3, 3, ''), (40, 4, 'forty')`;

  beforeAll(async () => {
    const name = `newtables_${randomBytes(3).toString('hex')}`;
    ({ source, target } = await openTwoEnds(name, from, to));
    schema = from === 'postgresql' ? 'public' : name;
    await source.run(create('base'));
    await source.run(create('again'));
    const client = await registerTwoEnds(name, { source, target });
    ({ api, token } = client);
    id = await client.createReplication(['base', 'again'], {
      new_tables: { include: [`${schema}.*`], exclude: [`${schema}.tmp\\_*`] },
      schema_changes: { kinds: { 'create-table': 'auto' } },
    });
    await startAndAwaitActive({ api }, id, {}, 300_000);
    await awaitLive({ api }, id, 300_000);
    load('base', 100);
  }, 600_000);

  afterAll(async () => {
    loadEnds.abort();
    await Promise.all(loads);
    await closeTwoEnds({ source, target }, { api, id });
  });

  test('with the rows from their creation, before and after it, and each name as it is', async () => {
    const odd = 'Odd na*me.x';
    await source.run(from === 'postgresql' ? `BEGIN; ${create('fresh')}; COMMIT` : create('fresh'));
    load('fresh', 100);
    await source.run(create(odd));
    await source.run(create('tmp_one'));
    await awaitTable('fresh');
    await awaitTable(odd);
    const { tables, new_tables } = await replication();
    expect(tables.map((one: { source: { table: string } }) => one.source.table)).not.toContain('tmp_one');
    expect(new_tables.found).toEqual([]);
    await source.run(`UPDATE ${quoted(source, odd)} SET n = 7 WHERE id = 2`);
    await awaitSame(odd);
    const { body } = await api.get(`/replications/${id}/activity`);
    expect(body.activity.filter((one: { action: string }) => one.action === 'new-tables-added')).toEqual([
      expect.objectContaining({ actor: 'healer', by: 'the policy' }),
    ]);
  }, 600_000);

  test('one without a key, and one whose target is there, are listed with the reason until that is gone', async () => {
    await source.run(create('keyless', 'NOT NULL'));
    await target.run(`CREATE TABLE clash (id int PRIMARY KEY)`);
    await source.run(create('clash'));
    await awaitFound('keyless', { state: 'refused', message: expect.stringMatching(/key/i) });
    await awaitFound('clash', {
      state: 'refused',
      message: expect.stringMatching(/has a table .*clash already/),
    });
    await source.run('ALTER TABLE keyless ADD PRIMARY KEY (id)');
    await target.run('DROP TABLE clash');
    await awaitTable('keyless');
    await awaitTable('clash');
    await awaitSame('keyless');
    await awaitSame('clash');
  }, 900_000);

  test('one that is left out does not come back, nor does one that is dropped and created again', async () => {
    await awaitChanged();
    expect(await api.delete(`/replications/${id}/tables/${schema}.clash`)).toMatchObject({ status: 202 });
    await awaitChanged();
    await source.run('DROP TABLE again');
    await source.run(create('again'));
    // Added after two further looks, which passed over the others.
    await source.run(create('later'));
    await awaitTable('later');
    const { tables, new_tables } = await replication();
    const names = tables.map((one: { source: { table: string } }) => one.source.table);
    expect(names.filter((name: string) => name === 'clash')).toEqual([]);
    expect(names.filter((name: string) => name === 'again')).toHaveLength(1);
    expect(new_tables.exclude).toEqual([`${schema}.tmp\\_*`, `${schema}.clash`]);
    expect(await stateOf('again')).toBe('held');
  }, 600_000);

  test('a policy that asks lists them for a person, who takes one and leaves one', async () => {
    await runCli(token, ['ddl', 'policy', String(id), '--set', 'create-table=ask']);
    await source.run(create('asked'));
    await source.run(create('unwanted'));
    await awaitFound('asked', { state: 'waiting', message: null });
    const shown = await runCli(token, ['new-tables', String(id)]);
    expect(shown).toMatch(/unwanted +waiting/);
    const { reasons } = (await api.get(`/replications/${id}/status`)).body;
    expect(reasons.join(' ')).toMatch(/2 new tables at the source are not replicated/);
    const version = (await replication()).tables_version;
    await api.post(`/replications/${id}/tables`, { version, tables: [{ source: { table: 'asked' } }] });
    await awaitTable('asked');
    await awaitSame('asked');
    await awaitChanged();
    await runCli(token, [
      ...['new-tables', String(id), '--exclude', `${schema}.unwanted`, '--exclude', `${schema}.tmp*`],
      ...['--exclude', `${schema}.clash`],
    ]);
    await waitFor('nothing to wait', addedWithinMs, async () =>
      (await replication()).new_tables.found.length === 0 ? true : undefined,
    );
  }, 600_000);

  test('all are equal in the end', async () => {
    loadEnds.abort();
    await Promise.all(loads);
    for (const table of ['base', 'fresh', 'keyless', 'later', 'asked']) await awaitSame(table);
  }, 300_000);
});
