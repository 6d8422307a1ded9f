/**
 * `npm run test:secure`: test/secure on a stack with three brokers, TLS everywhere and a user for each role at Kafka, in a folder of its
 * own. The long form, without MILLRACE_SHORT_FORM=1, runs suites of test/chain on it, too. Further arguments are jest's;
 * --testPathPatterns chooses other suites.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createProgressReporter } from '../local/progress.ts';
import { resetStack, startStack } from '../local/stack.ts';
import { projectRoot, stateFolder } from '../local/state-folder.ts';

/** Suites of test/chain that do something else at Kafka, or at the databases, each. */
const chainSuites = [
  'copy',
  'dead-letters',
  'delete',
  'first-start',
  'followed-changes',
  'force-resync',
  'healing',
  'partitions',
  'pooled-consumers',
  'snapshot-modes',
];

const isShortForm = process.env.MILLRACE_SHORT_FORM === '1';

const runJest = (args: readonly string[]): Promise<number> =>
  new Promise((resolve, reject) => {
    const projects = ['secure', ...(isShortForm ? [] : ['chain'])];
    const isChosen = args.some((arg) => arg.startsWith('--testPathPatterns'));
    const suites =
      isShortForm || isChosen
        ? []
        : ['--testPathPatterns', `test/secure/|test/chain/(${chainSuites.join('|')})\\.test`];
    const child = spawn(
      process.execPath,
      [
        '--experimental-vm-modules',
        join(projectRoot, 'node_modules', 'jest', 'bin', 'jest.js'),
        ...['--selectProjects', ...projects],
        ...['--runInBand', '--testTimeout=240000'],
        ...suites,
        ...args,
      ],
      { cwd: projectRoot, stdio: 'inherit' },
    );
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill(signal));
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });

// Where the stack of the tests is looked for, in this process and in jest's.
process.env.MILLRACE_STATE_FOLDER ??= join(projectRoot, '.millrace', 'secure');
const folder = stateFolder();
const reporter = createProgressReporter();
await resetStack(folder);
// One that cannot start has stopped itself; its logs stay.
await startStack({ folder, reporter, brokers: 3, secure: true, with: ['mariadb'] });
try {
  process.exitCode = await runJest(process.argv.slice(2));
} finally {
  await resetStack(folder);
}
