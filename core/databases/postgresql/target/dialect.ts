import type { DocumentedTargetDialect } from '../../../ports/target-dialect.ts';
import { checkEdit } from '../../../schema/check-edit.ts';
import { quoteTable } from '../identifiers.ts';
import type { Statement } from '../statement.ts';
import { bookkeepingSchema } from './bookkeeping.ts';
import { checkpointStatements } from './checkpoints.ts';
import { compareTargetTable } from './compatibility.ts';
import { dropTableStatement, targetType } from './ddl.ts';
import { deleteDeadLetters } from './dead-letters.ts';
import { deleteOwners } from './ownership.ts';

/** PostgreSQL cuts longer names without an error (NAMEDATALEN - 1). */
const maxNameBytes = 63;

const isTooLong = (name: string): boolean => Buffer.byteLength(name) > maxNameBytes;

/** With the values in it, which are numbers and UUIDs. */
const byHand = ({ text, values = [] }: Statement): string =>
  `${text.replaceAll(/\$(\d+)/g, (_mark, number: string) => `'${values[Number(number) - 1]}'`)};`;

export const postgresTargetDialect: DocumentedTargetDialect = {
  defaultSchema: () => 'public',
  removalStatements: (owner, { created }) => {
    const { deleteCheckpoints, deleteEpoch } = checkpointStatements(owner);
    return [
      ...created.map((table) => `${dropTableStatement(table)};`),
      byHand(deleteDeadLetters(owner)),
      byHand(deleteCheckpoints(owner)),
      byHand(deleteEpoch(owner)),
      byHand(deleteOwners(owner)),
    ];
  },
  refuseName: ({ schema, table }) => {
    if (schema === bookkeepingSchema)
      return `The schema ${schema} is kept for the tables that Millrace has here for itself.`;
    const tooLong = [schema, table].find(isTooLong);
    return tooLong === undefined ? undefined : `The name ${tooLong} is longer than ${maxNameBytes} bytes.`;
  },
  // PostgreSQL manual, appendix K; a row must fit into a page as well, whatever its columns are.
  maxColumns: { count: 1_600, limitOf: 'PostgreSQL' },
  refuseTable: ({ columns }) =>
    columns
      .filter(({ name, isGenerated }) => !isGenerated && isTooLong(name))
      .map(({ name }) => `the name of column ${name} is longer than ${maxNameBytes} bytes`),
  columnType: targetType,
  holdsEveryValue: () => true,
  checkEdit: (request) =>
    checkEdit(request, {
      quote: '"',
      quotedTable: quoteTable(request.target),
      fold: (name, isQuoted) => (isQuoted ? name : name.toLowerCase()),
    }),
  compareTargetTable,
};
