import type { Command } from 'commander';
import { ApiProblem, ApiUnreachable } from '../api/call.ts';
import { findReplication } from '../api/find.ts';
import type { Validation } from '../api/routes.ts';
import { type Cli, withExamples } from '../cli.ts';
import { CliError, exitCodes } from '../cli-error.ts';
import { fixStatements } from '../output/fix-statements.ts';
import { plural } from '../output/format-values.ts';
import type { Paint } from '../output/output.ts';
import { printable } from '../output/printable.ts';
import { renderProblems } from '../output/render-problems.ts';

/** What `check` ends with. They differ from those of other commands, so that a script can tell a warning from a failure. */
const checkCodes = { pass: 0, warn: 1, fail: 2 } as const;

export const addCheckCommand = (program: Command, cli: Cli, end: (exitCode: number) => void): void => {
  withExamples(program.command('check'), [
    ['millrace check shop', 'every problem, each with what to do'],
    ['millrace check shop --fix-sql > fix.sql', 'the statements, to read and to run'],
  ])
    .argument('<replication>', 'name or number')
    .description(
      'Make every check of a start, and change nothing. Ends with 0: ready, 1: ready with warnings, 2: not ready, 3: not checked.',
    )
    .option('--fix-sql', 'print only the statements that solve the problems, with the rest as comments')
    .action(async (given: string, { fixSql = false }: { fixSql?: boolean }) => {
      const { out } = cli;
      const { name, validation } = await check(cli, given);
      const { problems, warnings } = validation;
      if (fixSql) for (const line of fixStatements([...problems, ...warnings])) out.line(line);
      else out.print(validation, (data, paint) => renderValidation(printable(name), data, paint));
      end(problems.length > 0 ? checkCodes.fail : warnings.length > 0 ? checkCodes.warn : checkCodes.pass);
    });
};

/** Throws with exit code 3 when the check could not be made. Who is not logged in gets 4 as everywhere. */
const check = async (
  { api }: Cli,
  given: string,
): Promise<{ readonly name: string; readonly validation: Validation }> => {
  try {
    const { replication_id, name } = await findReplication(api, given);
    const path = { replication_id };
    return { name, validation: await api.call('validateReplication', { path, body: {} }) };
  } catch (error) {
    if (error instanceof ApiUnreachable || (error instanceof ApiProblem && error.status !== 401)) {
      throw new CliError(`${given} could not be checked. ${error.message}`, {
        exitCode: exitCodes.unchecked,
        problems: error.problems,
        ...(error.advice === undefined ? {} : { advice: error.advice }),
        cause: error,
      });
    }
    if (error instanceof CliError && error.exitCode === exitCodes.failed)
      throw new CliError(error.message, {
        exitCode: exitCodes.unchecked,
        ...(error.advice === undefined ? {} : { advice: error.advice }),
        cause: error,
      });
    throw error;
  }
};

const renderValidation = (
  name: string,
  { ready, problems, warnings }: Validation,
  paint: Paint,
): readonly string[] => {
  const verdict = !ready
    ? paint('red', `${name} cannot start: ${plural(problems.length, 'problem')} to fix`)
    : paint(warnings.length > 0 ? 'yellow' : 'green', `${name} can start`);
  return [
    ...renderProblems('FAIL', 'red', problems, paint),
    ...renderProblems('WARN', 'yellow', warnings, paint),
    `${verdict}${warnings.length > 0 ? `, ${plural(warnings.length, 'warning')}` : ''}.`,
  ];
};
