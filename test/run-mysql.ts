/**
 * `npm run test:mysql`: the suites of MySQL against a real MySQL server, which is fetched from Debian's packages and stopped in
 * the end, also after Ctrl-C. Where none can be fetched it says what is missing, and counts one skipped test.
 */
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { fetchServer, startMysql } from './mysql-server.ts';
import { closingLine, countsOfReport, countsOfStep, type JestReport } from './run.ts';
import { type Counts, removeSummary, reportFolder, writeSummary } from './summaries.ts';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const reportFile = path.join(reportFolder, 'mysql.json');

const stop = new AbortController();
let endedBy: NodeJS.Signals | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // Not once: a second Ctrl-C must not end the program before the server has ended.
  process.on(signal, () => {
    endedBy ??= signal;
    stop.abort(new Error(`Ended by ${signal}.`));
  });
}

const runSuites = (url: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const report = ['--json', `--outputFile=${reportFile}`];
    const args = ['run', '--silent', 'test:mysql:suites', '--', ...report, ...process.argv.slice(2)];
    const child = spawn('npm', args, {
      cwd: path.resolve(import.meta.dirname, '..'),
      stdio: 'inherit',
      env: { ...process.env, MILLRACE_TEST_MYSQL_URL: url, MILLRACE_TEST_MYSQL_ONLY: 'yes' },
    });
    // Ctrl-C reaches it by itself; a signal that was sent to this process alone does not.
    const forward = (): boolean => child.kill(endedBy);
    stop.signal.addEventListener('abort', forward, { once: true });
    if (stop.signal.aborted) forward();
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });

const finish = (counts: Counts): number => {
  writeSummary(['mysql'], counts);
  say(closingLine(counts));
  return counts.failed === 0 ? 0 : 1;
};

const main = async (): Promise<number> => {
  removeSummary(['mysql']);
  rmSync(reportFile, { force: true });
  const { signal } = stop;
  const fetched = await fetchServer({ say, signal });
  if ('missing' in fetched) {
    say(`MySQL is not tested: ${fetched.missing}`);
    return finish({ passed: 0, failed: 0, skipped: 1 });
  }
  const server = await startMysql(fetched.root, { say, signal });
  say(`Testing with MySQL ${server.version}`);
  try {
    const exitCode = await runSuites(server.url);
    signal.throwIfAborted();
    const report = JSON.parse(readFileSync(reportFile, 'utf8')) as JestReport;
    return finish(countsOfStep(countsOfReport(report), exitCode));
  } finally {
    await server.stop();
  }
};

try {
  process.exitCode = await main();
} catch (error) {
  if (endedBy === undefined) throw error;
  say(`Ended by ${endedBy}; the server is stopped.`);
  // What a shell returns for a program that a signal ended.
  process.exitCode = 128 + constants.signals[endedBy];
}
