/**
 * `npm run test:faults`: the suites that break things. With `--seed`, faults at random on the whole product. With the name of a
 * scenario, as `npm run test:faults -- capture-kill`, that one for as long as it is told to. `--json FILE` keeps the figures.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { stopStack } from '../../local/stack.ts';
import { stateFolder } from '../../local/state-folder.ts';
import { runCaptureKill } from './capture-kill/capture-kill.ts';
import type { CaptureSource, Interruption } from './capture-kill/capture-source.ts';
import { startMariadbSource } from './capture-kill/mariadb-source.ts';
import { startMysqlSource } from './capture-kill/mysql-source.ts';
import { startPostgresSource } from './capture-kill/postgres-source.ts';
import { faults } from './random/fault-list.ts';
import { type GrowthFigures, type GrowthScenario, growthScenarios, runGrowth } from './random/growth.ts';
import { mutants } from './random/mutants.ts';
import { runRandom } from './random/run-random.ts';
import { runSelfTest } from './random/self-test.ts';
import { type PairName, pairNames } from './random/world.ts';

const root = path.resolve(import.meta.dirname, '..', '..');
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const captureSources: Readonly<Record<string, () => Promise<CaptureSource>>> = {
  'postgresql-13': () => startPostgresSource(13),
  'postgresql-15': () => startPostgresSource(15),
  'postgresql-18': () => startPostgresSource(18),
  mariadb: startMariadbSource,
  mysql: () => startMysqlSource('ON'),
  'mysql-without-gtids': () => startMysqlSource('OFF'),
};
const interruptions: readonly Interruption[] = ['session', 'worker', 'source'];

const parseCount = (text: string): number => {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new InvalidArgumentError('It has to be a whole number from 1 on.');
  return count;
};

/** Exits with 1 when a row was lost, or is there that the source has not. */
const soakCapture = async (options: {
  readonly times: number;
  readonly source: readonly string[];
  readonly only: readonly Interruption[];
  readonly json?: string;
}): Promise<void> => {
  const figures: Record<string, Awaited<ReturnType<typeof runCaptureKill>>> = {};
  for (const [name, open] of Object.entries(captureSources)) {
    if (!options.source.includes(name)) continue;
    const result = await runCaptureKill(open, { interruptions: options.only, times: options.times, say });
    figures[name] = result;
    const { kills, rows, lost, extra, doubled, restarts } = result;
    say(
      `${name}: ${kills} kills, ${rows} rows, ${lost} lost, ${extra} extra, ${doubled} events again, ${restarts} restarts`,
    );
    if (options.json === undefined) continue;
    writeJson(options.json, figures);
  }
  const isLossless = Object.values(figures).every(({ lost, extra }) => lost === 0 && extra === 0);
  process.exitCode = isLossless ? 0 : 1;
};

const writeJson = (file: string, figures: unknown): void => {
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`);
};

/** What a shell returns for a program that Ctrl-C ended: 128 + SIGINT. */
const interruptedExitCode = 130;
const faultsFolder = stateFolder(path.join(root, '.millrace', 'faults'));

/** The servers that were started are stopped also when the run is. */
const stopWhenInterrupted = (): void => {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => {
      say('Interrupted: stopping everything.');
      void stopStack(faultsFolder).finally(() => process.exit(interruptedExitCode));
    });
  }
};

/** Exits with 1 when anything was lost, doubled, invented or told wrongly. */
const breakAtRandom = async (options: {
  readonly seed: number;
  readonly minutes: number;
  readonly pairs: readonly PairName[];
  readonly only?: readonly string[];
  readonly ddl: boolean;
  readonly settleSeconds?: number;
  readonly json?: string;
}): Promise<void> => {
  stopWhenInterrupted();
  const result = await runRandom({
    ...{ seed: options.seed, minutes: options.minutes, pairs: options.pairs, alters: options.ddl, say },
    ...(options.only !== undefined && { only: options.only }),
    ...(options.settleSeconds !== undefined && { settleMs: options.settleSeconds * 1_000 }),
    folder: faultsFolder,
  });
  if (options.json !== undefined) writeJson(options.json, result);
  const { faults: injected, commits, events, ddl, held, problems } = result;
  const done = injected.filter(({ outcome }) => outcome === 'done').length;
  say(
    `seed ${options.seed}: ${done} faults, ${commits} commits, ${events} row changes, ${ddl.length} schema changes (${held.length} held); ` +
      `${result.lost} lost, ${result.doubled} doubled, ${result.phantom} phantom, ${result.wrongGreenSeconds} s of a wrong green light`,
  );
  for (const problem of problems) say(`- ${problem}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
};

/** Exits with 1 when a safeguard could be switched off without a run that goes red. */
const checkItself = async (options: {
  readonly only?: readonly string[];
  readonly json?: string;
}): Promise<void> => {
  const figures = await runSelfTest(root, { ...options, say });
  if (options.json !== undefined) writeJson(options.json, figures);
  for (const { mutant, isSeen, problems } of figures)
    say(`${mutant}: ${isSeen ? 'seen' : 'NOT SEEN'}, ${problems[0] ?? 'and nothing failed'}`);
  process.exitCode = figures.every(({ isSeen }) => isSeen) ? 0 : 1;
};

/** A million rows in one transaction; a day of 100 events a second; a hundred rows of 5 MB; a million keys that are deleted. */
const growthRows: Readonly<Record<GrowthScenario, number>> = {
  'big-transaction': 1_000_000,
  'long-run': 8_640_000,
  'large-rows': 100,
  'dead-keys': 1_000_000,
  'many-tables': 500,
};
/** Shows in a few minutes that each of them works. */
const shortGrowthRows: Readonly<Record<GrowthScenario, number>> = {
  'big-transaction': 100_000,
  'long-run': 200_000,
  'large-rows': 10,
  'dead-keys': 50_000,
  'many-tables': 20,
};

/** Exits with 1 when the target differs, or the consumer took more memory than it may. */
const watchGrowth = async (options: {
  readonly only: readonly GrowthScenario[];
  readonly rows?: number;
  readonly short?: true;
  readonly json?: string;
}): Promise<void> => {
  stopWhenInterrupted();
  const figures: GrowthFigures[] = [];
  for (const scenario of options.only) {
    const result = await runGrowth({
      ...{ scenario, say },
      rows: options.rows ?? (options.short === true ? shortGrowthRows : growthRows)[scenario],
      folder: faultsFolder,
    });
    figures.push(result);
    const { rows, seconds, idleMib, peakMib, connectPeakMib, course, isEqual, hasPassed } = result;
    say(
      `${scenario}: ${hasPassed ? 'passed' : 'FAILED'}, ${rows} in ${seconds} s, ${isEqual ? 'equal' : 'NOT EQUAL'}; consumer ${idleMib} MiB idle, ${peakMib} MiB at most ` +
        `(${course.join(', ')}), Connect ${connectPeakMib} MiB at most`,
    );
    if (options.json !== undefined) writeJson(options.json, figures);
    if (!hasPassed) process.exitCode = 1;
  }
};

const runSuites = (args: readonly string[]): Promise<number> =>
  new Promise((resolve, reject) => {
    const jest = ['jest', '--selectProjects', 'faults', '--maxWorkers=3', '--testTimeout=240000', ...args];
    const child = spawn('npx', jest, {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, NODE_OPTIONS: '--experimental-vm-modules' },
    });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });

const several = <T extends string>(name: string, all: readonly T[], description: string): Option =>
  new Option(`--${name} <names...>`, description).choices(all).default(all, 'all of them');

const program = new Command('test:faults').showHelpAfterError();
program
  .command('capture-kill')
  .description('break the capture of a source off while it is written to, and compare')
  .option('--times <count>', 'how often, for each source', parseCount, 3)
  .addOption(several('source', Object.keys(captureSources), 'which databases'))
  .addOption(
    several(
      'only',
      interruptions,
      'what is broken off: the session that reads the log, Connect, the database',
    ),
  )
  .option('--json <file>', 'write the figures to this file')
  .action(soakCapture);

program
  .command('random', { isDefault: true })
  .description('break the whole product at random, on a stack of its own, and compare')
  .requiredOption('--seed <number>', 'what the faults and the writes follow from', parseCount)
  .option('--minutes <count>', 'how long faults happen', Number, 10)
  .addOption(several('pairs', pairNames, 'which replications'))
  .addOption(
    new Option('--only <names...>', 'which faults; all of them by default').choices(
      faults.map(({ name }) => name),
    ),
  )
  .option('--no-ddl', 'no table is altered')
  .option(
    '--settle-seconds <count>',
    'how long everything may take to be equal and healthy at the end',
    parseCount,
  )
  .option('--json <file>', 'write the figures to this file')
  .action(breakAtRandom);

program
  .command('self-test')
  .description('switch safeguards off, one after the other, and see that a run goes red')
  .addOption(
    new Option('--only <names...>', 'which safeguards; all of them by default').choices(
      mutants.map(({ name }) => name),
    ),
  )
  .option('--json <file>', 'write the figures to this file')
  .action(checkItself);

program
  .command('growth')
  .description('write much and watch the memory')
  .addOption(several('only', growthScenarios, 'which scenarios'))
  .option('--rows <count>', 'how many, in place of what each scenario has', parseCount)
  .option('--short', 'few rows, for a look at whether it works')
  .option('--json <file>', 'write the figures to this file')
  .action(watchGrowth);

const args = process.argv.slice(2);
const isForSuites =
  args[0] === undefined || (args[0].startsWith('-') && args[0] !== '--help' && !args.includes('--seed'));
if (isForSuites) {
  process.exitCode = await runSuites(args);
} else {
  await program.parseAsync(args, { from: 'user' });
}
