import { type TableRef, tableLabel } from '../contracts/identifiers.ts';
import type { TargetOwner } from '../contracts/target-owner.ts';
import { MillraceError } from '../errors/millrace-error.ts';

/** A row of the table of owners that the login may see. */
export interface OwnerRow extends TargetOwner {
  readonly table: TableRef;
}

/** Tells tables apart also where a schema's or a table's name has dots. */
export const exactKey = ({ schema, table }: TableRef): string => JSON.stringify([schema, table]);

const isOwn = (owner: TargetOwner, row: TargetOwner): boolean =>
  row.installationId === owner.installationId &&
  row.clientId === owner.clientId &&
  row.replicationId === owner.replicationId;

/**
 * Throws `TargetTableClaimed` unless every table has a row of `owner`. `rows` are those that the login sees: a row that
 * it does not see belongs to someone else. A replication is named only if it is the same client's.
 */
export const refuseForeignTables = (
  owner: TargetOwner,
  tables: readonly TableRef[],
  rows: readonly OwnerRow[],
): void => {
  const visible = new Map(rows.map((row) => [exactKey(row.table), row]));
  const foreign = tables.filter((table) => {
    const row = visible.get(exactKey(table));
    return row === undefined || !isOwn(owner, row);
  });
  if (foreign.length === 0) return;
  const ownClients = foreign.flatMap((table) => {
    const row = visible.get(exactKey(table));
    const isOwnClient = row?.installationId === owner.installationId && row.clientId === owner.clientId;
    return isOwnClient ? [row.replicationId] : [];
  });
  const replications = [...new Set(ownClients)].sort((one, other) => one - other);
  const names = foreign.map(tableLabel).sort();
  const hasOthers = ownClients.length < foreign.length;
  const own = replications.map((id) => `replication ${id}`);
  const by = [...own, ...(hasOthers ? ['another replication'] : [])].join(', ');
  throw new MillraceError(
    'TargetTableClaimed',
    `Target ${names.length === 1 ? 'table' : 'tables'} ${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} written by ${by}.`,
    { facts: { tables: names, replications: replications.map(String), hasOthers } },
  );
};

/** The replication does not own a table any more to which it is about to write. */
export const notOwnedError = (
  { owner, generation }: { readonly owner: TargetOwner; readonly generation?: number },
  table: TableRef,
): MillraceError =>
  new MillraceError(
    'OwnershipLost',
    `Nothing was written to target table ${tableLabel(table)}: the target does not say that it belongs to ` +
      `${generation === undefined ? '' : `start ${generation} of `}replication ${owner.replicationId}.`,
    { facts: { table: tableLabel(table) } },
  );

/** A copy that the target does not know about, or that went into a table that is gone. */
export const lostCopyError = (
  tables: readonly TableRef[],
  reason: 'not-owned' | 'replaced',
): MillraceError => {
  const names = tables.map(tableLabel).sort();
  return new MillraceError(
    'NeedsResync',
    reason === 'replaced'
      ? `Target ${names.length === 1 ? 'table' : 'tables'} ${names.join(', ')}: dropped and created again since the rows were ` +
          'copied, or restored from a dump. Rows may be missing.'
      : `The target does not know that this replication writes ${names.join(', ')}, though rows were copied there. It was ` +
          'restored from an older backup, its bookkeeping was dropped, or it is another server than before.',
    { facts: { tables: names } },
  );
};
