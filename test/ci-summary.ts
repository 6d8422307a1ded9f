/**
 * `npm run ci:summary -- TESTS_EXIT DEMO_EXIT...`: the closing line of CI. Each demo counts as one test.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Counts, closingLine, sumCounts } from './run.ts';

const [testsExit = '1', ...demoExits] = process.argv.slice(2);
const summaryFile = path.resolve(import.meta.dirname, '..', '.millrace', 'test', 'summary.json');

const readTestCounts = (): Counts => {
  try {
    return JSON.parse(readFileSync(summaryFile, 'utf8')) as Counts;
  } catch {
    // The tests ended before they could write their sum.
    return { passed: 0, failed: 1, skipped: 0 };
  }
};

const demoCounts = demoExits.map(
  (exit): Counts =>
    exit === '0' ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 },
);
const total = sumCounts([readTestCounts(), ...demoCounts]);
process.stdout.write(`${closingLine(total)}\n`);
process.exitCode = testsExit === '0' && demoExits.length > 0 && total.failed === 0 ? 0 : 1;
