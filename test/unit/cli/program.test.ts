import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Command } from 'commander';
import { runCli } from '#test/kit/run-cli.ts';
import { documentDigest } from '../../../cli/api/routes.ts';
import { createProgram } from '../../../cli/program.ts';
import { processShell } from '../../../cli/shell.ts';

const { command: program } = createProgram(processShell(new AbortController().signal));

const commandLines = (command: Command, before: readonly string[]): readonly (readonly string[])[] =>
  command.commands
    .filter((child) => !['help', 'complete-words'].includes(child.name()))
    .flatMap((child) => {
      const line = [...before, child.name()];
      return [line, ...commandLines(child, line)];
    });

const all = commandLines(program, []);

test.each([[], ...all].map((line) => [line.join(' ') || 'the whole', line] as const))(
  'the help of %s begins with examples and ends with 0',
  async (_title, line) => {
    const { exitCode, stdout } = await runCli([...line, '--help']);
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringMatching(/^Examples:\n {2}(?:source <\()?millrace /),
    ]);
  },
);

const leaves = all.filter((line) => !all.some((other) => other.length > line.length && other[0] === line[0]));

test.each(leaves.map((line) => [line.join(' ')] as const))('%s is in the guide', (title) => {
  const guide = readFileSync(new URL('../../../docs/guide/cli.md', import.meta.url), 'utf8');
  expect(guide).toContain(`millrace ${title}`);
});

test('no option takes a secret itself', () => {
  const options = (command: Command): readonly string[] => [
    ...command.options.filter(({ required }) => required).map(({ long }) => String(long)),
    ...command.commands.flatMap(options),
  ];
  // How many a client may have.
  const quota = '--tokens';
  const secrets = options(program).filter(
    (option) => /password|token|secret/.test(option) && option !== quota,
  );
  expect(new Set(secrets)).toEqual(
    new Set(['--token-env', '--token-file', '--password-env', '--password-file']),
  );
});

test('cli/api/routes.ts is of the current docs/openapi.json: run npm run openapi', () => {
  const document = readFileSync(new URL('../../../docs/openapi.json', import.meta.url));
  expect(documentDigest).toBe(createHash('sha256').update(document).digest('hex'));
});
