import { forEachBounded } from '../concurrency/for-each-bounded.ts';
import type { Client } from '../contracts/client.ts';
import { parseColumnType } from '../contracts/column-type.ts';
import { type Database, databaseIdentity } from '../contracts/database.ts';
import { type TableRef, tableKey, tableLabel } from '../contracts/identifiers.ts';
import type { ColumnMapping, TableMapping, UnloggedCascades, ValuePolicy } from '../contracts/replication.ts';
import type { TableDescription } from '../contracts/table-description.ts';
import type { TargetOwner } from '../contracts/target-owner.ts';
import { MillraceError, type Problem } from '../errors/millrace-error.ts';
import { mapTable } from '../mapping/map-table.ts';
import { mapInexactAsText } from '../mapping/text-columns.ts';
import { topicPrefix } from '../naming/names.ts';
import { targetTableName } from '../naming/target-template.ts';
import type { SourceDatabase, TargetDatabase } from '../ports/databases.ts';
import type { SourceDialect } from '../ports/source-dialect.ts';
import type { RegistryStore, ReplicationStore } from '../ports/state-store.ts';
import type { TargetDialect } from '../ports/target-dialect.ts';
import { findNameProblems } from '../validation/name-problems.ts';
import {
  findColumnLimitProblems,
  findMappedTableProblems,
  findTargetProblems,
} from '../validation/validate-table.ts';
import { findClaim, refuseKnownWriters } from './own-tables.ts';

/** A column as it is wished; `type` in any spelling. */
export interface ColumnWish {
  readonly source: string;
  readonly target?: string | undefined;
  readonly omit: boolean;
  readonly type?: string | undefined;
}

/** A table as it is wished. What is left out has its default. */
export interface TableWish {
  readonly source: { readonly schema?: string | undefined; readonly table: string };
  readonly target?: { readonly schema?: string | undefined; readonly table?: string | undefined } | undefined;
  readonly columns: readonly ColumnWish[];
  readonly valuePolicy: ValuePolicy;
  readonly unloggedCascades: UnloggedCascades;
}

export interface TablesRequest {
  /** How target tables are named. */
  readonly template: string;
  readonly tables: readonly TableWish[];
}

/** Whose replication it is, and between which databases. */
export interface Endpoints {
  readonly client: Pick<Client, 'name'>;
  readonly source: Database;
  readonly target: Database;
}

/** Whether the target table of a mapping is dropped and created again, so that its present shape does not matter. */
export type IsMadeAgain = (
  mapping: TableMapping,
  target: Pick<TargetDatabase, 'isCreatedTable'>,
) => Promise<boolean>;

type ClaimStore = Pick<ReplicationStore, 'getReplication' | 'listReplications' | 'listAllReplications'> &
  Pick<RegistryStore, 'getDatabase'>;

export interface MappedTables {
  readonly tables: readonly TableMapping[];
  /** What is wrong with the request itself. */
  readonly invalid: readonly Problem[];
  /** What keeps the tables from being replicated. */
  readonly unsuitable: readonly Problem[];
}

/**
 * Enough for a whole schema of a large application. A replication is one item of the state table, whose 400 KB would
 * hold about 1,300 mappings of the longest names.
 */
export const maxTables = 1_000;

/** Target tables that are described at a time. */
const parallelReads = 4;

/** Which names share a topic does not depend on the prefix; its ordinal is taken when everything else is right. */
const firstOrdinal = 1;

/** A replication is one item of the state table, of at most 400 KB; the rest of it takes less than 30. */
const maxMappingBytes = 350 * 1024;

/**
 * The mappings of the wished tables, with what keeps them from being replicated, at both databases. `catalog` has the wished tables of the source;
 * `others` are those that the replication has already. Who writes the target tables is not looked at, see `refuseClaimed`.
 */
export const mapTables = async (
  request: TablesRequest,
  endpoints: Endpoints,
  catalog: readonly TableDescription[],
  { source, target }: { readonly source: SourceDatabase; readonly target: TargetDatabase },
  others: readonly TableMapping[] = [],
  isMadeAgain: IsMadeAgain = async () => false,
): Promise<MappedTables> => {
  const named = nameTargets(request, endpoints, source.dialect, target.dialect);
  const described = new Map(catalog.map((table) => [tableKey(table.ref), table]));
  const tables = named.tables.map((mapping) => {
    const table = described.get(tableKey(mapping.source));
    return table === undefined ? mapping : mapInexactAsText(mapping, table, source.dialect, target.dialect);
  });
  const knownSources = new Set(others.map((mapping) => tableKey(mapping.source)));
  const added = tables.filter((mapping) => !knownSources.has(tableKey(mapping.source)));
  return {
    tables,
    invalid: [
      ...named.problems,
      ...findSizeProblems([...others, ...added]),
      ...tables.filter((mapping) => !added.includes(mapping)).map(alreadyThere),
      ...findTakenTargets(added, others),
    ],
    unsuitable: [
      ...(await checkTables(added, catalog, source, target, isMadeAgain)),
      ...findNameProblems(
        topicPrefix(endpoints.source.clientId, endpoints.source.databaseId, firstOrdinal),
        added.map((mapping) => mapping.source),
        source.dialect,
        others.map((mapping) => mapping.source),
      ),
    ],
  };
};

/** Throws `TargetTableClaimed` when another replication writes a table. The target comes first, since it asks for a login. */
export const refuseClaimed = async (
  owner: TargetOwner,
  targets: readonly TableRef[],
  targetDatabase: Database,
  target: TargetDatabase,
  { store }: { readonly store: ClaimStore },
): Promise<void> => {
  const claim = await findClaim(owner, targets, { store, target }).catch((error: unknown) => {
    // A user that may not look yet may be granted it before the start, which looks again.
    if (error instanceof MillraceError && error.code === 'PermissionDenied') return undefined;
    throw error;
  });
  if (claim !== undefined) throw claim;
  await refuseKnownWriters(owner, targets, { store, targetDatabase }, 'own-configured');
};

/** Mappings as requested, with what their names alone make impossible: used twice, too long, or a table that feeds itself. */
const nameTargets = (
  { template, tables: wished }: TablesRequest,
  { client, source, target }: Endpoints,
  sourceDialect: SourceDialect,
  targetDialect: TargetDialect,
): { readonly tables: readonly TableMapping[]; readonly problems: readonly Problem[] } => {
  const problems: Problem[] = [];
  const tables = wished.map((requested, index): TableMapping => {
    const { target: to } = requested;
    const from = {
      schema: requested.source.schema ?? sourceDialect.defaultSchema(source),
      table: requested.source.table,
    };
    const byTemplate = targetTableName(template, {
      sourceDatabaseName: source.databaseName,
      clientName: client.name,
      table: from,
    });
    const mapped = {
      schema: to?.schema ?? targetDialect.defaultSchema(target),
      table: to?.table ?? byTemplate,
    };
    const reason = targetDialect.refuseName(mapped);
    if (reason !== undefined)
      problems.push({
        subject: `body.tables.${index}.target`,
        problem: to?.table === undefined ? `The default name cannot be used: ${reason}` : reason,
        remedy: 'Give another target table name.',
      });
    return {
      source: from,
      target: mapped,
      ...(requested.columns.length === 0 ? {} : { columns: requested.columns.map(toColumnMapping) }),
      ...(requested.valuePolicy === 'fail' ? {} : { valuePolicy: requested.valuePolicy }),
      ...(requested.unloggedCascades === 'refuse' ? {} : { unloggedCascades: requested.unloggedCascades }),
    };
  });

  const sources = tables.map((mapping) => mapping.source);
  const targets = tables.map((mapping) => mapping.target);
  for (const [ref] of repeated(sources, sources))
    problems.push({ subject: tableLabel(ref), problem: 'The source table is listed more than once.' });
  for (const [ref, sharers] of repeated(targets, sources))
    problems.push({
      subject: tableLabel(ref),
      problem: `More than one source table is mapped to it: ${sharers.map(tableLabel).join(', ')}.`,
      remedy: template.includes('{schema}')
        ? 'Give another target table name to each but one.'
        : 'Put {schema} into target_table_name, as in {sourcedb}_{schema}_{table}, or give other target table names.',
    });
  if (databaseIdentity(source) === databaseIdentity(target)) {
    const sourceKeys = new Set(sources.map(tableKey));
    for (const ref of targets.filter((targetRef) => sourceKeys.has(tableKey(targetRef))))
      problems.push({
        subject: tableLabel(ref),
        problem:
          'It is a source table of this replication in the same database: its changes would feed on themselves.',
        remedy: 'Map it to another name.',
      });
  }
  return { tables, problems };
};

const alreadyThere = ({ source }: TableMapping): Problem => ({
  subject: tableLabel(source),
  problem: 'It is a table of this replication already.',
  remedy:
    'Leave it out. To copy it again: POST /replications/{id}/tables/{table}/resync. To map it otherwise: PATCH /replications/{id}.',
});

/** Who owns them at the target does not tell: it is the same replication. */
const findTakenTargets = (
  tables: readonly TableMapping[],
  others: readonly TableMapping[],
): readonly Problem[] =>
  tables.flatMap(({ target }) => {
    const other = others.find((known) => tableKey(known.target) === tableKey(target));
    return other === undefined
      ? []
      : [
          {
            subject: tableLabel(target),
            problem: `The source table ${tableLabel(other.source)} of this replication is mapped to it already.`,
            remedy: 'Give another target table name.',
          },
        ];
  });

const findSizeProblems = (tables: readonly TableMapping[]): readonly Problem[] => {
  const remedy = 'Spread the tables over several replications.';
  return [
    ...(tables.length <= maxTables
      ? []
      : [
          {
            subject: 'body.tables',
            problem: `The replication would have more than ${maxTables.toLocaleString('en')} tables (limit of a replication).`,
            remedy,
          },
        ]),
    ...(Buffer.byteLength(JSON.stringify(tables)) <= maxMappingBytes
      ? []
      : [
          {
            subject: 'body.tables',
            problem:
              `The tables and their column mappings take more than ${maxMappingBytes / 1024} KB (limit of a replication: an ` +
              'item of DynamoDB has 400 KB).',
            remedy,
          },
        ]),
  ];
};

/** Types as they were spelled where they are none, so that the problem can name them; nothing is saved then. */
const toColumnMapping = ({ source, target, omit, type }: ColumnWish): ColumnMapping => ({
  source,
  ...(target === undefined ? {} : { target }),
  ...(omit ? { omit } : {}),
  ...(type === undefined ? {} : { type: parseColumnType(type)?.type ?? type }),
});

/** A name that is there more than once, with the sources it stands for. */
const repeated = (
  refs: readonly TableRef[],
  sources: readonly TableRef[],
): readonly (readonly [TableRef, readonly TableRef[]])[] => {
  const byKey = Map.groupBy(refs.entries(), ([, ref]) => tableKey(ref));
  return [...byKey.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length === 1) return [];
    return [[first[1], group.flatMap(([index]) => sources[index] ?? [])] as const];
  });
};

/**
 * What keeps the tables from being replicated as mapped. Of the target, only tables are looked at whose columns are mapped:
 * the others are compared when the replication starts, but for limits that no table there can pass.
 */
const checkTables = async (
  tables: readonly TableMapping[],
  catalog: readonly TableDescription[],
  source: SourceDatabase,
  target: TargetDatabase,
  isMadeAgain: IsMadeAgain,
): Promise<readonly Problem[]> => {
  const byKey = new Map(catalog.map((table) => [tableKey(table.ref), table]));
  const problems = await forEachBounded(tables, parallelReads, async (mapping) => {
    const table = byKey.get(tableKey(mapping.source));
    if (table === undefined) return [unknownTable(mapping.source, catalog)];
    const atSource = findMappedTableProblems(table, mapping, source.dialect);
    const { mapped } = mapTable(table, mapping);
    if (mapping.columns === undefined)
      return [...atSource, ...findColumnLimitProblems(mapped, target.dialect)];
    const existing = (await isMadeAgain(mapping, target))
      ? undefined
      : await target.describeTable(mapping.target);
    return [...atSource, ...findTargetProblems(mapped, existing, target.dialect)];
  });
  return problems.flat();
};

const unknownTable = (ref: TableRef, catalog: readonly TableDescription[]): Problem => {
  const alike = catalog.find(
    (table) => tableLabel(table.ref).toLowerCase() === tableLabel(ref).toLowerCase(),
  );
  const elsewhere = catalog.find((table) => table.ref.table === ref.table);
  const suggestion = alike ?? elsewhere;
  return {
    subject: `source table ${tableLabel(ref)}`,
    problem: 'The source has no such table, or its user may not see it.',
    ...(suggestion === undefined ? {} : { remedy: `Did you mean ${tableLabel(suggestion.ref)}?` }),
  };
};
