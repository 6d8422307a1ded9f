import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CellMoment, recordCells, type SchemaCell } from '#test/kit/schema-cells.ts';
import { isShortForm } from '#test/kit/short-form.ts';
import {
  type Api,
  awaitConsumerEnd,
  awaitLive,
  startAndAwaitActive,
  taskProcesses,
  waitFor,
} from './harness.ts';
import {
  closeTwoEnds,
  type End,
  endPairs,
  openTwoEnds,
  productOf,
  registerTwoEnds,
  runCli,
} from './two-ends.ts';

interface Shown {
  readonly change_id: string;
  readonly version: number;
  readonly state: string;
  readonly way: string;
  readonly what: string;
  readonly table: string;
  readonly statements: readonly string[];
  readonly edited_statement: string | null;
  readonly decided_by: string | null;
  readonly closed_at: string | null;
}

const names = ['approved', 'rejected', 'edited', 'stale', 'killed', 'emptied', 'retyped', 'paused'] as const;
type Name = (typeof names)[number];

describe.each(endPairs.filter(([from, to]) => !isShortForm || from !== to))(
  'changes of %s that a person decides on, at %s',
  (from, to) => {
    let source: End;
    let target: End;
    let api: Api;
    let id: number;
    let millrace: (...args: readonly string[]) => Promise<string>;
    let load: Promise<void> = Promise.resolve();
    const loadEnds = new AbortController();
    const written = { rows: 0 };

    const status = async () => (await api.get(`/replications/${id}/status`)).body;
    const tableOf = async (name: Name): Promise<{ state: string; message: string | null }> =>
      (await status()).tables.find((found: { source: { table: string } }) => found.source.table === name);
    const awaitStatus = (wanted: string): Promise<unknown> =>
      waitFor(`status ${wanted}`, 240_000, async () => {
        const { config } = await status();
        if (config.status === 'error') throw new Error(config.last_error_message);
        return config.status === wanted ? true : undefined;
      });
    const changesOf = async (name: Name): Promise<readonly Shown[]> =>
      (await api.get(`/replications/${id}/schema-changes`)).body.schema_changes.filter(({ table }: Shown) =>
        table.endsWith(`.${name}`),
      );
    const awaitWaiting = (name: Name, what: RegExp): Promise<Shown> =>
      waitFor(
        `a change of ${name} to wait`,
        150_000,
        async () => {
          const { state } = await tableOf(name);
          const waiting = (await changesOf(name)).find((change) => change.state === 'waiting');
          return state === 'held' && waiting !== undefined && what.test(waiting.what) ? waiting : undefined;
        },
        async () => ({ table: await tableOf(name), changes: await changesOf(name) }),
      );
    const decide = (change: Shown, verb: 'approve' | 'reject' | 'rehearse', body: object) =>
      api.post(`/replications/${id}/schema-changes/${change.change_id}/${verb}`, body);
    /** Of a change that a person decided on. */
    const record = (name: Name, moment: CellMoment, outcome: SchemaCell['outcome']): void =>
      recordCells([
        { change: `${name} by a person`, from: productOf(from), to: productOf(to), moment, outcome },
      ]);
    const digest = (rows: readonly unknown[]): string =>
      createHash('sha256').update(JSON.stringify(rows)).digest('hex');
    const awaitEqual = (name: Name, columns: string): Promise<unknown> =>
      waitFor(
        `${name} to be equal`,
        240_000,
        async () => {
          const query = `SELECT ${columns} FROM ${name} ORDER BY id`;
          const { state } = await tableOf(name);
          const [expected, actual] = [
            await source.read(query),
            await target.read(query).catch(() => undefined),
          ];
          return state === 'live' && actual !== undefined && digest(actual) === digest(expected)
            ? actual.length
            : undefined;
        },
        async () => ({ table: await tableOf(name), changes: await changesOf(name) }),
      );

    /** Rows of every table, all the time: the columns that they have are there whatever is changed. */
    const writeRows = async (): Promise<void> => {
      for (let row = 10; !loadEnds.signal.aborted; row += 1) {
        for (const name of ['approved', 'killed', 'paused'] as const) {
          await source.run(`INSERT INTO ${name} (id, a) VALUES (${row}, ${row})`);
          await source.run(`UPDATE ${name} SET a = a + 1 WHERE id = ${1 + (row % 4)}`);
          written.rows += 2;
        }
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
    };

    beforeAll(async () => {
      const name = `approved_${randomBytes(3).toString('hex')}`;
      ({ source, target } = await openTwoEnds(name, from, to));
      for (const table of names) {
        await source.run(`CREATE TABLE ${table} (id int PRIMARY KEY, a int, b int NOT NULL DEFAULT 5, v varchar(20));
        INSERT INTO ${table} VALUES (1, 1, 1, 'one'), (2, 2, 2, NULL), (3, NULL, 3, 'three'), (4, 4, 4, '')`);
      }
      const client = await registerTwoEnds(name, { source, target });
      api = client.api;
      millrace = (...args) => runCli(client.token, args);
      id = await client.createReplication(names, {
        schema_changes: { preset: 'strict', kinds: { 'change-type': 'ask' } },
      });
      await startAndAwaitActive({ api }, id, {}, 240_000);
      await awaitLive({ api }, id, 240_000);
      load = writeRows();
    }, 600_000);

    afterAll(async () => {
      loadEnds.abort();
      await load;
      await closeTwoEnds({ source, target }, { api, id });
    });

    test('is tried and approved under load, and the table goes on without a new copy', async () => {
      await source.run('ALTER TABLE approved ADD COLUMN extra int DEFAULT 7');
      const change = await awaitWaiting('approved', /column extra .* was added, with a constant/);
      expect(change).toMatchObject({ way: 'follow', statements: [expect.stringContaining('ALTER TABLE')] });
      const why = await millrace('why', String(id));
      expect(why).toContain(`millrace ddl show ${id} ${change.change_id}`);
      const incident = await waitFor('an incident', 120_000, async () => {
        const { incidents } = (await api.get(`/replications/${id}/incidents`)).body;
        return incidents.find(
          ({ condition, closed_at }: { condition: string; closed_at: string | null }) =>
            condition === 'schema-change-waiting' && closed_at === null,
        );
      });
      const rehearsal = await decide(change, 'rehearse', {});
      expect(rehearsal).toMatchObject({
        status: 200,
        body: { version: change.version, rehearsal: { ok: true, problems: [], rewrites_table: false } },
      });
      expect(await target.columns('approved')).not.toContain('extra YES');
      const shown = await millrace('ddl', 'show', String(id), change.change_id);
      expect(shown).toContain('+ extra');
      const began = (await api.get(`/replications/${id}/copy`)).body.rows_copied;
      const approved = await millrace(
        'ddl',
        'approve',
        String(id),
        change.change_id,
        '--reason',
        'release 7',
      );
      expect(approved).toContain('approved');
      await waitFor('the column', 120_000, async () =>
        (await target.columns('approved')).includes('extra YES') ? true : undefined,
      );
      const done = await waitFor('the change to be applied', 240_000, async () => {
        const found = (await changesOf('approved')).find(({ change_id }) => change_id === change.change_id);
        return found?.state === 'applied' ? found : undefined;
      });
      expect(done.closed_at).not.toBeNull();
      expect((await api.get(`/replications/${id}/copy`)).body.rows_copied).toBe(began);
      await waitFor('the end of the incident', 240_000, async () => {
        const { body } = await api.get(`/incidents/${encodeURIComponent(incident.incident_id)}`);
        return body.closed_at === null ? undefined : true;
      });
    }, 600_000);

    test('is rejected: the table is held with words, and a new copy leads out', async () => {
      await source.run('ALTER TABLE rejected RENAME COLUMN a TO x; UPDATE rejected SET x = 77 WHERE id = 2');
      const change = await awaitWaiting('rejected', /a was renamed to x/);
      await millrace('ddl', 'reject', String(id), change.change_id, '--reason', 'views need the name');
      const { state, message } = await tableOf('rejected');
      expect(state).toBe('held');
      expect(message).toMatch(/was rejected by .*: views need the name\..*resync.*schema-policy/s);
      expect(await target.columns('rejected')).toContain('a YES');
      record('rejected', 'between rows', 'held');
      expect((await api.post(`/replications/${id}/tables/${change.table}/resync`)).status).toBe(202);
      await awaitEqual('rejected', 'id, x, b, v');
      await waitFor('the change to be closed', 60_000, async () => {
        const [found] = await changesOf('rejected');
        return found?.state === 'rejected' && found.closed_at !== null ? true : undefined;
      });
    }, 600_000);

    test('is approved with a statement of the person, which is checked first', async () => {
      await source.run(
        "ALTER TABLE edited ADD COLUMN note varchar(20); INSERT INTO edited (id, a, note) VALUES (1001, 1, 'after')",
      );
      const change = await awaitWaiting('edited', /column note .* was added/);
      const { version } = change;
      for (const statement of [
        'DROP TABLE edited',
        change.statements[0]?.replace('edited', 'approved') ?? '',
        `${change.statements[0]} NOT NULL`,
        `${change.statements[0]}, DROP COLUMN v`,
      ]) {
        expect(await decide(change, 'approve', { version, statement })).toMatchObject({ status: 400 });
      }
      const wider = change.statements[0]?.replace(/varying\(20\)|varchar\(20\)/i, (type) =>
        type.replace('20', '200'),
      );
      expect(wider).toContain('200');
      const narrower = change.statements[0]?.replace(/varying\(20\)|varchar\(20\)/i, (type) =>
        type.replace('20', '2'),
      );
      // It would not hold every value of the source, which is seen at the table itself.
      expect(await decide(change, 'approve', { version, statement: narrower })).toMatchObject({
        status: 202,
      });
      const again = await waitFor('the change to wait again', 120_000, async () => {
        const [found] = await changesOf('edited');
        return found?.state === 'waiting' && found.version > version + 1 ? found : undefined;
      });
      expect((await target.columns('edited')).join()).not.toContain('note');
      const tried = await decide(again, 'rehearse', { statement: wider });
      expect(tried).toMatchObject({ status: 200, body: { rehearsal: { ok: true } } });
      await waitFor('the table to be held', 60_000, async () =>
        (await tableOf('edited')).state === 'held' ? true : undefined,
      );
      const current = (await changesOf('edited'))[0] ?? again;
      const approved = await decide(current, 'approve', { version: current.version, statement: wider });
      expect(approved).toMatchObject({
        status: 202,
        body: { edited_statement: expect.stringContaining('200') },
      });
      await awaitEqual('edited', 'id, a, b, v, note');
      record('edited', 'between rows', 'equal');
      const [[length] = []] = await target.read(
        "SELECT character_maximum_length FROM information_schema.columns WHERE table_name = 'edited' AND column_name = 'note'" +
          (to === 'mariadb' ? ' AND table_schema = database()' : ''),
      );
      expect(length).toBe('200');
    }, 600_000);

    test('is not approved once the table has changed again', async () => {
      await source.run('ALTER TABLE stale ADD COLUMN one int');
      const change = await awaitWaiting('stale', /column one .* was added/);
      await source.run('ALTER TABLE stale ADD COLUMN two int');
      await source.run('INSERT INTO stale (id, a, one, two) VALUES (1001, 1, 2, 3)');
      const late = await decide(change, 'approve', { version: change.version });
      expect(late).toMatchObject({ status: 409 });
      const seen = new Set<string>();
      await waitFor('every change of the table to be decided', 240_000, async () => {
        const [waiting] = (await changesOf('stale')).filter(({ state }) => state === 'waiting');
        if (waiting !== undefined && (await tableOf('stale')).state === 'held') {
          const { status: code } = await decide(waiting, 'approve', { version: waiting.version });
          if (code === 202) seen.add(waiting.what);
          else expect(code).toBe(409);
        }
        return (await target.columns('stale')).includes('two YES') ? true : undefined;
      });
      await awaitEqual('stale', 'id, a, b, v, one, two');
      record('stale', 'between rows', 'equal');
      expect([...seen].join(' ')).toMatch(/column one .*column two/s);
    }, 600_000);

    test('is done once though the consumer is killed in the middle', async () => {
      await source.run("ALTER TABLE killed ADD COLUMN word varchar(9) DEFAULT 'x', ADD COLUMN more int");
      const change = await awaitWaiting('killed', /column word .* was added/);
      expect(await decide(change, 'approve', { version: change.version })).toMatchObject({ status: 202 });
      await waitFor('the first column', 120_000, async () =>
        (await target.columns('killed')).some((column) => column.startsWith('word ')) ? true : undefined,
      );
      const pids = taskProcesses('consumer', id);
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      await awaitConsumerEnd(id, pids);
      expect((await api.post(`/replications/${id}/restart`)).status).toBeLessThan(300);
      await awaitStatus('active');
      await waitFor('the change to be applied', 240_000, async () =>
        (await changesOf('killed'))[0]?.state === 'applied' ? true : undefined,
      );
    }, 600_000);

    test('is kept while the consumer is paused, and done when it runs again', async () => {
      await source.run('ALTER TABLE paused ADD COLUMN extra int');
      const change = await awaitWaiting('paused', /column extra .* was added/);
      expect((await api.post(`/replications/${id}/pause`)).status).toBeLessThan(300);
      await awaitStatus('paused');
      expect(await decide(change, 'approve', { version: change.version })).toMatchObject({ status: 202 });
      expect(await target.columns('paused')).not.toContain('extra YES');
      expect((await api.post(`/replications/${id}/resume`)).status).toBeLessThan(300);
      await awaitStatus('active');
      await waitFor('the column', 240_000, async () =>
        (await target.columns('paused')).includes('extra YES') ? true : undefined,
      );
    }, 600_000);

    test('a TRUNCATE is done at its place when it was approved', async () => {
      await source.run('INSERT INTO emptied (id, a) VALUES (50, 50)');
      await source.run('TRUNCATE TABLE emptied');
      await source.run('INSERT INTO emptied (id, a) VALUES (60, 60)');
      const change = await awaitWaiting('emptied', /it was truncated/);
      expect(change.way).toBe('truncate');
      expect(await target.read('SELECT count(*) FROM emptied')).toEqual([['5']]);
      expect(await decide(change, 'approve', { version: change.version })).toMatchObject({ status: 202 });
      await awaitEqual('emptied', 'id, a, b, v');
      record('emptied', 'between rows', 'equal');
    }, 600_000);

    test('a change that cannot be followed is approved as a new copy', async () => {
      await source.run(
        from === 'postgresql'
          ? 'ALTER TABLE retyped ALTER COLUMN v TYPE varchar(5)'
          : 'ALTER TABLE retyped MODIFY COLUMN v varchar(5)',
      );
      const change = await awaitWaiting('retyped', /v/);
      expect(change).toMatchObject({ way: 'resync', statements: [] });
      expect(await decide(change, 'rehearse', {})).toMatchObject({
        status: 200,
        body: { rehearsal: { method: 'counted', unfit: [{ column: 'v', rows: 0 }] } },
      });
      expect(await decide(change, 'approve', { version: change.version })).toMatchObject({ status: 202 });
      await awaitEqual('retyped', 'id, a, b, v');
      record('retyped', 'idle', 'equal');
      await waitFor('the change to be applied', 240_000, async () =>
        (await changesOf('retyped'))[0]?.state === 'applied' ? true : undefined,
      );
    }, 600_000);

    test('each table under load is equal in the end, by count and hash', async () => {
      loadEnds.abort();
      await load;
      const rows = [
        await awaitEqual('approved', 'id, a, b, v, extra'),
        await awaitEqual('killed', 'id, a, b, v, word, more'),
        await awaitEqual('paused', 'id, a, b, v, extra'),
      ];
      record('approved', 'between rows', 'equal');
      record('killed', 'consumer down', 'equal');
      record('paused', 'consumer down', 'equal');
      process.stdout.write(
        `${from} to ${to}: ${written.rows} changes under load, ${rows.join(', ')} rows.\n`,
      );
      const { body } = await api.get(`/replications/${id}/activity?limit=500`);
      const actions = body.activity.map(({ action }: { action: string }) => action);
      expect(actions).toEqual(
        expect.arrayContaining([
          'schema-change-approved',
          'schema-change-rejected',
          'schema-change-followed',
        ]),
      );
    }, 600_000);
  },
);
