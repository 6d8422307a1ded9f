/**
 * `npm run ci:summary -- STAGE=EXIT=SECONDS...`: how long each stage of CI took, and its closing line. The stages `usual`, `matrix`,
 * `faults`, `chain`, `secure`, `mysql`, `browser` and `api` keep the counts of their tests; one that has kept none in this run of CI has
 * failed. The stage `packages`, which installs them, counts as none when it passes. Every other stage counts as one test.
 */
import { pathToFileURL } from 'node:url';
import { closingLine, countsOfStep, sumCounts } from './run.ts';
import { type Counts, readSummary, readTimes, type StepTime } from './summaries.ts';

const testRuns: ReadonlyMap<string, readonly string[]> = new Map([
  ['usual', []],
  ['matrix', ['matrix']],
  ['faults', ['faults']],
  ['chain', ['chain']],
  ['secure', ['secure']],
  ['mysql', ['mysql']],
  ['browser', ['browser']],
  ['api', ['api']],
]);

const none: Counts = { passed: 0, failed: 0, skipped: 0 };
const oneFailed: Counts = { passed: 0, failed: 1, skipped: 0 };

export const countsOfStage = (
  stage: string,
  exitCode: number,
  read: (steps: readonly string[]) => Counts | undefined = readSummary,
): Counts => {
  const steps = testRuns.get(stage);
  if (steps !== undefined) return countsOfStep(read(steps) ?? oneFailed, exitCode);
  if (exitCode !== 0) return oneFailed;
  return stage === 'packages' ? none : { ...none, passed: 1 };
};

const timeLine = ({ name, seconds }: StepTime): string =>
  `${name.padEnd(20)}${seconds.toFixed(0).padStart(6)} s`;

/** A line for each stage, one for each of its steps where there are several, and one for all. */
export const timeLines = (
  stages: readonly StepTime[],
  stepsOf: (steps: readonly string[]) => readonly StepTime[] = readTimes,
): readonly string[] => [
  ...stages.flatMap((stage) => {
    const steps = stepsOf(testRuns.get(stage.name) ?? [stage.name]);
    return [
      timeLine(stage),
      ...(steps.length > 1 ? steps.map((step) => timeLine({ ...step, name: `  ${step.name}` })) : []),
    ];
  }),
  timeLine({ name: 'all', seconds: stages.reduce((sum, { seconds }) => sum + seconds, 0) }),
];

const main = (): void => {
  const stages = process.argv.slice(2).map((argument) => {
    const [name = '', exitCode = '1', seconds = '0'] = argument.split('=');
    return { name, counts: countsOfStage(name, Number(exitCode)), seconds: Number(seconds) };
  });
  const total = sumCounts(stages.map(({ counts }) => counts));
  process.stdout.write(`\n${timeLines(stages).join('\n')}\n${closingLine(total)}\n`);
  process.exitCode = stages.length > 0 && total.failed === 0 ? 0 : 1;
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) main();
