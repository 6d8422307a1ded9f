/**
 * `npm run test:regions`: a region is lost, and another one goes on. test/regions on a stack in a folder of its own, with a second Kafka that
 * MirrorMaker 2 fills. Further arguments are jest's.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createProgressReporter } from '../local/progress.ts';
import { resetStack, startStack } from '../local/stack.ts';
import { projectRoot, stateFolder } from '../local/state-folder.ts';

const runJest = (args: readonly string[]): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [
        '--experimental-vm-modules',
        join(projectRoot, 'node_modules', 'jest', 'bin', 'jest.js'),
        ...['--selectProjects', 'regions', '--runInBand', '--testTimeout=600000'],
        ...args,
      ],
      { cwd: projectRoot, stdio: 'inherit' },
    );
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill(signal));
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });

// Where the stack of the tests is looked for, in this process and in jest's.
process.env.MILLRACE_STATE_FOLDER ??= join(projectRoot, '.millrace', 'regions');
const folder = stateFolder();
await resetStack(folder);
await startStack({ folder, reporter: createProgressReporter(), with: ['mariadb'] });
try {
  process.exitCode = await runJest(process.argv.slice(2));
} finally {
  await resetStack(folder);
}
