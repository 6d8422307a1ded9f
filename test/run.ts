/**
 * `npm test`: the checks of every layer, one after the other, and one closing line with the sum. With the names of steps,
 * as `node test/run.ts matrix`, it runs these alone.
 *
 * A failing step does not hide the later ones: all of them run, and the exit code is 1 when any failed. The static
 * checks (format, lint, types) count as one test each.
 */
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Counts, removeSummary, reportFolder, writeSummary } from './summaries.ts';

const root = path.resolve(import.meta.dirname, '..');

/** The part of jest's JSON report that is read here. */
export interface JestReport {
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

/** What a shell returns for a program that Ctrl-C ended: 128 + SIGINT. */
const interruptedExitCode = 130;
let interruptedBy: NodeJS.Signals | undefined;

const run = (command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
    const forward = (signal: NodeJS.Signals): void => {
      interruptedBy = signal;
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

interface Step {
  readonly name: string;
  readonly run: () => Promise<Counts>;
}
const staticStep = (name: string): Step => ({ name, run: () => runStatic(name) });
const jestStep = (name: string): Step => ({ name, run: () => runJest(name) });

/** The projects of jest.config.mjs that `npm test` runs. */
export const usualProjects: readonly string[] = [
  'unit',
  'console',
  'infra',
  'state-machines',
  'integration',
  'product',
];
/** Those that take longer, and have a command of their own. */
export const longProjects: readonly string[] = ['matrix', 'faults', 'chain', 'secure', 'browser', 'api'];
/** Rehearsals on a stack of their own, of which nothing but their own command runs anything: CI has an hour. */
export const rehearsalProjects: readonly string[] = ['regions'];

/** Within 15 minutes on two cores. */
const usualSteps: readonly Step[] = [
  ...['format', 'lint', 'types'].map(staticStep),
  ...usualProjects.map(jestStep),
];
const longSteps: readonly Step[] = longProjects.map(jestStep);

const chooseSteps = (names: readonly string[]): readonly Step[] => {
  if (names.length === 0) return usualSteps;
  const all = [...usualSteps, ...longSteps];
  return names.map((name) => {
    const step = all.find((one) => one.name === name);
    if (step === undefined)
      throw new Error(`There is no step ${name}; there are ${all.map((one) => one.name).join(', ')}.`);
    return step;
  });
};

const main = async (): Promise<void> => {
  const names = process.argv.slice(2);
  removeSummary(names);
  const steps = chooseSteps(names);
  const results: { name: string; counts: Counts; seconds: number }[] = [];
  for (const step of steps) {
    const startedAt = performance.now();
    process.stdout.write(`\n== ${step.name}\n`);
    const counts = await step.run().catch((error: unknown): Counts => {
      process.stderr.write(`${step.name} could not run: ${String(error)}\n`);
      return { passed: 0, failed: 1, skipped: 0 };
    });
    if (interruptedBy !== undefined) {
      process.stdout.write(`\nEnded by ${interruptedBy}; the later steps were not run.\n`);
      process.exitCode = interruptedExitCode;
      return;
    }
    results.push({ name: step.name, counts, seconds: (performance.now() - startedAt) / 1000 });
  }
  process.stdout.write('\n');
  for (const { name, counts, seconds } of results) {
    process.stdout.write(`${name.padEnd(16)}${closingLine(counts)} (${seconds.toFixed(0)} s)\n`);
  }
  const total = sumCounts(results.map((result) => result.counts));
  writeSummary(names, total, reportFolder, results);
  process.stdout.write(`${closingLine(total)}\n`);
  process.exitCode = total.failed === 0 ? 0 : 1;
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
