import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { handlerFolder } from '../../infra/config/functions.ts';
import { fromRoot } from '../../infra/constructs/project-root.ts';
import { lambdaFunctions, synthesize } from './synthesize.ts';

const run = promisify(execFile);

const local = synthesize('local');
const functions = lambdaFunctions(local, 'local');

/** The parameters of the stacks by name, with their defaults. */
const parameters = new Map(
  Object.values(local.templates).flatMap((template) =>
    Object.entries<{ readonly Default?: unknown }>(template.toJSON().Parameters ?? {}).map(
      ([name, { Default: value }]) => [name, value] as const,
    ),
  ),
);

/** Parameters have their defaults, and other values that only a deployment knows become text, which is what they will be. */
const literal = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const { Ref: name } = value as { readonly Ref?: string };
  const given = name === undefined ? undefined : parameters.get(name);
  return typeof given === 'string' ? given : 'known-at-deployment';
};
const literals = (variables: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, literal(value)]));

// Handlers parse their environment when they are loaded, so a variable that infra forgot stops every cold start.
test.each(Object.keys(functions))(
  '%s loads with the environment that it is given, and exports a handler',
  async (name) => {
    const entry = fromRoot(handlerFolder(name), 'handler.ts');
    // The global is Lambda's own.
    const program = `globalThis.awslambda = { streamifyResponse: (handle) => handle }; const { handler } = await import(${JSON.stringify(entry)}); process.stdout.write(typeof handler); process.exit(0);`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], {
      env: {
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        ...literals(functions[name]?.Environment.Variables ?? {}),
        AWS_REGION: 'us-east-1',
      },
      cwd: fromRoot(),
    });
    expect(stdout.endsWith('function')).toBe(true);
  },
  60_000,
);
