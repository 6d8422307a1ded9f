import { type Command, Option } from 'commander';
import type { Request } from '../api/call.ts';
import {
  findChannel,
  findReplication,
  listAlertDeliveries,
  listAlertMutes,
  listAlertRoutes,
  listChannels,
} from '../api/find.ts';
import type { AlertChannel, AlertDelivery, AlertMute, AlertRoute, SavedAlertChannel } from '../api/routes.ts';
import { type Cli, collect, countArgument, durationArgument, withExamples } from '../cli.ts';
import { CliError, usageError } from '../cli-error.ts';
import { addSecretOptions, hasOrigin, readSecret, secretOrigin } from '../config/read-secret.ts';
import { confirmName, confirmOption } from '../confirm.ts';
import { formatInstant } from '../output/format-values.ts';
import type { Color, Paint } from '../output/output.ts';
import { table } from '../output/table.ts';

const kinds = ['slack', 'webhook'] as const;
const severities = ['info', 'warning', 'critical'] as const;
const states = ['waiting', 'delivered', 'failed'] as const;

type Condition = NonNullable<Request<'createAlertMute'>['body']['condition']>;

const allClientsOption = [
  '--all-clients',
  'for all clients, with a token of all clients; by default for the client of your token, or of --client',
] as const;

export const addAlertCommands = (program: Command, cli: Cli): void => {
  const alerts = withExamples(program.command('alerts'), [
    [
      'millrace alerts add-channel ops --kind slack --url-file slack-url',
      'where alerts go besides the alert topic',
    ],
    ['millrace alerts add-route --channel ops --severity critical', 'what goes there'],
    ['millrace alerts add-route --channel ops --condition copy-done --no-mail', 'in place of a mail'],
    ['millrace alerts test ops', 'does it arrive?'],
    ['millrace alerts mute shop --for 2h --reason "the target is moved"', 'tell nobody for a while'],
    ['millrace alerts deliveries --state failed', 'what did not arrive, and why'],
  ]).description('Say who is told of incidents, keep alerts back for maintenance, and see what was sent.');
  addChannelCommands(alerts, cli);
  addRouteCommands(alerts, cli);
  addMuteCommands(alerts, cli);
  addDeliveryCommands(alerts, cli);
};

const ownerBody = async (
  { api }: Cli,
  { allClients = false }: { readonly allClients?: boolean },
): Promise<{ readonly client_id?: number | null }> => {
  if (allClients) return { client_id: null };
  const clientId = await api.clientId();
  return clientId === undefined ? {} : { client_id: clientId };
};

const ownerOf = (clientId: number | null): string => (clientId === null ? 'all' : String(clientId));

// Channels.

const addChannelCommands = (alerts: Command, cli: Cli): void => {
  alerts
    .command('channels')
    .description(
      'List the channels. The alert topic of the deployment is not among them: it gets everything that no route keeps from it.',
    )
    .action(async () => {
      cli.out.print({ channels: await listChannels(cli.api) }, (data) => renderChannels(data.channels));
    });

  addSecretOptions(
    alerts
      .command('add-channel')
      .argument('<name>', 'how you want to call it')
      .description(
        'Add a channel. Its URL is a secret, so it is asked for, or read from where an option says.',
      )
      .addOption(
        new Option('--kind <kind>', 'an incoming webhook of Slack, or a signed one')
          .choices(kinds)
          .makeOptionMandatory(),
      )
      .option(...allClientsOption),
    'url',
  ).action(async (name: string, options: { kind: (typeof kinds)[number]; allClients?: boolean }) => {
    const { api, out, shell } = cli;
    const url = await readSecret(shell, 'URL', urlOrigin(options), 'url');
    const body = { name, kind: options.kind, url, ...(await ownerBody(cli, options)) };
    out.print(await api.call('createAlertChannel', { body }), (channel) => renderSaved('Added', channel));
  });

  addSecretOptions(
    alerts
      .command('update-channel')
      .argument('<channel>', 'name or number')
      .description('Change the name of a channel, or its URL. A webhook gets a new key with a new URL.')
      .option('--name <name>', 'call it so')
      .option('--url', 'ask for a new URL'),
    'url',
  ).action(async (given: string, options: { name?: string; url?: boolean }) => {
    const { api, out, shell } = cli;
    const origin = urlOrigin(options);
    const isUrlGiven = options.url === true || hasOrigin(origin);
    if (options.name === undefined && !isUrlGiven)
      throw usageError('There is nothing to change.', 'Give --name, or --url.');
    const { channel_id } = await findChannel(api, given);
    const body = {
      ...(options.name === undefined ? {} : { name: options.name }),
      ...(isUrlGiven ? { url: await readSecret(shell, 'new URL', origin, 'url') } : {}),
    };
    out.print(await api.call('updateAlertChannel', { path: { channel_id }, body }), (channel) =>
      renderSaved('Changed', channel),
    );
  });

  alerts
    .command('remove-channel')
    .argument('<channel>', 'name or number')
    .option(...confirmOption)
    .description('Delete a channel that no route uses, with its secret.')
    .action(async (given: string, { confirm }: { confirm?: string }) => {
      const { api, out } = cli;
      const channel = await findChannel(api, given);
      await confirmName(cli, channel.name, `No alert will go to ${channel.name} any more.`, confirm);
      const path = { channel_id: channel.channel_id };
      out.print(await api.call('deleteAlertChannel', { path }), ({ name }) => [`Deleted ${name}.`]);
    });

  alerts
    .command('test')
    .argument('[channel]', 'name or number')
    .option('--topic', 'send it to the alert topic of the deployment instead')
    .description('Send a test on the way of every alert. Ends with 1 when it did not arrive.')
    .action(async (given: string | undefined, { topic = false }: { topic?: boolean }) => {
      const { api, out } = cli;
      if (topic === (given !== undefined)) throw usageError('Give a channel, or --topic.');
      const delivery =
        given === undefined
          ? await api.call('testAlertTopic', {})
          : await api.call('testAlertChannel', {
              path: { channel_id: (await findChannel(api, given)).channel_id },
            });
      out.print(delivery, (data) => [describeTest(data)]);
      if (delivery.state !== 'delivered') {
        throw new CliError(`The test did not reach ${delivery.channel}.`, {
          advice: 'Fix what the attempt says, then test again.',
        });
      }
    });
};

const urlOrigin = (options: object) => secretOrigin(options as Record<string, unknown>, 'url');

const renderChannels = (channels: readonly AlertChannel[]): readonly string[] =>
  channels.length === 0
    ? ['There is no channel. Only the alert topic is told.']
    : table(
        [
          { title: 'ID', align: 'right' },
          { title: 'NAME' },
          { title: 'KIND' },
          { title: 'HOST' },
          { title: 'CLIENT' },
          { title: 'ADDED BY' },
        ],
        channels.map((channel) => [
          String(channel.channel_id),
          channel.name,
          channel.kind,
          channel.host,
          ownerOf(channel.client_id),
          channel.created_by,
        ]),
      );

const renderSaved = (what: string, channel: SavedAlertChannel): readonly string[] => [
  `${what} ${channel.name} (${channel.channel_id}).`,
  ...(channel.signing_secret === null
    ? []
    : [`Its receiver verifies with this secret, which is shown this once: ${channel.signing_secret}`]),
  `See whether it arrives: millrace alerts test ${channel.channel_id}`,
];

const describeTest = ({ state, channel, attempts }: AlertDelivery): string => {
  const [attempt] = attempts;
  if (state === 'delivered') return `${channel} has it${statusOf(attempt?.http_status)}.`;
  return state === 'failed'
    ? `${channel} does not have it: ${attempt?.error ?? 'nobody knows why'}`
    : `${channel}: the attempt has not ended yet. See millrace alerts deliveries.`;
};

const statusOf = (httpStatus: number | null | undefined): string =>
  httpStatus == null ? '' : ` (HTTP ${httpStatus})`;

// Routes.

interface RouteOptions {
  readonly channel?: readonly string[];
  readonly severity?: (typeof severities)[number];
  readonly condition?: readonly Condition[];
  readonly default?: boolean;
  /** Whether the alert topic, which sends mails, is told as well. */
  readonly mail?: boolean;
  readonly allClients?: boolean;
}

const addRouteOptions = (command: Command): Command =>
  command
    .option('--channel <channel>', 'where it goes, by name or number; may be repeated', collect)
    .addOption(
      new Option('--severity <severity>', 'incidents that are at least so urgent').choices(severities),
    )
    .option('--condition <condition>', 'only this condition; may be repeated', collect)
    .option('--mail', 'tell the alert topic, which sends mails, as well')
    .option('--no-mail', 'keep them from the alert topic; with a token of all clients');

const addRouteCommands = (alerts: Command, cli: Cli): void => {
  alerts
    .command('routes')
    .description('List which incidents go to which channels.')
    .action(async () => {
      const { api, out } = cli;
      const [routes, channels] = [await listAlertRoutes(api), await listChannels(api)];
      const names = new Map(channels.map(({ channel_id, name }) => [channel_id, name]));
      out.print({ routes }, (data) => renderRoutes(data.routes, names));
    });

  addRouteOptions(
    alerts
      .command('add-route')
      .description('Send incidents to channels: by default warnings and what is worse.'),
  )
    .option('--default', 'it takes only what no other route takes')
    .option(...allClientsOption)
    .action(async (options: RouteOptions) => {
      const { api, out } = cli;
      const channelIds = await channelsOf(cli, options);
      if (channelIds === undefined && options.mail !== false)
        throw usageError('A route needs --channel, or --no-mail.');
      const body = {
        channel_ids: channelIds ?? [],
        ...(options.mail === undefined ? {} : { alert_topic: options.mail }),
        ...(options.severity === undefined ? {} : { min_severity: options.severity }),
        ...(options.condition === undefined ? {} : { conditions: [...options.condition] }),
        ...(options.default === true ? { is_default: true } : {}),
        ...(await ownerBody(cli, options)),
      };
      out.print(await api.call('createAlertRoute', { body }), ({ route_id }) => [`Added route ${route_id}.`]);
    });

  addRouteOptions(
    alerts
      .command('update-route')
      .argument('<route>', 'its number', countArgument)
      .description('Change what a route takes, and where it sends it.'),
  ).action(async (routeId: number, options: RouteOptions) => {
    const { api, out } = cli;
    const channelIds = await channelsOf(cli, options);
    const body = {
      ...(channelIds === undefined ? {} : { channel_ids: channelIds }),
      ...(options.mail === undefined ? {} : { alert_topic: options.mail }),
      ...(options.severity === undefined ? {} : { min_severity: options.severity }),
      ...(options.condition === undefined ? {} : { conditions: [...options.condition] }),
    };
    if (Object.keys(body).length === 0)
      throw usageError(
        'There is nothing to change.',
        'Give --channel, --severity, --condition, --mail or --no-mail.',
      );
    out.print(await api.call('updateAlertRoute', { path: { route_id: routeId }, body }), () => [
      `Changed route ${routeId}.`,
    ]);
  });

  alerts
    .command('remove-route')
    .argument('<route>', 'its number', countArgument)
    .description('Delete a route. Its channels stay.')
    .action(async (routeId: number) => {
      const { api, out } = cli;
      out.print(await api.call('deleteAlertRoute', { path: { route_id: routeId } }), () => [
        `Deleted route ${routeId}.`,
      ]);
    });
};

const channelsOf = async ({ api }: Cli, { channel: given }: RouteOptions): Promise<number[] | undefined> => {
  if (given === undefined) return undefined;
  const found: number[] = [];
  for (const one of given) found.push((await findChannel(api, one)).channel_id);
  return found;
};

const renderRoutes = (
  routes: readonly AlertRoute[],
  names: ReadonlyMap<number, string>,
): readonly string[] =>
  routes.length === 0
    ? ['There is no route. Only the alert topic is told.']
    : table(
        [
          { title: 'ID', align: 'right' },
          { title: 'FROM SEVERITY' },
          { title: 'CONDITIONS' },
          { title: 'CHANNELS' },
          { title: 'MAIL' },
          { title: 'CLIENT' },
          { title: '' },
        ],
        routes.map((route) => [
          String(route.route_id),
          route.min_severity,
          route.conditions?.join(', ') ?? 'all',
          route.channel_ids.map((id) => names.get(id) ?? String(id)).join(', ') || 'none',
          route.alert_topic ? 'yes' : 'no',
          ownerOf(route.client_id),
          route.is_default ? 'what no other takes' : '',
        ]),
      );

// Mutes.

interface MuteOptions {
  readonly for: number;
  readonly reason: string;
  readonly condition?: Condition;
  readonly allClients?: boolean;
}

const addMuteCommands = (alerts: Command, cli: Cli): void => {
  alerts
    .command('mute')
    .argument('[replication]', 'name or number; all of the client when it is left out')
    .description(
      'Tell nobody of incidents for a while. They are listed as ever, and what still lasts then is told.',
    )
    .addOption(
      new Option('--for <duration>', 'how long: 30m, 2h, at most 30d')
        .argParser(durationArgument)
        .makeOptionMandatory(),
    )
    .requiredOption('--reason <text>', 'why')
    .option('--condition <condition>', 'only this condition')
    .option(...allClientsOption)
    .action(async (given: string | undefined, options: MuteOptions) => {
      const { api, out, shell } = cli;
      if (given !== undefined && options.allClients === true)
        throw usageError('Give a replication or --all-clients, not both.');
      const replication = given === undefined ? undefined : await findReplication(api, given);
      const body = {
        until: new Date(shell.now().getTime() + options.for).toISOString(),
        reason: options.reason,
        ...(replication === undefined ? {} : { replication_id: replication.replication_id }),
        ...(options.condition === undefined ? {} : { condition: options.condition }),
        ...(await ownerBody(cli, options)),
      };
      out.print(await api.call('createAlertMute', { body }), ({ mute_id, until }) => [
        `Muted until ${formatInstant(until)}.`,
        `End it sooner: millrace alerts unmute ${mute_id}`,
      ]);
    });

  alerts
    .command('unmute')
    .argument('<mute>', 'its number', countArgument)
    .description('End a mute. What still lasts is told within a minute.')
    .action(async (muteId: number) => {
      const { api, out } = cli;
      out.print(await api.call('deleteAlertMute', { path: { mute_id: muteId } }), () => [
        `Mute ${muteId} is ended.`,
      ]);
    });

  alerts
    .command('mutes')
    .option('--all', 'also those that have ended within a week')
    .description('List what is muted, until when, by whom and why.')
    .action(async ({ all = false }: { all?: boolean }) => {
      const { api, out } = cli;
      out.print({ mutes: await listAlertMutes(api, all ? 'all' : 'active') }, (data) =>
        renderMutes(data.mutes),
      );
    });
};

const renderMutes = (mutes: readonly AlertMute[]): readonly string[] =>
  mutes.length === 0
    ? ['Nothing is muted.']
    : table(
        [
          { title: 'ID', align: 'right' },
          { title: 'CLIENT' },
          { title: 'REPLICATION' },
          { title: 'CONDITION' },
          { title: 'UNTIL' },
          { title: 'BY' },
          { title: 'REASON' },
        ],
        mutes.map((mute) => [
          String(mute.mute_id),
          ownerOf(mute.client_id),
          mute.replication_id === null ? 'all' : String(mute.replication_id),
          mute.condition ?? 'all',
          formatInstant(mute.until),
          mute.created_by,
          mute.reason,
        ]),
      );

// Deliveries.

const stateColors: Readonly<Record<(typeof states)[number], Color>> = {
  waiting: 'yellow',
  delivered: 'green',
  failed: 'red',
};

const addDeliveryCommands = (alerts: Command, cli: Cli): void => {
  alerts
    .command('deliveries')
    .option('--channel <channel>', 'only those to this channel; name or number')
    .option('--replication <replication>', 'only those about this replication; name or number')
    .addOption(new Option('--state <state>', 'only those that have ended so').choices(states))
    .option('--limit <count>', 'how many', countArgument, 50)
    .description(
      'List which alerts went where in the last 30 days, the newest first, and how each attempt ended.',
    )
    .action(
      async (options: {
        channel?: string;
        replication?: string;
        state?: (typeof states)[number];
        limit: number;
      }) => {
        const { api, out } = cli;
        const query = {
          ...(options.channel === undefined
            ? {}
            : { channel_id: (await findChannel(api, options.channel)).channel_id }),
          ...(options.replication === undefined
            ? {}
            : { replication_id: (await findReplication(api, options.replication)).replication_id }),
          ...(options.state === undefined ? {} : { state: options.state }),
        };
        const deliveries = await listAlertDeliveries(api, query, options.limit);
        out.print({ deliveries }, (data, paint) => renderDeliveries(data.deliveries, paint));
      },
    );
};

const renderDeliveries = (deliveries: readonly AlertDelivery[], paint: Paint): readonly string[] =>
  deliveries.length === 0
    ? ['Nothing was sent.']
    : table(
        [
          { title: 'AT' },
          { title: 'CHANNEL' },
          { title: 'STATE' },
          { title: 'ATTEMPTS', align: 'right' },
          { title: 'LAST' },
          { title: 'SUBJECT' },
        ],
        deliveries.map((delivery) => {
          const last = delivery.attempts.at(-1);
          return [
            formatInstant(delivery.created_at),
            delivery.channel,
            paint(stateColors[delivery.state], delivery.state),
            String(delivery.attempts.length),
            last === undefined ? '' : (last.error ?? `HTTP ${last.http_status ?? 'none'}`),
            delivery.subject,
          ];
        }),
      );
