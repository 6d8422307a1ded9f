import type { Command } from 'commander';
import { tableLabel } from '#core/contracts/identifiers.ts';
import { findReplication } from '../api/find.ts';
import type { Replication } from '../api/routes.ts';
import { type Cli, collect, withExamples } from '../cli.ts';
import { usageError } from '../cli-error.ts';
import { formatInstant } from '../output/format-values.ts';
import { printable } from '../output/printable.ts';
import { table } from '../output/table.ts';

interface NewTablesOptions {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly clearExclude?: boolean;
  readonly off?: boolean;
  readonly reason?: string;
}

export const addNewTablesCommand = (program: Command, cli: Cli): void => {
  withExamples(program.command('new-tables'), [
    ['millrace new-tables shop', 'which new tables join it, and those that wait or cannot'],
    ["millrace new-tables shop --include 'public.*' --exclude 'public.tmp_*'", 'choose them'],
    ['millrace ddl policy shop --set create-table=auto', 'they join by themselves'],
    ['millrace add-tables shop public.invoices', 'take one that waits'],
  ])
    .argument('<replication>', 'name or number')
    .description('Show which tables of the source join a replication as they are created, or choose them.')
    .option('--include <pattern>', 'schema.table with * and ?; may be repeated', collect)
    .option('--exclude <pattern>', 'which of them are left out; may be repeated', collect)
    .option('--clear-exclude', 'those that were left out are not any more')
    .option('--off', 'no table joins any more')
    .option('--reason <text>', 'why, for the activity')
    .action(async (given: string, options: NewTablesOptions) => {
      const { api, out } = cli;
      const { include, off = false, reason } = options;
      const exclude = excluded(options);
      if (off && (include !== undefined || exclude !== undefined))
        throw usageError('--off goes without --include, --exclude and --clear-exclude.');
      const { replication_id } = await findReplication(api, given);
      const path = { replication_id };
      const replication: Replication = await api.call('getReplication', { path });
      const wanted = off ? null : changed(replication, include, exclude);
      const shown =
        wanted === undefined
          ? replication
          : await api.call('updateReplication', {
              path,
              body: { new_tables: wanted, ...(reason === undefined ? {} : { reason }) },
            });
      out.print(shown.new_tables, (data) => render(shown, data));
    });
};

/** Undefined: those that were stay. */
const excluded = ({ exclude, clearExclude = false }: NewTablesOptions): readonly string[] | undefined =>
  clearExclude ? (exclude ?? []) : exclude;

/** What is not given stays; undefined when nothing is. */
const changed = (
  { name, new_tables: before }: Replication,
  include: readonly string[] | undefined,
  exclude: readonly string[] | undefined,
): { include: string[]; exclude: string[] } | undefined => {
  if (include === undefined && exclude === undefined) return undefined;
  const patterns = include ?? before?.include;
  if (patterns === undefined)
    throw usageError(`No new table joins ${name}.`, "Say which: --include 'schema.*'.");
  return { include: [...patterns], exclude: [...(exclude ?? before?.exclude ?? [])] };
};

const render = (
  { name, schema_changes: policy }: Replication,
  data: Replication['new_tables'],
): readonly string[] => {
  if (data === null) return [`No new table joins ${name}.`];
  const action = policy.kinds['create-table'] ?? `that of ${policy.preset}`;
  return [
    `include  ${data.include.map(printable).join(', ')}`,
    `exclude  ${data.exclude.length === 0 ? 'none' : data.exclude.map(printable).join(', ')}`,
    `policy   ${action} (millrace ddl policy ${name} --set create-table=...)`,
    ...(data.found.length === 0
      ? ['Every table that matches is replicated, as of the last look.']
      : table(
          [{ title: 'TABLE' }, { title: 'STATE' }, { title: 'SINCE' }, { title: 'WHY' }],
          data.found.map(({ source, state, since, message }) => [
            printable(tableLabel(source)),
            state,
            formatInstant(since),
            message === null ? '' : printable(message),
          ]),
        )),
  ];
};
