import type { Command } from 'commander';
import { findClient, listClients } from '../api/find.ts';
import { type Cli, withExamples } from '../cli.ts';
import { defaultProfileName, saveProfile } from '../config/profiles.ts';
import { confirmName, confirmOption } from '../confirm.ts';
import { formatInstant } from '../output/format-values.ts';
import { table } from '../output/table.ts';

export const addClientCommands = (program: Command, cli: Cli): void => {
  const clients = withExamples(program.command('clients'), [
    ['millrace clients add Acme', 'a tenant with databases and replications of its own'],
    ['millrace clients token Acme --save-as acme', 'a token for it, kept in a profile'],
    ['millrace clients ls', 'every client with its number'],
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
