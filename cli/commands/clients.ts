import type { Command } from 'commander';
import type { Answer } from '../api/call.ts';
import { findClient, listClients } from '../api/find.ts';
import { type Cli, withExamples } from '../cli.ts';
import { usageError } from '../cli-error.ts';
import { defaultProfileName, saveProfile } from '../config/profiles.ts';
import { confirmName, confirmOption } from '../confirm.ts';
import { formatInstant } from '../output/format-values.ts';
import { table } from '../output/table.ts';

type Quotas = Answer<'getClientQuotas'>;
type QuotaField = Exclude<keyof Quotas, 'client_id'>;

interface QuotaOptions {
  readonly databases?: string;
  readonly replications?: string;
  readonly tables?: string;
  readonly tokens?: string;
  readonly alertRules?: string;
}

/** Null: that of the environment. */
const readQuotas = ({ alertRules, ...options }: QuotaOptions): Partial<Record<QuotaField, number | null>> =>
  Object.fromEntries(
    Object.entries({ ...options, ...(alertRules !== undefined && { alert_rules: alertRules }) }).map(
      ([field, text]) => [field, text === 'default' ? null : readWhole(field, text)],
    ),
  );

const readWhole = (field: string, text: string): number => {
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw usageError(`--${field.replaceAll('_', '-')} must be a whole number or "default", and not "${text}".`);
};

const ownLimits = ({ client_id: _client, ...quotas }: Quotas): Partial<Record<QuotaField, number>> =>
  Object.fromEntries(
    Object.entries(quotas).flatMap(([field, { limit, is_own: isOwn }]) =>
      isOwn && limit !== null ? [[field, limit]] : [],
    ),
  );

export const addClientCommands = (program: Command, cli: Cli): void => {
  const clients = withExamples(program.command('clients'), [
    ['millrace clients add Acme', 'a tenant with databases and replications of its own'],
    ['millrace clients token Acme --save-as acme', 'a token for it, kept in a profile'],
    ['millrace clients ls', 'every client with its number'],
    ['millrace clients quotas Acme --tables 5000', 'what it may have; without an option, what it has'],
  ]).description('Manage clients, the tenants of an installation, with an admin token.');

  clients
    .command('ls')
    .description('List the clients.')
    .action(async () => {
      cli.out.print({ clients: await listClients(cli.api) }, (data) =>
        data.clients.length === 0
          ? ['No client. "millrace clients add NAME" makes one.']
          : table(
              [{ title: 'ID', align: 'right' }, { title: 'NAME' }, { title: 'CREATED' }],
              data.clients.map(({ client_id, name, created_at }) => [
                String(client_id),
                name,
                formatInstant(created_at),
              ]),
            ),
      );
    });

  clients
    .command('add')
    .argument('<name>')
    .description('Create a client.')
    .action(async (name: string) => {
      cli.out.print(await cli.api.call('createClient', { body: { name } }), (client) => [
        `Created client ${client.name} (${client.client_id}).`,
      ]);
    });

  clients
    .command('rename')
    .argument('<client>', 'name or number')
    .argument('<name>', 'its new name')
    .description('Give a client another name.')
    .action(async (given: string, name: string) => {
      const { client_id } = await findClient(cli.api, given);
      cli.out.print(await cli.api.call('updateClient', { path: { client_id }, body: { name } }), (client) => [
        `Client ${client.client_id} is called ${client.name} now.`,
      ]);
    });

  clients
    .command('quotas')
    .argument('<client>', 'name or number')
    .description('Show how much a client has and may have, and with an option give it a limit of its own.')
    .option('--databases <limit>', 'databases; "default" is the limit of the environment')
    .option('--replications <limit>', 'replications')
    .option('--tables <limit>', 'tables of all its replications together')
    .option('--tokens <limit>', 'tokens')
    .option('--alert-rules <limit>', 'channels, routes and mutes of alerts together')
    .action(async (given: string, options: QuotaOptions) => {
      const wished = readQuotas(options);
      const { client_id } = await findClient(cli.api, given);
      const path = { client_id };
      const before = await cli.api.call('getClientQuotas', { path });
      const after =
        Object.keys(wished).length === 0
          ? before
          : await cli.api.call('setClientQuotas', { path, body: { ...ownLimits(before), ...wished } });
      cli.out.print(after, ({ client_id: _client, ...quotas }) =>
        table(
          [
            { title: 'QUOTA' },
            { title: 'USED', align: 'right' },
            { title: 'LIMIT', align: 'right' },
            { title: 'FROM' },
          ],
          Object.entries(quotas).map(([name, { used, limit, is_own: isOwn }]) => [
            name.replaceAll('_', ' '),
            used.toLocaleString('en'),
            limit === null ? 'none' : limit.toLocaleString('en'),
            isOwn ? 'this client' : 'the environment',
          ]),
        ),
      );
    });

  clients
    .command('rm')
    .argument('<client>', 'name or number')
    .option(...confirmOption)
    .description('Delete a client that has no replications, databases and tokens.')
    .action(async (given: string, { confirm }: { confirm?: string }) => {
      const { client_id, name } = await findClient(cli.api, given);
      await confirmName(cli, name, `Client ${name} will be deleted.`, confirm);
      cli.out.print(await cli.api.call('deleteClient', { path: { client_id } }), (client) => [
        `Deleted client ${client.name}.`,
      ]);
    });

  clients
    .command('token')
    .argument('<client>', 'name or number')
    .description('Make a token that acts for a client. It is printed once, or kept in a profile.')
    .option('--save-as <profile>', 'keep the token in this profile and use it from now on; it is not printed')
    .action(async (given: string, { saveAs }: { saveAs?: string }) => {
      const { api, out, shell } = cli;
      const client = await findClient(api, given);
      const answer = await api.call('createClientToken', { path: { client_id: client.client_id }, body: {} });
      if (saveAs === undefined) {
        out.say(`A token of client ${client.name}. It is shown this once.`);
        out.print(answer, ({ token }) => [token]);
        return;
      }
      saveProfile(
        shell,
        saveAs || defaultProfileName,
        { url: api.url, token: answer.token },
        { makeCurrent: true },
      );
      out.say(`Commands act for client ${client.name} now, by the profile ${saveAs}.`);
    });
};
