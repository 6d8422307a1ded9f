import { type Command, Option } from 'commander';
import { tableLabel } from '#core/contracts/identifiers.ts';
import {
  changeActionSchema,
  changeKindSchema,
  type PolicyPreset,
  policyPresetSchema,
} from '#core/contracts/schema-policy.ts';
import type { Answer, Request } from '../api/call.ts';
import { findReplication, firstItems } from '../api/find.ts';
import type { SchemaChange, SchemaChangeList } from '../api/routes.ts';
import { type Cli, collect, countArgument, withExamples } from '../cli.ts';
import { usageError } from '../cli-error.ts';
import { formatCount, formatInstant } from '../output/format-values.ts';
import type { Paint } from '../output/output.ts';
import { printable } from '../output/printable.ts';
import { table } from '../output/table.ts';
import { oneTable } from './destroy.ts';

type Policy = Answer<'getSchemaPolicy'>;
type PolicyBody = Request<'setSchemaPolicy'>['body'];
type Kinds = NonNullable<PolicyBody['kinds']>;

interface PolicyOptions {
  readonly preset?: PolicyPreset;
  readonly set?: readonly string[];
  readonly table?: string;
  readonly clear?: boolean;
}

export const addDdlCommands = (program: Command, cli: Cli): void => {
  const ddl = withExamples(program.command('ddl'), [
    ['millrace ddl policy shop', 'what is done when a table is changed at the source'],
    ['millrace ddl policy shop --preset strict', 'hold every table before its change'],
    ['millrace ddl policy shop --set drop-column=auto --table orders', 'one kind of change of one table'],
    ['millrace ddl policy shop --clear --table orders', 'the table goes by the policy of all again'],
    ['millrace ddl ls shop', 'changes that wait for a person, and those that were decided'],
    ['millrace ddl show shop 3f0c2a9b81d4 --rehearse', 'tries one at the target, and leaves nothing of it'],
    ["millrace ddl approve shop 3f0c2a9b81d4 --reason 'release 7'", 'the target follows at its place'],
    ["millrace ddl reject shop 3f0c2a9b81d4 --reason 'not at night'", 'the table stays held'],
  ]).description(
    'Changes of tables at the source: what is done about them, and those that wait for a person.',
  );

  ddl
    .command('policy')
    .argument('<replication>', 'name or number')
    .description('Show what is done when a table is changed at the source, or choose it.')
    .addOption(new Option('--preset <preset>', 'for all kinds of change').choices(policyPresetSchema.options))
    .option('--set <kind=action>', 'for one kind of change; may be repeated', collect)
    .option('--table <table>', 'for this table only, as table or schema.table')
    .option(
      '--clear',
      'forget first what was chosen for single kinds of change; with --table all that the table has of its own',
    )
    .action(async (given: string, options: PolicyOptions) => {
      const { api, out } = cli;
      const { replication_id } = await findReplication(api, given);
      const path = { replication_id };
      const policy = await api.call('getSchemaPolicy', { path });
      const kinds = readKinds(options.set ?? []);
      const isChange =
        options.preset !== undefined || Object.keys(kinds).length > 0 || options.clear === true;
      if (!isChange && options.table !== undefined) {
        throw usageError('--table goes with --preset, --set or --clear.');
      }
      const body = isChange ? await changed(cli, replication_id, policy, { ...options, kinds }) : undefined;
      const shown = body === undefined ? policy : await api.call('setSchemaPolicy', { path, body });
      out.print(shown, (data) => renderPolicy(data));
    });

  addList(ddl, cli);
  addShow(ddl, cli);
  addDecisions(ddl, cli);
};

const states = ['waiting', 'approved', 'applied', 'rejected', 'expired'] as const;

const addList = (ddl: Command, cli: Cli): void => {
  ddl
    .command('ls')
    .argument('<replication>', 'name or number')
    .description('List the changes of tables that wait for a person, and those that were decided.')
    .addOption(new Option('--state <state>', 'only those in this state').choices(states))
    .option('--table <table>', 'only those of this source table, as schema.table')
    .option('--limit <count>', 'how many', countArgument, 100)
    .action(
      async (given: string, options: { state?: (typeof states)[number]; table?: string; limit: number }) => {
        const { api, out } = cli;
        const { replication_id } = await findReplication(api, given);
        const filter = {
          ...(options.state === undefined ? {} : { state: options.state }),
          ...(options.table === undefined ? {} : { table: options.table }),
        };
        const { items, next } = await firstItems(
          options.limit,
          (page) =>
            api.call('listSchemaChanges', { path: { replication_id }, query: { ...filter, ...page } }),
          ({ schema_changes: changes }) => changes,
        );
        out.print({ replication_id, schema_changes: items, next_cursor: next }, renderList);
      },
    );
};

const addShow = (ddl: Command, cli: Cli): void => {
  ddl
    .command('show')
    .argument('<replication>', 'name or number')
    .argument('<id>', 'the ID of ddl ls')
    .description(
      'Show one change: the table before and after it, what is planned at the target, and its risk.',
    )
    .option('--rehearse', 'try it at the target, and leave nothing of it')
    .option('--statement <sql>', 'with --rehearse: this ALTER TABLE in the place of what is planned')
    .action(async (given: string, id: string, options: { rehearse?: boolean; statement?: string }) => {
      const { api, out } = cli;
      if (options.statement !== undefined && options.rehearse !== true)
        throw usageError('--statement goes with --rehearse.');
      const { replication_id } = await findReplication(api, given);
      const path = { replication_id, change_id: id };
      const body = options.statement === undefined ? {} : { statement: options.statement };
      const change =
        options.rehearse === true
          ? await api.call('rehearseSchemaChange', { path, body })
          : await api.call('getSchemaChange', { path });
      out.print(change, renderChange);
    });
};

const addDecisions = (ddl: Command, cli: Cli): void => {
  ddl
    .command('approve')
    .argument('<replication>', 'name or number')
    .argument('<id>', 'the ID of ddl ls')
    .description('Approve a change: the consumer does it at its place between the rows.')
    .option('--seen <version>', 'the version that was shown; refused when it is another one', countArgument)
    .option('--statement <sql>', 'this ALTER TABLE of the target in the place of what is planned')
    .option('--reason <text>', 'why, for the activity')
    .action(
      async (given: string, id: string, options: { seen?: number; statement?: string; reason?: string }) => {
        const { api, out } = cli;
        const { replication_id } = await findReplication(api, given);
        const path = { replication_id, change_id: id };
        const body = {
          version: options.seen ?? (await api.call('getSchemaChange', { path })).version,
          ...(options.statement === undefined ? {} : { statement: options.statement }),
          ...(options.reason === undefined ? {} : { reason: options.reason }),
        };
        out.print(await api.call('approveSchemaChange', { path, body }), renderDecided);
      },
    );

  ddl
    .command('reject')
    .argument('<replication>', 'name or number')
    .argument('<id>', 'the ID of ddl ls')
    .description('Reject a change: its table stays held, and the answer says what leads out.')
    .option('--seen <version>', 'the version that was shown; refused when it is another one', countArgument)
    .requiredOption('--reason <text>', 'why, for the activity')
    .action(async (given: string, id: string, options: { seen?: number; reason: string }) => {
      const { api, out } = cli;
      const { replication_id } = await findReplication(api, given);
      const path = { replication_id, change_id: id };
      const version = options.seen ?? (await api.call('getSchemaChange', { path })).version;
      const body = { version, reason: options.reason };
      out.print(await api.call('rejectSchemaChange', { path, body }), renderDecided);
    });
};

const colorOf = (state: SchemaChange['state']): 'yellow' | 'green' | 'red' =>
  state === 'waiting' || state === 'approved' ? 'yellow' : state === 'applied' ? 'green' : 'red';

const renderList = (
  { schema_changes: changes, next_cursor: next }: SchemaChangeList,
  paint: Paint,
): readonly string[] =>
  changes.length === 0
    ? ['No change of a table waits, and none was decided lately.']
    : [
        ...table(
          [
            { title: 'ID' },
            { title: 'STATE' },
            { title: 'TABLE' },
            { title: 'SINCE' },
            { title: 'RISK' },
            { title: 'CHANGE' },
          ],
          changes.map((change) => [
            change.change_id,
            paint(colorOf(change.state), change.state),
            printable(change.table),
            formatInstant(change.detected_at),
            change.risk.level,
            printable(change.what),
          ]),
        ),
        ...(next === null ? [] : ['There are more. Ask for them with a larger --limit.']),
      ];

const renderChange = (change: SchemaChange, paint: Paint): readonly string[] => [
  `${change.change_id}, version ${change.version}: ${paint(colorOf(change.state), change.state)}`,
  `  table      ${printable(change.table)} -> ${printable(change.target_table)}`,
  `  change     ${printable(change.what)}`,
  ...renderDifference(change),
  `  planned    ${plannedLine(change)}`,
  ...change.statements.map((statement) => `             ${printable(statement)}`),
  ...(change.edited_statement === null ? [] : [`  instead    ${printable(change.edited_statement)}`]),
  `  risk       ${change.risk.level}: ${printable(change.risk.message)}`,
  ...(change.decided_by === null
    ? []
    : [
        `  decided    by ${printable(change.decided_by)} at ${formatInstant(change.decided_at ?? change.detected_at)}${change.reason === null ? '' : `: ${printable(change.reason)}`}`,
      ]),
  ...renderRehearsal(change),
  ...(change.note === null ? [] : [`  note       ${printable(change.note)}`]),
  `  now        ${printable(change.message)}`,
];

const plannedLine = ({ way, statements }: SchemaChange): string => {
  if (way === 'resync') return 'the table is copied again';
  if (way === 'truncate') return 'the target table is emptied';
  return statements.length === 0 ? 'the target table stays as it is' : 'at the target';
};

const describeColumn = (column: { readonly type: string; readonly not_null: boolean }): string =>
  `${column.type}${column.not_null ? ' NOT NULL' : ''}`;

/** Columns that are not the same before and after. */
const renderDifference = ({ before, after }: SchemaChange): readonly string[] => {
  if (before === null || after === null) return [];
  const old = new Map(before.columns.map((column) => [column.name, describeColumn(column)]));
  const now = new Map(after.columns.map((column) => [column.name, describeColumn(column)]));
  const keys = [before, after].map(({ primary_key: key }) => key.join(', '));
  return [
    ...[...old].filter(([name, type]) => now.get(name) !== type).map(([name, type]) => `  - ${name} ${type}`),
    ...[...now].filter(([name, type]) => old.get(name) !== type).map(([name, type]) => `  + ${name} ${type}`),
    ...(keys[0] === keys[1] ? [] : [`  - PRIMARY KEY (${keys[0]})`, `  + PRIMARY KEY (${keys[1]})`]),
  ].map(printable);
};

const renderRehearsal = ({ rehearsal }: SchemaChange): readonly string[] => {
  if (rehearsal === null) return [];
  const { ok, problems, lock, note, rewrites_table: rewrites, unfit, estimated_rows: rows } = rehearsal;
  return [
    `  rehearsal  ${ok ? 'nothing speaks against it' : 'it could not be done'} (${rehearsal.method}, ${formatInstant(rehearsal.at)}, ${formatCount(rehearsal.duration_ms)} ms)`,
    ...problems.map((problem) => `             ${printable(problem)}`),
    ...(note === null ? [] : [`             ${printable(note)}`]),
    ...(rewrites === null
      ? []
      : [
          `             the table is ${rewrites ? '' : 'not '}written again${rows === null || rows < 0 ? '' : `, about ${formatCount(rows)} rows`}`,
        ]),
    ...(lock === null ? [] : [`             lock: ${printable(lock)}`]),
    ...unfit.map(
      ({ column, what, rows: found }) =>
        `             ${found === null ? 'an unknown number of' : formatCount(found)} rows of column ${printable(column)} ${what}`,
    ),
  ];
};

const renderDecided = (change: SchemaChange, paint: Paint): readonly string[] => [
  `${change.change_id}: ${paint(colorOf(change.state), change.state)}. ${printable(change.message)}`,
];

const readKinds = (given: readonly string[]): Kinds =>
  Object.fromEntries(
    given.map((text) => {
      const [kind, action] = text.split('=', 2);
      const [knownKind, knownAction] = [
        changeKindSchema.safeParse(kind),
        changeActionSchema.safeParse(action),
      ];
      if (knownKind.success && knownAction.success) return [knownKind.data, knownAction.data];
      throw usageError(
        `"${text}" is no action for a kind of change.`,
        `Kinds: ${changeKindSchema.options.join(', ')}. Actions: ${changeActionSchema.options.join(', ')}.`,
      );
    }),
  );

/** The whole policy, in which the table's entry, or that of all, has what was asked for. */
const changed = async (
  { api }: Cli,
  replicationId: number,
  policy: Policy,
  { preset, kinds, table: name, clear = false }: PolicyOptions & { readonly kinds: Kinds },
): Promise<PolicyBody> => {
  const entries = policy.tables.map((entry) => ({
    source: entry.source,
    kinds: entry.kinds,
    ...(entry.preset === null ? {} : { preset: entry.preset }),
  }));
  if (name === undefined) {
    const kept = clear ? {} : policy.kinds;
    return { preset: preset ?? policy.preset, kinds: { ...kept, ...kinds }, tables: entries };
  }
  const replication = await api.call('getReplication', { path: { replication_id: replicationId } });
  const { source } = oneTable(replication, name);
  const isSame = (entry: (typeof entries)[number]): boolean =>
    tableLabel(entry.source) === tableLabel(source);
  const none = { source, kinds: {} };
  const before = clear ? none : (entries.find(isSame) ?? none);
  const entry = { ...before, ...(preset !== undefined && { preset }), kinds: { ...before.kinds, ...kinds } };
  const hasOwn = 'preset' in entry || Object.keys(entry.kinds).length > 0;
  return {
    preset: policy.preset,
    kinds: policy.kinds,
    tables: [...entries.filter((one) => !isSame(one)), ...(hasOwn ? [entry] : [])],
  };
};

const renderPolicy = ({ preset, actions, tables }: Policy): readonly string[] => [
  `Preset ${preset}.`,
  ...table([{ title: 'CHANGE' }, { title: 'ACTION' }], Object.entries(actions)),
  ...tables.map(
    (entry) =>
      `Table ${tableLabel(entry.source)}: ${[
        ...(entry.preset === null ? [] : [`preset ${entry.preset}`]),
        ...Object.entries(entry.kinds).map(([kind, action]) => `${kind}=${action}`),
      ].join(', ')}`,
  ),
];
