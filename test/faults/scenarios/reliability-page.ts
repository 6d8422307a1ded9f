import { toTable } from '#core/databases/markdown-table.ts';
import { hasPassed, proofKey, type RandomRun, type Results } from './results.ts';
import {
  anyFault,
  type GrowthProof,
  groups,
  type Proof,
  type RandomProof,
  type Scenario,
  type TestProof,
} from './scenarios.ts';

type Outcome = 'passed' | 'failed' | 'not run yet';

interface ProofResult {
  readonly outcome: Outcome;
  /** The day of the last run. */
  readonly day?: string;
}

const dayOf = (at: string): string => at.slice(0, 10);

const worstOf = (results: readonly ProofResult[]): ProofResult => {
  const ran = results.filter(({ outcome }) => outcome !== 'not run yet');
  if (ran.length === 0) return { outcome: 'not run yet' };
  const failed = ran.filter(({ outcome }) => outcome === 'failed');
  const days = (failed.length > 0 ? failed : ran).flatMap(({ day }) => day ?? []).toSorted();
  const day = days.at(-1);
  return { outcome: failed.length > 0 ? 'failed' : 'passed', ...(day !== undefined && { day }) };
};

const resultOfTest = (proof: TestProof, { tests }: Results): ProofResult => {
  const { usual, mysql } = tests[proofKey(proof)] ?? {};
  const ran = [usual, mysql].filter((result) => result !== undefined);
  return worstOf(ran.map(({ outcome, at }) => ({ outcome, day: dayOf(at) })));
};

/** The last run that had the fault counts. */
const lastRunOf = ({ fault }: RandomProof, { randomRuns }: Results): RandomRun | undefined =>
  randomRuns.findLast(({ faults }) => fault === anyFault || (faults[fault] ?? 0) > 0);

const resultOfRandom = (proof: RandomProof, results: Results): ProofResult => {
  const run = lastRunOf(proof, results);
  if (run === undefined) return { outcome: 'not run yet' };
  const isInnocent =
    proof.fault !== anyFault && run.blamed !== undefined && run.blamed[proof.fault] === undefined;
  return { outcome: hasPassed(run) || isInnocent ? 'passed' : 'failed', day: dayOf(run.at) };
};

const resultOfSelfTest = ({ selfTests }: Results): ProofResult =>
  worstOf(
    Object.values(selfTests).map(({ isSeen, at }) => ({
      outcome: isSeen ? 'passed' : 'failed',
      day: dayOf(at),
    })),
  );

const resultOfGrowth = ({ growth }: GrowthProof, results: Results): ProofResult => {
  const run = results.growth[growth];
  if (run === undefined) return { outcome: 'not run yet' };
  return { outcome: run.hasPassed ? 'passed' : 'failed', day: dayOf(run.at) };
};

const resultOf = (proof: Proof, results: Results): ProofResult => {
  if ('file' in proof) return resultOfTest(proof, results);
  if ('growth' in proof) return resultOfGrowth(proof, results);
  return 'fault' in proof ? resultOfRandom(proof, results) : resultOfSelfTest(results);
};

const scenarioResult = ({ proofs }: Scenario, results: Results): ProofResult =>
  worstOf(proofs.map((proof) => resultOf(proof, results)));

const describeResult = (scenario: Scenario, results: Results): string => {
  if (scenario.proofs.length === 0) return '**not tested yet**';
  const { outcome, day } = scenarioResult(scenario, results);
  const words = outcome === 'failed' ? '**failed**' : outcome;
  return day === undefined ? words : `${words}, ${day}`;
};

/** The path without what every test has. */
const labelOf = (file: string): string => file.replace(/\.test\.ts$/, '');

const describeProofs = ({ proofs }: Scenario, results: Results): string => {
  const files = Map.groupBy(
    proofs.filter((proof) => 'file' in proof),
    ({ file }) => file,
  );
  const tests = Array.from(files, ([file, ofFile]) => {
    const { outcome } = worstOf(ofFile.map((proof) => resultOfTest(proof, results)));
    const isWithMysql = ofFile.some((proof) => results.tests[proofKey(proof)]?.mysql !== undefined);
    const notes = [...(outcome === 'passed' ? [] : [outcome]), ...(isWithMysql ? ['MySQL too'] : [])];
    return `[${labelOf(file)}]${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`;
  });
  const faults = proofs
    .filter((proof) => 'fault' in proof)
    .map((proof) => {
      const { outcome } = resultOfRandom(proof, results);
      const words = proof.fault === anyFault ? 'every random run' : `random: ${proof.fault}`;
      return outcome === 'passed' ? words : `${words} (${outcome})`;
    });
  const selfTests = proofs.some((proof) => 'isSelfTest' in proof) ? ['[self-test](#self-test)'] : [];
  const growing = proofs
    .filter((proof) => 'growth' in proof)
    .map((proof) => {
      const { outcome } = resultOfGrowth(proof, results);
      const words = `[growth: ${proof.growth}](#growth)`;
      return outcome === 'passed' ? words : `${words} (${outcome})`;
    });
  return [...tests, ...growing, ...faults, ...selfTests].join(', ');
};

const groupSection = (group: string, list: readonly Scenario[], results: Results): string =>
  [
    `## ${group}\n`,
    toTable([
      ['scenario', 'what happens', 'what is promised', 'last result', 'shown by'],
      ...list.map((scenario) => [
        scenario.id,
        scenario.what,
        scenario.promise,
        describeResult(scenario, results),
        describeProofs(scenario, results),
      ]),
    ]),
  ].join('\n');

const randomSection = ({ randomRuns }: Results): string => {
  const opening = `## Random runs

A run breaks the whole product while it replicates PostgreSQL and MariaDB both ways: what it breaks, when and how long follows from its
seed. Meanwhile rows and tables are changed, and the status is compared with both ends all the time. A run has passed when it has no
lost, doubled or phantom row, no second of a wrong green light, and no incident that its faults do not explain. To repeat one:
\`npm run test:faults -- --seed SEED --minutes MINUTES\`.
`;
  if (randomRuns.length === 0) return `${opening}\nNo result of a run is recorded yet.`;
  const count = (run: RandomRun): number => Object.values(run.faults).reduce((sum, times) => sum + times, 0);
  const header = ['seed', 'day', 'minutes', 'faults', 'commits', 'row changes', 'lost', 'doubled', 'phantom'];
  return `${opening}\n${toTable([
    [...header, 'seconds of a wrong green light', 'result'],
    ...randomRuns.map((run) => [
      ...[run.seed, dayOf(run.at), run.minutes, count(run), run.commits, run.events].map(String),
      ...[run.lost, run.doubled, run.phantom, run.wrongGreenSeconds].map(String),
      hasPassed(run) ? 'passed' : '**failed**',
    ]),
  ])}\n\n${totalsOf(randomRuns)}`;
};

const totalsOf = (runs: readonly RandomRun[]): string => {
  const sum = (of: (run: RandomRun) => number): string =>
    runs.reduce((total, run) => total + of(run), 0).toLocaleString('en');
  const faults = sum((run) => Object.values(run.faults).reduce((total, times) => total + times, 0));
  return (
    `In all ${sum(({ minutes }) => minutes)} minutes of faults, ${faults} faults, ${sum(({ commits }) => commits)} commits and ` +
    `${sum(({ events }) => events)} row changes: ${sum(({ lost }) => lost)} rows lost, ${sum(({ doubled }) => doubled)} doubled, ` +
    `${sum(({ phantom }) => phantom)} phantom, ${sum(({ wrongGreenSeconds }) => wrongGreenSeconds)} seconds of a wrong green light.`
  );
};

const growthSection = ({ growth }: Results): string => {
  const opening = `## Growth

Runs that write much, from PostgreSQL to PostgreSQL, while the memory of the consumer is watched: \`npm run test:faults -- growth\`. One
has passed when both ends are equal, the consumer never has more than 256 MiB above its idle memory, and in a run that goes on and on
the second half has no more than the first, by the median.
`;
  const all = Object.entries(growth).toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (all.length === 0) return `${opening}\nNo result is recorded yet.`;
  return `${opening}\n${toTable([
    ['scenario', 'day', 'rows or tables', 'seconds', 'idle MiB', 'most MiB', 'result'],
    ...all.map(([scenario, { rows, seconds, idleMib, peakMib, hasPassed: isFine, at }]) => [
      ...[scenario, dayOf(at), rows.toLocaleString('en'), String(seconds), String(idleMib), String(peakMib)],
      isFine ? 'passed' : '**failed**',
    ]),
  ])}`;
};

const selfTestSection = ({ selfTests }: Results): string => {
  const opening = `## Self-test

A harness that cannot fail proves nothing. So one safeguard after the other is switched off in a copy of the project, and a scenario or
a random run has to notice: \`npm run test:faults -- self-test\`.
`;
  const all = Object.values(selfTests);
  if (all.length === 0) return `${opening}\nNo result is recorded yet.`;
  return `${opening}\n${toTable([
    ['switched off', 'day', 'result'],
    ...all.map(({ whatIsOff, at, isSeen }) => [whatIsOff, dayOf(at), isSeen ? 'noticed' : '**not noticed**']),
  ])}`;
};

const preface = (list: readonly Scenario[], results: Results): string => {
  const outcomes = list.map((scenario) =>
    scenario.proofs.length === 0 ? 'not tested yet' : scenarioResult(scenario, results).outcome,
  );
  const count = (outcome: string): number => outcomes.filter((one) => one === outcome).length;
  return `# Reliability

What may happen to a replication, what Millrace promises then, and the last result of the tests that show it. Written by
\`npm run reliability\` from the reports of the runs; nothing here is written by hand. What was not run again keeps its former result
with its day. Most tests break real servers, brokers and workers; those below \`unit/\` test one decision, with everything around it made up.

A scenario has passed when none of its tests failed at its last run, and at least one was run. Of ${list.length} scenarios ${count('passed')} have
passed, ${count('failed')} have failed, ${count('not run yet')} have tests of which no result is recorded, and ${count('not tested yet')} are not tested yet.
A red random run counts against the faults that its problems name, or against all of its faults where a problem names none.

To run them: \`npm test\`, \`npm run test:matrix\`, \`npm run test:faults\`, \`npm run test:chain\`, \`npm run test:mysql\`.`;
};

const references = (list: readonly Scenario[]): string =>
  [...new Set(list.flatMap(({ proofs }) => proofs.flatMap((proof) => ('file' in proof ? proof.file : []))))]
    .toSorted()
    .map((file) => `[${labelOf(file)}]: ../../test/${file}`)
    .join('\n');

/** The whole page, docs/guide/reliability.md. */
export const reliabilityPage = (list: readonly Scenario[], results: Results): string =>
  `${[
    preface(list, results),
    ...groups.map((group) =>
      groupSection(
        group,
        list.filter((scenario) => scenario.group === group),
        results,
      ),
    ),
    randomSection(results),
    growthSection(results),
    selfTestSection(results),
    references(list),
  ].join('\n\n')}\n`;
