import type { Command } from 'commander';
import { findReplication, type ListedReplication, listDatabases, listReplications } from '../api/find.ts';
import { type Cli, durationArgument, withExamples } from '../cli.ts';
import { formatCount, formatInstant, plural } from '../output/format-values.ts';
import type { Paint } from '../output/output.ts';
import { printable } from '../output/printable.ts';
import { paintState, renderStatus, renderTables } from '../output/render-status.ts';
import { table } from '../output/table.ts';
import { defaultIntervalMs, watch } from '../watch.ts';

export interface WatchOptions {
  readonly watch?: boolean;
  readonly interval: number;
}

export const addWatchOptions = (command: Command): Command =>
  command
    .option('-w, --watch', 'show it again and again until Ctrl-C')
    .option('--interval <duration>', 'how often --watch looks, as 2s', durationArgument, defaultIntervalMs);

export const addStatusCommands = (program: Command, cli: Cli): void => {
  addWatchOptions(
    withExamples(program.command('ls'), [
      ['millrace ls', 'every replication with its status'],
      ['millrace ls -o json', 'for a program'],
    ]).description('List the replications.'),
  ).action(async (options: WatchOptions) => {
    const ask = async () => {
      const [replications, databases] = await Promise.all([
        listReplications(cli.api),
        listDatabases(cli.api),
      ]);
      const names = new Map(databases.map(({ database_id: id, name }) => [id, name]));
      return {
        replications: replications.map((replication) => ({
          ...replication,
          source: names.get(replication.source_database_id) ?? null,
          target: names.get(replication.target_database_id) ?? null,
        })),
      };
    };
    await showOrWatch(cli, options, ask, (data, paint) => renderReplications(data.replications, paint));
  });

  addWatchOptions(
    withExamples(program.command('status'), [
      ['millrace status shop', 'is it healthy, and how far behind is it?'],
      ['millrace status shop --watch', 'with progress bars while it copies'],
    ])
      .argument('<replication>', 'name or number')
      .description('Show the health, the lag and each table of a replication.'),
  ).action(async (given: string, options: WatchOptions) => {
    const { api, shell } = cli;
    const { replication_id, name } = await findReplication(api, given);
    const ask = () => api.call('getStatus', { path: { replication_id } });
    await showOrWatch(cli, options, ask, (status, paint) =>
      renderStatus(`${printable(name)} (${replication_id})`, status, shell.now(), paint),
    );
  });

  addWatchOptions(
    withExamples(program.command('tables'), [['millrace tables shop', 'state and lag of each table']])
      .argument('<replication>', 'name or number')
      .description('List the tables of a replication, with their states.'),
  ).action(async (given: string, options: WatchOptions) => {
    const { api } = cli;
    const { replication_id } = await findReplication(api, given);
    const ask = async () => {
      const { tables } = await api.call('getStatus', { path: { replication_id } });
      return { tables };
    };
    await showOrWatch(cli, options, ask, ({ tables }, paint) =>
      tables.length === 0
        ? ['Nothing is copied yet: the replication was not started.']
        : renderTables(tables, cli.shell.now(), paint),
    );
  });
};

/** Once, or until Ctrl-C with `--watch`. */
export const showOrWatch = async <T>(
  cli: Cli,
  { watch: isWatched = false, interval }: WatchOptions,
  ask: () => Promise<T>,
  render: (data: T, paint: Paint) => readonly string[],
): Promise<void> => {
  if (isWatched) await watch(cli, { intervalMs: interval, ask, render });
  else cli.out.print(await ask(), render);
};

const renderReplications = (
  replications: readonly (ListedReplication & {
    readonly source: string | null;
    readonly target: string | null;
  })[],
  paint: Paint,
): readonly string[] => {
  if (replications.length === 0) return ['No replication. "millrace create" configures one.'];
  const failed = replications.filter(({ last_error_message: message }) => message !== null);
  return [
    ...table(
      [
        { title: 'ID', align: 'right' },
        { title: 'NAME' },
        { title: 'STATUS' },
        { title: 'SOURCE' },
        { title: 'TARGET' },
        { title: 'TABLES', align: 'right' },
        { title: 'SINCE' },
      ],
      replications.map((item) => [
        String(item.replication_id),
        item.name,
        paintState(item.status, paint),
        item.source ?? String(item.source_database_id),
        item.target ?? String(item.target_database_id),
        formatCount(item.table_count),
        formatInstant(item.status_since),
      ]),
    ),
    ...(failed.length === 0 ? [] : ['', `${plural(failed.length, 'replication')} with an error:`]),
    ...failed.map((item) => `  ${paint('red', item.name)}: ${item.last_error_message}`),
  ];
};
