import { type Command, Option } from 'commander';
import { findClient, findToken, listClients, listTokens } from '../api/find.ts';
import type { Token } from '../api/routes.ts';
import { type Cli, durationArgument, withExamples } from '../cli.ts';
import { usageError } from '../cli-error.ts';
import { saveProfile } from '../config/profiles.ts';
import { confirmName, confirmOption } from '../confirm.ts';
import { formatInstant } from '../output/format-values.ts';
import { table } from '../output/table.ts';

const roles = ['viewer', 'operator', 'admin'] as const;

interface CreateOptions {
  readonly role: (typeof roles)[number];
  readonly of?: string;
  readonly allClients?: boolean;
  readonly expiresIn?: number;
  readonly saveAs?: string;
}

export const addTokenCommands = (program: Command, cli: Cli): void => {
  const tokens = withExamples(program.command('tokens'), [
    ['millrace tokens create deployer --role operator --of Acme --expires-in 90d', 'printed once'],
    ['millrace tokens ls', 'who may do what, and when each was last used'],
    ['millrace tokens revoke deployer', 'refused from then on'],
  ]).description('Create tokens, list and revoke them, with an admin token.');

  tokens
    .command('ls')
    .description('List the tokens, without their texts.')
    .action(async () => {
      const { api, out } = cli;
      const listed = await listTokens(api);
      const names = new Map((await knownClients(cli)).map(({ client_id: id, name }) => [id, name]));
      out.print({ tokens: listed }, (data) =>
        table(
          [
            { title: 'ID', align: 'right' },
            { title: 'NAME' },
            { title: 'ROLE' },
            { title: 'CLIENT' },
            { title: 'EXPIRES' },
            { title: 'LAST USED' },
          ],
          data.tokens.map((token) => [
            String(token.token_id),
            token.name,
            token.role,
            token.client_id === null ? 'all' : (names.get(token.client_id) ?? String(token.client_id)),
            token.expires_at === null ? 'never' : formatInstant(token.expires_at),
            token.last_used_at === null ? 'never' : formatInstant(token.last_used_at),
          ]),
        ),
      );
    });

  tokens
    .command('create')
    .argument('<name>', 'who or what uses it; the activity names it')
    .description('Create a token. It is printed once, or kept in a profile.')
    .addOption(new Option('--role <role>', 'what it may do').choices(roles).makeOptionMandatory())
    .option('--of <client>', 'it acts for this client; by default for that of your own token')
    .option('--all-clients', 'it acts for all clients')
    .option(
      '--expires-in <duration>',
      'for how long it is valid: 90d, 12h; without it, it does not expire',
      durationArgument,
    )
    .option('--save-as <profile>', 'keep it in this profile and use it from now on; it is not printed')
    .action(async (name: string, options: CreateOptions) => createToken(cli, name, options));

  tokens
    .command('revoke')
    .argument('<token>', 'name or number')
    .option(...confirmOption)
    .description('Revoke a token. It is refused after one minute at the latest.')
    .action(async (given: string, { confirm }: { confirm?: string }) => {
      const { api, out } = cli;
      const token = await findToken(api, given);
      await confirmName(cli, token.name, `Every call with the token ${token.name} will be refused.`, confirm);
      const path = { token_id: token.token_id };
      out.print(await api.call('revokeToken', { path }), (revoked: Token) => [`Revoked ${revoked.name}.`]);
    });
};

/** An admin of one client may not list all of them; numbers are shown then. */
const knownClients = async ({ api }: Cli): Promise<Awaited<ReturnType<typeof listClients>>> => {
  try {
    return await listClients(api);
  } catch {
    return [];
  }
};

const createToken = async (cli: Cli, name: string, options: CreateOptions): Promise<void> => {
  const { api, out, shell } = cli;
  const { role, of, allClients = false, expiresIn, saveAs } = options;
  if (of !== undefined && allClients) throw usageError('Give --of or --all-clients, not both.');
  const client = of === undefined ? undefined : (await findClient(api, of)).client_id;
  const answer = await api.call('createToken', {
    body: {
      name,
      role,
      ...(allClients ? { client_id: null } : client === undefined ? {} : { client_id: client }),
      ...(expiresIn === undefined
        ? {}
        : { expires_at: new Date(shell.now().getTime() + expiresIn).toISOString() }),
    },
  });
  if (saveAs === undefined) {
    out.say(`Token ${name}. It is shown this once.`);
    out.print(answer, ({ token }) => [token]);
    return;
  }
  saveProfile(shell, saveAs, { url: api.url, token: answer.token }, { makeCurrent: true });
  out.say(`Commands use the token ${name} now, by the profile ${saveAs}.`);
};
