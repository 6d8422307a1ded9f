/**
 * `npm run test:mysql`: the suites of MySQL against a real MySQL server, which is fetched from Debian's packages and stopped in
 * the end. Where none can be fetched it says what is missing, and counts one skipped test.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { findMissing, startMysql } from './mysql-server.ts';
import { closingLine } from './run.ts';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const runSuites = (url: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn('npm', ['run', '--silent', 'test:mysql:suites', '--', ...process.argv.slice(2)], {
      cwd: path.resolve(import.meta.dirname, '..'),
      stdio: 'inherit',
      env: { ...process.env, MILLRACE_TEST_MYSQL_URL: url, MILLRACE_TEST_MYSQL_ONLY: 'yes' },
    });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });

const main = async (): Promise<number> => {
  const missing = await findMissing();
  if (missing !== undefined) {
    say(`MySQL is not tested: ${missing}.`);
    say(closingLine({ passed: 0, failed: 0, skipped: 1 }));
    return 0;
  }
  const server = await startMysql(say);
  say(`Testing with MySQL ${server.version}`);
  try {
    return await runSuites(server.url);
  } finally {
    await server.stop();
  }
};

process.exitCode = await main();
