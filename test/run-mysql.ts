/**
 * `npm run test:mysql`, and `npm run test:mysql -- chain`: the suites of MySQL against real MySQL servers, one for each of jest's workers, since a suite does with its
 * server what it wants. They are fetched from Debian's packages and stopped in the end, also after Ctrl-C. Where none can be fetched it says what is missing, and counts one skipped test.
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

/** `chain`: suites of the whole chain, which have MySQL where they otherwise have MariaDB. */
const isChain = process.argv[2] === 'chain';
const step = isChain ? 'mysql-chain' : 'mysql';

/** Much of what a suite does is to wait, so that two cores serve three. The chain has one stack. */
const serverCount = isChain ? 1 : 3;

/** Given to jest where nothing else is asked for. Their pairs are called by MariaDB, in whose place MySQL is. */
const usualChain = ['--testPathPatterns', 'chain/(approved|followed|recopied)-changes', '-t', 'mariadb'];

const reportFile = path.join(reportFolder, `${step}.json`);

const stop = new AbortController();
let endedBy: NodeJS.Signals | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // Not once: a second Ctrl-C must not end the program before the server has ended.
  process.on(signal, () => {
    endedBy ??= signal;
    stop.abort(new Error(`Ended by ${signal}.`));
  });
}

const runSuites = (urls: readonly string[]): Promise<number> =>
  new Promise((resolve, reject) => {
    const report = ['--json', `--outputFile=${reportFile}`];
    const given = process.argv.slice(isChain ? 3 : 2);
    const chosen = isChain && given.length === 0 ? usualChain : given;
    const options = [`--maxWorkers=${urls.length}`, ...report, ...chosen];
    const args = ['run', '--silent', `test:mysql:${isChain ? 'chain' : 'suites'}`, '--', ...options];
    const child = spawn('npm', args, {
      cwd: path.resolve(import.meta.dirname, '..'),
      stdio: 'inherit',
      env: { ...process.env, MILLRACE_TEST_MYSQL_URL: urls.join(' '), MILLRACE_TEST_MYSQL_ONLY: 'yes' },
    });
    // Ctrl-C reaches it by itself; a signal that was sent to this process alone does not.
    const forward = (): boolean => child.kill(endedBy);
    stop.signal.addEventListener('abort', forward, { once: true });
    if (stop.signal.aborted) forward();
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });

const finish = (counts: Counts): number => {
  writeSummary([step], counts);
  say(closingLine(counts));
  return counts.failed === 0 ? 0 : 1;
};

const main = async (): Promise<number> => {
  removeSummary([step]);
  rmSync(reportFile, { force: true });
  const { signal } = stop;
  const fetched = await fetchServer({ say, signal });
  if ('missing' in fetched) {
    say(`MySQL is not tested: ${fetched.missing}`);
    return finish({ passed: 0, failed: 0, skipped: 1 });
  }
  const { root } = fetched;
  const starts = Array.from({ length: serverCount }, (_, index) =>
    startMysql(root, { say: index === 0 ? say : () => {}, signal, number: index + 1 }),
  );
  const outcomes = await Promise.allSettled(starts);
  const servers = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  try {
    // Throws what a start has thrown; the others are stopped.
    await Promise.all(starts);
    say(`Testing with MySQL ${servers[0]?.version}`);
    const exitCode = await runSuites(servers.map(({ url }) => url));
    signal.throwIfAborted();
    const report = JSON.parse(readFileSync(reportFile, 'utf8')) as JestReport;
    const counts = countsOfReport(report);
    const isNothing = counts.passed + counts.failed === 0;
    if (isNothing) say('No test was run: what was asked for fits none.');
    return finish(countsOfStep(counts, isNothing ? 1 : exitCode));
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
};

try {
  process.exitCode = await main();
} catch (error) {
  if (endedBy === undefined) throw error;
  say(`Ended by ${endedBy}; the servers are stopped.`);
  // What a shell returns for a program that a signal ended.
  process.exitCode = 128 + constants.signals[endedBy];
}
