import { MillraceError } from '../../../errors/millrace-error.ts';
import type { DocumentedTargetDialect } from '../../../ports/target-dialect.ts';
import { checkEdit } from '../../../schema/check-edit.ts';
import { kindOfVersion } from '../flavors.ts';
import { quoteTable } from '../identifiers.ts';
import { ownTablePattern } from '../own-tables.ts';
import type { Statement } from '../statement.ts';
import { deleteCheckpoints } from './checkpoints.ts';
import { holdsEveryValue, planColumns } from './column-plan.ts';
import { compareTargetTable } from './compatibility.ts';
import { dropTableStatement } from './ddl.ts';
import { deleteDeadLetters } from './dead-letters.ts';
import { deleteOwners } from './ownership.ts';

const ownTable = new RegExp(ownTablePattern, 'i');

/** MySQL manual, 11.2.1. */
const maxNameCharacters = 64;

/** With the values in it, which are numbers and UUIDs. */
const byHand = ({ text, values = [] }: Statement): string => {
  const rest = [...values];
  return `${text.replaceAll(/(?<= )\?/g, () => `'${rest.shift()}'`)};`;
};

export const mysqlTargetDialect: DocumentedTargetDialect = {
  kindOfVersion,
  defaultSchema: ({ databaseName }) => databaseName,
  removalStatements: (owner, { written, created }) => [
    ...created.map((table) => `${dropTableStatement(table)};`),
    byHand(deleteDeadLetters(owner)),
    ...deleteCheckpoints(owner).map(byHand),
    ...[...new Set(written.map(({ schema }) => schema))].map((schema) => byHand(deleteOwners(schema, owner))),
  ],
  refuseName: ({ schema, table }) => {
    if (ownTable.test(table))
      return `The name ${table} is kept for the tables that Millrace has here for itself.`;
    for (const name of [schema, table]) {
      if ([...name].length > maxNameCharacters) {
        return `The name ${name} is longer than ${maxNameCharacters} characters.`;
      }
      if (/[\u{10000}-\u{10ffff}]/u.test(name))
        return `The name ${name} has a character beyond U+FFFF, which MySQL does not allow.`;
      if (name.endsWith(' ')) return `The name "${name}" ends with a blank, which MySQL does not allow.`;
    }
    return undefined;
  },
  // MySQL manual, 17.21; the server itself would allow 4,096 columns.
  maxColumns: { count: 1_017, limitOf: 'InnoDB' },
  refuseTable: (source) => [
    ...planColumns(source).refusals,
    ...source.columns
      .filter(({ isGenerated, name }) => !isGenerated && [...name].length > maxNameCharacters)
      .map(({ name }) => `column ${name} has a name of more than ${maxNameCharacters} characters`),
    ...findNamesThatClash(source.columns.map(({ name }) => name)),
  ],
  columnType: ({ name }, source) => {
    const { type, charset } = planColumns(source).columns.find((column) => column.name === name) ?? {};
    if (type === undefined) throw new MillraceError('Internal', `Column ${name} is none of its table.`);
    return charset === undefined ? type : `${type} character set ${charset}`;
  },
  holdsEveryValue,
  checkEdit: (request) =>
    checkEdit(request, {
      quote: '`',
      quotedTable: quoteTable(request.target),
      // Names of columns are the same in either case (MySQL manual, 11.2.3); another table of the server's differs in more.
      fold: (name) => name.toLowerCase(),
      defaultSchema: request.target.schema.toLowerCase(),
    }),
  compareTargetTable,
};

/** Names of columns are the same in either case (MySQL manual, 11.2.3). */
const findNamesThatClash = (names: readonly string[]): readonly string[] =>
  [...Map.groupBy(names, (name) => name.toLowerCase()).values()]
    .filter((same) => same.length > 1)
    .map((same) => `columns ${same.join(' and ')} have the same name to MySQL`);
