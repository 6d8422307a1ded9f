import type { TableRef } from '../../../contracts/identifiers.ts';
import type { OwnedRun, TargetOwner } from '../../../contracts/target-owner.ts';
import type { OwnerRow } from '../../../lifecycle/ownership-refusals.ts';
import type { SessionFacts } from '../session.ts';
import type { Statement } from '../statement.ts';
import { ownerTableOf } from './bookkeeping.ts';

/** Owners are kept by the folded name where the server takes names that differ only in case for one. */
export const ownedName = ({ table }: TableRef, { foldsNames }: Pick<SessionFacts, 'foldsNames'>): string =>
  foldsNames ? table.toLowerCase() : table;

const ownerValues = ({ installationId, clientId, replicationId }: TargetOwner): readonly string[] => [
  installationId,
  String(clientId),
  String(replicationId),
];

const isOwner = 'installation_id = ? AND client_id = ? AND replication_id = ?';

const marks = (names: readonly string[]): string => names.map(() => '?').join(', ');

/** The account of the login, without its host. */
const account = "SUBSTRING_INDEX(USER(), '@', 1)";

/**
 * Adds the rows of a database that are missing. IGNORE leaves a row that is there as it is, also one that a view does not
 * show. It waits for another transaction that adds the same one. The names are in order, so that two transactions that add
 * several do not wait for each other.
 */
export const insertOwners = (
  schema: string,
  { owner, generation }: OwnedRun,
  names: readonly string[],
): Statement => ({
  text:
    `INSERT IGNORE INTO ${ownerTableOf(schema)} ` +
    '(table_name, installation_id, client_id, replication_id, generation, account) ' +
    `VALUES ${names.map(() => `(?, ?, ?, ?, ?, ${account})`).join(', ')}`,
  values: names.toSorted().flatMap((name) => [name, ...ownerValues(owner), String(generation)]),
});

export const selectOwners = (schema: string, names: readonly string[]): Statement => ({
  text:
    `SELECT table_name, installation_id, client_id, replication_id FROM ${ownerTableOf(schema)} ` +
    `WHERE table_name IN (${marks(names)})`,
  values: names,
});

/** The rows are then this start's. It waits for chunks of an older start. */
export const renewOwners = (
  schema: string,
  { owner, generation }: OwnedRun,
  names: readonly string[],
): Statement => ({
  text:
    `UPDATE ${ownerTableOf(schema)} SET generation = GREATEST(generation, ?), account = ${account} ` +
    `WHERE ${isOwner} AND table_name IN (${marks(names)})`,
  values: [String(generation), ...ownerValues(owner), ...names],
});

/** Locks the row of a table to the end of the transaction, so that nobody else can take the table before that. */
export const lockOwnedTable = (schema: string, { owner, generation }: OwnedRun, name: string): Statement => ({
  text:
    `SELECT table_name FROM ${ownerTableOf(schema)} ` +
    `WHERE ${isOwner} AND table_name = ? AND generation = ? LOCK IN SHARE MODE`,
  values: [...ownerValues(owner), name, String(generation)],
});

/** It waits for transactions that have locked one of the rows. */
export const deleteOwners = (schema: string, owner: TargetOwner, names?: readonly string[]): Statement => ({
  text:
    `DELETE FROM ${ownerTableOf(schema)} WHERE ${isOwner}` +
    (names === undefined ? '' : ` AND table_name IN (${marks(names)})`),
  values: [...ownerValues(owner), ...(names ?? [])],
});

/** A condition that the replication owns a table, and its values. The row is locked to the end of the transaction. */
export const ownsTable = (owner: TargetOwner, schema: string, name: string): Required<Statement> => ({
  text: `EXISTS (SELECT 1 FROM ${ownerTableOf(schema)} WHERE table_name = ? AND ${isOwner} LOCK IN SHARE MODE)`,
  values: [name, ...ownerValues(owner)],
});

/** The databases in which the account sees a table of owners. */
export const findOwnerSchemas = (ownerTableName: string): Statement => ({
  text: 'SELECT TABLE_SCHEMA AS name FROM information_schema.TABLES WHERE TABLE_NAME = ?',
  values: [ownerTableName],
});

export const toOwnerRow = (row: Readonly<Record<string, string | null>>, table: TableRef): OwnerRow => ({
  table,
  installationId: String(row.installation_id),
  clientId: Number(row.client_id),
  replicationId: Number(row.replication_id),
});
