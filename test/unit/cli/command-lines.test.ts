import { describe, expect, test } from '@jest/globals';
import type { Command } from 'commander';
import { errorPolicies } from '#core/errors/error-policies.ts';
import { remedies } from '#core/health/fault.ts';
import { commandLines, commandLinesOf } from '../../../cli/api/command-lines.ts';
import { createProgram } from '../../../cli/program.ts';
import { processShell } from '../../../cli/shell.ts';

const { command: program } = createProgram(processShell(new AbortController().signal));

/** The command that a line calls, and the options that it names; throws when there is no such command. */
const resolve = (line: string): { command: Command; options: readonly string[] } => {
  const words = line.split(' ').slice(1);
  let command = program;
  for (const word of words) {
    const child = command.commands.find((it) => it.name() === word);
    if (child === undefined) break;
    command = child;
  }
  if (command === program || command.commands.length > 0) throw new Error(`${line} is no command.`);
  return { command, options: words.filter((word) => word.startsWith('--')) };
};

test.each(Object.entries(commandLines))(
  'what does the same as %s is a command, with options that it has',
  (_operation, line) => {
    const { command, options } = resolve(line);
    const known = command.options.map(({ long }) => long);
    expect(options.filter((option) => !known.includes(option))).toEqual([]);
  },
);

describe('the calls that a text names', () => {
  test.each([
    ['POST /replications/7/start {"force_resync": true}', ['millrace resync 7']],
    ['POST /replications/7/start', ['millrace start 7']],
    ['POST /replications/7/stop, then POST /replications/7/start', ['millrace stop 7', 'millrace start 7']],
    ['Correct it: PATCH /databases/{id}.', ['millrace databases update DATABASE']],
    ['Correct it: PATCH /databases/3 {"password": ...}.', ['millrace databases rotate 3']],
    [
      'POST /v1/replications/{id}/tables/public.orders/resync.',
      ['millrace resync REPLICATION --table public.orders'],
    ],
    ['GET /replications/7/deletion tells it', ['millrace delete 7']],
    ['There is no GET /nothing.', []],
    ['Look at the log.', []],
  ])('%s', (text, lines) => {
    expect(commandLinesOf(text)).toEqual(lines);
  });

  const advices = [
    ...Object.values(errorPolicies).map(({ advice }) => advice),
    ...Object.values(remedies).flatMap(({ advice, call }) => [advice, call ?? '']),
  ];
  test.each(advices.filter((advice) => /\b(GET|POST|PATCH|DELETE) \//.test(advice)))(
    'of our own advice have lines: %s',
    (advice) => {
      expect(commandLinesOf(advice).length).toBeGreaterThan(0);
    },
  );
});
