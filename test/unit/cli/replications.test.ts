import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeApi, problemAnswer, startFakeApi } from '#test/kit/fake-api.ts';
import { runCli, temporaryConfigHome } from '#test/kit/run-cli.ts';
import type { Status } from '../../../cli/api/routes.ts';
import {
  databaseAnswer,
  deletionAnswer,
  fleetAnswer,
  healthAnswer,
  replicationAnswer,
  statusAnswer,
  tableStatus,
} from './answers.ts';

let api: FakeApi;
let env: Record<string, string>;

beforeEach(async () => {
  api = await startFakeApi();
  env = { MILLRACE_API_URL: api.url, MILLRACE_TOKEN: 't', XDG_CONFIG_HOME: temporaryConfigHome() };
  api.on('GET /databases', {
    body: { databases: [databaseAnswer(), databaseAnswer({ database_id: 2, name: 'warehouse' })] },
  });
  api.on('GET /replications', { body: { replications: [replicationAnswer()] } });
  api.on('GET /replications/3', { body: replicationAnswer() });
  api.on('GET /replications/3/status', { body: statusAnswer() });
});
afterEach(() => api.close());

const name = 'shop to warehouse';
const cli = (...args: readonly string[]) => runCli(args, { env });

const statusIn = (status: Status['config']['status'], tables: Status['tables'] = []): Status =>
  statusAnswer({ config: { ...statusAnswer().config, status }, tables });

describe('what is there', () => {
  const listed = async (...replications: readonly ReturnType<typeof fleetAnswer>[]) => {
    api.on('GET /fleet', { body: { replications, timestamp: '2026-01-02T03:04:00Z', next_cursor: null } });
    return (await cli('ls')).stdout.split('\n');
  };

  test('ls names source and target, and how it is', async () => {
    const lines = await listed(fleetAnswer());
    expect(lines[0]).toBe('ID  NAME               STATUS  HEALTH   SOURCE  TARGET     TABLES  SINCE');
    expect(lines[1]).toMatch(
      /^ 3 {2}shop to warehouse {2}active {2}healthy {2}shop {4}warehouse {7}2 {2}2026-01-01 /,
    );
  });

  test('ls of a client that has none says how to begin, and with a filter that there is no such one', async () => {
    await listed();
    expect((await cli('ls', '--client', '2')).stdout).toContain('"millrace create" configures one');
    expect((await cli('ls', '--client', '2', '--status', 'error')).stdout).toBe('No such replication.\n');
  });

  const fault = { condition: 'source-unreachable', hop: 'source' } as const;

  test.each([
    [
      'a fault',
      { health: healthAnswer({ overall: 'failed', ...fault }) },
      'failed: source-unreachable at source',
    ],
    [
      'a look of ten minutes ago',
      { health: healthAnswer({ looked_at: '2026-01-02T02:54:05Z' }) },
      'unknown: last looked at 10 min',
    ],
    ['no look for long', { health: null }, 'unknown: last looked at'],
    ['no look yet', { health: null, status_since: '2026-01-02T03:04:00Z' }, 'not looked at yet'],
    ['a look of before the start', { status_since: '2026-01-02T03:04:00Z' }, 'not looked at yet'],
    ['an error', { status: 'error' }, 'failed'],
    ['a stop', { status: 'stopped' }, ''],
  ] as const)('ls after %s never says that it is healthy', async (_what, change, expected) => {
    const [, line = ''] = await listed(fleetAnswer(change));
    expect(line).toMatch(new RegExp(`(?:active|error|stopped) +${expected}`));
    expect(line).not.toContain('healthy');
  });

  test('ls shows the clients when there are several, and its filters go to the API', async () => {
    const lines = await listed(fleetAnswer(), fleetAnswer({ client_id: 2, client_name: 'umbrella' }));
    expect(lines[0]).toContain('CLIENT');
    expect(lines[2]).toContain('umbrella');
    await cli('ls', '--health', 'failed', '--status', 'active', '--name', 'shop', '--client', '2');
    expect(api.requests.at(-1)?.path).toBe(
      '/fleet?of_client=2&overall=failed&status=active&name=shop&limit=1000',
    );
  });

  test('status tells reasons, errors, lag and each table, those that need a person first', async () => {
    api.on('GET /replications/3/status', {
      body: statusAnswer({
        overall: 'degraded',
        reasons: ['A table is held.'],
        tables: [
          tableStatus('a_live', { last_change_at: '2026-01-02T03:03:50.000Z' }),
          tableStatus('copied', {
            state: 'copying',
            percent: 37.5,
            rows_per_second: 1_234,
            bytes_per_second: 2_500_000,
            slowest_chunk: { chunk: 3, duration_ms: 4_200 },
            seconds_left: 61,
            rows_inserted: null,
            rows_updated: null,
            rows_deleted: null,
          }),
          tableStatus('stuck', {
            state: 'held',
            message: 'Its shape has changed.',
            lag_events: null,
            lag_ms: null,
          }),
        ],
      }),
    });
    const { exitCode, stdout } = await cli('status', name);
    expect(exitCode).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^shop to warehouse \(3\): degraded, status active since /);
    expect(lines.slice(1, 7)).toEqual([
      '  because A table is held.',
      '  connector  RUNNING',
      '  consumer   RUNNING, last heartbeat 5 s ago',
      '  lag        0 changes',
      '  log kept   16.8 MB at the source',
      '  applied    1,000 rows copied, 3 inserted, 2 updated, 1 deleted',
    ]);
    expect(lines.slice(8)).toEqual([
      'TABLE          TARGET              STATE    ROWS COPIED  COPY                                                           LAG        INSERTED  UPDATED  DELETED  LAST CHANGE',
      'public.stuck   public.shop_stuck   held           1,000  100 %                                                                            3        2        1',
      'public.copied  public.shop_copied  copying        1,000  ██████░░░░░░░░░░  37 % 1,234 rows/s, 2.5 MB/s, 1 min 1 s left  0 changes',
      'public.a_live  public.shop_a_live  live           1,000  100 %                                                          0 changes         3        2        1  15 s ago',
      'public.copied: the slowest chunk, 3 of 4, took 4 s.',
      'public.stuck: Its shape has changed.',
      '',
    ]);
  });

  test('colours are for terminals without NO_COLOR', async () => {
    const colored = await runCli(['status', name], { env, isTerminal: true });
    expect(colored.stdout).toContain('\u001b[32mhealthy');
    const plain = await runCli(['status', name], { env: { ...env, NO_COLOR: '1' }, isTerminal: true });
    expect(plain.stdout).not.toContain('\u001b');
  });

  test('--watch shows each change until Ctrl-C, and asks an API again that does not answer', async () => {
    const interrupted = new AbortController();
    api.on(
      'GET /replications/3/status',
      { body: statusIn('starting') },
      problemAnswer(503, 'StoreUnavailable', 'The store does not answer.'),
      { body: statusIn('active') },
    );
    let sleeps = 0;
    const { exitCode, stdout, stderr } = await runCli(['status', name, '--watch', '-o', 'json'], {
      env,
      signal: interrupted.signal,
      onSleep: () => {
        sleeps += 1;
        if (sleeps === 3) interrupted.abort(new Error('interrupted'));
      },
    });
    expect(exitCode).toBe(130);
    const seen = stdout.trim().split('\n');
    expect(seen.map((line) => JSON.parse(line).config.status)).toEqual(['starting', 'active']);
    expect(stderr).toContain('The store does not answer. Asking again.');
  });
});

describe('create', () => {
  const discovered = (schema: string, table: string, replicable = true) => ({
    ...{ schema, table, kind: 'table', primary_key: ['id'], key_index: null },
    ...{ replica_identity: 'default', columns: 2 },
    ...{ estimated_rows: 10, bytes: 1_000, replicable },
    problems: replicable ? [] : [{ subject: table, message: 'It has no key.', remedy: null }],
  });
  beforeEach(() => {
    api.on('GET /databases/1/tables', {
      body: {
        tables: [
          discovered('public', 'orders'),
          discovered('sales', 'dotted.name'),
          discovered('public', 'twice'),
          discovered('sales', 'twice'),
          discovered('public', 'keyless', false),
        ],
      },
    });
    api.on('POST /replications', { status: 201, body: replicationAnswer({ status: 'configured' }) });
  });

  test('tables are found by how people write them', async () => {
    const { exitCode, stdout } = await cli(
      ...['create', '--source', 'shop', '--target', '2', '--table', 'orders'],
      ...['--table', 'sales.dotted.name', '--name', 'mine'],
    );
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('millrace start 3')]);
    expect(api.bodiesOf('POST /replications')).toEqual([
      {
        ...{ source_database_id: 1, target_database_id: 2, name: 'mine' },
        tables: [
          { source: { schema: 'public', table: 'orders' } },
          { source: { schema: 'sales', table: 'dotted.name' } },
        ],
      },
    ]);
  });

  test.each([
    ['orderz', 'Did you mean orders?'],
    ['twice', 'Say which one: public.twice, sales.twice.'],
  ])('%s is refused: %s', async (table, advice) => {
    const { exitCode, stderr } = await cli('create', '--source', '1', '--target', '2', '--table', table);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(advice)]);
    expect(api.bodiesOf('POST /replications')).toEqual([]);
  });

  test('--all-tables names what it leaves out', async () => {
    const { stderr } = await cli('create', '--source', '1', '--target', '2', '--all-tables');
    expect(stderr).toBe('Leaving out public.keyless: It has no key.\n');
    expect(api.bodiesOf('POST /replications')).toMatchObject([{ tables: { length: 4 } }]);
  });
});

describe('check', () => {
  const problem = {
    subject: 'source server',
    message: 'wal_level is replica, not logical.',
    remedy: "ALTER SYSTEM SET wal_level = 'logical'; then restart the server.",
  };
  const validation = (problems: readonly object[], warnings: readonly object[]) => ({
    body: { replication_id: 3, ready: problems.length === 0, problems, warnings },
  });

  test.each([
    [0, [], [], 'shop to warehouse can start.\n'],
    [1, [], [problem], 'shop to warehouse can start, 1 warning.\n'],
    [2, [problem, problem], [problem], 'shop to warehouse cannot start: 2 problems to fix, 1 warning.\n'],
  ])('it ends with %d', async (exitCode, problems, warnings, verdict) => {
    api.on('POST /replications/3/validate', validation(problems, warnings));
    const result = await cli('check', name);
    expect([result.exitCode, result.stdout]).toEqual([exitCode, expect.stringContaining(verdict)]);
  });

  test('it ends with 3 when the check could not be made', async () => {
    api.on(
      'POST /replications/3/validate',
      problemAnswer(504, 'DatabaseTimeout', 'The checks take too long.'),
    );
    const late = await cli('check', name);
    expect([late.exitCode, late.stderr]).toEqual([
      3,
      expect.stringContaining('could not be checked. The checks'),
    ]);
    expect((await cli('check', 'another')).exitCode).toBe(3);
    const unreachable = { ...env, MILLRACE_API_URL: 'http://127.0.0.1:1' };
    expect((await runCli(['check', name], { env: unreachable })).exitCode).toBe(3);
  });

  test('--fix-sql prints statements, and everything else as comments', async () => {
    api.on('POST /replications/3/validate', validation([problem], []));
    const { exitCode, stdout } = await cli('check', name, '--fix-sql');
    expect([exitCode, stdout]).toEqual([
      2,
      '-- source server: wal_level is replica, not logical.\n' +
        "ALTER SYSTEM SET wal_level = 'logical';\n-- then restart the server.\n\n",
    ]);
  });
});

describe('start', () => {
  beforeEach(() => {
    api.on('POST /replications/3/start', { status: 202, body: replicationAnswer({ status: 'starting' }) });
  });

  test('without --wait it comes back at once', async () => {
    const { exitCode, stdout } = await cli('start', '3', '--transaction-wait', '2m');
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('shop to warehouse (3): starting')]);
    expect(api.bodiesOf('POST /replications/3/start')).toEqual([{ transaction_wait_seconds: 120 }]);
  });

  test('with --wait it shows progress until every table is live', async () => {
    api.on(
      'GET /replications/3/status',
      { body: statusIn('starting') },
      {
        body: statusIn('starting', [
          tableStatus('orders', { state: 'copying', percent: 50, rows_per_second: 100, seconds_left: 5 }),
        ]),
      },
      { body: statusIn('active', [tableStatus('orders', { state: 'catching-up' })]) },
      { body: statusIn('active', [tableStatus('orders')]) },
    );
    const { exitCode, stdout, stderr } = await cli('start', name, '--wait', '10m');
    expect(exitCode).toBe(0);
    expect(stderr).toBe(
      [
        'shop to warehouse: starting',
        'shop to warehouse: starting; tables: 1 copying',
        '  ████████░░░░░░░░  50 %  public.orders  100 rows/s, 5 s left',
        'shop to warehouse: active; tables: 1 catching-up',
        'shop to warehouse: active; tables: 1 live',
        '',
      ].join('\n'),
    );
    expect(stdout).toContain('shop to warehouse (3): healthy');
  });

  test('--wait ends with 5 when it takes longer, and says that it goes on', async () => {
    api.on('GET /replications/3/status', { body: statusIn('starting') });
    const { exitCode, stderr } = await cli('start', name, '--wait', '30s');
    expect([exitCode, stderr]).toEqual([5, expect.stringContaining('was not reached within 30 s')]);
  });

  test.each(['error', 'needs-resync', 'stopped'] as const)(
    '--wait ends with 1 when it is %s',
    async (status) => {
      const { config } = statusIn(status);
      api.on('GET /replications/3/status', {
        body: statusAnswer({ config: { ...config, last_error_message: 'The slot is gone.' } }),
      });
      const { exitCode, stderr } = await cli('start', name, '--wait', '30s');
      expect([exitCode, stderr]).toEqual([1, expect.stringContaining(`is ${status}: The slot is gone.`)]);
    },
  );

  test('--wait ends with 1 when a table needs a person', async () => {
    const held = tableStatus('orders', { state: 'held', message: 'Its shape has changed.' });
    api.on('GET /replications/3/status', { body: statusIn('active', [held, tableStatus('other')]) });
    const { exitCode, stderr } = await cli('start', name, '--wait', '30s');
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringContaining('1 table needs you: public.orders is held. Its shape has changed.'),
    ]);
  });

  test.each(['10', '5 minutes', '-1s', 'shop'])('--wait %s is no duration', async (text) => {
    const { exitCode, stderr } = await cli('start', name, '--wait', text);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('is not a duration')]);
    expect(api.requests).toEqual([]);
  });
});

describe('pause, resume, restart, stop', () => {
  test('the reason goes to the activity', async () => {
    api.on('POST /replications/3/pause', { body: replicationAnswer({ status: 'pausing' }) });
    const { exitCode, stdout } = await cli('pause', name, '--reason', 'an upgrade');
    expect([exitCode, stdout]).toEqual([0, 'shop to warehouse (3): pausing\n']);
    expect(api.bodiesOf('POST /replications/3/pause')).toEqual([{ reason: 'an upgrade' }]);
  });

  test.each(['pause', 'stop'] as const)('%s waits until its parts have ended', async (command) => {
    const [ending, ended] =
      command === 'pause' ? (['pausing', 'paused'] as const) : (['stopping', 'stopped'] as const);
    api.on(`POST /replications/3/${command}`, { body: replicationAnswer({ status: ending }) });
    api.on(
      'GET /replications/3',
      { body: replicationAnswer({ status: ending }) },
      { body: replicationAnswer({ status: ended }) },
    );
    const { exitCode, stdout } = await cli(command, name, '--wait', '1m');
    expect([exitCode, stdout]).toEqual([0, `shop to warehouse (3): ${ended}\n`]);
  });

  test.each(['resume', 'restart'])('%s waits until every table is live', async (command) => {
    api.on(`POST /replications/3/${command}`, {
      status: 202,
      body: replicationAnswer({ status: 'starting' }),
    });
    api.on('GET /replications/3/status', { body: statusIn('starting') }, { body: statusAnswer() });
    const { exitCode, stderr } = await cli(command, name, '--wait', '1m');
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('active; tables: 1 live')]);
  });

  test('the status says who has paused it, and how long that may last', async () => {
    const pause = {
      ...{ since: '2026-01-01T00:00:00.000Z', by: 'anna', reason: 'an upgrade' },
      changes_kept_until: '2026-01-08T00:00:00.000Z',
    };
    api.on('GET /replications/3/status', { body: statusAnswer({ pause }) });
    const { stdout } = await cli('status', name);
    expect(stdout).toMatch(/^ {2}paused since 2026-01-01 .* by anna: an upgrade$/m);
    expect(stdout).toMatch(/^ {2}Kafka keeps the changes that wait until 2026-01-08 /m);
  });
});

describe('what destroys', () => {
  test('resync of everything takes the confirmation by name', async () => {
    api.on('POST /replications/3/start', { status: 202, body: replicationAnswer({ status: 'starting' }) });
    expect((await cli('resync', name)).exitCode).toBe(2);
    expect(api.bodiesOf('POST /replications/3/start')).toEqual([]);
    expect((await cli('resync', name, '--confirm', name)).exitCode).toBe(0);
    expect(api.bodiesOf('POST /replications/3/start')).toEqual([{ force_resync: true }]);
  });

  test('resync of one table names it so that no other is meant', async () => {
    api.on('POST /replications/3/tables/sales.dotted.name/resync', {
      status: 202,
      body: replicationAnswer(),
    });
    const { exitCode } = await cli('resync', '3', '--table', 'dotted.name', '--confirm', 'sales.dotted.name');
    const sent = api.requests.find(({ method }) => method === 'POST');
    expect([exitCode, sent?.path, sent?.body]).toEqual([
      0,
      '/replications/3/tables/sales.dotted.name/resync',
      { version: 4 },
    ]);
  });

  test('delete waits until it is gone', async () => {
    api.on('DELETE /replications/3', { status: 202, body: deletionAnswer() });
    api.on(
      'GET /replications/3/deletion',
      { body: deletionAnswer({ removed: ['start', 'consumer'] }) },
      { body: deletionAnswer({ state: 'done', removed: ['start', 'consumer', 'connector'] }) },
    );
    const { exitCode, stdout, stderr } = await cli(
      ...['delete', name, '--drop-target-tables', '--wait', '1m', '--confirm', name],
    );
    expect([exitCode, stdout]).toEqual([0, 'shop to warehouse (3) is deleted.\n']);
    expect(stderr).toContain('removed start, consumer\n');
    expect(api.requests.find(({ method }) => method === 'DELETE')?.path).toBe(
      '/replications/3?drop_target_tables=true',
    );
  });

  test('delete that is blocked lists what is left', async () => {
    api.on('DELETE /replications/3', { status: 202, body: deletionAnswer() });
    api.on('GET /replications/3/deletion', {
      body: deletionAnswer({
        state: 'blocked',
        remains: [{ part: 'source', problem: 'The slot is in use.', remedy: 'SELECT 1;' }],
      }),
    });
    const { exitCode, stderr } = await cli('delete', '3', '--wait', '1m', '--confirm', name);
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringContaining('  -  source: The slot is in use.\n     fix: SELECT 1;\n'),
    ]);
  });

  test('remove-tables removes one after the other, each at the version that it has seen', async () => {
    const running = { version: 5, state: 'running' as const, leaving: [], resync: [] };
    const table_change = { ...running, started_at: '2026-01-02T03:04:05.000Z', message: null };
    api.on(
      'GET /replications/3',
      { body: replicationAnswer() },
      { body: replicationAnswer({ tables_version: 5, table_change }) },
      { body: replicationAnswer({ tables_version: 5 }) },
    );
    api.on('DELETE /replications/3/tables/public.orders', { body: replicationAnswer({ table_change }) });
    api.on('DELETE /replications/3/tables/sales.dotted.name', {
      body: replicationAnswer({ table_count: 0 }),
    });
    const { exitCode } = await cli('remove-tables', '3', 'orders', 'dotted.name', '--confirm', name);
    expect(exitCode).toBe(0);
    expect(api.requests.filter(({ method }) => method === 'DELETE').map(({ path }) => path)).toEqual([
      '/replications/3/tables/public.orders?version=4',
      '/replications/3/tables/sales.dotted.name?version=5',
    ]);
  });
});
