import type { Command } from 'commander';
import { apiVersionPath } from '#core/contracts/api-version.ts';
import { type Api, ApiProblem, connectApi } from '../api/call.ts';
import { type Cli, withExamples } from '../cli.ts';
import { CliError, usageError } from '../cli-error.ts';
import {
  configFile,
  defaultProfileName,
  readConfig,
  removeProfile,
  saveProfile,
  useProfile,
} from '../config/profiles.ts';
import { addSecretOptions, prompt, readSecret, secretOrigin } from '../config/read-secret.ts';
import { table } from '../output/table.ts';

export const addLoginCommands = (program: Command, cli: Cli): void => {
  addSecretOptions(
    withExamples(program.command('login'), [
      ['millrace login', 'asks for the URL and the token'],
      ['millrace login --url https://example.com/v1 --token-file token', 'for scripts'],
      ['millrace --profile admin login', 'a second login, for the admin token'],
    ])
      .description(
        'Log in to an installation: check the URL and the token, and keep both in a profile. Its deployment prints the URL ' +
          '(the output ApiUrl), and where the admin token is (AdminTokenSecretArn).',
      )
      .option('--url <url>', 'where the API is: an output of the deployment (also MILLRACE_API_URL)'),
    'token',
  ).action(async (options: { url?: string }) => login(cli, options));

  withExamples(program.command('logout'), [['millrace logout', 'forgets the token of the profile in use']])
    .description('Forget the token of the profile that --profile names, or of the current one.')
    .action(() => {
      const name = cli.profileName ?? readConfig(cli.shell).current ?? defaultProfileName;
      removeProfile(cli.shell, name);
      cli.out.say(`Removed the profile ${name}.`);
    });

  const profile = withExamples(program.command('profile'), [
    ['millrace profile ls', 'which logins there are'],
    ['millrace profile use admin', 'what the next commands use'],
  ]).description('List the logins that are kept, and choose one.');
  profile
    .command('ls')
    .description('List the profiles. Tokens are not shown.')
    .action(() => {
      const { current, profiles } = readConfig(cli.shell);
      const listed = Object.entries(profiles).map(([name, { url }]) => ({
        name,
        url,
        current: name === current,
      }));
      cli.out.print({ profiles: listed }, (data) =>
        data.profiles.length === 0
          ? ['No profile. "millrace login" makes one.']
          : table(
              [{ title: '' }, { title: 'NAME' }, { title: 'URL' }],
              data.profiles.map((item) => [item.current ? '*' : '', item.name, item.url]),
            ),
      );
    });
  profile
    .command('use')
    .argument('<name>')
    .description('Use this profile from now on.')
    .action((name: string) => {
      useProfile(cli.shell, name);
      cli.out.say(`Commands use the profile ${name} now.`);
    });
};

const login = async (cli: Cli, options: { readonly url?: string }): Promise<void> => {
  const { shell, out } = cli;
  const url = readUrl(
    options.url ??
      (shell.env.MILLRACE_API_URL ||
        (await prompt(shell, 'URL of the API: ', {
          isHidden: false,
          instead: 'Give the URL by --url or MILLRACE_API_URL.',
        }))),
  );
  const { protocol, hostname } = new URL(url);
  if (protocol === 'http:' && !localHosts.has(hostname))
    out.say(`Warning: ${url} is not encrypted. Everyone on the way can read the token.`);
  const origin = secretOrigin(options, 'token');
  const token = await readSecret(
    shell,
    'token',
    Object.keys(origin).length === 0 && shell.env.MILLRACE_TOKEN ? { env: 'MILLRACE_TOKEN' } : origin,
    'token',
  );
  const scope = await verify(connectApi({ url, token: token.trim() }, shell));
  const name = cli.profileName ?? (shell.env.MILLRACE_PROFILE || defaultProfileName);
  const client = cli.clientName;
  saveProfile(
    shell,
    name,
    { url, token: token.trim(), ...(client === undefined ? {} : { client }) },
    { makeCurrent: true },
  );
  out.say(`Logged in to ${url} with ${scope}. Saved as profile ${name} in ${configFile(shell)}.`);
};

const localHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

const readUrl = (given: string): string => {
  const text = given.trim().replace(/\/+$/, '');
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw usageError(
      `${text} is not a URL of an API.`,
      `It begins with https:// and ends with ${apiVersionPath}.`,
    );
  const { username, password } = new URL(text);
  if (username !== '' || password !== '')
    throw usageError(
      'The URL holds a user or a password.',
      'Give the token by a prompt, standard input, a variable or a file.',
    );
  return text;
};

/** What the token may do. Throws with exit code 4 when the API does not take it. */
const verify = async (api: Api): Promise<string> => {
  try {
    const { name, role, client_id: clientId } = await api.call('getMe', {});
    return `the token ${name}: ${role} of ${clientId === null ? 'all clients' : `client ${clientId}`}`;
  } catch (error) {
    throw asWrongUrl(error, api);
  }
};

const asWrongUrl = (error: unknown, { url }: Api): unknown =>
  error instanceof ApiProblem && error.status === 404
    ? new CliError(`${url} answers, but not as the API of Millrace.`, {
        advice: `Check the URL: it is the output ApiUrl of the deployment, and ends with ${apiVersionPath}.`,
        cause: error,
      })
    : error;
