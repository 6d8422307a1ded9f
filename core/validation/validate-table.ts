import { tableLabel } from '../contracts/identifiers.ts';
import type { TableMapping } from '../contracts/replication.ts';
import type { SourceDialect } from '../databases/source-dialect.ts';
import type { TargetDialect } from '../databases/target-dialect.ts';
import type { Problem } from '../errors/millrace-error.ts';
import { findMappingProblems } from '../mapping/find-mapping-problems.ts';
import { mapTable } from '../mapping/map-table.ts';
import type { TableDescription } from '../ports/databases.ts';

/** What keeps a source table from being replicated, by its description alone. */
export const findTableProblems = (table: TableDescription, dialect: SourceDialect): readonly Problem[] => {
  const subject = `source table ${tableLabel(table.ref)}`;
  if (table.relationKind !== 'table') {
    return [
      {
        subject,
        problem: `It is a ${table.relationKind.replace('-', ' ')}; only ordinary tables can be replicated.`,
        ...(table.relationKind === 'partitioned-table' ? { remedy: 'Select its partitions instead.' } : {}),
      },
    ];
  }
  return [
    ...dialect.findKeyProblems(table, subject),
    ...table.columns
      .filter((column) => !column.isGenerated)
      .flatMap((column) => {
        const reason = dialect.validateColumn(column);
        return reason === undefined
          ? []
          : [{ subject: `${subject}, column ${column.name}`, problem: `${reason}.` }];
      }),
  ];
};

/** The same for a table with its mapping: columns that are left out keep it from nothing. */
export const findMappedTableProblems = (
  table: TableDescription,
  mapping: TableMapping,
  dialect: SourceDialect,
): readonly Problem[] => [
  ...findMappingProblems(table, mapping),
  ...findTableProblems(mapTable(table, mapping).source, dialect),
];

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
    return dialect.refuseTable(source).map((reason) => ({
      subject: `source table ${tableLabel(source.ref)}`,
      problem: `The target cannot hold it: ${reason}.`,
    }));
  }
  return dialect.compareTargetTable(source, target).map((reason) => ({
    subject: `target table ${tableLabel(target.ref)}`,
    problem: `It ${reason}.`,
    remedy: 'Bring the target table into line with the source, or map the source table to another name.',
  }));
};
