import type { TableRef } from '../../../contracts/identifiers.ts';
import type { OwnedRun, TargetOwner } from '../../../contracts/target-owner.ts';
import type { OwnerRow } from '../../../lifecycle/ownership-refusals.ts';
import type { Statement } from '../statement.ts';
import { ownerTable } from './bookkeeping.ts';

const ownerValues = ({ installationId, clientId, replicationId }: TargetOwner): readonly string[] => [
  installationId,
  String(clientId),
  String(replicationId),
];

const refValues = (tables: readonly TableRef[]): readonly (readonly string[])[] => [
  tables.map(({ schema }) => schema),
  tables.map(({ table }) => table),
];

const isOwner = 'o.installation_id = $1 AND o.client_id = $2 AND o.replication_id = $3';

const wanted = (refs = '$4::text[], $5::text[]'): string =>
  `(o.table_schema, o.table_name) IN (SELECT * FROM unnest(${refs}))`;

/** The OID of the table that has the row's name now; NULL when there is none. */
const currentOid =
  '(SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace ' +
  'WHERE n.nspname = o.table_schema AND c.relname = o.table_name)';

/**
 * An UPDATE or DELETE passes over rows that a policy hides from the role, without an error. Said before the rows of a transaction are written and
 * after its owner is locked: a statement on a table whose policies hold for the role then fails (PostgreSQL manual, row_security).
 */
export const refuseHiddenRows = "pg_catalog.set_config('row_security', 'off', true)";

/**
 * Adds the rows that are missing, and returns them. It waits for another transaction that adds the same one; the order
 * keeps two that add several from waiting for each other. A row that is there may be another role's, and unseen.
 */
export const insertOwners = ({ owner, generation }: OwnedRun, tables: readonly TableRef[]): Statement => ({
  text: `
INSERT INTO ${ownerTable} (table_schema, table_name, table_oid, installation_id, client_id, replication_id, generation)
SELECT o.table_schema, o.table_name, ${currentOid}, $1::text, $2::bigint, $3::bigint, $6::bigint
FROM unnest($4::text[], $5::text[]) AS o (table_schema, table_name)
ORDER BY 1, 2
ON CONFLICT (table_schema, table_name) DO NOTHING
RETURNING table_schema, table_name`,
  values: [...ownerValues(owner), ...refValues(tables), String(generation)],
});

/** The rows of the tables that the role sees. `is_replaced`: the table is not the one that was taken. */
export const selectOwners = (tables: readonly TableRef[]): Statement => ({
  text: `
SELECT o.table_schema, o.table_name, o.installation_id, o.client_id, o.replication_id,
  o.table_oid IS NOT NULL AND o.table_oid IS DISTINCT FROM ${currentOid} AS is_replaced
FROM ${ownerTable} o WHERE ${wanted('$1::text[], $2::text[]')}`,
  values: refValues(tables),
});

/** The rows are then this start's. It waits for chunks of an older start. */
export const renewOwners = ({ owner, generation }: OwnedRun, tables: readonly TableRef[]): Statement => ({
  text: `
UPDATE ${ownerTable} o
SET generation = greatest(o.generation, $6::bigint), role_name = current_user, table_oid = coalesce(o.table_oid, ${currentOid})
WHERE ${isOwner} AND ${wanted()}`,
  values: [...ownerValues(owner), ...refValues(tables), String(generation)],
});

/** Locks the row of a table to the end of the transaction, so that nobody else can take the table before that. */
export const lockOwnedTable = ({ owner, generation }: OwnedRun, table: TableRef): Statement => ({
  text: `
SELECT o.table_oid IS NOT NULL AND o.table_oid IS DISTINCT FROM ${currentOid} AS is_replaced
FROM ${ownerTable} o
WHERE ${isOwner} AND o.table_schema = $4 AND o.table_name = $5 AND o.generation = $6::bigint
FOR SHARE`,
  values: [...ownerValues(owner), table.schema, table.table, String(generation)],
});

/** The table that has the name now is the one that is owned: it was created or emptied for a copy of all rows. */
export const recordTable = (table: TableRef): Statement => ({
  text: `
UPDATE ${ownerTable} o SET table_oid = ${currentOid}
WHERE o.table_schema = $1 AND o.table_name = $2 AND o.table_oid IS DISTINCT FROM ${currentOid}`,
  values: [table.schema, table.table],
});

/** It waits for transactions that have locked one of the rows. */
export const deleteOwners = (owner: TargetOwner, tables?: readonly TableRef[]): Statement => ({
  text: `DELETE FROM ${ownerTable} o WHERE ${isOwner}${tables === undefined ? '' : ` AND ${wanted()}`} RETURNING o.table_name`,
  values: tables === undefined ? ownerValues(owner) : [...ownerValues(owner), ...refValues(tables)],
});

/** The parameters, as `$1`, of a statement with `lockedOwners` in it. */
interface OwnedParameters {
  readonly installation: string;
  readonly client: string;
  readonly replication: string;
  readonly schemas: string;
  readonly names: string;
}

/**
 * A query of the owned ones of some tables, if they are still the ones that were taken. It locks their rows against
 * `deleteOwners`, to the end of the transaction.
 */
export const lockedOwners = ({
  installation,
  client,
  replication,
  schemas,
  names,
}: OwnedParameters): string =>
  `SELECT 1 FROM ${ownerTable} o
  WHERE (o.table_schema, o.table_name) IN (SELECT * FROM unnest(${schemas}::text[], ${names}::text[]))
    AND o.installation_id = ${installation} AND o.client_id = ${client} AND o.replication_id = ${replication}
    AND (o.table_oid IS NULL OR o.table_oid = ${currentOid})
  FOR KEY SHARE OF o`;

export const toOwnerRow = (row: Readonly<Record<string, string | null>>): OwnerRow => ({
  table: { schema: String(row.table_schema), table: String(row.table_name) },
  installationId: String(row.installation_id),
  clientId: Number(row.client_id),
  replicationId: Number(row.replication_id),
});
