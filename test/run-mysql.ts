/**
 * `npm run test:mysql`: the suites of MySQL against a real MySQL server, which is fetched from Debian's packages and stopped in
 * the end. Where none can be fetched it says what is missing, and counts one skipped test.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findMissing, startMysql } from './mysql-server.ts';
import {
  type Counts,
  closingLine,
  countsOfReport,
  countsOfStep,
  type JestReport,
  summaryFile,
} from './run.ts';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const reportFile = path.resolve(import.meta.dirname, '..', '.millrace', 'test', 'mysql.json');

const runSuites = (url: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const report = ['--json', `--outputFile=${reportFile}`];
    const args = ['run', '--silent', 'test:mysql:suites', '--', ...report, ...process.argv.slice(2)];
    const child = spawn('npm', args, {
      cwd: path.resolve(import.meta.dirname, '..'),
      stdio: 'inherit',
      env: { ...process.env, MILLRACE_TEST_MYSQL_URL: url, MILLRACE_TEST_MYSQL_ONLY: 'yes' },
    });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });

const finish = (counts: Counts): number => {
  writeFileSync(summaryFile(['mysql']), JSON.stringify(counts));
  say(closingLine(counts));
  return counts.failed === 0 ? 0 : 1;
};

const main = async (): Promise<number> => {
  mkdirSync(path.dirname(reportFile), { recursive: true });
  rmSync(reportFile, { force: true });
  const missing = await findMissing();
  if (missing !== undefined) {
    say(`MySQL is not tested: ${missing}.`);
    return finish({ passed: 0, failed: 0, skipped: 1 });
  }
  const server = await startMysql(say);
  say(`Testing with MySQL ${server.version}`);
  try {
    const exitCode = await runSuites(server.url);
    const report = JSON.parse(readFileSync(reportFile, 'utf8')) as JestReport;
    return finish(countsOfStep(countsOfReport(report), exitCode));
  } finally {
    await server.stop();
  }
};

process.exitCode = await main();
