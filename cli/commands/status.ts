import { type Command, Option } from 'commander';
import { type OverallHealth, overallHealthSchema } from '#core/contracts/health-record.ts';
import { type ReplicationStatus, replicationStatusSchema } from '#core/contracts/replication.ts';
import { type FleetItem, findReplication, listFleet } from '../api/find.ts';
import { type Cli, durationArgument, withExamples } from '../cli.ts';
import { formatAge, formatCount, formatInstant, plural } from '../output/format-values.ts';
import type { Paint } from '../output/output.ts';
import { printable } from '../output/printable.ts';
import { paintState, renderStatus, renderTables } from '../output/render-status.ts';
import { table } from '../output/table.ts';
import { defaultIntervalMs, watch } from '../watch.ts';

export interface WatchOptions {
  readonly watch?: boolean;
  readonly interval: number;
}

interface ListOptions {
  readonly health?: OverallHealth;
  readonly status?: ReplicationStatus;
  readonly name?: string;
}

export const addWatchOptions = (command: Command): Command =>
  command
    .option('-w, --watch', 'show it again and again until Ctrl-C')
    .option('--interval <duration>', 'how often --watch looks, as 2s', durationArgument, defaultIntervalMs);

export const addStatusCommands = (program: Command, cli: Cli): void => {
  addWatchOptions(
    withExamples(program.command('ls'), [
      ['millrace ls', 'every replication with its status and its health'],
      ['millrace ls --health failed', 'those that need someone'],
      ['millrace ls --watch', 'again and again'],
      ['millrace ls -o json', 'for a program'],
    ])
      .description(
        'List the replications with what the health check of each minute found last: those of your client, or with a token of all ' +
          'clients those of all.',
      )
      .addOption(new Option('--health <health>', 'only those').choices(overallHealthSchema.options))
      .addOption(
        new Option('--status <status>', 'only those of this status').choices(replicationStatusSchema.options),
      )
      .option('--name <part>', 'only those that have this in their name'),
  ).action(async (options: WatchOptions & ListOptions) => {
    const clientId = await cli.api.clientId();
    const filter = {
      ...(options.health === undefined ? {} : { overall: options.health }),
      ...(options.status === undefined ? {} : { status: options.status }),
      ...(options.name === undefined ? {} : { name: options.name }),
    };
    const scope = clientId === undefined ? {} : { of_client: clientId };
    const ask = async () => ({ replications: await listFleet(cli.api, { ...scope, ...filter }) });
    await showOrWatch(cli, options, ask, (data, paint) =>
      renderReplications(data.replications, Object.keys(filter).length > 0, cli.shell.now(), paint),
    );
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

/** The health check looks once a minute; two looks may be missed. */
const oldestLookMs = 3.5 * 60_000;

/** How it was when it was looked at, unless that says nothing about now. What nobody has looked at is never called healthy. */
const renderHealth = (
  { health, status, status_since: since }: FleetItem,
  now: Date,
  paint: Paint,
): string => {
  if (status === 'configured' || status === 'stopped') return '';
  if (status === 'error' || status === 'needs-resync') return paintState('failed', paint);
  const isOfThisStatus = health !== null && Date.parse(health.looked_at) >= Date.parse(since);
  const seenAt = isOfThisStatus ? health.looked_at : since;
  if (now.getTime() - Date.parse(seenAt) > oldestLookMs)
    return paint('yellow', `unknown: last looked at ${formatAge(seenAt, now)}`);
  if (!isOfThisStatus) return 'not looked at yet';
  const { overall, condition, hop } = health;
  return condition === null
    ? paintState(overall, paint)
    : `${paintState(overall, paint)}: ${condition}${hop === null ? '' : ` at ${hop}`}`;
};

const renderReplications = (
  replications: readonly FleetItem[],
  isFiltered: boolean,
  now: Date,
  paint: Paint,
): readonly string[] => {
  if (replications.length === 0)
    return [isFiltered ? 'No such replication.' : 'No replication. "millrace create" configures one.'];
  const failed = replications.filter(({ last_error_message: message }) => message !== null);
  const isOfSeveral = new Set(replications.map(({ client_id: id }) => id)).size > 1;
  const inTrouble = replications.filter(({ health }) => health !== null && health.condition !== null);
  return [
    ...table(
      [
        { title: 'ID', align: 'right' },
        ...(isOfSeveral ? [{ title: 'CLIENT' }] : []),
        { title: 'NAME' },
        { title: 'STATUS' },
        { title: 'HEALTH' },
        { title: 'SOURCE' },
        { title: 'TARGET' },
        { title: 'TABLES', align: 'right' },
        { title: 'SINCE' },
      ],
      replications.map((item) => [
        String(item.replication_id),
        ...(isOfSeveral ? [item.client_name] : []),
        item.name,
        // Running is not being well, so it has no colour.
        item.status === 'active' ? item.status : paintState(item.status, paint),
        renderHealth(item, now, paint),
        item.source,
        item.target,
        formatCount(item.table_count),
        formatInstant(item.status_since),
      ]),
    ),
    ...(failed.length === 0 ? [] : ['', `${plural(failed.length, 'replication')} with an error:`]),
    ...failed.map((item) => `  ${paint('red', item.name)}: ${item.last_error_message}`),
    ...(inTrouble.length === 0
      ? []
      : ['', `Ask for the cause: millrace why ${inTrouble[0]?.replication_id ?? 'NAME'}`]),
  ];
};
