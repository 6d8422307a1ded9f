import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { PoolOptions } from '#adapters/postgresql/driver/connection.ts';
import { createExecutor, type Executor } from '#adapters/postgresql/driver/executor.ts';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import { type PostgresServer, startPostgres } from '../../../local/postgres.ts';
import { settingsOf } from './database-pair.ts';
import { opensslVersion, startTlsServer, type TlsServer } from './tls-server.ts';

// Tests may share two cores with a whole stack; most take milliseconds.
jest.setTimeout(60_000);

let server: PostgresServer;
let settings: ConnectionSettings;
const open: Executor[] = [];

const executorFor = (
  change: Partial<ConnectionSettings> = {},
  options: Partial<PoolOptions> = {},
): Executor => {
  const executor = createExecutor(
    { ...settings, ...change },
    { applicationName: 'millrace-test', ...options },
  );
  open.push(executor);
  return executor;
};

const failureOf = async (executor: Executor, sql: string) => {
  const error: unknown = await executor.query('try', sql).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error;
};

beforeAll(async () => {
  server = await startPostgres({
    database: 'acme',
    config: { max_connections: '25', deadlock_timeout: '100ms', max_replication_slots: '1' },
  });
  settings = settingsOf(server);
  await executorFor().query(
    'prepare',
    `
    CREATE TABLE public.t (id int PRIMARY KEY, name varchar(5) NOT NULL, n numeric(4,2) CHECK (n > 0), parent int REFERENCES public.t);
    INSERT INTO public.t VALUES (1, 'a', 1, NULL), (2, 'b', 2, NULL)`,
  );
}, 60_000);

afterEach(async () => {
  await Promise.all(open.splice(0).map((executor) => executor.close()));
});

afterAll(async () => {
  await server?.stop();
}, 60_000);

test('a session has the canonical settings, whatever database and role prefer', async () => {
  await executorFor().query('prepare', `ALTER DATABASE acme SET bytea_output = escape`);
  await executorFor().query('prepare', `ALTER ROLE postgres SET IntervalStyle = iso_8601`);
  const [row] = await executorFor().query(
    'read',
    `SELECT '\\xff'::bytea AS bytes, interval '1 day' AS span, timestamptz '2024-01-01 00:00+02' AS at, 0.1::float8 + 0.2 AS sum, true AS yes, NULL AS nothing,
            current_setting('application_name') AS name, current_setting('search_path') AS path`,
  );
  expect(row).toEqual({
    bytes: '\\xff',
    span: '1 day',
    at: '2023-12-31 22:00:00+00',
    sum: '0.30000000000000004',
    yes: 't',
    nothing: null,
    name: 'millrace-test',
    path: 'pg_catalog',
  });
});

describe('what PostgreSQL refuses', () => {
  test.each([
    ['SELECT * FROM public.nowhere', 'TableNotFound', '42P01'],
    ['SELECT nothing FROM public.t', 'SchemaMismatch', '42703'],
    ['SELECT FROM WHERE', 'Internal', '42601'],
    [`INSERT INTO public.t VALUES (1, 'a')`, 'ConstraintViolated', '23505'],
    ['INSERT INTO public.t VALUES (3)', 'ConstraintViolated', '23502'],
    [`INSERT INTO public.t VALUES (3, 'a', -1)`, 'ConstraintViolated', '23514'],
    [`INSERT INTO public.t VALUES (3, 'a', 1, 99)`, 'ConstraintViolated', '23503'],
    [`INSERT INTO public.t VALUES (3, 'topsecret')`, 'ValueRejected', '22001'],
    [`INSERT INTO public.t VALUES (3, 'a', 100)`, 'ValueRejected', '22003'],
    [`SELECT 'topsecret'::int`, 'ValueRejected', '22P02'],
    [`SELECT 'topsecret'::date`, 'ValueRejected', '22007'],
    ['SELECT 1 / 0', 'ValueRejected', '22012'],
    ['BEGIN READ ONLY; DELETE FROM public.t', 'DatabaseUnavailable', '25006'],
    [`SET statement_timeout = 50; SELECT pg_sleep(5)`, 'DatabaseTimeout', '57014'],
    ['SELECT pg_terminate_backend(pg_backend_pid())', 'DatabaseUnavailable', '57P01'],
    [`SELECT pg_create_logical_replication_slot('s', 'pgoutput')`, 'DatabaseUnavailable', '55000'],
    [
      `SELECT pg_create_physical_replication_slot('a'), pg_create_physical_replication_slot('b')`,
      'DatabaseUnavailable',
      '53400',
    ],
  ])('%s is %s', async (sql, code, sqlState) => {
    const error = await failureOf(executorFor({}, { maxConnections: 1 }), sql);
    expect(error).toMatchObject({ code, facts: { sqlState } });
    expect(
      JSON.stringify([error, String(error), (error as Error).stack, String((error as Error).cause)]),
    ).not.toContain('topsecret');
  });

  test('a constraint is named', async () => {
    expect(await failureOf(executorFor(), `INSERT INTO public.t VALUES (3, 'a', -1)`)).toMatchObject({
      facts: { constraint: 't_n_check', failedTable: 't' },
    });
  });

  test('a lock that is not had in time is a timeout', async () => {
    const executor = executorFor({}, { lockTimeoutMs: 50 });
    await executor.transaction('lock', async (run) => {
      await run('LOCK TABLE public.t');
      expect(await failureOf(executor, 'SELECT * FROM public.t')).toMatchObject({
        code: 'DatabaseTimeout',
        facts: { sqlState: '55P03' },
      });
    });
  });

  test('the victim of a deadlock is a conflict, and its transaction is rolled back', async () => {
    const executor = executorFor();
    const both = async (first: number, second: number) =>
      executor.transaction('update', async (run) => {
        await run(`UPDATE public.t SET name = 'x${first}' WHERE id = ${first}`);
        await run('SELECT pg_sleep(0.3)');
        await run(`UPDATE public.t SET name = 'y${first}' WHERE id = ${second}`);
      });
    const [one, two] = await Promise.allSettled([both(1, 2), both(2, 1)]);
    const failed = [one, two].filter((result) => result.status === 'rejected');
    expect(failed.map((result) => result.reason)).toEqual([
      expect.objectContaining({
        code: 'DatabaseConflict',
        facts: expect.objectContaining({ sqlState: '40P01' }),
      }),
    ]);
    const winner = one.status === 'fulfilled' ? 1 : 2;
    const rows = await executor.query('read', 'SELECT name FROM public.t ORDER BY id');
    expect(rows.map(({ name }) => name).sort()).toEqual([`x${winner}`, `y${winner}`]);
  });

  test('a serialization failure is a conflict', async () => {
    const executor = executorFor();
    const increment = () =>
      executor.transaction('update', async (run) => {
        await run('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
        await run('SELECT * FROM public.t');
        await run('SELECT pg_sleep(0.2)');
        await run('UPDATE public.t SET n = n + 1 WHERE id = 1');
      });
    const results = await Promise.allSettled([increment(), increment()]);
    expect(results.filter(({ status }) => status === 'rejected')).toEqual([
      expect.objectContaining({
        reason: expect.objectContaining({
          code: 'DatabaseConflict',
          facts: expect.objectContaining({ sqlState: '40001' }),
        }),
      }),
    ]);
  });

  test('too many connections is unavailable', async () => {
    const executor = executorFor({}, { maxConnections: 40 });
    const results = await Promise.allSettled(
      Array.from({ length: 40 }, () => executor.query('sleep', 'SELECT pg_sleep(1)')),
    );
    const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(reasons.length).toBeGreaterThan(0);
    for (const reason of reasons)
      expect(reason).toMatchObject({ code: 'DatabaseUnavailable', facts: { sqlState: '53300' } });
  });
});

describe('who cannot get in', () => {
  test.each([
    [{ password: 'wrong' }, 'DatabaseAuthenticationFailed'],
    [{ username: 'nobody' }, 'DatabaseAuthenticationFailed'],
    [{ databaseName: 'nowhere' }, 'DatabaseNotFound'],
    [{ host: 'nowhere.invalid' }, 'DatabaseUnreachable'],
    [{ port: 1 }, 'DatabaseUnreachable'],
    [{ tlsMode: 'require' as const }, 'DatabaseTlsFailed'],
  ])('%j is %s', async (change, code) => {
    const error = await failureOf(executorFor(change), 'SELECT 1');
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain(settings.password);
  });
});

describe('silence', () => {
  let silent: Server;
  let port: number;

  beforeAll(async () => {
    silent = createServer((socket) => {
      // Reads, or it would not notice that the other side has gone.
      socket.on('error', () => undefined).resume();
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });

  afterAll(async () => {
    await new Promise((resolve) => silent.close(resolve));
  });

  test('a server that accepts and says nothing is given up after the connect timeout', async () => {
    const started = Date.now();
    expect(await failureOf(executorFor({ port }), 'SELECT 1')).toMatchObject({ code: 'DatabaseUnreachable' });
    expect(Date.now() - started).toBeLessThan(12_000);
  }, 20_000);

  test('a session that stops answering is given up after the statement timeout and a margin', async () => {
    const executor = executorFor({}, { statementTimeoutMs: 200, maxConnections: 1 });
    const [row] = await executor.query('read', 'SELECT pg_backend_pid() AS pid');
    const pid = Number(row?.pid);
    process.kill(pid, 'SIGSTOP');
    try {
      expect(await failureOf(executor, 'SELECT 1')).toMatchObject({ code: 'DatabaseTimeout' });
      const started = Date.now();
      await executor.close();
      expect(Date.now() - started).toBeLessThan(6_000);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  }, 20_000);
});

test('a server that is restarted is unreachable meanwhile, and the same pool works afterwards', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-restart-'));
  chmodSync(folder, 0o755);
  const dataDir = join(folder, 'data');
  let restarted = await startPostgres({ dataDir });
  const executor = createExecutor(settingsOf(restarted), { applicationName: 'millrace-test' });
  try {
    await executor.query('read', 'SELECT 1');
    await restarted.kill();
    expect(await failureOf(executor, 'SELECT 1')).toMatchObject({ isTransient: true });
    expect(await failureOf(executor, 'SELECT 1')).toMatchObject({ code: 'DatabaseUnreachable' });
    restarted = await startPostgres({ dataDir, port: restarted.port });
    expect(await executor.query('read', 'SELECT 1 AS one')).toEqual([{ one: '1' }]);
  } finally {
    await executor.close();
    await restarted.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);

/** Skipped without the openssl command, which makes the certificates. */
(opensslVersion === undefined ? describe.skip : describe)('TLS', () => {
  let secure: TlsServer;

  beforeAll(async () => {
    secure = await startTlsServer();
  }, 60_000);

  afterAll(() => secure?.stop(), 60_000);

  const connectWith = async (tlsMode: ConnectionSettings['tlsMode'], host: string, caPem?: string) => {
    const executor = createExecutor(
      { ...settingsOf(secure.server), host, tlsMode, ...(caPem !== undefined && { caPem }) },
      { applicationName: 'millrace-test' },
    );
    try {
      const [row] = await executor.query(
        'connect',
        'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
      );
      return row?.ssl;
    } catch (error) {
      return (error as { code: string }).code;
    } finally {
      await executor.close();
    }
  };

  test.each([
    ['disable', '127.0.0.1', 'none', 'f'],
    ['require', '127.0.0.1', 'none', 't'],
    ['verify-ca', '127.0.0.1', 'right', 't'],
    ['verify-ca', 'localhost', 'wrong', 'DatabaseTlsFailed'],
    ['verify-ca', 'localhost', 'none', 'DatabaseTlsFailed'],
    ['verify-full', 'localhost', 'right', 't'],
    ['verify-full', '127.0.0.1', 'right', 'DatabaseTlsFailed'],
    ['verify-full', 'localhost', 'wrong', 'DatabaseTlsFailed'],
  ] as const)('%s to %s with the %s CA: %s', async (tlsMode, host, caName, expected) => {
    const caPem = { none: undefined, right: secure.ca, wrong: secure.otherCa }[caName];
    expect(await connectWith(tlsMode, host, caPem)).toBe(expected);
  });
});
