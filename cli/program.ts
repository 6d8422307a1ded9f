import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { commandLinesOf } from './api/command-lines.ts';
import { addGlobalOptions, type Cli, createCli, type GlobalOptions, withExamples } from './cli.ts';
import { CliError, exitCodes } from './cli-error.ts';
import { addActivityCommand } from './commands/activity.ts';
import { addAlertCommands } from './commands/alerts.ts';
import { addBundleCommand } from './commands/bundle.ts';
import { addTableCommands } from './commands/change-tables.ts';
import { addCheckCommand } from './commands/check.ts';
import { addClientCommands } from './commands/clients.ts';
import { addCompletionCommands } from './commands/completion.ts';
import { addConnectorCommands } from './commands/connectors.ts';
import { addCreateCommand, addSnapshotModesCommand } from './commands/create.ts';
import { addDatabaseCommands } from './commands/databases.ts';
import { addDdlCommands } from './commands/ddl.ts';
import { addDeadLetterCommands } from './commands/dead-letters.ts';
import { addDeclareCommands } from './commands/declare.ts';
import { addDestructiveCommands } from './commands/destroy.ts';
import { addDiscoverCommand } from './commands/discover.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addIncidentCommands } from './commands/incidents.ts';
import { addLifecycleCommands } from './commands/lifecycle.ts';
import { addLoginCommands } from './commands/login.ts';
import { addLogsCommand } from './commands/logs.ts';
import { addMetricsCommand } from './commands/metrics.ts';
import { addNewTablesCommand } from './commands/new-tables.ts';
import { addSourceCommands } from './commands/source.ts';
import { addStatusCommands } from './commands/status.ts';
import { addTokenCommands } from './commands/tokens.ts';
import { addWhyCommands } from './commands/why.ts';
import { painter } from './output/output.ts';
import { printableLines } from './output/printable.ts';
import { renderProblems } from './output/render-problems.ts';
import type { Shell } from './shell.ts';

const exitCodeHelp = `
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 could not be checked, 4 not logged in, 5 timed out.
`;

const readVersion = (): string =>
  (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string })
    .version;

interface Program {
  readonly command: Command;
  readonly cli: Cli;
  /** What a command has ended with that did not throw. */
  exitCode(): number;
}

/** The command line, on streams and an environment that are given. */
export const createProgram = (shell: Shell): Program => {
  const program = new Command('millrace');
  // Before the commands are added, which inherit both.
  program.exitOverride().configureOutput({
    writeOut: (text) => void shell.stdout.write(text),
    writeErr: (text) => void shell.stderr.write(text),
    getOutHasColors: () => false,
    getErrHasColors: () => false,
    getOutHelpWidth: () => shell.stdout.columns ?? 100,
    getErrHelpWidth: () => shell.stderr.columns ?? 100,
  });
  program.showHelpAfterError('Run the command with --help to see how it is used.');
  addGlobalOptions(
    withExamples(program, [
      ['millrace login', 'once'],
      [
        'millrace databases add shop --kind postgresql --host db --database shop --username millrace',
        'a source or a target',
      ],
      ['millrace discover shop', 'what can be replicated'],
      ['millrace create --source shop --target warehouse --all-tables', 'configure a replication'],
      ['millrace start 1 --wait 30m', 'copy, then follow every change'],
      ['millrace status 1 --watch', 'how it is doing'],
    ])
      .description('Millrace replicates databases continuously. This command line speaks to its API.')
      .version(readVersion(), '-V, --version')
      .addHelpText('after', exitCodeHelp),
  );
  const cli = createCli(shell, () => program.opts<GlobalOptions>());
  let exitCode: number = exitCodes.done;
  addLoginCommands(program, cli);
  addClientCommands(program, cli);
  addTokenCommands(program, cli);
  addDatabaseCommands(program, cli);
  addConnectorCommands(program, cli);
  addDiscoverCommand(program, cli);
  addCreateCommand(program, cli);
  addSnapshotModesCommand(program, cli);
  addStatusCommands(program, cli);
  const end = (code: number): void => {
    exitCode = code;
  };
  addCheckCommand(program, cli, end);
  addLifecycleCommands(program, cli);
  addDestructiveCommands(program, cli);
  addTableCommands(program, cli);
  addDdlCommands(program, cli);
  addNewTablesCommand(program, cli);
  addWhyCommands(program, cli);
  addSourceCommands(program, cli);
  addDeadLetterCommands(program, cli);
  addIncidentCommands(program, cli);
  addAlertCommands(program, cli);
  addActivityCommand(program, cli);
  addLogsCommand(program, cli);
  addMetricsCommand(program, cli);
  addDeclareCommands(program, cli, end);
  addDoctorCommand(program, cli, end);
  addBundleCommand(program, cli, readVersion());
  addCompletionCommands(program, cli);
  return { command: program, cli, exitCode: () => exitCode };
};

/** Runs one command line to its end and returns its exit code. Errors are told on standard error. */
export const run = async (args: readonly string[], shell: Shell): Promise<number> => {
  const { command, exitCode } = createProgram(shell);
  try {
    await command.parseAsync([...args], { from: 'user' });
    return exitCode();
  } catch (error) {
    if (shell.signal.aborted) {
      shell.stderr.write('Interrupted. What was asked of the API goes on.\n');
      return exitCodes.interrupted;
    }
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    if (!(error instanceof CliError)) {
      shell.stderr.write(`millrace failed unexpectedly: ${(error as Error).stack ?? error}\n`);
      return exitCodes.failed;
    }
    for (const line of describeError(error, shell)) shell.stderr.write(`${line}\n`);
    return error.exitCode;
  }
};

/** The same as the calls of the API that an error names. */
const byCommandLine = (lines: readonly string[]): readonly string[] => {
  const [only, ...others] = lines.map(printableLines);
  if (only === undefined) return [];
  return others.length === 0
    ? [`By this command line: ${only}`]
    : ['By this command line:', ...[only, ...others].map((line) => `  ${line}`)];
};

/** What happened, to what, and what to do next. */
const describeError = (error: CliError, shell: Shell): readonly string[] => {
  const paint = painter(shell.stderr, shell.env);
  const problems = error.problems.map(({ subject, message, remedy }) => ({
    subject: printableLines(subject),
    message: printableLines(message),
    remedy: remedy === null ? null : printableLines(remedy),
  }));
  return [
    `${paint('red', 'Error:')} ${printableLines(error.message)}`,
    ...renderProblems('  -', 'red', problems, paint),
    ...(error.advice === undefined ? [] : [printableLines(error.advice)]),
    ...byCommandLine(commandLinesOf([error.message, error.advice ?? ''].join(' '))),
  ];
};
