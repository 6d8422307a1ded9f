import { type Command, Option } from 'commander';
import type { Request } from '../api/call.ts';
import { findReplication } from '../api/find.ts';
import type { ConsumerSettings, Replication } from '../api/routes.ts';
import { type Cli, durationArgument, withExamples } from '../cli.ts';
import { formatInstant } from '../output/format-values.ts';
import type { Paint } from '../output/output.ts';
import { paintState, renderStatus } from '../output/render-status.ts';
import { waitForLive, waitForStatus } from '../wait-for.ts';
import { type Placement, placements, sizeArgument } from './consumer-options.ts';

export const waitOption = [
  '--wait <duration>',
  'wait until it is done, at most so long: 30s, 10m; ends with 5 when it takes longer',
] as const;

const reasonOption = ['--reason <text>', 'why, for the activity'] as const;

const reasonBody = (reason: string | undefined): { readonly reason?: string } =>
  reason === undefined ? {} : { reason };

export const describeReplication = (replication: Replication, paint: Paint): string =>
  `${replication.name} (${replication.replication_id}): ${paintState(replication.status, paint)}`;

export const addLifecycleCommands = (program: Command, cli: Cli): void => {
  addStart(program, cli);
  addStop(program, cli);
  addPause(program, cli);
  addResume(program, cli);
  addRestart(program, cli);
  addConsumer(program, cli);
};

/** Waits until every table is live, and prints the status then. */
export const finishLive = async (
  cli: Cli,
  { replication_id, name }: Pick<Replication, 'replication_id' | 'name'>,
  waitMs: number,
): Promise<void> => {
  const status = await waitForLive(cli, { replicationId: replication_id, name }, waitMs);
  cli.out.print(status, (data, paint) =>
    renderStatus(`${name} (${replication_id})`, data, cli.shell.now(), paint),
  );
};

interface StartOptions {
  readonly wait?: number;
  readonly transactionWait?: number;
  readonly reason?: string;
}

const transactionWaitOption = [
  '--transaction-wait <duration>',
  'how long to wait for transactions that are open at the source; by default 10m',
] as const;

const startBody = ({ transactionWait, reason }: StartOptions): Request<'resumeReplication'>['body'] => ({
  ...(transactionWait === undefined ? {} : { transaction_wait_seconds: Math.round(transactionWait / 1_000) }),
  ...reasonBody(reason),
});

/** The replication as an answer has it, or its status once every table is live. */
const finishStart = async (cli: Cli, started: Replication, { wait }: StartOptions): Promise<void> => {
  if (wait !== undefined) {
    await finishLive(cli, started, wait);
    return;
  }
  cli.out.print(started, (data, paint) => [
    describeReplication(data, paint),
    `Watch it: millrace status ${data.replication_id} --watch`,
  ]);
};

/** `start`, `resume` and `restart` differ in what they call. */
const addBeginning = (
  command: Command,
  cli: Cli,
  operation: 'startReplication' | 'resumeReplication' | 'restartReplication',
): void => {
  command
    .argument('<replication>', 'name or number')
    .option(...waitOption, durationArgument)
    .option(...transactionWaitOption, durationArgument)
    .option(...reasonOption)
    .action(async (given: string, options: StartOptions) => {
      const { replication_id } = await findReplication(cli.api, given);
      const request = { path: { replication_id }, body: startBody(options) };
      await finishStart(cli, await cli.api.call(operation, request), options);
    });
};

const addStart = (program: Command, cli: Cli): void => {
  const command = withExamples(program.command('start'), [
    ['millrace start shop', 'begins, and comes back at once'],
    ['millrace start shop --wait 30m', 'with progress, until every table is live'],
  ]).description('Start a replication, or go on with one that was stopped.');
  addBeginning(command, cli, 'startReplication');
};

/** `stop` and `pause` differ in what they call and where they end. */
const addEnding = (
  command: Command,
  cli: Cli,
  operation: 'stopReplication' | 'pauseReplication',
  status: 'stopped' | 'paused',
): void => {
  command
    .argument('<replication>', 'name or number')
    .option(...waitOption, durationArgument)
    .option(...reasonOption)
    .action(async (given: string, { wait, reason }: { wait?: number; reason?: string }) => {
      const { api, out } = cli;
      const { replication_id, name } = await findReplication(api, given);
      const ended = await api.call(operation, { path: { replication_id }, body: reasonBody(reason) });
      const answer =
        wait === undefined
          ? ended
          : await waitForStatus(cli, { replicationId: replication_id, name }, status, wait);
      out.print(answer, (data, paint) => [describeReplication(data, paint)]);
    });
};

const addStop = (program: Command, cli: Cli): void => {
  const command = withExamples(program.command('stop'), [
    ['millrace stop shop --wait 5m', 'the source keeps its log until it is started again'],
  ]).description('Stop a replication. It goes on where it stopped when it is started again.');
  addEnding(command, cli, 'stopReplication', 'stopped');
};

const addPause = (program: Command, cli: Cli): void => {
  const command = withExamples(program.command('pause'), [
    ["millrace pause shop --reason 'upgrade of the target'", 'changes wait in Kafka until it is resumed'],
  ]).description('Pause a replication: nothing is written at the target, and capture goes on.');
  addEnding(command, cli, 'pauseReplication', 'paused');
};

const addResume = (program: Command, cli: Cli): void => {
  const command = withExamples(program.command('resume'), [
    ['millrace resume shop --wait 10m', 'until every table is live again'],
  ]).description('Go on with a replication that is paused. Nothing is copied again.');
  addBeginning(command, cli, 'resumeReplication');
};

const addRestart = (program: Command, cli: Cli): void => {
  const command = withExamples(program.command('restart'), [
    ['millrace restart shop --wait 10m', 'its consumer and its connector'],
  ]).description('Restart the consumer and the connector of a replication. Nothing is copied again.');
  addBeginning(command, cli, 'restartReplication');
};

interface ConsumerOptions {
  readonly placement?: Placement;
  readonly size?: ReturnType<typeof sizeArgument>;
  readonly reason?: string;
}

const addConsumer = (program: Command, cli: Cli): void => {
  withExamples(program.command('consumer'), [
    ['millrace consumer shop', 'where it runs'],
    ['millrace consumer shop --placement pooled', 'it shares a task with others while it is quiet'],
    ['millrace consumer shop --placement own --size 0.25/512', 'a small task for itself'],
  ])
    .description('Show or change where the consumer of a replication runs. Nothing is copied again.')
    .argument('<replication>', 'name or number')
    .addOption(new Option('--placement <placement>', 'where it runs').choices(placements))
    .option('--size <size>', 'of a task of its own: vCPUs and MiB, as 0.25/512, or "default"', sizeArgument)
    .option(...reasonOption)
    .action(async (given: string, { placement, size, reason }: ConsumerOptions) => {
      const { api, out } = cli;
      const { replication_id } = await findReplication(api, given);
      const path = { replication_id };
      const settings =
        placement === undefined && size === undefined
          ? (await api.call('getReplication', { path })).consumer
          : await api.call('updateConsumerSettings', {
              path,
              body: {
                ...(placement === undefined ? {} : { placement }),
                ...(size === undefined ? {} : (size ?? { cpu: null, memory_mib: null })),
                ...reasonBody(reason),
              },
            });
      out.print(settings, renderConsumer);
    });
};

const renderConsumer = ({ placement, cpu, memory_mib, moved_out }: ConsumerSettings): readonly string[] => [
  placement === 'own'
    ? 'It has a task of its own.'
    : moved_out === null
      ? 'It shares a pool task with other replications.'
      : `It is pooled, and has a task of its own since ${formatInstant(moved_out.since)}: ${moved_out.reason}`,
  `A task of its own has ${cpu === null || memory_mib === null ? "the environment's size" : `${cpu / 1024} vCPU and ${memory_mib} MiB`}.`,
];
