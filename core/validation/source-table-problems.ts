import { type TableRef, tableKey, tableLabel } from '../contracts/identifiers.ts';
import type { TableMapping } from '../contracts/replication.ts';
import type { TableDescription } from '../contracts/table-description.ts';
import type { Problem } from '../errors/millrace-error.ts';
import type { SourceDatabase } from '../ports/databases.ts';
import { describeTables } from './describe-tables.ts';
import { findDoublePartitions, findMappedTableProblems } from './validate-table.ts';

export interface LookedAtTables {
  /** Those that exist, by `tableKey`. */
  readonly tables: ReadonlyMap<string, TableDescription>;
  readonly problems: readonly Problem[];
}

/** The tables at the source, and the user's rights on them. */
export const lookAtSourceTables = async (
  mappings: readonly TableMapping[],
  source: SourceDatabase,
): Promise<LookedAtTables> => {
  const refs = mappings.map((mapping) => mapping.source);
  const [tables, grantProblems] = await Promise.all([
    describeTables(source, refs),
    source.findTableGrantProblems(refs),
  ]);
  const ofTables = mappings.flatMap((mapping) => {
    const table = tables.get(tableKey(mapping.source));
    return table === undefined
      ? [missingTable(mapping.source)]
      : findMappedTableProblems(table, mapping, source.dialect);
  });
  return { tables, problems: [...ofTables, ...findDoublePartitions([...tables.values()]), ...grantProblems] };
};

/** What keeps tables from being captured and copied, by the source alone. */
export const findSourceTableProblems = async (
  mappings: readonly TableMapping[],
  source: SourceDatabase,
): Promise<readonly Problem[]> => (await lookAtSourceTables(mappings, source)).problems;

const missingTable = (ref: TableRef): Problem => ({
  subject: `source table ${tableLabel(ref)}`,
  problem: 'There is no such table.',
  remedy: 'Check the spelling; names are case-sensitive. GET /databases/{id}/tables lists what there is.',
});
