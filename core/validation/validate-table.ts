import { isCapturableColumnName } from '../capture/connector-config.ts';
import { tableKey, tableLabel } from '../contracts/identifiers.ts';
import type { TableMapping } from '../contracts/replication.ts';
import type { TableDescription } from '../contracts/table-description.ts';
import type { Problem } from '../errors/millrace-error.ts';
import { findMappingProblems } from '../mapping/find-mapping-problems.ts';
import { mapTable } from '../mapping/map-table.ts';
import type { SourceDialect } from '../ports/source-dialect.ts';
import type { TargetDialect } from '../ports/target-dialect.ts';

/** What keeps a source table from being replicated, by its description alone. */
export const findTableProblems = (table: TableDescription, dialect: SourceDialect): readonly Problem[] =>
  storesRows(table)
    ? [
        ...findNameProblems(table),
        ...findPartitionProblems(table),
        ...findCascadeProblems(table, dialect),
        ...findRowProblems(table, dialect),
      ]
    : [
        {
          subject: subjectOf(table),
          problem: `It is a ${table.relationKind.replace('-', ' ')}; only tables can be replicated.`,
        },
      ];

/** Tables of their own rows, or with partitions that have them: what can be replicated. */
export const storesRows = ({ relationKind }: Pick<TableDescription, 'relationKind'>): boolean =>
  relationKind === 'table' || relationKind === 'partitioned-table';

/** The same for a table with its mapping: the types of columns that are left out keep it from nothing. */
export const findMappedTableProblems = (
  table: TableDescription,
  mapping: TableMapping,
  dialect: SourceDialect,
): readonly Problem[] =>
  storesRows(table)
    ? [
        ...findMappingProblems(table, mapping),
        ...findNameProblems(table),
        ...findPartitionProblems(table),
        ...(mapping.unloggedCascades === 'accept' ? [] : findCascadeProblems(table, dialect)),
        ...findRowProblems(mapTable(table, mapping).source, dialect),
      ]
    : findTableProblems(table, dialect);

const subjectOf = ({ ref }: TableDescription): string => `source table ${tableLabel(ref)}`;

/**
 * Why changed and deleted rows of the table could not be found at the target. At a PostgreSQL source, publishing such a table
 * can also make the server refuse the application's own UPDATE and DELETE.
 */
export const findKeyProblems = (table: TableDescription, dialect: SourceDialect): readonly Problem[] => [
  ...findGeneratedKeyProblems(table),
  ...dialect.findKeyProblems(table, subjectOf(table)),
];

/** Generated columns are neither copied nor captured: the target computes its own, if it has them. */
const findGeneratedKeyProblems = (table: TableDescription): readonly Problem[] =>
  table.columns
    .filter(({ name, isGenerated }) => isGenerated && table.primaryKey.includes(name))
    .map(({ name }) => ({
      subject: subjectOf(table),
      problem:
        `Its key has the generated column ${name}, which is neither copied nor captured, so its changed and ` +
        'deleted rows cannot be found at the target.',
      remedy: 'Give the table a primary key of ordinary columns, or leave the table out.',
    }));

const findRowProblems = (table: TableDescription, dialect: SourceDialect): readonly Problem[] => [
  ...findKeyProblems(table, dialect),
  ...table.columns
    .filter((column) => !column.isGenerated)
    .flatMap((column) => {
      const reason = dialect.validateColumn(column);
      return reason === undefined
        ? []
        : [{ subject: `${subjectOf(table)}, column ${column.name}`, problem: `${reason}.` }];
    }),
];

const findCascadeProblems = (table: TableDescription, { quoteTable }: SourceDialect): readonly Problem[] =>
  table.unloggedCascades === undefined
    ? []
    : [
        {
          subject: subjectOf(table),
          problem:
            'By foreign keys, the server changes or deletes rows of it without writing so to its log, and the target ' +
            `would keep them as they were: ${table.unloggedCascades.join(', ')}.`,
          remedy:
            `ALTER TABLE ${quoteTable(table.ref)} DROP FOREIGN KEY ..., ADD FOREIGN KEY ...; without the action, and let ` +
            'a trigger or the application do the same, which the log has (so it has all from MySQL 9.6 on). If what it ' +
            'refers to is never deleted and keeps its key, set unlogged_cascades of the table to accept.',
        },
      ];

/** Each look at the catalog compares all of them, and the state of a table holds them twice. */
const maxPartitions = 2_000;

const findPartitionProblems = (table: TableDescription): readonly Problem[] => {
  const count = table.catalog?.partitions?.length ?? 0;
  const unfit = table.unfitPartitions ?? [];
  return [
    ...(unfit.length === 0
      ? []
      : [
          {
            subject: subjectOf(table),
            problem: `Rows of these partitions cannot be captured as rows of the table: ${unfit.join(', ')}.`,
            remedy:
              'Detach them, make them ordinary logged tables, or give them the replica identity of the table ' +
              '(ALTER TABLE partition REPLICA IDENTITY ...).',
          },
        ]),
    ...(count <= maxPartitions
      ? []
      : [
          {
            subject: subjectOf(table),
            problem:
              `It has ${count.toLocaleString('en')} partitions; a replicated table may have ` +
              `${maxPartitions.toLocaleString('en')} at most.`,
            remedy: 'Detach old partitions, or make fewer and larger ones.',
          },
        ]),
  ];
};

/** Partitions that are chosen together with their table: their rows are published as rows of the table only. */
export const findDoublePartitions = (tables: readonly TableDescription[]): readonly Problem[] => {
  const chosen = new Set(tables.map(({ ref }) => tableKey(ref)));
  return tables.flatMap(({ ref, partitionOf }) =>
    partitionOf !== undefined && chosen.has(tableKey(partitionOf))
      ? [
          {
            subject: `source table ${tableLabel(ref)}`,
            problem: `It is a partition of ${tableLabel(partitionOf)}, which is replicated with all its partitions.`,
            remedy: 'Leave the partition out, or the table that has it.',
          },
        ]
      : [],
  );
};

/**
 * Columns by whose names Debezium 3.5 cannot capture the table, also when they are left out: it refuses names that differ
 * only in case (JdbcConnection, PgOutputMessageDecoder).
 */
const findNameProblems = (table: TableDescription): readonly Problem[] => [
  ...[...Map.groupBy(table.columns, ({ name }) => name.toLowerCase()).values()]
    .filter((alike) => alike.length > 1)
    .map((alike) => ({
      subject: `${subjectOf(table)}, columns ${alike.map(({ name }) => name).join(', ')}`,
      problem: 'Their names differ only in case, and Debezium captures no table with such columns.',
      remedy: 'Rename one of them at the source.',
    })),
  ...table.columns
    .filter(({ name }) => !isCapturableColumnName(name))
    .map(({ name }) => ({
      subject: `${subjectOf(table)}, column ${name}`,
      problem: 'Its name begins and ends with a quote, and Debezium captures it under another name.',
      remedy: 'Rename it at the source.',
    })),
];

/** A table that has more columns than any table at the target; `source` is the table as mapped. */
export const findColumnLimitProblems = (
  source: TableDescription,
  { maxColumns: { count, limitOf } }: TargetDialect,
): readonly Problem[] => {
  const replicated = source.columns.filter(({ isGenerated }) => !isGenerated).length;
  return replicated <= count
    ? []
    : [
        {
          subject: subjectOf(source),
          problem:
            `It has ${replicated.toLocaleString('en')} columns to replicate; a table at the target has at most ` +
            `${count.toLocaleString('en')} (limit of ${limitOf}).`,
          remedy: 'Leave columns out by the mapping of the table.',
        },
      ];
};

/**
 * What keeps a target from taking a source table's rows: in its existing table, or in one that would be created. `source`
 * is the table as mapped.
 */
export const findTargetProblems = (
  source: TableDescription,
  target: TableDescription | undefined,
  dialect: TargetDialect,
): readonly Problem[] => {
  if (target === undefined) {
    return [
      ...findColumnLimitProblems(source, dialect),
      ...dialect.refuseTable(source).map((reason) => ({
        subject: `source table ${tableLabel(source.ref)}`,
        problem: `The target cannot hold it: ${reason}.`,
      })),
    ];
  }
  return dialect.compareTargetTable(source, target).map((reason) => ({
    subject: `target table ${tableLabel(target.ref)}`,
    problem: reason.startsWith('column ') ? `Its ${reason}.` : `It ${reason}.`,
    remedy: 'Bring the target table into line with the source, or map the source table to another name.',
  }));
};
