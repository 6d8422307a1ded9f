import type { DocumentedTargetDialect } from '../../../ports/target-dialect.ts';
import { compareTargetTable } from './compatibility.ts';
import { targetType } from './ddl.ts';

/** PostgreSQL cuts longer names without an error (NAMEDATALEN - 1). */
const maxNameBytes = 63;

const isTooLong = (name: string): boolean => Buffer.byteLength(name) > maxNameBytes;

export const postgresTargetDialect: DocumentedTargetDialect = {
  defaultSchema: () => 'public',
  refuseName: ({ schema, table }) => {
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
  compareTargetTable,
};
