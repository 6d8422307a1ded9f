import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { toMillraceError } from '#core/errors/millrace-error.ts';
import { consoleSignInLink } from '../local/console.ts';
import { prepareEmulator } from '../local/downloads.ts';
import { createProgressReporter } from '../local/progress.ts';
import { resetStack, startStack, stopStack } from '../local/stack.ts';
import { projectRoot, stateFolder } from '../local/state-folder.ts';
import { ensureDataSet } from './data-set.ts';
import { type DemoKindName, demoKindNames } from './demo-database.ts';
import { type Demonstration, demonstrate } from './demonstration.ts';
import { nextSteps } from './next-steps.ts';
import { createScreen, type Screen } from './screen.ts';

interface DemoOptions {
  readonly once: boolean;
  readonly json?: string;
  readonly source: DemoKindName;
  readonly target: DemoKindName;
  readonly seed: number;
  readonly rate: number;
  readonly seconds: number;
}

/** What a shell returns for a program that Ctrl-C ended: 128 + SIGINT. */
const interruptedExitCode = 130;

const positiveInteger = (text: string): number => {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new InvalidArgumentError('It must be a whole number above 0.');
  return number;
};

const run = async (options: DemoOptions): Promise<number> => {
  // A run that cleans up has a stack of its own, so that it neither finds nor removes anything of the user's.
  const folder = options.once ? stateFolder(join(projectRoot, '.millrace', 'demo')) : stateFolder();
  const reporter = createProgressReporter();
  const screen = createScreen();
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => {
      screen.say(options.once ? '\nInterrupted: stopping everything.' : '\nInterrupted.');
      interrupted.abort(new Error('interrupted'));
    });
  }
  const { signal } = interrupted;

  const { screen: tracked, headings } = trackHeadings(screen);
  try {
    if (options.once) await resetStack(folder, reporter);
    const needsMariadb = [options.source, options.target].includes('mariadb');
    tracked.heading(
      `Starting the local stack: Kafka, Connect with Debezium, two PostgreSQL, ${needsMariadb ? 'MariaDB, ' : ''}AWS with the app`,
    );
    const dataSet = prepareEmulator({ folder, reporter, signal }).then((python) =>
      ensureDataSet(folder, python, (line) => screen.say(line), signal),
    );
    const starting = startStack({
      ...{ folder, reporter, signal },
      with: [
        ...(needsMariadb ? (['mariadb'] as const) : []),
        ...(options.once ? [] : (['console'] as const)),
      ],
    });
    // Both are waited for, also when one fails: a stack must not come up after it was stopped.
    await Promise.allSettled([dataSet, starting]);
    const [csvFiles, { state: stack, started }] = await Promise.all([dataSet, starting]);
    if (!started) screen.say('It runs already.');
    const demonstration = await demonstrate({
      stack,
      csvFiles,
      kinds: { source: options.source, target: options.target },
      screen: tracked,
      seed: options.seed,
      changesPerSecond: options.rate,
      liveSeconds: options.seconds,
      signal,
    });
    report(demonstration, options, screen);
    if (options.once) await resetStack(folder, reporter);
    else
      for (const line of nextSteps(stack, demonstration, folder, consoleSignInLink(folder))) screen.say(line);
    return demonstration.figures.equal ? 0 : 1;
  } catch (thrown) {
    if (!signal.aborted) {
      const error = toMillraceError(thrown);
      screen.say(`\nThe demo failed. It was at: ${headings.at(-1) ?? 'its beginning'}`);
      screen.say(
        `${error.code}: ${error.code === 'Internal' ? (error.stack ?? error.message) : error.message}`,
      );
      screen.say(error.policy.advice);
      screen.say(`One log file for each part: ${relative(process.cwd(), folder.logs)}/`);
    }
    if (options.once) await stopStack(folder, reporter);
    else screen.say('What was started still runs. Stop it: npm run local -- down');
    return signal.aborted ? interruptedExitCode : 1;
  }
};

const report = ({ figures }: Demonstration, options: DemoOptions, screen: Screen): void => {
  if (options.json !== undefined) {
    mkdirSync(dirname(options.json), { recursive: true });
    writeFileSync(options.json, `${JSON.stringify(figures, undefined, 2)}\n`);
  }
  screen.say(
    figures.equal
      ? `\nSource and target are equal: ${figures.tables.length} tables.`
      : '\nSource and target are NOT equal.',
  );
};

/** Remembers the headlines, so that a failure can say what was being done. */
const trackHeadings = (screen: Screen): { readonly screen: Screen; readonly headings: readonly string[] } => {
  const headings: string[] = [];
  return {
    headings,
    screen: {
      ...screen,
      heading: (text) => {
        headings.push(text);
        screen.heading(text);
      },
    },
  };
};

const program = new Command('npm run demo --')
  .description('Replicates a real data set while it changes, and proves that source and target are equal.')
  .option('--once', 'use a stack of its own, and stop and remove it at the end', false)
  .option('--json <file>', 'also write the figures to a file')
  .addOption(
    new Option('--source <kind>', 'what the data is replicated from')
      .choices(demoKindNames)
      .default('postgresql'),
  )
  .addOption(
    new Option('--target <kind>', 'what it is replicated to').choices(demoKindNames).default('postgresql'),
  )
  .option('--seed <number>', 'of the changes to the source', positiveInteger, 20_130_101)
  .option('--rate <number>', 'changes per second to the source', positiveInteger, 300)
  .option(
    '--seconds <number>',
    'how long the source goes on changing once all tables are live',
    positiveInteger,
    30,
  );
program.parse();
process.exitCode = await run(program.opts<DemoOptions>());
