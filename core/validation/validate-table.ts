import { tableLabel } from '../contracts/identifiers.ts';
import { validateColumn } from '../databases/postgresql/column-codec.ts';
import { quoteTable } from '../databases/postgresql/identifiers.ts';
import { compareTargetTable } from '../databases/postgresql/target-compatibility.ts';
import type { Problem } from '../errors/millrace-error.ts';
import type { TableDescription } from '../ports/databases.ts';

/** What keeps a source table from being replicated, by its description alone. */
export const findTableProblems = (table: TableDescription): readonly Problem[] => {
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
    ...findKeyProblems(table, subject),
    ...table.columns
      .filter((column) => !column.isGenerated)
      .flatMap((column) => {
        const reason = validateColumn(column);
        return reason === undefined
          ? []
          : [{ subject: `${subject}, column ${column.name}`, problem: `${reason}.` }];
      }),
  ];
};

const findKeyProblems = (table: TableDescription, subject: string): readonly Problem[] => {
  if (table.primaryKey.length === 0) {
    return [
      {
        subject,
        problem: 'It has no primary key, so its changed and deleted rows cannot be found at the target.',
        remedy: `ALTER TABLE ${quoteTable(table.ref)} ADD PRIMARY KEY (...);`,
      },
    ];
  }
  if (table.isKeyDeferrable) {
    return [
      {
        subject,
        problem:
          'Its primary key is DEFERRABLE, so the log does not say which row was changed or deleted, and once the table ' +
          'were published, the source would refuse UPDATE and DELETE on it.',
        remedy:
          `Drop the primary key of ${quoteTable(table.ref)} and add it again as NOT DEFERRABLE (PostgreSQL cannot ` +
          'change an existing one).',
      },
    ];
  }
  switch (table.replicaIdentity) {
    case 'default':
    case 'full':
      return [];
    case 'nothing':
    case 'index':
      return [
        {
          subject,
          problem:
            table.replicaIdentity === 'nothing'
              ? 'Its replica identity is NOTHING, so the log does not say which row was changed or deleted.'
              : 'Its replica identity is an index, so the log does not hold the primary key of a changed or deleted row.',
          remedy: `ALTER TABLE ${quoteTable(table.ref)} REPLICA IDENTITY DEFAULT;`,
        },
      ];
  }
};

/** What keeps an existing target table from taking a source table's rows. */
export const findTargetProblems = (source: TableDescription, target: TableDescription): readonly Problem[] =>
  compareTargetTable(source, target).map((reason) => ({
    subject: `target table ${tableLabel(target.ref)}`,
    problem: `It ${reason}.`,
    remedy: 'Bring the target table into line with the source, or map the source table to another name.',
  }));
