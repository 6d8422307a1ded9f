import { type Command, Option } from 'commander';
import { activitySchema } from '#core/contracts/activity.ts';
import type { Request } from '../api/call.ts';
import { findReplication, firstItems } from '../api/find.ts';
import type { ClientActivity } from '../api/routes.ts';
import { type Cli, countArgument, durationArgument, withExamples } from '../cli.ts';
import { usageError } from '../cli-error.ts';
import { formatInstant } from '../output/format-values.ts';
import { table } from '../output/table.ts';

export const addActivityCommand = (program: Command, cli: Cli): void => {
  withExamples(program.command('activity'), [
    ['millrace activity shop', 'what happened to it, the newest first'],
    ['millrace activity', 'of all replications and databases of the client'],
    ['millrace activity --installation', 'of clients, and of what is for all of them'],
    ['millrace activity --since 2h --actor healer', 'what healing did in the last two hours'],
    ['millrace activity shop --limit 500 -o json', 'more of it, for a program'],
  ])
    .argument('[replication]', 'name or number; everything of the client when it is left out')
    .description(
      'List what happened to a replication, or to everything of a client: starts, stops, changes, failures and heals.',
    )
    .option('--installation', 'what is of no one client: clients, and tokens and alert rules of all clients')
    .option('--limit <count>', 'how many entries', countArgument, 50)
    .option('--since <duration>', 'not what was before, as 2h', durationArgument)
    .option('--action <action>', 'only this, as start-failed')
    .option('--by <token>', 'only what this token did, by its name')
    .addOption(
      new Option('--actor <actor>', 'only what this part did, or a user').choices(
        activitySchema.unwrap().shape.actor.options,
      ),
    )
    .action(async (given: string | undefined, options: ActivityOptions) => {
      cli.out.print(await readActivity(cli, given, options), renderActivity);
    });
};

interface ActivityOptions {
  readonly installation?: boolean;
  readonly limit: number;
  readonly since?: number;
  readonly action?: string;
  readonly by?: string;
  readonly actor?: NonNullable<NonNullable<Request<'listActivity'>['query']>['actor']>;
}

/** The most entries that the API shows at a time. */
const mostOfPage = 999;

const readActivity = async (
  { api, shell }: Cli,
  given: string | undefined,
  { installation = false, limit, since, action, by, actor }: ActivityOptions,
): Promise<{
  readonly replication_id?: number;
  readonly activity: ClientActivity['activity'];
  readonly next_cursor: string | null;
}> => {
  if (installation && given !== undefined)
    throw usageError('Give a replication, or --installation, and not both.');
  const filter = {
    ...(since === undefined ? {} : { since: new Date(shell.now().getTime() - since).toISOString() }),
    ...(action === undefined ? {} : { action }),
    ...(by === undefined ? {} : { by }),
    ...(actor === undefined ? {} : { actor }),
  };
  const path =
    given === undefined ? undefined : { replication_id: (await findReplication(api, given)).replication_id };
  const { items, next } = await firstItems(
    limit,
    (page): Promise<Pick<ClientActivity, 'activity' | 'next_cursor'>> => {
      const query = { ...filter, ...page };
      if (installation) return api.call('listInstallationActivity', { query });
      return path === undefined
        ? api.call('listClientActivity', { query })
        : api.call('listActivity', { path, query });
    },
    ({ activity }) => activity,
    mostOfPage,
  );
  return { ...path, activity: items, next_cursor: next };
};

const renderActivity = ({
  activity,
  next_cursor: next,
}: Pick<ClientActivity, 'activity' | 'next_cursor'>): readonly string[] =>
  activity.length === 0
    ? ['Nothing of this happened in the last 90 days.']
    : [
        ...table(
          [{ title: 'AT' }, { title: 'BY' }, { title: 'WHAT' }, { title: 'MESSAGE' }],
          activity.map(({ at, actor, by, action, message, reason }) => [
            formatInstant(at),
            by ?? actor,
            action,
            reason === null ? message : `${message} (${reason})`,
          ]),
        ),
        ...(next === null ? [] : ['There is more. Ask for it with a larger --limit.']),
      ];
