import { type Command, Option } from 'commander';
import { tableLabel } from '#core/contracts/identifiers.ts';
import {
  changeActionSchema,
  changeKindSchema,
  type PolicyPreset,
  policyPresetSchema,
} from '#core/contracts/schema-policy.ts';
import type { Answer, Request } from '../api/call.ts';
import { findReplication } from '../api/find.ts';
import { type Cli, collect, withExamples } from '../cli.ts';
import { usageError } from '../cli-error.ts';
import { table } from '../output/table.ts';
import { oneTable } from './destroy.ts';

type Policy = Answer<'getSchemaPolicy'>;
type PolicyBody = Request<'setSchemaPolicy'>['body'];
type Kinds = NonNullable<PolicyBody['kinds']>;

interface PolicyOptions {
  readonly preset?: PolicyPreset;
  readonly set?: readonly string[];
  readonly table?: string;
}

export const addDdlCommands = (program: Command, cli: Cli): void => {
  const ddl = withExamples(program.command('ddl'), [
    ['millrace ddl policy shop', 'what is done when a table is changed at the source'],
    ['millrace ddl policy shop --preset strict', 'hold every table before its change'],
    ['millrace ddl policy shop --set drop-column=auto --table orders', 'one kind of change of one table'],
  ]).description('Changes of tables at the source: what is done about them.');

  ddl
    .command('policy')
    .argument('<replication>', 'name or number')
    .description('Show what is done when a table is changed at the source, or choose it.')
    .addOption(new Option('--preset <preset>', 'for all kinds of change').choices(policyPresetSchema.options))
    .option('--set <kind=action>', 'for one kind of change; may be repeated', collect)
    .option('--table <table>', 'for this table only, as table or schema.table')
    .action(async (given: string, options: PolicyOptions) => {
      const { api, out } = cli;
      const { replication_id } = await findReplication(api, given);
      const path = { replication_id };
      const policy = await api.call('getSchemaPolicy', { path });
      const kinds = readKinds(options.set ?? []);
      const isChange = options.preset !== undefined || Object.keys(kinds).length > 0;
      if (!isChange && options.table !== undefined) throw usageError('--table goes with --preset or --set.');
      const body = isChange ? await changed(cli, replication_id, policy, { ...options, kinds }) : undefined;
      const shown = body === undefined ? policy : await api.call('setSchemaPolicy', { path, body });
      out.print(shown, (data) => renderPolicy(data));
    });
};

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
  { preset, kinds, table: name }: PolicyOptions & { readonly kinds: Kinds },
): Promise<PolicyBody> => {
  const entries = policy.tables.map((entry) => ({
    source: entry.source,
    kinds: entry.kinds,
    ...(entry.preset === null ? {} : { preset: entry.preset }),
  }));
  if (name === undefined) {
    return { preset: preset ?? policy.preset, kinds: { ...policy.kinds, ...kinds }, tables: entries };
  }
  const replication = await api.call('getReplication', { path: { replication_id: replicationId } });
  const { source } = oneTable(replication, name);
  const isSame = (entry: (typeof entries)[number]): boolean =>
    tableLabel(entry.source) === tableLabel(source);
  const before = entries.find(isSame) ?? { source, kinds: {} };
  return {
    preset: policy.preset,
    kinds: policy.kinds,
    tables: [
      ...entries.filter((entry) => !isSame(entry)),
      { ...before, ...(preset !== undefined && { preset }), kinds: { ...before.kinds, ...kinds } },
    ],
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
