/**
 * `npm run ci:summary -- STAGE=EXIT...`: the closing line of CI, for the stages that ran. The stages `usual`, `matrix`,
 * `faults`, `chain`, `mysql`, `browser` and `api` keep the counts of their tests; one that has kept none in this run of CI has failed. Every
 * other stage counts as one test.
 */
import { pathToFileURL } from 'node:url';
import { closingLine, countsOfStep, sumCounts } from './run.ts';
import { type Counts, readSummary } from './summaries.ts';

const testRuns: ReadonlyMap<string, readonly string[]> = new Map([
  ['usual', []],
  ['matrix', ['matrix']],
  ['faults', ['faults']],
  ['chain', ['chain']],
  ['mysql', ['mysql']],
  ['browser', ['browser']],
  ['api', ['api']],
]);

const oneFailed: Counts = { passed: 0, failed: 1, skipped: 0 };

export const countsOfStage = (
  stage: string,
  exitCode: number,
  read: (steps: readonly string[]) => Counts | undefined = readSummary,
): Counts => {
  const steps = testRuns.get(stage);
  if (steps !== undefined) return countsOfStep(read(steps) ?? oneFailed, exitCode);
  return exitCode === 0 ? { passed: 1, failed: 0, skipped: 0 } : oneFailed;
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
