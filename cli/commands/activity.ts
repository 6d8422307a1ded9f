import type { Command } from 'commander';
import { findReplication } from '../api/find.ts';
import type { Activity } from '../api/routes.ts';
import { type Cli, countArgument, withExamples } from '../cli.ts';
import { formatInstant } from '../output/format-values.ts';
import { table } from '../output/table.ts';

export const addActivityCommand = (program: Command, cli: Cli): void => {
  withExamples(program.command('activity'), [
    ['millrace activity shop', 'what happened to it, the newest first'],
    ['millrace activity shop --limit 500 -o json', 'more of it, for a program'],
  ])
    .argument('<replication>', 'name or number')
    .description('List what happened to a replication: starts, stops, changes, failures and heals.')
    .option('--limit <count>', 'how many entries', countArgument, 50)
    .action(async (given: string, { limit }: { limit: number }) => {
      const { api, out } = cli;
      const { replication_id } = await findReplication(api, given);
      out.print(
        await api.call('listActivity', { path: { replication_id }, query: { limit } }),
        renderActivity,
      );
    });
};

const renderActivity = ({ activity }: Activity): readonly string[] =>
  activity.length === 0
    ? ['Nothing happened in the last 90 days.']
    : table(
        [{ title: 'AT' }, { title: 'BY' }, { title: 'WHAT' }, { title: 'MESSAGE' }],
        activity.map(({ at, actor, by, action, message, reason }) => [
          formatInstant(at),
          by ?? actor,
          action,
          reason === null ? message : `${message} (${reason})`,
        ]),
      );
