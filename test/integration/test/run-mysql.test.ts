import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect, jest, test } from '@jest/globals';
import { fetchServer } from '../../mysql-server.ts';

jest.setTimeout(300_000);

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const isFetched = existsSync(path.join(root, '.millrace', 'cache', 'mysql', 'root'));

test('a machine that does not reach the packages tests no MySQL, and says why', async () => {
  const cache = mkdtempSync(path.join(tmpdir(), 'millrace-no-mysql-'));
  try {
    // Nobody listens there.
    const archive = 'http://127.0.0.1:1/debian';
    const fetched = await fetchServer({ say: () => {}, cache, archive });
    expect(fetched).toEqual({ missing: expect.any(String) });
    expect(readdirSync(cache)).not.toContain('root');
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
});

const dataFolders = () => readdirSync(tmpdir()).filter((name) => /^millrace-mysql-\d+-\d+$/.test(name));

(isFetched ? test : test.skip)(
  'Ctrl-C stops the servers and removes their data (needs the server that npm run test:mysql fetches)',
  async () => {
    const before = dataFolders();
    const child = spawn(process.execPath, ['test/run-mysql.ts', '-t', 'no test has this name'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      // jest's own workers would share the summary and the options of this run.
      env: { ...process.env, NODE_OPTIONS: '', MILLRACE_CI_RUN: 'a test' },
    });
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      if (line.startsWith('Testing with MySQL')) child.kill('SIGINT');
    });
    const exitCode = await new Promise((resolve) => child.once('close', resolve));
    expect(exitCode).toBe(130);
    expect(lines.at(-1)).toBe('Ended by SIGINT; the servers are stopped.');
    expect(dataFolders()).toEqual(before);
    expect(serversOf(child.pid)).toEqual([]);
  },
);

/** Pids of the servers that this run of the program started, by the data folder that is named after its pid. */
const serversOf = (pid: number | undefined): readonly string[] =>
  readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(`millrace-mysql-${pid}-`);
    } catch {
      return false; // It has ended.
    }
  });
