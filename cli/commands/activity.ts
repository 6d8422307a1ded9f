import type { Command } from 'commander';
import { findReplication } from '../api/find.ts';
import type { Activity, ClientActivity } from '../api/routes.ts';
import { type Cli, countArgument, withExamples } from '../cli.ts';
import { usageError } from '../cli-error.ts';
import { formatInstant } from '../output/format-values.ts';
import { table } from '../output/table.ts';

export const addActivityCommand = (program: Command, cli: Cli): void => {
  withExamples(program.command('activity'), [
    ['millrace activity shop', 'what happened to it, the newest first'],
    ['millrace activity', 'of all replications and databases of the client'],
    ['millrace activity --installation', 'of clients, and of what is for all of them'],
    ['millrace activity shop --limit 500 -o json', 'more of it, for a program'],
  ])
    .argument('[replication]', 'name or number; everything of the client when it is left out')
    .description(
      'List what happened to a replication, or to everything of a client: starts, stops, changes, failures and heals.',
    )
    .option('--installation', 'what is of no one client: clients, and tokens and alert rules of all clients')
    .option('--limit <count>', 'how many entries', countArgument, 50)
    .action(async (given: string | undefined, options: ActivityOptions) => {
      cli.out.print(await readActivity(cli, given, options), renderActivity);
    });
};

interface ActivityOptions {
  readonly installation?: boolean;
  readonly limit: number;
}

const readActivity = async (
  { api }: Cli,
  given: string | undefined,
  { installation = false, limit }: ActivityOptions,
): Promise<Activity | ClientActivity> => {
  if (installation && given !== undefined)
    throw usageError('Give a replication, or --installation, and not both.');
  if (installation) return api.call('listInstallationActivity', { query: { limit } });
  if (given === undefined) return api.call('listClientActivity', { query: { limit } });
  const { replication_id } = await findReplication(api, given);
  return api.call('listActivity', { path: { replication_id }, query: { limit } });
};

const renderActivity = ({ activity }: Pick<Activity | ClientActivity, 'activity'>): readonly string[] =>
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
