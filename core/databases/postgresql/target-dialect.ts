import type { TargetDialect } from '../target-dialect.ts';
import { compareTargetTable } from './target-compatibility.ts';

/** PostgreSQL cuts longer names without an error (NAMEDATALEN - 1). */
const maxNameBytes = 63;

export const postgresTargetDialect: TargetDialect = {
  defaultSchema: () => 'public',
  refuseName: ({ schema, table }) => {
    const tooLong = [schema, table].find((name) => Buffer.byteLength(name) > maxNameBytes);
    return tooLong === undefined ? undefined : `The name ${tooLong} is longer than ${maxNameBytes} bytes.`;
  },
  refuseTable: () => [],
  compareTargetTable,
};
