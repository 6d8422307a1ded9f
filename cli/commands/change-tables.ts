import type { Command } from 'commander';
import { tableKey, tableLabel } from '#core/contracts/identifiers.ts';
import { chooseTables } from '../api/choose-tables.ts';
import { discoverTables, findReplication } from '../api/find.ts';
import type { Replication } from '../api/routes.ts';
import { type Cli, durationArgument, withExamples } from '../cli.ts';
import { confirmName, confirmOption } from '../confirm.ts';
import { plural } from '../output/format-values.ts';
import { waitForChange } from '../wait-for.ts';
import { oneTable } from './destroy.ts';
import { describeReplication, finishLive, waitOption } from './lifecycle.ts';

/** How long one change may take before the next of the same command begins. */
const changeDeadlineMs = 15 * 60_000;

export const addTableCommands = (program: Command, cli: Cli): void => {
  withExamples(program.command('add-tables'), [
    ['millrace add-tables shop orders sales.invoices --wait 10m', 'the other tables stream on'],
  ])
    .argument('<replication>', 'name or number')
    .argument('<tables...>', 'tables of the source, as table or schema.table')
    .description('Add tables to a replication. The others are not copied again.')
    .option(...waitOption, durationArgument)
    .action(async (given: string, names: readonly string[], { wait }: { wait?: number }) => {
      const { api, out } = cli;
      const { replication_id } = await findReplication(api, given);
      const path = { replication_id };
      const replication = await api.call('getReplication', { path });
      const tables = await discoverTables(api, replication.source_database_id);
      const changed = await api.call('addTables', {
        path,
        body: {
          tables: chooseTables(names, tables).map(({ schema, table }) => ({ source: { schema, table } })),
          version: replication.tables_version,
        },
      });
      const isRunning = changed.table_change !== null;
      if (wait !== undefined && isRunning) await finishLive(cli, changed, wait);
      else
        out.print(changed, (data, paint) => [
          describeReplication(data, paint),
          isRunning
            ? `Adding ${plural(names.length, 'table')}. Watch: millrace status ${data.replication_id} --watch`
            : `It has ${plural(data.table_count, 'table')} now. New ones are copied when it starts.`,
        ]);
    });

  withExamples(program.command('remove-tables'), [
    ['millrace remove-tables shop orders', 'the target table stays with its rows'],
  ])
    .argument('<replication>', 'name or number')
    .argument('<tables...>', 'tables of the source, as table or schema.table')
    .description('Leave tables out of a replication. The others stream on.')
    .option(...waitOption, durationArgument)
    .option(...confirmOption)
    .action(async (given: string, names: readonly string[], options: { wait?: number; confirm?: string }) => {
      const { api, out } = cli;
      const { replication_id, name } = await findReplication(api, given);
      const path = { replication_id };
      let replication: Replication = await api.call('getReplication', { path });
      const leaving = names.map((table) => oneTable(replication, table).source);
      await confirmName(
        cli,
        name,
        `${name} will not replicate ${leaving.map(tableLabel).join(', ')} any more. The target tables stay.`,
        options.confirm,
      );
      const waited = { replicationId: replication_id, name };
      const waitMs = options.wait ?? changeDeadlineMs;
      for (const [index, source] of leaving.entries()) {
        // One change at a time: the API takes the next when the last is done.
        if (index > 0) replication = await waitForChange(cli, waited, waitMs);
        replication = await api.call('removeTable', {
          path: { replication_id, table: tableKey(source) },
          query: { version: replication.tables_version },
        });
      }
      if (options.wait !== undefined) replication = await waitForChange(cli, waited, options.wait);
      out.print(replication, (data, paint) => [
        describeReplication(data, paint),
        `It has ${plural(data.table_count, 'table')} now.`,
      ]);
    });
};
