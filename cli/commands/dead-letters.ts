import { type Command, Option } from 'commander';
import { findReplication, firstItems } from '../api/find.ts';
import type { DeadLetter, DeadLetterCauses, DeadLetterList, RequestedDeadLetters } from '../api/routes.ts';
import { type Cli, collect, countArgument, withExamples } from '../cli.ts';
import { usageError } from '../cli-error.ts';
import { formatCount, formatInstant, plural } from '../output/format-values.ts';
import type { Paint } from '../output/output.ts';
import { printable } from '../output/printable.ts';
import { table } from '../output/table.ts';

const policies = ['hold_table', 'continue', 'stop'] as const;

interface SelectionOptions {
  readonly id?: readonly string[];
  readonly cause?: string;
  readonly table?: string;
  readonly all?: boolean;
}

/** Dead letters: changes that the target has refused. */
export const addDeadLetterCommands = (program: Command, cli: Cli): void => {
  const dlq = withExamples(program.command('dlq'), [
    ['millrace dlq ls shop', 'why changes were refused, and how many'],
    ['millrace dlq replay shop --all --dry-run', 'whether the target would take the rows now'],
    ['millrace dlq replay shop --all', 'reads each row again from the source, and writes it'],
    ["millrace dlq discard shop --id 7 --reason 'test data'", 'gives one up'],
    ['millrace dlq policy shop --policy continue --limit 500', 'refused rows hold no table any more'],
  ]).description('List the changes that the target has refused, replay them, or give them up.');

  dlq
    .command('ls')
    .argument('<replication>', 'name or number')
    .description('List the dead letters by cause, or one by one with --events.')
    .option('--events', 'each by itself')
    .option('--table <table>', 'only those of this source table, as schema.table')
    .option('--cause <cause>', 'only those of this cause')
    .option('--limit <count>', 'how many, with --events', countArgument, 100)
    .action(
      async (given: string, options: { events?: boolean; table?: string; cause?: string; limit: number }) => {
        const { api, out } = cli;
        const { replication_id } = await findReplication(api, given);
        const path = { replication_id };
        if (options.events !== true && options.table === undefined && options.cause === undefined) {
          out.print(await api.call('listDeadLetterCauses', { path }), renderCauses);
          return;
        }
        const filter = {
          ...(options.table === undefined ? {} : { table: options.table }),
          ...(options.cause === undefined ? {} : { cause: options.cause }),
        };
        const { items, next } = await firstItems(
          options.limit,
          (page) => api.call('listDeadLetters', { path, query: { ...filter, ...page } }),
          ({ dead_letters: found }) => found,
        );
        out.print({ replication_id, dead_letters: items, next_cursor: next }, renderEvents);
      },
    );

  dlq
    .command('show')
    .argument('<replication>', 'name or number')
    .argument('<id>', 'the ID of dlq ls --events')
    .description('Show one dead letter with everything that is known of it.')
    .action(async (given: string, id: string) => {
      const { api, out } = cli;
      const { replication_id } = await findReplication(api, given);
      out.print(await api.call('getDeadLetter', { path: { replication_id, dead_letter_id: id } }), renderOne);
    });

  addSelection(dlq.command('replay'))
    .description('Read the rows again from the source, and write them in the order of the stream.')
    .option('--dry-run', 'only try: nothing is written')
    .option('--reason <text>', 'why, for the activity')
    .action(async (given: string, options: SelectionOptions & { dryRun?: boolean; reason?: string }) => {
      const { api, out } = cli;
      const { replication_id } = await findReplication(api, given);
      const body = {
        ...toSelection(options),
        dry_run: options.dryRun === true,
        ...(options.reason === undefined ? {} : { reason: options.reason }),
      };
      out.print(await api.call('replayDeadLetters', { path: { replication_id }, body }), renderRequested);
    });

  addSelection(dlq.command('discard'))
    .description('Give dead letters up. Their rows may differ from the source until their next change.')
    .requiredOption('--reason <text>', 'why, for the activity')
    .action(async (given: string, options: SelectionOptions & { reason: string }) => {
      const { api, out } = cli;
      const { replication_id } = await findReplication(api, given);
      const body = { ...toSelection(options), reason: options.reason };
      out.print(await api.call('discardDeadLetters', { path: { replication_id }, body }), renderRequested);
    });

  dlq
    .command('policy')
    .argument('<replication>', 'name or number')
    .description('Show or change what happens to changes that the target refuses.')
    .addOption(new Option('--policy <policy>', 'what happens').choices(policies))
    .option('--limit <count>', 'how many dead letters there may be', countArgument)
    .option('--reason <text>', 'why, for the activity')
    .action(
      async (
        given: string,
        { policy, limit, reason }: { policy?: (typeof policies)[number]; limit?: number; reason?: string },
      ) => {
        const { api, out } = cli;
        const { replication_id } = await findReplication(api, given);
        const path = { replication_id };
        const settings =
          policy === undefined && limit === undefined
            ? (await api.call('getReplication', { path })).dead_letters
            : await api.call('updateDeadLetterSettings', {
                path,
                body: {
                  ...(policy === undefined ? {} : { policy }),
                  ...(limit === undefined ? {} : { limit }),
                  ...(reason === undefined ? {} : { reason }),
                },
              });
        out.print(settings, (data) => [
          `policy ${data.policy}, at most ${formatCount(data.limit)} dead letters`,
        ]);
      },
    );
};

const addSelection = (command: Command): Command =>
  command
    .argument('<replication>', 'name or number')
    .option('--id <id>', 'this dead letter; can be repeated', collect)
    .option('--cause <cause>', 'all of this cause, as dlq ls spells it')
    .option('--table <table>', 'all of this source table, as schema.table')
    .option('--all', 'all of the replication');

const toSelection = ({ id, cause, table: name, all }: SelectionOptions) => {
  const isSelected = id !== undefined || cause !== undefined || name !== undefined;
  if (isSelected === (all === true)) {
    throw usageError('Say which dead letters are meant.', 'Give --id, --cause or --table, or --all.');
  }
  return {
    ...(id === undefined ? {} : { ids: [...id] }),
    ...(cause === undefined ? {} : { cause }),
    ...(name === undefined ? {} : { table: name }),
    ...(all === true ? { all: true as const } : {}),
  };
};

const nothing = 'There are no dead letters.';

const renderCauses = ({ causes }: DeadLetterCauses): readonly string[] =>
  causes.length === 0
    ? [nothing]
    : [
        ...table(
          [
            { title: 'ROWS', align: 'right' },
            { title: 'EVENTS', align: 'right' },
            { title: 'TABLE' },
            { title: 'CAUSE' },
            { title: 'FIRST' },
            { title: 'LAST' },
          ],
          causes.map((cause) => [
            formatCount(cause.rows),
            formatCount(cause.events),
            printable(cause.table),
            printable(cause.cause),
            formatInstant(cause.first_at),
            formatInstant(cause.last_at),
          ]),
        ),
        ...causes.map((cause) => `${printable(cause.cause)}: ${printable(cause.sample_message)}`),
      ];

const renderEvents = ({
  dead_letters: letters,
  next_cursor: next,
}: Pick<DeadLetterList, 'dead_letters' | 'next_cursor'>): readonly string[] =>
  letters.length === 0
    ? [nothing]
    : [
        ...table(
          [
            { title: 'ID', align: 'right' },
            { title: 'TABLE' },
            { title: 'KEY' },
            { title: 'STATE' },
            { title: 'CAUSE' },
            { title: 'TRIES', align: 'right' },
            { title: 'FIRST' },
          ],
          letters.map((letter) => [
            letter.dead_letter_id,
            printable(letter.table),
            keyOf(letter),
            letter.requested === null ? letter.state : `${letter.state}, ${letter.requested} asked`,
            printable(letter.cause),
            formatCount(letter.attempts),
            formatInstant(letter.first_at),
          ]),
        ),
        ...(next === null ? [] : ['There are more. Ask for them with a larger --limit.']),
      ];

const keyOf = ({ key, key_hash: hash }: DeadLetter): string =>
  key === null ? `hidden (${hash.slice(0, 12)})` : printable(key.join(', '));

const renderOne = (letter: DeadLetter): readonly string[] => [
  `${letter.dead_letter_id}: ${letter.state}, a change (${letter.operation}) of ${printable(letter.table)}, key ${keyOf(letter)}`,
  `  refused    ${printable(letter.message)}`,
  `  cause      ${printable(letter.cause)}`,
  `  tried      ${plural(letter.attempts, 'time')}, from ${formatInstant(letter.first_at)} to ${formatInstant(letter.last_at)}`,
  `  event      offset ${letter.offset} of topic ${letter.topic}`,
  ...(letter.dead_letter_offset === null
    ? []
    : [`  kept       offset ${letter.dead_letter_offset} of the dead-letter topic`]),
  ...(letter.requested === null ? [] : [`  asked for  ${letter.requested}`]),
  ...(letter.verdict === null
    ? []
    : [`  last try   ${letter.verdict}: ${printable(letter.verdict_message ?? '')}`]),
];

const renderRequested = ({ message, verdicts }: RequestedDeadLetters, paint: Paint): readonly string[] => [
  message,
  ...verdicts.map(({ dead_letter_id: id, verdict, message: why }) => {
    const color = verdict === 'would-apply' || verdict === 'superseded' ? 'green' : 'red';
    return `  ${id}: ${paint(verdict === 'pending' ? 'yellow' : color, verdict)}: ${printable(why)}`;
  }),
];
