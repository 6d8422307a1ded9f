import { relative } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { MillraceError, toMillraceError } from '#core/errors/millrace-error.ts';
import { readAdminToken } from './admin-token.ts';
import { linkMinutes } from './console/sign-in-links.ts';
import { consoleSignInLink, consoleUrl } from './console.ts';
import { awsEnvironment } from './environment.ts';
import { printLogs } from './logs.ts';
import { partLog } from './parts.ts';
import { createProgressReporter } from './progress.ts';
import { deployStack, resetStack, startStack, stopStack } from './stack.ts';
import {
  moreBrokers,
  moreWorkers,
  type OptionalPart,
  optionalParts,
  plannedParts,
  readPlan,
  readStackState,
  runningPart,
  runningTasks,
  type StackState,
} from './stack-state.ts';
import { stateFolder } from './state-folder.ts';

const reporter = createProgressReporter();
const folder = stateFolder();

/** Nobody reads any more (`| head`): a start goes on, and following logs ends. */
const unread = new AbortController();
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  unread.abort();
});

/** What a shell returns for a program that Ctrl-C ended: 128 + SIGINT. */
const interruptedExitCode = 130;

const parseCount = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It has to be a whole number.');
  return Number(text);
};

const databaseUrl = (
  { host, port, user, password, database }: StackState['source'],
  scheme: 'postgresql' | 'mysql' = 'postgresql',
): string => `${scheme}://${user}:${password}@${host}:${port}/${database}`;

const requireStack = (): StackState => {
  const state = readStackState(folder);
  if (state !== undefined) return state;
  throw new MillraceError('LocalStackFailed', 'No stack runs. Start one: npm run local -- up');
};

const describeState = (state: StackState): string =>
  [
    `Kafka         ${state.kafka.brokers}`,
    ...(state.secure === undefined ? [] : [`Certificates  ${relative(process.cwd(), state.secure.caFile)}`]),
    `Kafka Connect ${state.connect.url}`,
    `AWS emulator  ${state.emulator.url} (region ${state.emulator.region})`,
    `Source        ${databaseUrl(state.source)}`,
    `Target        ${databaseUrl(state.target)}`,
    ...(state.mariadb === undefined ? [] : [`MariaDB       ${databaseUrl(state.mariadb, 'mysql')}`]),
    ...(state.api === undefined ? [] : [`API           ${state.api.url}`]),
    ...(state.prometheus === undefined ? [] : [`Prometheus    ${state.prometheus.url}`]),
    ...(consoleUrl(folder) === undefined
      ? []
      : [`Console       ${consoleUrl(folder)} (npm run local -- open)`]),
    `Logs          ${relative(process.cwd(), folder.logs)}/ (npm run local -- logs)`,
  ].join('\n');

const program = new Command('npm run local --').description(
  'The local stack: Kafka, Kafka Connect with Debezium, two PostgreSQL servers and an AWS emulator with the app.',
);

program
  .command('up')
  .description('start everything and deploy the app; harmless when it runs already')
  .option('--bench', "also the plug-in of the benchmark's peer")
  .addOption(
    new Option('--with <parts...>', 'also these parts, which are downloaded and started only when asked for')
      .choices(optionalParts.filter((part) => !moreBrokers.some((broker) => broker === part)))
      .default([]),
  )
  .addOption(
    new Option('--workers <count>', 'how many Kafka Connect workers there are')
      .choices(['1', '2', '3'])
      .default('1'),
  )
  .addOption(
    new Option('--brokers <count>', 'how many Kafka brokers there are; kept with the data').choices([
      '1',
      '3',
    ]),
  )
  .option('--secure', 'TLS everywhere, and users with rights at Kafka; kept with the data')
  .option('--no-deploy', 'start the servers only')
  .action(
    async (options: {
      bench?: boolean;
      with: readonly OptionalPart[];
      workers: string;
      brokers?: string;
      secure?: boolean;
      deploy: boolean;
    }) => {
      const interrupted = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        process.once(signal, () => {
          reporter.say('Stopping what was started.');
          interrupted.abort(new Error('interrupted'));
        });
      }
      const begin = performance.now();
      try {
        const { state, started } = await startStack({
          folder,
          reporter,
          bench: options.bench ?? false,
          with: [...new Set([...options.with, ...moreWorkers.slice(0, Number(options.workers) - 1)])],
          ...(options.brokers !== undefined && { brokers: options.brokers === '3' ? 3 : 1 }),
          ...(options.secure !== undefined && { secure: options.secure }),
          deploy: options.deploy,
          signal: interrupted.signal,
        });
        const seconds = ((performance.now() - begin) / 1000).toFixed(1);
        reporter.say(started ? `Ready after ${seconds} s.` : 'The stack is running already.');
        reporter.say(describeState(state));
      } catch (error) {
        if (!interrupted.signal.aborted) throw error;
        process.exitCode = interruptedExitCode;
      }
    },
  );

program
  .command('deploy')
  .description('deploy the app as it is now into the running stack')
  .action(async () => {
    await deployStack({ folder, reporter });
    reporter.say('Deployed. Consumers that run keep the code that they were started with.');
  });

program
  .command('down')
  .description('stop everything; data and downloads stay')
  .action(async () => {
    await stopStack(folder, reporter);
    reporter.say('Nothing of the stack runs.');
  });

program
  .command('status')
  .description('show what runs, and where')
  .action(() => {
    const parts = plannedParts(readPlan(folder));
    for (const part of parts) {
      const identity = runningPart(folder, part);
      reporter.say(
        `${part.padEnd(9)} ${identity === undefined ? 'down' : `up, pid ${identity.pid}`.padEnd(16)}  ${relative(process.cwd(), partLog(folder, part))}`,
      );
    }
    for (const { name, identity } of runningTasks(folder))
      reporter.say(`task      up, pid ${identity.pid}  ${name}`);
    const state = readStackState(folder);
    if (state !== undefined) reporter.say(describeState(state));
    if (parts.some((part) => runningPart(folder, part) === undefined)) process.exitCode = 1;
  });

program
  .command('open')
  .description("start the operator's console where it does not run, and print a link that signs in once")
  .action(async () => {
    requireStack();
    await startStack({ folder, reporter, with: ['console'] });
    const link = consoleSignInLink(folder);
    if (link === undefined) throw new MillraceError('LocalStackFailed', 'The console does not run.');
    reporter.say(`The console, as admin. The link works once, within ${linkMinutes} minutes:`);
    reporter.say(link);
  });

program
  .command('env')
  .description('print variables for other programs: eval "$(node_modules/.bin/node local/main.ts env)"')
  .action(() => {
    const state = requireStack();
    const variables = {
      ...awsEnvironment(state.emulator.url),
      ...(state.api === undefined ? {} : { MILLRACE_API_URL: state.api.url }),
      MILLRACE_SOURCE_URL: databaseUrl(state.source),
      MILLRACE_TARGET_URL: databaseUrl(state.target),
      ...(state.mariadb === undefined ? {} : { MILLRACE_MARIADB_URL: databaseUrl(state.mariadb, 'mysql') }),
    };
    for (const [name, value] of Object.entries(variables)) reporter.say(`export ${name}='${value}'`);
  });

program
  .command('token')
  .description('print the admin token: npm run --silent local -- token | npx millrace login --token-stdin')
  .action(async () => {
    const state = requireStack();
    reporter.say(await readAdminToken(state));
  });

program
  .command('reset')
  .description('stop everything and remove its data and logs; downloads stay')
  .action(async () => {
    await resetStack(folder, reporter);
    reporter.say('Data and logs are removed.');
  });

program
  .command('logs')
  .description(
    'print the logs of all parts, or of those whose name begins with NAME (connect, lambda, tasks/)',
  )
  .argument('[name]')
  .option('-f, --follow', 'go on until Ctrl-C')
  .option('-n, --lines <count>', 'how many lines of each log', parseCount, 20)
  .action(async (name: string | undefined, options: { follow?: boolean; lines: number }) => {
    await printLogs(
      folder.logs,
      { name, lines: options.lines, follow: options.follow ?? false, signal: unread.signal },
      (line) => reporter.say(line),
    );
  });

try {
  await program.parseAsync();
} catch (thrown) {
  const error = toMillraceError(thrown);
  console.error(`${error.message}\n${error.policy.advice}`);
  process.exitCode = 1;
}
