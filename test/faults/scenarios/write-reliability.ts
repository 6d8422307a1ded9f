/**
 * `npm run reliability`: reads the reports that the last runs of the tests have left, and those that are named as arguments (reports of
 * jest, results of the random harness), keeps their results in results.json, and writes docs/guide/reliability.md.
 */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { reportFolder } from '../../summaries.ts';
import { reliabilityPage } from './reliability-page.ts';
import { addRun, type Results, resultsSchema } from './results.ts';
import { scenarios } from './scenarios.ts';

const resultsFile = path.join(import.meta.dirname, 'results.json');
const pageFile = path.resolve(import.meta.dirname, '..', '..', '..', 'docs', 'guide', 'reliability.md');

const keptReports = (): readonly string[] =>
  existsSync(reportFolder)
    ? readdirSync(reportFolder)
        .filter((name) => name.endsWith('.json') && !name.startsWith('summary-'))
        .map((name) => path.join(reportFolder, name))
    : [];

const readRun = (results: Results, file: string): Results =>
  addRun(results, {
    name: file,
    content: JSON.parse(readFileSync(file, 'utf8')),
    writtenAtMs: statSync(file).mtimeMs,
  });

const sorted = ({ tests, ...others }: Results): Results => ({
  tests: Object.fromEntries(Object.entries(tests).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  ...others,
});

const before = resultsSchema.parse(JSON.parse(readFileSync(resultsFile, 'utf8')));
const results = sorted([...keptReports(), ...process.argv.slice(2)].reduce(readRun, before));
writeFileSync(resultsFile, `${JSON.stringify(results, null, 2)}\n`);
writeFileSync(pageFile, reliabilityPage(scenarios, results));
