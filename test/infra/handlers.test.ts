import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { handlerFolder } from '../../infra/config/functions.ts';
import { fromRoot } from '../../infra/constructs/project-root.ts';
import { lambdaFunctions, synthesize } from './synthesize.ts';

const run = promisify(execFile);

/** Values that only a deployment knows become text, which is what they will be. */
const literals = (variables: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : 'known-at-deployment',
    ]),
  );

const functions = lambdaFunctions(synthesize('local'), 'local');

// Handlers parse their environment when they are loaded, so a variable that infra forgot stops every cold start.
test.each(Object.keys(functions))(
  '%s loads with the environment that it is given, and exports a handler',
  async (name) => {
    const entry = fromRoot(handlerFolder(name), 'handler.ts');
    const program = `const { handler } = await import(${JSON.stringify(entry)}); process.stdout.write(typeof handler); process.exit(0);`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], {
      env: { ...literals(functions[name]?.Environment.Variables ?? {}), AWS_REGION: 'us-east-1' },
      cwd: fromRoot(),
    });
    expect(stdout.endsWith('function')).toBe(true);
  },
  60_000,
);
