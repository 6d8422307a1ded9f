/**
 * `npm test`: every check of the project, one after the other, and one closing line with the sum.
 *
 * A failing step does not hide the later ones: all of them run, and the exit code is 1 when any failed. The static
 * checks (format, lint, types) count as one test each.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const root = path.resolve(import.meta.dirname, '..');
const reportFolder = path.join(root, '.millrace', 'test');

/** The part of jest's JSON report that is read here. */
interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numRuntimeErrorTestSuites: number;
}

/** A suite that could not even be loaded has no failed test, so it counts as one. */
export const countsOfReport = (report: JestReport): Counts => ({
  passed: report.numPassedTests,
  failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
  skipped: report.numPendingTests + report.numTodoTests,
});

/** A step that exits badly has failed something, whatever it counted (a leaked handle, a crash of the runner). */
export const countsOfStep = (counts: Counts, exitCode: number): Counts =>
  exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;

export const sumCounts = (all: readonly Counts[]): Counts =>
  all.reduce(
    (sum, one) => ({
      passed: sum.passed + one.passed,
      failed: sum.failed + one.failed,
      skipped: sum.skipped + one.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );

export const closingLine = (counts: Counts): string =>
  `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;

const run = (command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
    const forward = (signal: NodeJS.Signals): void => {
      child.kill(signal);
    };
    process.once('SIGINT', forward);
    process.once('SIGTERM', forward);
    child.once('error', reject);
    child.once('close', (code) => {
      process.off('SIGINT', forward);
      process.off('SIGTERM', forward);
      resolve(code ?? 1);
    });
  });

const runStatic = async (script: string): Promise<Counts> => {
  const exitCode = await run('npm', ['run', '--silent', script]);
  return exitCode === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
};

const runJest = async (project: string): Promise<Counts> => {
  const reportFile = path.join(reportFolder, `${project}.json`);
  rmSync(reportFile, { force: true });
  const exitCode = await run('npm', [
    'run',
    '--silent',
    `test:${project}`,
    '--',
    '--json',
    `--outputFile=${reportFile}`,
  ]);
  const report = JSON.parse(readFileSync(reportFile, 'utf8')) as JestReport;
  return countsOfStep(countsOfReport(report), exitCode);
};

const steps: readonly { readonly name: string; readonly run: () => Promise<Counts> }[] = [
  { name: 'format', run: () => runStatic('format') },
  { name: 'lint', run: () => runStatic('lint') },
  { name: 'types', run: () => runStatic('types') },
  { name: 'unit', run: () => runJest('unit') },
  { name: 'infra', run: () => runJest('infra') },
  { name: 'state-machines', run: () => runJest('state-machines') },
  { name: 'integration', run: () => runJest('integration') },
  { name: 'chain', run: () => runJest('chain') },
];

const main = async (): Promise<void> => {
  mkdirSync(reportFolder, { recursive: true });
  const results: { name: string; counts: Counts; seconds: number }[] = [];
  for (const step of steps) {
    const startedAt = performance.now();
    process.stdout.write(`\n== ${step.name}\n`);
    const counts = await step.run().catch((error: unknown): Counts => {
      process.stderr.write(`${step.name} could not run: ${String(error)}\n`);
      return { passed: 0, failed: 1, skipped: 0 };
    });
    results.push({ name: step.name, counts, seconds: (performance.now() - startedAt) / 1000 });
  }
  process.stdout.write('\n');
  for (const { name, counts, seconds } of results) {
    process.stdout.write(`${name.padEnd(16)}${closingLine(counts)} (${seconds.toFixed(0)} s)\n`);
  }
  const total = sumCounts(results.map((result) => result.counts));
  writeFileSync(path.join(reportFolder, 'summary.json'), JSON.stringify(total));
  process.stdout.write(`${closingLine(total)}\n`);
  process.exitCode = total.failed === 0 ? 0 : 1;
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
