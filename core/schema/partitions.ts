import { tableLabel } from '../contracts/identifiers.ts';
import type { CatalogPartition, CatalogTable, TableDescription } from '../contracts/table-description.ts';
import type { SourceDatabase } from '../ports/databases.ts';
import type { ShapeChange } from '../ports/source-dialect.ts';

/** The transactions that wrote rows of the table again between two looks; of a partitioned table, those of its partitions. */
export const rewritesSince = (before: CatalogTable, after: CatalogTable): ReadonlySet<string> => {
  const own = before.storageId === after.storageId ? [] : [after.rewriteVersion];
  return new Set([...own, ...pairPartitions(before, after).rewritten.map((one) => one.rewriteVersion)]);
};

/**
 * What has become of a table's partitions. Nothing of it is in the log of the table: PostgreSQL publishes neither the TRUNCATE of a
 * partition nor the rows that come and go with one (pgoutput.c). `explained`: the transactions that changed columns, which
 * write the rows again too.
 */
export const comparePartitions = (
  before: TableDescription,
  after: TableDescription,
  explained: ReadonlySet<string>,
): readonly ShapeChange[] => {
  if (before.catalog === undefined || after.catalog === undefined) return [];
  const { gone, added, rewritten } = pairPartitions(before.catalog, after.catalog);
  const unexplained = rewritten.filter(({ rewriteVersion }) => !explained.has(rewriteVersion));
  const joined = (what: CatalogPartition['joined']) => added.filter((one) => one.joined === what);
  const unfit = (after.unfitPartitions ?? []).filter((one) => before.unfitPartitions?.includes(one) !== true);
  return [
    ...changeOf(gone, 'drop-partition', 'dropped or detached, so its rows ended without an event'),
    ...changeOf(
      unexplained,
      'drop-partition',
      'truncated, or its rows were written again as by VACUUM FULL (the catalog does not tell which)',
    ),
    ...changeOf(
      [...joined('rows'), ...joined(undefined)],
      'attach-partition',
      'attached with rows that the log does not have',
    ),
    ...changeOf(
      joined('unreadable'),
      'attach-partition',
      'added, and the user of the source may not read it, so nobody knows whether it came with rows: GRANT SELECT on it',
    ),
    ...unfit.map(
      (one): ShapeChange => ({
        kind: 'other',
        what: `partition ${one} cannot be captured with it`,
        isHarmless: false,
      }),
    ),
  ];
};

/** As many as a message shows by name. */
const shownNames = 5;

const changeOf = (
  partitions: readonly CatalogPartition[],
  kind: ShapeChange['kind'],
  what: string,
): readonly ShapeChange[] => {
  if (partitions.length === 0) return [];
  const names = partitions.slice(0, shownNames).map(({ ref }) => tableLabel(ref));
  const more = partitions.length - names.length;
  const subject = `${partitions.length === 1 ? 'partition' : 'partitions'} ${names.join(', ')}`;
  const rest = more === 0 ? '' : ` and ${more} more`;
  return [{ kind, what: `${subject}${rest}: ${what}`, isHarmless: false }];
};

interface PairedPartitions {
  readonly gone: readonly CatalogPartition[];
  readonly added: readonly CatalogPartition[];
  /** As they are now. */
  readonly rewritten: readonly CatalogPartition[];
}

const pairPartitions = (before: CatalogTable, after: CatalogTable): PairedPartitions => {
  const known = new Map(before.partitions?.map((one) => [keyOf(one), one]));
  const now = after.partitions ?? [];
  const keys = new Set(now.map(keyOf));
  return {
    gone: [...known.values()].filter((one) => !keys.has(keyOf(one))),
    added: now.filter((one) => !known.has(keyOf(one))),
    rewritten: now.filter((one) => {
      const earlier = known.get(keyOf(one));
      return earlier !== undefined && earlier.storageId !== one.storageId;
    }),
  };
};

/** A partition that was detached and attached again is another one. */
const keyOf = ({ id, joinVersion }: CatalogPartition): string => `${id} ${joinVersion}`;

/** The table as it is now, with what a look at the partitions has found that it did not have when it was last `seen`. */
export const lookAtNewPartitions = async (
  source: Pick<SourceDatabase, 'lookAtPartitions'>,
  seen: TableDescription | undefined,
  now: TableDescription,
): Promise<TableDescription> => {
  const { catalog } = now;
  if (seen?.catalog === undefined || catalog?.partitions === undefined) return now;
  const { added } = pairPartitions(seen.catalog, catalog);
  if (added.length === 0 || source.lookAtPartitions === undefined) return now;
  const looked = new Map((await source.lookAtPartitions(added)).map((one) => [one.id, one]));
  return {
    ...now,
    catalog: { ...catalog, partitions: catalog.partitions.map((one) => looked.get(one.id) ?? one) },
  };
};
