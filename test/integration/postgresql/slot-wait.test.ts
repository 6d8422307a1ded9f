import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { openSourceDatabase } from '#adapters/postgresql/source/source-database.ts';
import type { CapturePreparation, SourceDatabase } from '#core/ports/databases.ts';
import type { PostgresVersion } from '../../../local/postgres.ts';
import { type DatabasePair, startDatabasePair } from './database-pair.ts';

/*
 * A new slot waits for the transactions that are open at the source. A call here may wait for 1 s, as one of a Lambda may wait
 * for minutes, so every wait below is one of many calls.
 */

jest.setTimeout(120_000);

const versions: readonly PostgresVersion[] = [13, 15, 18];
const table = { schema: 'public', table: 'wanted' };
const callMs = 1_000;

describe.each(versions)('PostgreSQL %i', (version) => {
  let pair: DatabasePair;
  let source: SourceDatabase;
  const others: pg.Client[] = [];

  beforeAll(async () => {
    // A server that looks for its client would end a session that was left behind.
    const watchful = version >= 14 ? { client_connection_check_interval: '200' } : {};
    pair = await startDatabasePair({ max_prepared_transactions: '5', ...watchful }, { source: version });
    source = openSourceDatabase(pair.source.settings);
    await pair.source.client.query(`
      CREATE TABLE wanted (id int PRIMARY KEY); CREATE TABLE other (id int);
      CREATE ROLE app LOGIN PASSWORD 'secret'; GRANT INSERT ON other TO app;
      CREATE ROLE capturer LOGIN REPLICATION PASSWORD 'secret'; GRANT CREATE ON DATABASE acme TO capturer;
      GRANT SELECT ON wanted TO capturer; ALTER TABLE wanted OWNER TO capturer`);
  }, 60_000);

  afterAll(async () => {
    for (const client of others) await client.end().catch(() => undefined);
    await source?.close();
    await pair?.stop();
  }, 60_000);

  const connect = async (): Promise<pg.Client> => {
    const { host, port, databaseName: database } = pair.source.settings;
    const client = new pg.Client({
      ...{ host, port, database, user: 'app', password: 'secret' },
      application_name: 'billing',
    });
    client.on('error', () => undefined);
    await client.connect();
    others.push(client);
    return client;
  };

  const namesOf = (slotName: string) => ({ slotName, publicationName: slotName });
  const call = (slotName: string, totalMs = 60_000, by = source): Promise<CapturePreparation> =>
    by.prepareCapture(namesOf(slotName), [table], { callMs, totalMs });
  const slots = async (): Promise<readonly string[]> => {
    const { rows } = await pair.source.client.query<{ name: string }>(
      'SELECT slot_name AS name FROM pg_replication_slots',
    );
    return rows.map(({ name }) => name);
  };
  /** Calls until the slot is there; returns after how many milliseconds it was. */
  const callUntilReady = async (slotName: string, withinMs: number): Promise<number> => {
    const startedAt = Date.now();
    for (;;) {
      const { isReady } = await call(slotName);
      const tookMs = Date.now() - startedAt;
      if (isReady) return tookMs;
      if (tookMs > withinMs) throw new Error(`The slot is not there after ${tookMs} ms.`);
    }
  };

  test('a transaction that is open for longer than any call and than lock_timeout is named and waited for', async () => {
    const writer = await connect();
    await writer.query('BEGIN; INSERT INTO other VALUES (1)');
    const { rows } = await writer.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const startedAt = Date.now();
    while (Date.now() - startedAt < 12_000) {
      expect(await call('one')).toEqual({
        isReady: false,
        transactions: [
          expect.stringMatching(
            `^pid ${rows[0]?.pid} of user app \\(billing\\) in database acme, open since \\d{4}-\\d\\d-\\d\\d .* UTC$`,
          ),
        ],
      });
    }
    const { rows: waiting } = await pair.source.client.query(
      `SELECT count(*) AS sessions FROM pg_stat_activity WHERE application_name = 'millrace-slot'`,
    );
    // The first call's session is the only one, and its client is long gone.
    expect(waiting).toEqual([{ sessions: '1' }]);
    await writer.query('COMMIT');
    expect(await callUntilReady('one', 5_000)).toBeLessThan(5_000);
    await source.dropCapture(namesOf('one'));
    expect(await slots()).toEqual([]);
  });

  test('transactions that overlap all the time, each longer than a call, do not starve it', async () => {
    const lengthMs = 3_000;
    const writers = await Promise.all([connect(), connect()]);
    const state = { goesOn: true };
    const write = async (writer: pg.Client, delayMs: number): Promise<void> => {
      await sleep(delayMs);
      while (state.goesOn) {
        await writer.query('BEGIN; INSERT INTO other VALUES (2)');
        await sleep(lengthMs);
        await writer.query('COMMIT');
      }
    };
    const writing = writers.map((writer, index) => write(writer, (index * lengthMs) / 2));
    await sleep(lengthMs / 2 + 500);
    // It waits for those that are open when it begins, and once more for those that are open when they have ended.
    expect(await callUntilReady('busy', 4 * lengthMs)).toBeLessThan(4 * lengthMs);
    state.goesOn = false;
    await Promise.all(writing);
    await source.dropCapture(namesOf('busy'));
  });

  test('a prepared transaction is named by its name, and the wait ends at its limit and leaves no slot', async () => {
    const writer = await connect();
    await writer.query(`BEGIN; INSERT INTO other VALUES (3); SAVEPOINT a; INSERT INTO other VALUES (4);
      PREPARE TRANSACTION 'p''1'`);
    const expected = {
      isReady: false,
      transactions: [
        expect.stringMatching(/^prepared transaction 'p'1' of user app in database acme, prepared at /),
      ],
    };
    expect(await call('never', 3_000)).toEqual(expected);
    expect(await slots()).toEqual(['never']);
    const deadline = Date.now() + 10_000;
    while ((await slots()).length > 0 && Date.now() < deadline) await sleep(200);
    expect(await slots()).toEqual([]);
    await writer.query(`ROLLBACK PREPARED 'p''1'`);
    expect(await callUntilReady('never', 5_000)).toBeLessThan(5_000);
    await source.dropCapture(namesOf('never'));
  });

  test('a slot that is still being created can be dropped', async () => {
    const writer = await connect();
    await writer.query('BEGIN; INSERT INTO other VALUES (5)');
    expect((await call('dropped')).isReady).toBe(false);
    await source.dropCapture(namesOf('dropped'));
    expect(await slots()).toEqual([]);
    await writer.query('ROLLBACK');
    expect(await slots()).toEqual([]);
  });

  test('who has locked a table so that it cannot be published is named and waited for', async () => {
    const writer = await connect();
    await pair.source.client.query('GRANT ALL ON wanted TO app');
    await writer.query('BEGIN; LOCK TABLE wanted IN ACCESS EXCLUSIVE MODE');
    expect(await call('locked')).toEqual({
      isReady: false,
      transactions: [expect.stringMatching(/^pid \d+ of user app \(billing\) in database acme, open since /)],
    });
    await writer.query('COMMIT');
    expect(await callUntilReady('locked', 5_000)).toBeLessThan(5_000);
    await source.dropCapture(namesOf('locked'));
  });

  test('two calls at once wait for one slot', async () => {
    const writer = await connect();
    await writer.query('BEGIN; INSERT INTO other VALUES (6)');
    const both = await Promise.all([call('twice'), call('twice')]);
    expect(both.map(({ isReady }) => isReady)).toEqual([false, false]);
    await writer.query('COMMIT');
    const ready = await Promise.all([callUntilReady('twice', 5_000), callUntilReady('twice', 5_000)]);
    expect(ready).toHaveLength(2);
    expect(await slots()).toEqual(['twice']);
    await source.dropCapture(namesOf('twice'));
  });

  test('a user without rights over others names pid and user of a transaction all the same', async () => {
    const limited = openSourceDatabase({ ...pair.source.settings, username: 'capturer', password: 'secret' });
    const writer = await connect();
    try {
      await writer.query('BEGIN; INSERT INTO other VALUES (7)');
      expect(await call('limited', 60_000, limited)).toEqual({
        isReady: false,
        transactions: [
          expect.stringMatching(
            /^pid \d+ of user app .*, open since a time that only pg_read_all_stats may see$/,
          ),
        ],
      });
      await limited.dropCapture(namesOf('limited'));
      expect(await slots()).toEqual([]);
    } finally {
      await writer.query('ROLLBACK');
      await limited.close();
    }
  });
});
