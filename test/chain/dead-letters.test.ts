import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  adminApi,
  awaitEqual,
  awaitHealthy,
  awaitLive,
  createReplication,
  createTenant,
  runningStack,
  startAndAwaitActive,
  statusOf,
  type Tenant,
  waitFor,
} from './harness.ts';
import { createMariadbTenant, type MariadbTenant } from './mariadb-tenant.ts';

const millrace = fileURLToPath(new URL('../../cli/bin/millrace.js', import.meta.url));

/** A replication of one kind of database whose target has a CHECK that the source lacks. */
interface Side {
  readonly tenant: Tenant;
  readonly id: number;
  source(statements: string): Promise<unknown>;
  target(statements: string): Promise<unknown>;
  awaitEqual(): Promise<void>;
}

const createTable = 'CREATE TABLE items (id int PRIMARY KEY, amount int, note varchar(200))';
const all = 'SELECT * FROM items ORDER BY id';

/** Runs the command line as people do, with the client's token. */
const runCli = async (token: string, args: readonly string[]): Promise<string> => {
  const child = spawn(process.execPath, [millrace, ...args], {
    env: { PATH: process.env.PATH, MILLRACE_API_URL: runningStack().api.url, MILLRACE_TOKEN: token },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (code !== 0) throw new Error(`millrace ${args.join(' ')} ended with ${code}: ${err}${out}`);
  return out;
};

describe('changes that the target refuses', () => {
  let postgres: Tenant;
  let mariadb: MariadbTenant;
  let sides: readonly Side[] = [];

  beforeAll(async () => {
    [postgres, mariadb] = await Promise.all([
      createTenant('dead_letters'),
      createMariadbTenant('dead_letters'),
    ]);
    await postgres.source.query(createTable);
    // A table that inherits has rows of its own, also such with the same keys. They are no rows of this one: neither copied nor read again.
    await postgres.source.query(
      "CREATE TABLE items_child () INHERITS (items); INSERT INTO items_child SELECT n, 1, 'of a child' FROM generate_series(1, 30) n",
    );
    await mariadb.sql.query(createTable);
    const asTenant = mariadb as unknown as Tenant;
    const mapped = [{ source: { table: 'items' }, target: { table: 'items' } }];
    sides = [
      {
        tenant: postgres,
        id: (await createReplication(postgres, mapped)).id,
        source: (statements) => postgres.source.query(statements),
        target: (statements) => postgres.target.query(statements),
        awaitEqual: () => awaitEqual(postgres, all.replace('FROM', 'FROM ONLY'), all),
      },
      {
        tenant: asTenant,
        id: (await createReplication(asTenant, mapped)).id,
        source: (statements) => mariadb.sql.query(statements),
        target: (statements) =>
          mariadb.sql.query(`USE ${mariadb.targetName}; ${statements}; USE ${mariadb.sourceName}`),
        awaitEqual: () => mariadb.awaitEqual(all, all),
      },
    ];
    for (const { tenant, id, target } of sides) {
      await startAndAwaitActive(tenant, id);
      await awaitLive(tenant, id);
      await target('ALTER TABLE items ADD CONSTRAINT small CHECK (amount < 100)');
    }
  }, 600_000);
  afterAll(async () => {
    await Promise.all(sides.map(({ tenant, id }) => tenant.api.delete(`/replications/${id}`)));
    await postgres?.close();
    await mariadb?.close();
  });

  const awaitDead = ({ tenant, id }: Side, rows: number): Promise<unknown> =>
    waitFor(
      `${rows} rows to be known to differ`,
      120_000,
      async () => ((await statusOf(tenant, id)).tables[0].rows_known_to_differ === rows ? true : undefined),
      () => statusOf(tenant, id),
    );

  test('become dead letters that are shown, tried, and replayed from the source', async () => {
    await Promise.all(
      sides.map(async (side) => {
        const { tenant, id } = side;
        const path = `/replications/${id}/dead-letters`;
        const settings = await tenant.api.patch(path, { policy: 'continue', limit: 50 });
        expect([settings.status, settings.body]).toEqual([200, { policy: 'continue', limit: 50 }]);
        await side.source(
          `INSERT INTO items VALUES (1, 1, 'one'), (2, 200, 'two'), (3, 300, 'three'), (4, 4, 'four')`,
        );
        await awaitDead(side, 2);
        const status = await statusOf(tenant, id);
        expect(status.overall).toBe('degraded');
        expect(status.reasons.join()).toContain('2 rows of');
        expect((await tenant.api.get(`/replications/${id}/why`)).body).toMatchObject({
          condition: 'dead-letters',
          runbook: 'docs/runbook/health.md#dead-letters',
        });
        const { causes } = (await tenant.api.get(`${path}/causes`)).body;
        expect(causes).toMatchObject([{ error_code: 'ConstraintViolated', rows: 2, events: 2 }]);
        expect(causes[0].cause).toContain('small');
        const listed = (await tenant.api.get(path)).body.dead_letters;
        expect(listed.map(({ key, state }: { key: string[]; state: string }) => [key, state])).toEqual([
          [['2'], 'dead'],
          [['3'], 'dead'],
        ]);

        // One is refused again; the other one's row is right by now.
        await side.source('UPDATE items SET amount = 20 WHERE id = 2');
        await awaitDead(side, 1);
        const tried = await tenant.api.post(`${path}/replay`, { all: true, dry_run: true });
        expect(tried.body.verdicts).toMatchObject([{ verdict: 'still-fails' }]);
        await side.target('ALTER TABLE items DROP CONSTRAINT small');
        const again = await tenant.api.post(`${path}/replay`, { all: true, dry_run: true });
        expect(again.body.verdicts).toMatchObject([{ verdict: 'would-apply' }]);
        const replay = await tenant.api.post(`${path}/replay`, {
          cause: causes[0].cause,
          reason: 'the check is gone',
        });
        expect([replay.status, replay.body.asked]).toEqual([202, 1]);
        await awaitDead(side, 0);
        await side.awaitEqual();
        await awaitHealthy(tenant, id);
        const activity = (await tenant.api.get(`/replications/${id}/activity`)).body.activity;
        const actions = activity.map(({ action }: { action: string }) => action);
        expect(actions).toEqual(
          expect.arrayContaining(['dead-letters', 'dead-letters-replay-requested', 'dead-letters-replayed']),
        );
        expect((await tenant.api.post(`${path}/replay`, { all: true })).status).toBe(404);
      }),
    );
  }, 400_000);

  test('a row that is read while it changes all the time ends as at the source', async () => {
    await Promise.all(
      sides.map(async (side) => {
        const { tenant, id } = side;
        await side.target('ALTER TABLE items ADD CONSTRAINT small CHECK (amount < 1000)');
        await side.source(`INSERT INTO items VALUES (10, 2000, 'ten'), (11, 2000, 'eleven')`);
        await awaitDead(side, 2);
        await side.target('ALTER TABLE items DROP CONSTRAINT small');
        await tenant.api.post(`/replications/${id}/dead-letters/replay`, { all: true });
        for (let round = 0; round < 20; round += 1) {
          await side.source(`UPDATE items SET amount = ${2001 + round} WHERE id = 10`);
        }
        await side.source('DELETE FROM items WHERE id = 11');
        await awaitDead(side, 0);
        await side.awaitEqual();
      }),
    );
  }, 300_000);

  test('can be discarded by the command line, with a reason', async () => {
    const [side] = sides;
    if (side === undefined) throw new Error('There is no side.');
    const { tenant, id } = side;
    await side.target('ALTER TABLE items ADD CONSTRAINT small CHECK (amount < 10000)');
    await side.source(`INSERT INTO items VALUES (20, 20000, 'twenty')`);
    await awaitDead(side, 1);
    const me = await tenant.api.get('/me');
    const made = await (await adminApi()).post(`/clients/${me.body.client_id}/tokens`);
    const cli = (...args: readonly string[]) => runCli(made.body.token, args);
    expect(await cli('dlq', 'ls', String(id))).toContain('constraint small');
    const events = await cli('dlq', 'ls', String(id), '--events');
    expect(events).toContain('20');
    const letter = (await tenant.api.get(`/replications/${id}/dead-letters`)).body.dead_letters[0]
      .dead_letter_id;
    expect(await cli('dlq', 'show', String(id), letter)).toContain('key 20');
    expect(await cli('dlq', 'replay', String(id), '--all', '--dry-run')).toContain('still-fails');
    expect(await cli('dlq', 'policy', String(id))).toContain('continue');
    await cli('dlq', 'discard', String(id), '--id', letter, '--reason', 'test data');
    await awaitDead(side, 0);
    const { activity } = (await tenant.api.get(`/replications/${id}/activity`)).body;
    expect(activity).toContainEqual(
      expect.objectContaining({ action: 'dead-letters-discard-requested', reason: 'test data' }),
    );
    await side.source('DELETE FROM items WHERE id = 20');
    await side.awaitEqual();
  }, 200_000);
});
