import { type Command, Option } from 'commander';
import type { Request } from '../api/call.ts';
import { chooseTables } from '../api/choose-tables.ts';
import { discoverTables, findDatabase } from '../api/find.ts';
import { type Cli, collect, withExamples } from '../cli.ts';
import { usageError } from '../cli-error.ts';
import { plural } from '../output/format-values.ts';
import { type Placement, placements, sizeArgument } from './consumer-options.ts';
import { databaseKinds } from './databases.ts';

type SnapshotMode = NonNullable<
  NonNullable<Request<'createReplication'>['body']['capture']>['snapshot_mode']
>;

const snapshotModes = [
  'no_data',
  'initial',
  'when_needed',
  'never',
  'schema_only',
] as const satisfies readonly SnapshotMode[];

interface CreateOptions {
  readonly source: string;
  readonly target: string;
  readonly table?: readonly string[];
  readonly allTables?: boolean;
  readonly name?: string;
  readonly targetTableName?: string;
  readonly snapshotMode?: SnapshotMode;
  readonly placement?: Placement;
  readonly size?: ReturnType<typeof sizeArgument>;
}

export const addCreateCommand = (program: Command, cli: Cli): void => {
  withExamples(program.command('create'), [
    ['millrace create --source shop --target warehouse --table orders --table sales.invoices', 'two tables'],
    ['millrace create --source shop --target warehouse --all-tables', 'all that can be replicated'],
    [
      'millrace create --source shop --target warehouse --all-tables --snapshot-mode initial',
      'copied through Kafka',
    ],
  ])
    .description('Configure a replication. Nothing runs until it is started.')
    .requiredOption('--source <database>', 'name or number of the database to read')
    .requiredOption('--target <database>', 'name or number of the database to write')
    .option('--table <table>', 'a table of the source as table or schema.table; may be repeated', collect)
    .option('--all-tables', 'every table of the source that can be replicated')
    .option('--name <name>', 'how it is called; by default SOURCE to TARGET')
    .option('--target-table-name <template>', 'how target tables are named; by default {sourcedb}_{table}')
    .addOption(
      new Option(
        '--snapshot-mode <mode>',
        'how rows are copied; "millrace snapshot-modes" explains each. By default no_data',
      ).choices(snapshotModes),
    )
    .addOption(new Option('--placement <placement>', 'where its consumer runs').choices(placements))
    .option('--size <size>', 'of its consumer: vCPUs and MiB, as 0.25/512', sizeArgument)
    .action(async (options: CreateOptions) => create(cli, options));
};

/** What Debezium's modes are here. */
export const addSnapshotModesCommand = (program: Command, cli: Cli): void => {
  withExamples(program.command('snapshot-modes'), [
    ['millrace snapshot-modes', 'which there are, and what each does'],
    ['millrace snapshot-modes --kind mysql', 'those of one kind of source'],
  ])
    .description(
      "List the snapshot modes of Debezium's connectors: what each is here, and which a replication can have.",
    )
    .addOption(new Option('--kind <kind>', 'of this kind of source').choices(databaseKinds))
    .action(async ({ kind }: { readonly kind?: (typeof databaseKinds)[number] }) => {
      const query = kind === undefined ? {} : { kind };
      cli.out.print(await cli.api.call('listSnapshotModes', { query }), ({ snapshot_modes: modes }, paint) =>
        modes.flatMap(({ mode, former_names: formerNames, supported, meaning, in_millrace: here }) => [
          `${paint('bold', mode)}${formerNames.length === 0 ? '' : ` (formerly ${formerNames.join(', ')})`}: ${
            supported ? paint('green', 'can be chosen') : 'not used'
          }`,
          `  Debezium: ${meaning}`,
          `  Here: ${here}`,
        ]),
      );
    });
};

const create = async ({ api, out }: Cli, options: CreateOptions): Promise<void> => {
  const {
    table: named = [],
    allTables = false,
    name,
    targetTableName,
    snapshotMode,
    placement,
    size,
  } = options;
  if (named.length === 0 && !allTables)
    throw usageError('A replication needs tables.', 'Give --table for each, or --all-tables.');
  if (named.length > 0 && allTables) throw usageError('Give --table or --all-tables, not both.');
  const source = await findDatabase(api, options.source);
  const target = await findDatabase(api, options.target);
  const tables = await discoverTables(api, source.database_id);
  const replicable = tables.filter((table) => table.replicable);
  for (const table of tables) {
    if (allTables && !table.replicable)
      out.say(
        `Leaving out ${table.schema}.${table.table}: ${table.problems.map(({ message }) => message).join(' ')}`,
      );
  }
  if (allTables && replicable.length === 0)
    throw usageError(`${source.name} has no table that can be replicated.`);
  const chosen = allTables ? replicable : chooseTables(named, tables);
  const body: Request<'createReplication'>['body'] = {
    source_database_id: source.database_id,
    target_database_id: target.database_id,
    tables: chosen.map(({ schema, table }) => ({ source: { schema, table } })),
    ...(name === undefined ? {} : { name }),
    ...(targetTableName === undefined ? {} : { target_table_name: targetTableName }),
    ...(snapshotMode === undefined ? {} : { capture: { snapshot_mode: snapshotMode } }),
    ...(placement === undefined && !size
      ? {}
      : { consumer: { ...(placement === undefined ? {} : { placement }), ...(size ?? {}) } }),
  };
  out.print(await api.call('createReplication', { body }), (created) => [
    `Configured replication ${created.name} (${created.replication_id}) with ${plural(created.table_count, 'table')}.`,
    `Next: "millrace check ${created.replication_id}", then "millrace start ${created.replication_id} --wait 10m".`,
  ]);
};
