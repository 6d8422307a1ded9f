import type { Command } from 'commander';
import { tableKey, tableLabel } from '#core/contracts/identifiers.ts';
import { chooseTables } from '../api/choose-tables.ts';
import { findReplication } from '../api/find.ts';
import type { Deletion, Replication } from '../api/routes.ts';
import { type Cli, durationArgument, withExamples } from '../cli.ts';
import { usageError } from '../cli-error.ts';
import { confirmName, confirmOption } from '../confirm.ts';
import { plural } from '../output/format-values.ts';
import type { Paint } from '../output/output.ts';
import { describeQuiet, waitForDeletion } from '../wait-for.ts';
import { describeReplication, finishLive, waitOption } from './lifecycle.ts';

/** The commands that take something away: both ask for the name. */
export const addDestructiveCommands = (program: Command, cli: Cli): void => {
  addResync(program, cli);
  addDelete(program, cli);
};

interface ResyncOptions {
  readonly table?: string;
  readonly wait?: number;
  readonly confirm?: string;
}

const addResync = (program: Command, cli: Cli): void => {
  withExamples(program.command('resync'), [
    ['millrace resync shop --table orders --wait 10m', 'one table, while the others stream on'],
    ['millrace resync shop', 'everything: target tables are emptied and copied again'],
  ])
    .argument('<replication>', 'name or number')
    .description('Copy a table again, or all of them. Rows at the target are removed first.')
    .option('--table <table>', 'only this source table, as table or schema.table')
    .option(...waitOption, durationArgument)
    .option(...confirmOption)
    .action(async (given: string, { table, wait, confirm }: ResyncOptions) => {
      const { api, out } = cli;
      const { replication_id, name } = await findReplication(api, given);
      const replication = await api.call('getReplication', { path: { replication_id } });
      let answer: Replication;
      if (table === undefined) {
        await confirmName(
          cli,
          name,
          `Every target table of ${name} (${plural(replication.table_count, 'table')}) will be emptied and copied again.`,
          confirm,
        );
        answer = await api.call('startReplication', {
          path: { replication_id },
          body: { force_resync: true },
        });
      } else {
        const found = oneTable(replication, table);
        await confirmName(
          cli,
          tableLabel(found.source),
          `Target table ${tableLabel(found.target)} will be emptied and copied again.`,
          confirm,
        );
        answer = await api.call('resyncTable', {
          path: { replication_id, table: tableKey(found.source) },
          body: { version: replication.tables_version },
        });
      }
      if (wait === undefined) out.print(answer, (data, paint) => [describeReplication(data, paint)]);
      else await finishLive(cli, answer, wait);
    });
};

/** A table of a replication by its source name. Throws with exit code 2. */
export const oneTable = ({ tables }: Replication, given: string): Replication['tables'][number] => {
  const [name] = chooseTables(
    [given],
    tables.map(({ source }) => source),
  );
  const found = tables.find(({ source }) => source.schema === name?.schema && source.table === name.table);
  if (found === undefined) throw usageError(`The replication has no source table ${given}.`);
  return found;
};

interface DeleteOptions {
  readonly dropTargetTables?: boolean;
  readonly force?: boolean;
  readonly wait?: number;
  readonly confirm?: string;
}

const addDelete = (program: Command, cli: Cli): void => {
  withExamples(program.command('delete'), [
    ['millrace delete shop --wait 5m', 'asks for the name, then waits until it is gone'],
    ["millrace delete shop --confirm 'shop to warehouse'", 'in a script'],
  ])
    .argument('<replication>', 'name or number; the number also while it is being deleted')
    .description('Delete a replication with everything that was made for it. Target tables stay.')
    .option('--drop-target-tables', 'also drop the target tables that Millrace has created')
    .option('--force', 'leave what cannot be removed, and list it with the statements to do it by hand')
    .option(...waitOption, durationArgument)
    .option(...confirmOption)
    .action(
      async (given: string, { dropTargetTables = false, force = false, wait, confirm }: DeleteOptions) => {
        const { api, out } = cli;
        const { replication_id, name } = await findReplication(api, given);
        await confirmName(
          cli,
          name,
          `${name} will be deleted: its connector, its slot or position at the source, its topics and its checkpoints. ` +
            (dropTargetTables
              ? 'The target tables that it has created are dropped, too.'
              : 'Target tables stay.'),
          confirm,
        );
        const begun = await api.call('deleteReplication', {
          path: { replication_id },
          query: {
            ...(dropTargetTables ? { drop_target_tables: 'true' } : {}),
            ...(force ? { force: 'true' } : {}),
          },
        });
        const deletion =
          wait === undefined
            ? begun
            : await waitForDeletion(cli, { replicationId: replication_id, name }, wait);
        out.print(deletion, renderDeletion);
      },
    );
};

const renderDeletion = (deletion: Deletion, paint: Paint): readonly string[] => [
  deletion.state === 'done'
    ? `${deletion.name} (${deletion.replication_id}) is deleted.`
    : `${deletion.name} (${deletion.replication_id}): deletion ${deletion.state}`,
  ...describeQuiet(deletion),
  ...deletion.remains.map(
    ({ part, problem, remedy }) =>
      `${paint('yellow', 'left')} ${part}: ${problem}${remedy === null ? '' : ` ${remedy}`}`,
  ),
];
