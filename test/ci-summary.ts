/**
 * `npm run ci:summary -- STAGE=EXIT...`: the closing line of CI, for the stages that ran. The stages `usual`, `matrix`,
 * `faults`, `chain` and `mysql` keep the counts of their tests. Every other stage counts as one test.
 */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { type Counts, closingLine, countsOfStep, sumCounts, summaryFile } from './run.ts';

const testRuns: ReadonlyMap<string, readonly string[]> = new Map([
  ['usual', []],
  ['matrix', ['matrix']],
  ['faults', ['faults']],
  ['chain', ['chain']],
  ['mysql', ['mysql']],
]);

const readCounts = (steps: readonly string[]): Counts => {
  try {
    return JSON.parse(readFileSync(summaryFile(steps), 'utf8')) as Counts;
  } catch {
    // The tests ended before they could write their sum.
    return { passed: 0, failed: 1, skipped: 0 };
  }
};

export const countsOfStage = (
  stage: string,
  exitCode: number,
  read: (steps: readonly string[]) => Counts = readCounts,
): Counts => {
  const steps = testRuns.get(stage);
  if (steps !== undefined) return countsOfStep(read(steps), exitCode);
  return exitCode === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
};

const main = (): void => {
  const counts = process.argv.slice(2).map((argument) => {
    const [stage = '', exitCode = '1'] = argument.split('=');
    return countsOfStage(stage, Number(exitCode));
  });
  const total = sumCounts(counts);
  process.stdout.write(`${closingLine(total)}\n`);
  process.exitCode = counts.length > 0 && total.failed === 0 ? 0 : 1;
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) main();
