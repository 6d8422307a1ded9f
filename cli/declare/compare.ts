import { createHash } from 'node:crypto';
import { findSnapshotMode } from '#core/capture/snapshot-modes.ts';
import { parseColumnType } from '#core/contracts/column-type.ts';
import { tableKey, tableLabel } from '#core/contracts/identifiers.ts';
import { matchesTable } from '#core/contracts/table-pattern.ts';
import type { Request } from '../api/call.ts';
import type { Database, Replication } from '../api/routes.ts';
import {
  type Declaration,
  type DeclaredConsumer,
  type DeclaredDeadLetters,
  type DeclaredNewTables,
  type DeclaredReplication,
  type DeclaredTableName,
  readTableName,
} from './schema.ts';

/** One field that is declared otherwise than it is. */
export interface Difference {
  readonly field: string;
  readonly is: string;
  readonly declared: string;
}

const show = (value: unknown): string =>
  value === null || value === undefined ? 'none' : typeof value === 'string' ? value : JSON.stringify(value);

const difference = (field: string, is: unknown, declared: unknown): readonly Difference[] =>
  show(is) === show(declared) ? [] : [{ field, is: show(is), declared: show(declared) }];

export type DatabaseChange = Omit<Request<'updateDatabase'>['body'], 'name' | 'password'>;

const changeable = ['host', 'port', 'database', 'username', 'tls_mode', 'ca_pem'] as const;

/** What of a registered database is declared otherwise. Its password is never known. */
export const compareDatabase = (
  declared: Declaration['databases'][number],
  database: Database,
): { readonly change: DatabaseChange; readonly differences: readonly Difference[] } => {
  const wanted = { ...declared, ca_pem: declared.ca_pem ?? null };
  const differences = changeable.flatMap((field) =>
    field === 'ca_pem'
      ? // A bundle is too long to be shown.
        difference(field, digestOf(database.ca_pem), digestOf(wanted.ca_pem))
      : difference(field, database[field], wanted[field]),
  );
  const change = Object.fromEntries(
    differences.map(({ field }) => [field, wanted[field as keyof typeof wanted]]),
  );
  return { change: change as DatabaseChange, differences };
};

const digestOf = (pem: string | null): string =>
  pem === null ? 'none' : `sha256:${createHash('sha256').update(pem.trim()).digest('hex').slice(0, 12)}`;

type DeclaredTable = DeclaredReplication['tables'][number];
type Mapping = Replication['tables'][number];

export const declaredLabel = ({ schema, table }: DeclaredTableName): string =>
  schema === undefined ? table : `${schema}.${table}`;

const isNamed = ({ schema, table }: DeclaredTableName, source: Mapping['source']): boolean =>
  source.table === table && (schema === undefined || source.schema === schema);

export type CaptureChange = NonNullable<Request<'updateReplication'>['body']['capture']>;
type Policy = Replication['schema_changes'];
type DeclaredPolicy = NonNullable<DeclaredReplication['schema_changes']>;

/** What of the policy for changes of tables is declared otherwise; nothing where it is not declared. */
export const comparePolicy = (
  declared: DeclaredPolicy | undefined,
  { schema_changes: policy, tables }: Pick<Replication, 'schema_changes' | 'tables'>,
): readonly Difference[] => {
  if (declared === undefined) return [];
  const named = declared.tables.map((entry) => {
    const name = readTableName(entry.source);
    const found = tables.filter(({ source }) => isNamed(name, source));
    const [only] = found;
    return { ...entry, label: found.length === 1 && only ? tableLabel(only.source) : declaredLabel(name) };
  });
  return [
    ...difference('schema_changes.preset', policy.preset, declared.preset),
    ...difference('schema_changes.kinds', sorted(policy.kinds), sorted(declared.kinds)),
    ...difference(
      'schema_changes.tables',
      toEntries(policy.tables.map((entry) => ({ ...entry, label: tableLabel(entry.source) }))),
      toEntries(named),
    ),
  ];
};

/** What of the settings of dead letters is declared otherwise; nothing where it is not declared. */
export const compareDeadLetters = (
  { policy, limit }: DeclaredDeadLetters = {},
  { dead_letters: settings }: Pick<Replication, 'dead_letters'>,
): readonly Difference[] => [
  ...(policy === undefined ? [] : difference('dead_letters.policy', settings.policy, policy)),
  ...(limit === undefined ? [] : difference('dead_letters.limit', settings.limit, limit)),
];

/** What of the consumer's settings is declared otherwise; nothing where it is not declared. */
export const compareConsumer = (
  { placement, cpu, memory_mib }: DeclaredConsumer = {},
  { consumer }: Pick<Replication, 'consumer'>,
): readonly Difference[] => [
  ...(placement === undefined ? [] : difference('consumer.placement', consumer.placement, placement)),
  ...(cpu === undefined ? [] : difference('consumer.cpu', consumer.cpu, cpu)),
  ...(memory_mib === undefined ? [] : difference('consumer.memory_mib', consumer.memory_mib, memory_mib)),
];

/** What of the patterns for new tables is declared otherwise; nothing where they are not declared. */
export const compareNewTables = (
  declared: DeclaredNewTables | undefined,
  { new_tables: newTables }: Pick<Replication, 'new_tables'>,
): readonly Difference[] =>
  declared === undefined ? [] : difference('new_tables', patternsOf(newTables), patternsOf(declared));

const patternsOf = (newTables: DeclaredNewTables): object | null =>
  newTables && { include: newTables.include.toSorted(), exclude: newTables.exclude.toSorted() };

const sorted = (kinds: Readonly<Record<string, string | undefined>>): object =>
  Object.fromEntries(Object.entries(kinds).toSorted(([left], [right]) => (left < right ? -1 : 1)));

interface PolicyEntry {
  readonly label: string;
  readonly preset?: Policy['preset'] | null | undefined;
  readonly kinds: Readonly<Record<string, string | undefined>>;
}

const toEntries = (entries: readonly PolicyEntry[]): readonly object[] =>
  entries
    .map(({ label, preset, kinds }) => ({ table: label, preset: preset ?? null, kinds: sorted(kinds) }))
    .toSorted((left, right) => (left.table < right.table ? -1 : 1));

export interface ReplicationComparison {
  readonly added: readonly DeclaredTable[];
  readonly removed: readonly Mapping['source'][];
  /** Tables that are mapped otherwise, as they are to be, and what differs. */
  readonly remapped: readonly DeclaredTable[];
  /** Options of the connector that are declared otherwise. */
  readonly capture: CaptureChange;
  /** What of the mapping and of the options is declared otherwise. */
  readonly changed: readonly Difference[];
  /** What cannot be changed of a replication that exists. */
  readonly fixed: readonly Difference[];
  /** Declared tables that name several of the replication. */
  readonly ambiguous: readonly string[];
}

/** `source` and `target` are the names of the replication's databases. */
export const compareReplication = (
  declared: DeclaredReplication,
  replication: Replication,
  { source, target }: { readonly source: string; readonly target: string },
): ReplicationComparison => {
  const pairs = declared.tables.map((table) => ({
    table,
    found: replication.tables.filter((mapping) => isNamed(table.source, mapping.source)),
  }));
  const mapped = pairs.flatMap(({ table, found: [mapping] }) =>
    mapping === undefined ? [] : [{ table, differences: compareTable(table, mapping) }],
  );
  const { snapshot_mode: mode, ...options } = declared.capture;
  const wished = mode === undefined ? options : { ...options, snapshot_mode: modernMode(mode) };
  const captureChanges = Object.entries(wished).flatMap(([option, value]) =>
    value === undefined
      ? []
      : difference(
          `capture.${option}`,
          replication.capture[option as keyof Replication['capture']],
          value,
        ).map((found) => ({ ...found, option, value })),
  );
  // Tables that have joined, or may, by the patterns for new ones are not declared one by one.
  const patterns = declared.new_tables === undefined ? replication.new_tables : declared.new_tables;
  const joins = (ref: Mapping['source']): boolean => patterns !== null && matchesTable(patterns, ref);
  const known = new Set(pairs.flatMap(({ found }) => found.map((mapping) => tableKey(mapping.source))));
  return {
    added: pairs.flatMap(({ table, found }) => (found.length === 0 ? [table] : [])),
    removed: replication.tables
      .map((mapping) => mapping.source)
      .filter((ref) => !known.has(tableKey(ref)) && !joins(ref)),
    ambiguous: pairs.flatMap(({ table, found }) => (found.length > 1 ? [declaredLabel(table.source)] : [])),
    fixed: [
      ...difference('source', source, declared.source),
      ...difference('target', target, declared.target),
      ...(declared.target_table_name === undefined
        ? []
        : difference('target_table_name', replication.target_table_name, declared.target_table_name)),
    ],
    remapped: mapped.filter(({ differences }) => differences.length > 0).map(({ table }) => table),
    capture: Object.fromEntries(captureChanges.map(({ option, value }) => [option, value])),
    changed: [
      ...mapped.flatMap(({ differences }) => differences),
      ...captureChanges.map(({ field, is, declared: wanted }) => ({ field, is, declared: wanted })),
    ],
  };
};

/** The API answers with the present name of a snapshot mode. */
const modernMode = (mode: string): string => findSnapshotMode(mode)?.mode ?? mode;

const compareTable = (declared: DeclaredTable, mapping: Mapping): readonly Difference[] => {
  const label = tableLabel(mapping.source);
  const { schema, table } = declared.target ?? {};
  return [
    ...(schema === undefined ? [] : difference(`${label}: target schema`, mapping.target.schema, schema)),
    ...(table === undefined ? [] : difference(`${label}: target table`, mapping.target.table, table)),
    ...difference(`${label}: value_policy`, mapping.value_policy, declared.value_policy),
    ...difference(`${label}: unlogged_cascades`, mapping.unlogged_cascades, declared.unlogged_cascades),
    ...difference(`${label}: columns`, normalizeColumns(mapping.columns), normalizeColumns(declared.columns)),
  ];
};

interface MappedColumn {
  readonly source: string;
  readonly target?: string | null | undefined;
  readonly omit?: boolean | undefined;
  readonly type?: string | null | undefined;
}

/** Without what says nothing, and in one order. */
const normalizeColumns = (columns: readonly MappedColumn[]): readonly object[] =>
  columns
    .map(({ source, target, omit = false, type }) => ({
      source,
      ...(target === null || target === undefined || target === source ? {} : { target }),
      ...(omit ? { omit } : {}),
      ...(type === null || type === undefined ? {} : { type: parseColumnType(type)?.type ?? type }),
    }))
    .filter((column) => Object.keys(column).length > 1)
    .toSorted((left, right) => (left.source < right.source ? -1 : 1));
