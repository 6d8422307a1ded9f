import { expect, test } from '@jest/globals';
import { createProgram } from '../../../cli/program.ts';
import { processShell } from '../../../cli/shell.ts';
import { nextSteps } from '../../../demo/next-steps.ts';
import type { StackState } from '../../../local/stack-state.ts';

test('what the demo says to try are commands that there are', () => {
  const stack = {
    api: { url: 'http://127.0.0.1:1/api/v1', adminTokenSecretArn: 'arn' },
    emulator: { url: 'http://127.0.0.1:2' },
  } as StackState;
  const database = {
    kind: 'postgresql',
    host: 'h',
    port: 1,
    user: 'u',
    password: 'p',
    database: 'd',
  } as const;
  const access = { api: {} as never, clientId: 1, token: 'the-token' };
  const lines = nextSteps(
    stack,
    { access, replicationId: 7, databases: { source: database, target: database } },
    { logs: '/logs' },
    'http://127.0.0.1:1/sign-in?code=x',
  );
  expect(lines.join('\n')).toContain('http://127.0.0.1:1/sign-in?code=x');
  const typed = lines.flatMap((line) => /npx millrace (\S+) 7/.exec(line)?.[1] ?? []);
  const { command } = createProgram(processShell(new AbortController().signal));
  const known = command.commands.map((child) => child.name());
  expect(typed.length).toBeGreaterThan(3);
  expect(known).toEqual(expect.arrayContaining(typed));
});
