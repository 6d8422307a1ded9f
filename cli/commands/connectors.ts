import type { Command } from 'commander';
import type { Answer } from '../api/call.ts';
import { listConnectors } from '../api/find.ts';
import { type Cli, withExamples } from '../cli.ts';
import { usageError } from '../cli-error.ts';
import { confirmName, confirmOption } from '../confirm.ts';
import { table } from '../output/table.ts';

type Connector = Answer<'getConnector'>;

export const addConnectorCommands = (program: Command, cli: Cli): void => {
  const connectors = withExamples(program.command('connectors'), [
    ['millrace connectors ls', 'every connector with its state'],
    ['millrace connectors status acme_shop_connector', 'with the trace of what has failed'],
    ['millrace connectors restart acme_shop_connector', 'it goes on where it stopped'],
  ]).description('Look at the connectors of replications in Kafka Connect, and restart them.');

  connectors
    .command('ls')
    .description('List the connectors.')
    .action(async () => {
      cli.out.print({ connectors: await listConnectors(cli.api) }, (data) =>
        table(
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
      cli.out.print(await cli.api.call('getConnector', { path: { connector } }), describeConnector),
    );

  connectors
    .command('config')
    .argument('<connector>', 'its name')
    .description('Show its configuration, without secrets.')
    .action(async (connector: string) =>
      cli.out.print(await cli.api.call('getConnectorConfig', { path: { connector } }), ({ config }) =>
        Object.entries(config)
          .toSorted(([left], [right]) => (left < right ? -1 : 1))
          .map(([name, value]) => `${name}=${value}`),
      ),
    );

  connectors
    .command('restart')
    .argument('<connector>', 'its name')
    .option('--task <number>', 'only this task')
    .description('Restart a connector with its tasks, or one task. It goes on where it stopped.')
    .action(async (connector: string, { task }: { task?: string }) => {
      if (task !== undefined && !/^\d+$/.test(task))
        throw usageError(`--task ${task} is not the number of a task.`);
      const answer =
        task === undefined
          ? await cli.api.call('restartConnector', { path: { connector } })
          : await cli.api.call('restartConnectorTask', { path: { connector, task } });
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
        cli.out.print(await cli.api.call(call, { path: { connector } }), describeConnector);
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

const describeConnector = (connector: Connector): readonly string[] => [
  `${connector.name} of replication ${connector.replication_id}: ${connector.state ?? 'not in Kafka Connect'}`,
  ...(connector.trace === null ? [] : [connector.trace]),
  ...connector.tasks.flatMap(({ task, state, trace }) => [
    `  task ${task}: ${state}`,
    ...(trace === null ? [] : trace.split('\n').map((line) => `    ${line}`)),
  ]),
];
