import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { adminToken, awaitEqual, createTenant, runningStack, type Tenant } from './harness.ts';

const millrace = fileURLToPath(new URL('../../cli/bin/millrace.js', import.meta.url));

/** The command line as a process of its own, as people run it. */
describe('the life of a replication by the command line', () => {
  let tenant: Tenant;
  let configHome: string;

  beforeAll(async () => {
    tenant = await createTenant('cli');
    configHome = mkdtempSync(join(tmpdir(), 'millrace-cli-chain-'));
    await tenant.source.query(`
      CREATE TABLE orders (id int PRIMARY KEY, note text);
      INSERT INTO orders SELECT n, 'note ' || n FROM generate_series(1, 500) n;
      CREATE TABLE left_out (id int PRIMARY KEY)`);
  });
  afterAll(async () => {
    await tenant.close();
    rmSync(configHome, { recursive: true, force: true });
  });

  const begin = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    spawn(process.execPath, [millrace, ...args], {
      env: { PATH: process.env.PATH, XDG_CONFIG_HOME: configHome, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });

  const run = async (
    args: readonly string[],
    { stdin = '', env }: { readonly stdin?: string; readonly env?: NodeJS.ProcessEnv } = {},
  ): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }> => {
    const child = begin(args, env);
    child.stdin.end(stdin);
    const [stdout, stderr, [exitCode]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    return { exitCode, stdout, stderr };
  };

  const succeed = async (...args: readonly string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await run(args);
    if (exitCode !== 0)
      throw new Error(`millrace ${args.join(' ')} ended with ${exitCode}: ${stderr}${stdout}`);
    return stdout;
  };

  test('an operator logs in, makes a client, and acts for it', async () => {
    const login = await run(['login', '--url', runningStack().api.url, '--token-env', 'ADMIN'], {
      env: { ADMIN: await adminToken() },
    });
    expect([login.exitCode, login.stderr]).toEqual([0, expect.stringContaining('admin of all clients')]);
    await succeed('clients', 'add', `${tenant.databaseName} by hand`);
    await succeed('clients', 'token', `${tenant.databaseName} by hand`, '--save-as', 'client');
    expect(await succeed('ls')).toContain('No replication');
  });

  test('databases are registered and tested', async () => {
    for (const side of ['source', 'target'] as const) {
      const { host, port, user, password } = runningStack()[side];
      const added = await run(
        [
          ...['databases', 'add', side, '--kind', 'postgresql', '--host', host, '--port', String(port)],
          ...[
            '--database',
            tenant.databaseName,
            '--username',
            user,
            '--tls-mode',
            'disable',
            '--password-stdin',
          ],
        ],
        { stdin: `${password}\n` },
      );
      expect([added.exitCode, added.stderr]).toEqual([0, '']);
      expect(await succeed('databases', 'test', side, '--as', side)).toContain(`As a ${side}: ready`);
    }
    expect(await succeed('discover', 'source')).toContain('public.orders');
  });

  test('a replication is created, checked, started, and watched', async () => {
    await succeed(
      ...['create', '--source', 'source', '--target', 'target', '--table', 'orders', '--name', 'orders'],
    );
    const checked = await run(['check', 'orders']);
    expect([checked.exitCode, checked.stdout]).toEqual([
      1,
      expect.stringContaining('max_slot_wal_keep_size'),
    ]);
    const started = await run(['start', 'orders', '--wait', '2m']);
    expect([started.exitCode, started.stderr]).toEqual([0, expect.stringContaining('tables: 1 live')]);
    expect(started.stdout).toContain('public.orders');

    await tenant.source.query("INSERT INTO orders VALUES (1000, 'later')");
    const all = (table: string): string => `SELECT id, note FROM ${table} ORDER BY id`;
    await awaitEqual(tenant, all('orders'), all(`${tenant.databaseName}_orders`));

    const file = join(configHome, 'orders.yaml');
    writeFileSync(file, await succeed('export', 'orders'));
    expect(await succeed('plan', '-f', file)).toBe('No changes.\n');

    const watching = begin(['status', 'orders', '--watch', '-o', 'json']);
    const [first] = await once(watching.stdout, 'data');
    expect(JSON.parse(String(first))).toMatchObject({ config: { status: 'active' } });
    watching.kill('SIGINT');
    expect(await once(watching, 'close')).toEqual([130, null]);
  });

  test('it is deleted, and its databases are forgotten', async () => {
    const deleted = await run([
      'delete',
      'orders',
      '--wait',
      '2m',
      '--drop-target-tables',
      '--confirm',
      'orders',
    ]);
    expect([deleted.exitCode, deleted.stdout]).toEqual([0, expect.stringContaining('is deleted')]);
    expect(await succeed('ls', '-o', 'json')).toBe('{\n  "replications": []\n}\n');
    for (const side of ['source', 'target']) await succeed('databases', 'rm', side, '--confirm', side);
    const { rows } = await tenant.target.query(
      `SELECT to_regclass('${tenant.databaseName}_orders')::text AS name`,
    );
    expect(rows).toEqual([{ name: null }]);
  });
});
