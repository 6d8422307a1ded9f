import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { Answer, Request } from '../api/call.ts';
import { findDatabase, listDatabases } from '../api/find.ts';
import type { Database } from '../api/routes.ts';
import { type Cli, withExamples } from '../cli.ts';
import { CliError, exitCodes, usageError } from '../cli-error.ts';
import { addSecretOptions, hasOrigin, readSecret, secretOrigin } from '../config/read-secret.ts';
import { confirmName, confirmOption } from '../confirm.ts';
import { formatDuration, plural } from '../output/format-values.ts';
import type { Paint } from '../output/output.ts';
import { renderProblems } from '../output/render-problems.ts';
import { table } from '../output/table.ts';

type Registration = Request<'registerDatabase'>['body'];
type Change = Request<'updateDatabase'>['body'];

export const databaseKinds = ['postgresql', 'mysql', 'mariadb', 'oracle'] as const;
const tlsModes = ['disable', 'require', 'verify-ca', 'verify-full'] as const;

interface AddressOptions {
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
  readonly username?: string;
  readonly tlsMode?: (typeof tlsModes)[number];
  readonly caFile?: string;
}

export const addDatabaseCommands = (program: Command, cli: Cli): void => {
  const databases = withExamples(program.command('databases'), [
    [
      'millrace databases add shop --kind postgresql --host db --database shop --username millrace',
      'asks for the password',
    ],
    ['millrace databases test shop', 'can it be a source, can it be a target?'],
    ['millrace databases rotate shop', 'after its password was changed; asks for the new one'],
    ['millrace databases update shop --host db-2 --tls-mode verify-full', 'it has moved'],
    ['millrace databases ls', 'every database with its number'],
  ]).description('Register databases, test them, and change how they are reached.');

  databases
    .command('ls')
    .description('List the registered databases.')
    .action(async () => {
      cli.out.print({ databases: await listDatabases(cli.api) }, (data) => renderDatabases(data.databases));
    });

  addSecretOptions(
    addAddressOptions(
      databases
        .command('add')
        .argument('<name>', 'how you want to call it')
        .description('Register a database. Nothing is changed in the database itself.')
        .addOption(
          new Option('--kind <kind>', 'the server is asked what it is when this is left out').choices(
            databaseKinds,
          ),
        ),
    ),
    'password',
  ).action(async (name: string, options: AddressOptions & { kind?: Registration['kind'] }) => {
    const { host, database, username } = options;
    const missing = Object.entries({ host, database, username }).flatMap(([option, value]) =>
      value === undefined ? [`--${option}`] : [],
    );
    if (host === undefined || database === undefined || username === undefined)
      throw usageError(`A database needs ${missing.join(', ')}.`);
    const port = options.port ?? (options.kind === undefined ? undefined : defaultPorts[options.kind]);
    if (port === undefined) throw usageError('A database without --kind needs --port.');
    const address = readAddress(options);
    const password = await readSecret(
      cli.shell,
      `password of ${username}`,
      secretOrigin(options as object as Record<string, unknown>, 'password'),
      'password',
    );
    const body: Registration = {
      name,
      host,
      port,
      database,
      username,
      password,
      ...(options.kind === undefined ? {} : { kind: options.kind }),
      ...(address.tls_mode === undefined ? {} : { tls_mode: address.tls_mode }),
      ...(typeof address.ca_pem === 'string' ? { ca_pem: address.ca_pem } : {}),
    };
    cli.out.print(await cli.api.call('registerDatabase', { body }), (added) => [
      `Registered ${describeDatabase(added)}.`,
      `See whether it can be used: millrace databases test ${added.database_id}`,
    ]);
  });

  databases
    .command('test')
    .argument('<database>', 'name or number')
    .description(
      'Connect to a database and list what is missing to use it. Ends with 1 when it is not ready for the role of --as.',
    )
    .addOption(new Option('--as <role>', 'look at this role only').choices(['source', 'target']))
    .action(async (given: string, { as: role }: { as?: 'source' | 'target' }) => {
      const { api, out } = cli;
      const database = await findDatabase(api, given);
      const answer = await api.call('testDatabase', { path: { database_id: database.database_id } });
      out.print(answer, (test, paint) => renderTest(database, test, role, paint));
      if (role !== undefined && !answer[`as_${role}`].ready)
        throw new CliError(`${database.name} is not ready as a ${role}.`, {
          advice: 'Fix what is listed, then test it again.',
        });
    });

  addSecretOptions(
    addAddressOptions(
      databases
        .command('update')
        .argument('<database>', 'name or number')
        .description(
          'Change how a database is reached. It is connected to first, and replications that use it take the change.',
        )
        .option('--name <name>', 'call it so')
        .option('--no-ca', 'check its certificate against the system roots')
        .option('--password', 'ask for a new password'),
    ),
    'password',
  ).action(
    async (given: string, options: AddressOptions & { name?: string; ca: boolean; password?: boolean }) => {
      const { api, shell } = cli;
      const origin = secretOrigin(options as object as Record<string, unknown>, 'password');
      const change: Change = {
        ...(options.name === undefined ? {} : { name: options.name }),
        ...readAddress(options),
        ...(options.ca ? {} : { ca_pem: null }),
      };
      const isPasswordGiven = options.password === true || hasOrigin(origin);
      if (Object.keys(change).length === 0 && !isPasswordGiven)
        throw usageError(
          'There is nothing to change.',
          'Give an option: --password, --host, --port and so on.',
        );
      const database = await findDatabase(api, given);
      const password = isPasswordGiven
        ? { password: await readSecret(shell, `new password of ${database.name}`, origin, 'password') }
        : {};
      await changeDatabase(cli, database, { ...change, ...password });
    },
  );

  addSecretOptions(
    databases
      .command('rotate')
      .argument('<database>', 'name or number')
      .description(
        'Take the new password of a database, after it was changed there. It is tried first; what runs is restarted with it, and what ' +
          'has failed for the old one starts again.',
      )
      .option('--username <user>', 'who logs in, when that has changed as well'),
    'password',
  ).action(async (given: string, options: { readonly username?: string }) => {
    const database = await findDatabase(cli.api, given);
    const origin = secretOrigin(options as object as Record<string, unknown>, 'password');
    await changeDatabase(cli, database, {
      ...(options.username === undefined ? {} : { username: options.username }),
      password: await readSecret(cli.shell, `new password of ${database.name}`, origin, 'password'),
    });
  });

  databases
    .command('rm')
    .argument('<database>', 'name or number')
    .option(...confirmOption)
    .description('Forget a database that no replication uses, with its password.')
    .action(async (given: string, { confirm }: { confirm?: string }) => {
      const database = await findDatabase(cli.api, given);
      await confirmName(
        cli,
        database.name,
        `${describeDatabase(database)} will be forgotten, with its password.`,
        confirm,
      );
      const path = { database_id: database.database_id };
      cli.out.print(await cli.api.call('deleteDatabase', { path }), (removed) => [
        `Removed database ${removed.name}.`,
      ]);
    });
};

/** Changes a database, and says what that means for each replication that uses it. */
const changeDatabase = async ({ api, out }: Cli, { database_id }: Database, body: Change): Promise<void> => {
  const answer = await api.call('updateDatabase', { path: { database_id }, body });
  out.print(answer, (updated) => [
    `Changed ${describeDatabase(updated.database)}.`,
    ...updated.replications.map(
      ({ replication_id, effect, message }) => `Replication ${replication_id}: ${effect}. ${message}`,
    ),
  ]);
  if (answer.replications.some(({ effect }) => effect === 'failed'))
    throw new CliError('The change is saved, but not every replication could be told.', {
      advice: 'Send the same change again.',
    });
};

const defaultPorts = { postgresql: 5_432, mysql: 3_306, mariadb: 3_306, oracle: 1_521 } as const;

const addAddressOptions = (command: Command): Command =>
  command
    .option('--host <host>', 'name or address of its server')
    .option('--port <port>', 'by default that of its kind', parsePort)
    .option('--database <database>', 'its name at the server')
    .option('--username <user>', 'who logs in')
    .addOption(
      new Option(
        '--tls-mode <mode>',
        'require encrypts; verify-ca and verify-full also check the certificate',
      ).choices(tlsModes),
    )
    .option('--ca-file <path>', 'certificates (PEM) that its certificate has to chain to');

const parsePort = (text: string): number => {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) throw usageError(`${text} is not a port.`);
  return port;
};

/** What the options say, without the password and the kind. */
const readAddress = ({ host, port, database, username, tlsMode, caFile }: AddressOptions): Change => ({
  ...(host === undefined ? {} : { host }),
  ...(port === undefined ? {} : { port }),
  ...(database === undefined ? {} : { database }),
  ...(username === undefined ? {} : { username }),
  ...(tlsMode === undefined ? {} : { tls_mode: tlsMode }),
  ...(caFile === undefined ? {} : { ca_pem: readCertificates(caFile) }),
});

const readCertificates = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError(`Cannot read the certificates of ${file}: ${(error as Error).message}`, {
      exitCode: exitCodes.usage,
      cause: error,
    });
  }
};

const describeDatabase = (database: Database): string =>
  `${database.kind} database ${database.name} (${database.database_id}) at ${database.host}:${database.port}`;

const renderDatabases = (databases: readonly Database[]): readonly string[] =>
  databases.length === 0
    ? ['No database. "millrace databases add NAME" registers one.']
    : table(
        [
          { title: 'ID', align: 'right' },
          { title: 'NAME' },
          { title: 'KIND' },
          { title: 'ADDRESS' },
          { title: 'DATABASE' },
          { title: 'USER' },
          { title: 'TLS' },
        ],
        databases.map((item) => [
          String(item.database_id),
          item.name,
          item.kind,
          `${item.host}:${item.port}`,
          item.database,
          item.username,
          item.tls_mode,
        ]),
      );

const renderTest = (
  database: Database,
  test: Answer<'testDatabase'>,
  role: 'source' | 'target' | undefined,
  paint: Paint,
): readonly string[] => [
  `${describeDatabase(database)}, version ${test.server_version}`,
  `Connected in ${formatDuration(test.connect_ms)}; a round trip takes ${formatDuration(test.latency_ms)}.`,
  ...(['source', 'target'] as const)
    .filter((side) => role === undefined || role === side)
    .flatMap((side) => {
      const { ready, problems } = test[`as_${side}`];
      const verdict = ready
        ? paint('green', 'ready')
        : paint('red', `${plural(problems.length, 'problem')} to fix`);
      return [`As a ${side}: ${verdict}`, ...renderProblems('  FAIL', 'red', problems, paint)];
    }),
];
