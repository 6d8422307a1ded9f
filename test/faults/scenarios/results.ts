import { basename } from 'node:path';
import { z } from 'zod';
import { type Proof, type Scenario, scenarios, type TestProof } from './scenarios.ts';
import { titlePattern } from './titles.ts';

/** The part of jest's JSON report that is read here. */
const jestReportSchema = z.object({
  startTime: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      endTime: z.number(),
      assertionResults: z.array(z.object({ title: z.string(), status: z.string() })),
    }),
  ),
});
export type JestReport = z.infer<typeof jestReportSchema>;

/** What a random run counts. */
const figures = {
  commits: z.number(),
  events: z.number(),
  lost: z.number(),
  doubled: z.number(),
  phantom: z.number(),
  wrongGreenSeconds: z.number(),
};

/** The part of the random harness's result that is read here. */
const randomResultSchema = z.object({
  seed: z.number(),
  minutes: z.number(),
  faults: z.array(z.object({ fault: z.string(), outcome: z.string() })),
  ...figures,
  problems: z.array(z.string()),
});
export type RandomResult = z.infer<typeof randomResultSchema>;

/** What the harness writes about itself. */
const selfTestFiguresSchema = z.array(
  z.object({ mutant: z.string(), whatIsOff: z.string(), isSeen: z.boolean() }),
);

const growthFiguresSchema = z.array(
  z.object({
    ...{ scenario: z.string(), rows: z.number(), seconds: z.number() },
    ...{ idleMib: z.number(), peakMib: z.number(), isEqual: z.boolean(), hasPassed: z.boolean() },
  }),
);

const testResultSchema = z.object({
  outcome: z.enum(['passed', 'failed']),
  /** Cases of test.each, and of one suite for several databases. */
  cases: z.number(),
  at: z.string(),
});
export type TestResult = z.infer<typeof testResultSchema>;

const randomRunSchema = z.object({
  seed: z.number(),
  at: z.string(),
  minutes: z.number(),
  /** How often each was injected. */
  faults: z.record(z.string(), z.number()),
  ...figures,
  problems: z.number(),
  /** How many problems name each fault, where each problem names one: the other faults did as was promised. */
  blamed: z.record(z.string(), z.number()).optional(),
});
export type RandomRun = z.infer<typeof randomRunSchema>;

/** What is kept of the last runs, in results.json. The tests have the key of their proof, and `mysql` where a MySQL server was there. */
export const resultsSchema = z.strictObject({
  tests: z.record(
    z.string(),
    z.strictObject({ usual: testResultSchema.optional(), mysql: testResultSchema.optional() }),
  ),
  randomRuns: z.array(randomRunSchema),
  /** By the scenario; the last run of each counts that had the most rows. */
  growth: z
    .record(
      z.string(),
      z.strictObject({
        ...{ rows: z.number(), seconds: z.number(), idleMib: z.number(), peakMib: z.number() },
        ...{ hasPassed: z.boolean(), at: z.string() },
      }),
    )
    .default({}),
  /** By the safeguard that was switched off. */
  selfTests: z.record(
    z.string(),
    z.strictObject({ whatIsOff: z.string(), isSeen: z.boolean(), at: z.string() }),
  ),
});
export type Results = z.infer<typeof resultsSchema>;
type Servers = 'usual' | 'mysql';

export const proofKey = ({ file, title }: TestProof): string => `${file} > ${title}`;
const isTestProof = (proof: Proof): proof is TestProof => 'file' in proof;

export const testProofs = (list: readonly Scenario[] = scenarios): readonly TestProof[] => [
  ...new Map(
    list
      .flatMap(({ proofs }) => proofs)
      .filter(isTestProof)
      .map((proof) => [proofKey(proof), proof]),
  ).values(),
];

const minuteOf = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 16)}Z`;

/** A file that some run has written: a report of jest or a result of the random harness. */
export interface RunFile {
  readonly name: string;
  readonly content: unknown;
  readonly writtenAtMs: number;
}

/** The results with those of one more file. What the file does not have, or has from an earlier time, stays. */
export const addRun = (results: Results, { name, content, writtenAtMs }: RunFile): Results => {
  const random = randomResultSchema.safeParse(content);
  if (random.success) return addRandomRun(results, random.data, writtenAtMs);
  const selfTest = selfTestFiguresSchema.safeParse(content);
  if (selfTest.success) return addSelfTest(results, selfTest.data, writtenAtMs);
  const growth = growthFiguresSchema.safeParse(content);
  if (growth.success) return addGrowth(results, growth.data, writtenAtMs);
  const report = jestReportSchema.safeParse(content);
  if (!report.success)
    throw new Error(
      `${name} is neither a report of jest nor a result of the random harness, its self-test or its growth.`,
    );
  return addReport(results, report.data, basename(name).startsWith('mysql') ? 'mysql' : 'usual');
};

const addSelfTest = (
  results: Results,
  figures: z.infer<typeof selfTestFiguresSchema>,
  writtenAtMs: number,
): Results => {
  const found = figures.map(({ mutant, whatIsOff, isSeen }) => [
    mutant,
    { whatIsOff, isSeen, at: minuteOf(writtenAtMs) },
  ]);
  return { ...results, selfTests: { ...results.selfTests, ...Object.fromEntries(found) } };
};

const addGrowth = (
  results: Results,
  figures: z.infer<typeof growthFiguresSchema>,
  writtenAtMs: number,
): Results => {
  const growth = { ...results.growth };
  for (const { scenario, rows, seconds, idleMib, peakMib, hasPassed } of figures) {
    if ((growth[scenario]?.rows ?? 0) > rows) continue;
    growth[scenario] = { rows, seconds, idleMib, peakMib, hasPassed, at: minuteOf(writtenAtMs) };
  }
  return { ...results, growth };
};

const addReport = (results: Results, report: JestReport, servers: Servers): Results => {
  const tests = { ...results.tests };
  for (const proof of testProofs()) {
    const found = resultOf(proof, report);
    const key = proofKey(proof);
    const before = tests[key]?.[servers];
    if (found === undefined || (before !== undefined && before.at > found.at)) continue;
    tests[key] = { ...tests[key], [servers]: found };
  }
  return { ...results, tests };
};

/** Undefined where the report has the test not at all, or only skipped. */
const resultOf = ({ file, title }: TestProof, { testResults }: JestReport): TestResult | undefined => {
  const pattern = titlePattern(title);
  const suite = testResults.find(({ name }) => name.endsWith(`/test/${file}`));
  const statuses = (suite?.assertionResults ?? [])
    .filter((assertion) => pattern.test(assertion.title))
    .map(({ status }) => status)
    .filter((status) => status === 'passed' || status === 'failed');
  if (suite === undefined || statuses.length === 0) return undefined;
  return {
    outcome: statuses.includes('failed') ? 'failed' : 'passed',
    cases: statuses.length,
    at: minuteOf(suite.endTime),
  };
};

/** In the words of test/faults/random/run-random.ts. */
const aboutOneFault = /^(?:no incident told of|the harness could not carry out) (\S+) of /;

const blamedOf = ({
  problems,
  lost,
  doubled,
  phantom,
  wrongGreenSeconds,
}: RandomResult): Record<string, number> | undefined => {
  const names = problems
    .map((problem) => aboutOneFault.exec(problem)?.[1])
    .filter((name) => name !== undefined);
  const isOfSome = names.length < problems.length || lost + doubled + phantom + wrongGreenSeconds > 0;
  if (isOfSome || names.length === 0) return undefined;
  return Object.fromEntries(
    [...new Set(names)].toSorted().map((name) => [name, names.filter((one) => one === name).length]),
  );
};

const addRandomRun = (results: Results, result: RandomResult, writtenAtMs: number): Results => {
  const faults: Record<string, number> = {};
  for (const { fault, outcome } of result.faults)
    if (outcome === 'done') faults[fault] = (faults[fault] ?? 0) + 1;
  const { seed, minutes, commits, events, lost, doubled, phantom, wrongGreenSeconds } = result;
  const run: RandomRun = {
    ...{ seed, at: minuteOf(writtenAtMs), minutes },
    faults: Object.fromEntries(Object.entries(faults).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    ...{ commits, events, lost, doubled, phantom, wrongGreenSeconds, problems: result.problems.length },
  };
  const blamed = blamedOf(result);
  const others = results.randomRuns.filter((one) => one.seed !== seed || one.at !== run.at);
  const added = { ...run, ...(blamed !== undefined && { blamed }) };
  return { ...results, randomRuns: [...others, added].toSorted((a, b) => (a.at < b.at ? -1 : 1)) };
};

/** Nothing lost, doubled or invented, no wrong green light, and nothing else that the harness calls a problem. */
export const hasPassed = (run: RandomRun): boolean =>
  [run.lost, run.doubled, run.phantom, run.wrongGreenSeconds, run.problems].every((count) => count === 0);
