import type { Command } from 'commander';
import { discoverTables, findDatabase } from '../api/find.ts';
import type { DiscoveredTables } from '../api/routes.ts';
import { type Cli, withExamples } from '../cli.ts';
import { formatBytes, formatCount, plural } from '../output/format-values.ts';
import type { Paint } from '../output/output.ts';
import { table } from '../output/table.ts';

export const addDiscoverCommand = (program: Command, cli: Cli): void => {
  withExamples(program.command('discover'), [
    ['millrace discover shop', 'tables, keys, sizes, and why a table cannot be replicated'],
    ['millrace discover shop -o json', 'the same for a program'],
  ])
    .argument('<database>', 'name or number')
    .description('List the tables of a database.')
    .action(async (given: string) => {
      const { api, out } = cli;
      const database = await findDatabase(api, given);
      const tables = await discoverTables(api, database.database_id);
      out.print({ tables }, renderTables);
    });
};

const renderTables = ({ tables }: Pick<DiscoveredTables, 'tables'>, paint: Paint): readonly string[] => {
  const refused = tables.filter(({ replicable }) => !replicable);
  return [
    ...table(
      [
        { title: 'TABLE' },
        { title: 'KEY' },
        { title: 'COLUMNS', align: 'right' },
        { title: 'ROWS', align: 'right' },
        { title: 'SIZE', align: 'right' },
        { title: '' },
      ],
      tables.map((item) => [
        `${item.schema}.${item.table}`,
        item.key_index === null
          ? item.primary_key.join(', ')
          : `${item.primary_key.join(', ')} (${item.key_index})`,
        String(item.columns),
        item.estimated_rows === null ? 'not known' : formatCount(item.estimated_rows),
        formatBytes(item.bytes),
        item.replicable ? '' : paint('yellow', 'not replicable'),
      ]),
    ),
    ...refused.flatMap(({ schema, table: name, problems }) =>
      problems.map(
        ({ message, remedy }) =>
          `${paint('yellow', `${schema}.${name}`)}: ${message}${remedy === null ? '' : ` ${remedy}`}`,
      ),
    ),
    '',
    `${plural(tables.length, 'table')}, ${formatCount(tables.length - refused.length)} of them replicable.`,
  ];
};
