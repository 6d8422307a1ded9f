import { type Command, Option } from 'commander';
import { type Answer, type Api, ApiProblem } from '../api/call.ts';
import { listConnectors, nearMatch } from '../api/find.ts';
import { type Cli, withExamples } from '../cli.ts';
import { CliError, exitCodes, usageError } from '../cli-error.ts';
import { confirmName, confirmOption } from '../confirm.ts';
import { plural } from '../output/format-values.ts';
import { table } from '../output/table.ts';

type Connector = Answer<'getConnector'>;

const states = ['RUNNING', 'PAUSED', 'FAILED', 'UNASSIGNED', 'STOPPED', 'RESTARTING'] as const;

export const addConnectorCommands = (program: Command, cli: Cli): void => {
  const connectors = withExamples(program.command('connectors'), [
    ['millrace connectors health', 'does Kafka Connect answer, and which connectors belong to nobody?'],
    ['millrace connectors ls', 'every connector with its state'],
    ['millrace connectors ls --state FAILED', 'those that have failed'],
    ['millrace connectors status acme_shop_connector', 'with the trace of what has failed'],
    ['millrace connectors restart acme_shop_connector', 'it goes on where it stopped'],
  ]).description('Look at the connectors of replications in Kafka Connect, and restart them.');

  connectors
    .command('health')
    .description(
      'Say whether Kafka Connect answers, and, with a token of all clients, which of its connectors belong to no replication. ' +
        'Ends with 1 when it does not answer.',
    )
    .action(async () => {
      const health = await cli.api.call('getConnectHealth', {});
      cli.out.print(health, describeHealth);
      if (!health.healthy)
        throw new CliError('Kafka Connect does not answer. Its connectors may run all the same.', {
          advice: 'Look at its service and its log: docs/runbook/health.md#connect-silent.',
        });
    });

  connectors
    .command('ls')
    .description('List the connectors.')
    .addOption(
      new Option('--state <state>', 'only those that are in this state, or of which a task is').choices(
        states,
      ),
    )
    .action(async ({ state }: { readonly state?: (typeof states)[number] }) => {
      const filter = state === undefined ? {} : { state };
      cli.out.print({ connectors: await listConnectors(cli.api, filter) }, (data) =>
        data.connectors.length === 0
          ? [state === undefined ? 'No connector.' : `No connector is ${state}.`]
          : table(
              [
                { title: 'NAME' },
                { title: 'REPLICATION', align: 'right' },
                { title: 'STATE' },
                { title: 'TASKS' },
              ],
              data.connectors.map((connector) => [
                connector.name,
                String(connector.replication_id),
                connector.state ?? 'none',
                connector.tasks.map(({ state }) => state).join(', '),
              ]),
            ),
      );
    });

  connectors
    .command('status')
    .argument('<connector>', 'its name')
    .description('Show the state of a connector and its tasks, with the traces of what has failed.')
    .action(async (connector: string) =>
      cli.out.print(
        await named(cli.api, connector, (path) => cli.api.call('getConnector', { path })),
        describeConnector,
      ),
    );

  connectors
    .command('config')
    .argument('<connector>', 'its name')
    .description('Show its configuration, without secrets.')
    .action(async (connector: string) =>
      cli.out.print(
        await named(cli.api, connector, (path) => cli.api.call('getConnectorConfig', { path })),
        ({ config }) =>
          Object.entries(config)
            .toSorted(([left], [right]) => (left < right ? -1 : 1))
            .map(([name, value]) => `${name}=${value}`),
      ),
    );

  connectors
    .command('validate')
    .argument('<connector>', 'its name')
    .description(
      "Make Kafka Connect's own check of the configuration that a connector has. Nothing is changed. Ends with 1 when it finds problems.",
    )
    .action(async (connector: string) => {
      const check = await named(cli.api, connector, (path) => cli.api.call('validateConnector', { path }));
      cli.out.print(check, ({ name, problems }) =>
        problems.length === 0
          ? [`Kafka Connect finds nothing wrong with the configuration of ${name}.`]
          : problems.map((problem) => `- ${problem}`),
      );
      if (!check.ready)
        throw new CliError(
          `Kafka Connect finds ${plural(check.problems.length, 'problem')} in the configuration of ${connector}.`,
          {
            advice:
              'A start of the replication writes the configuration again: millrace restart REPLICATION.',
          },
        );
    });

  connectors
    .command('restart')
    .argument('<connector>', 'its name')
    .option('--task <number>', 'only this task')
    .description('Restart a connector with its tasks, or one task. It goes on where it stopped.')
    .action(async (connector: string, { task }: { task?: string }) => {
      if (task !== undefined && !/^\d+$/.test(task))
        throw usageError(`--task ${task} is not the number of a task.`);
      const answer = await named(cli.api, connector, (path) =>
        task === undefined
          ? cli.api.call('restartConnector', { path })
          : cli.api.call('restartConnectorTask', { path: { ...path, task } }),
      );
      cli.out.print(answer, describeConnector);
    });

  for (const [action, what] of [
    ['pause', 'Pause a connector whose replication is not meant to run. Of others: millrace stop.'],
    ['resume', 'Resume a connector whose replication is meant to capture.'],
  ] as const)
    connectors
      .command(action)
      .argument('<connector>', 'its name')
      .description(what)
      .action(async (connector: string) => {
        const call = action === 'pause' ? 'pauseConnector' : 'resumeConnector';
        cli.out.print(
          await named(cli.api, connector, (path) => cli.api.call(call, { path })),
          describeConnector,
        );
      });

  connectors
    .command('delete')
    .argument('<connector>', 'its name')
    .option(...confirmOption)
    .description('Delete a connector that belongs to no replication, with an admin token of all clients.')
    .action(async (connector: string, { confirm }: { confirm?: string }) => {
      await confirmName(
        cli,
        connector,
        `Connector ${connector} will be deleted from Kafka Connect.`,
        confirm,
      );
      cli.out.print(await cli.api.call('deleteConnector', { path: { connector } }), ({ name }) => [
        `Deleted connector ${name}.`,
      ]);
    });
};

/** Calls for a connector. When there is none of the name, the error says which one is near. */
const named = async <T>(
  api: Api,
  connector: string,
  call: (path: { readonly connector: string }) => Promise<T>,
): Promise<T> => {
  try {
    return await call({ connector });
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 404) throw error;
    const names = (await listConnectors(api)).map(({ name }) => name);
    if (names.includes(connector)) throw error;
    const near = nearMatch(connector, names) ?? '"millrace connectors ls" lists those that there are.';
    throw new CliError(error.message, { advice: near, exitCode: exitCodes.failed, cause: error });
  }
};

const describeHealth = ({ healthy, message, unowned }: Answer<'getConnectHealth'>): readonly string[] => [
  healthy ? 'Kafka Connect answers.' : `Kafka Connect does not answer: ${message ?? 'nobody knows why'}`,
  ...(unowned === null || unowned.length === 0
    ? []
    : [
        `${plural(unowned.length, 'connector')} of no replication. "millrace connectors delete NAME" deletes one:`,
        ...unowned.map((name) => `  ${name}`),
      ]),
];

const describeConnector = (connector: Connector): readonly string[] => [
  `${connector.name} of replication ${connector.replication_id}: ${connector.state ?? 'not in Kafka Connect'}`,
  ...(connector.trace === null ? [] : [connector.trace]),
  ...connector.tasks.flatMap(({ task, state, trace }) => [
    `  task ${task}: ${state}`,
    ...(trace === null ? [] : trace.split('\n').map((line) => `    ${line}`)),
  ]),
];
