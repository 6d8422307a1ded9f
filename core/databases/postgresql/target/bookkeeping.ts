import type { TargetOwner } from '../../../contracts/target-owner.ts';
import { bookkeepingSuffix } from '../../../naming/bookkeeping-names.ts';
import type { Statement } from '../statement.ts';

/** The schema of Millrace's own bookkeeping in a target database. */
export const bookkeepingSchema = 'millrace';

/** The one table that all roles share: who writes which target table. */
export const ownerTableName = 'table_owner';
export const ownerTable = `${bookkeepingSchema}.${ownerTableName}`;

/** A client's own tables. They belong to the role that created them, and no other role has rights on them. */
export const clientTableNames = (owner: Pick<TargetOwner, 'installationId' | 'clientId'>) => {
  const suffix = bookkeepingSuffix(owner);
  return {
    epoch: `consumer_epoch_${suffix}`,
    checkpoint: `checkpoint_${suffix}`,
    deadLetter: `dead_letter_${suffix}`,
  } as const;
};

/** Of versions in which all replications of a database shared them. Rows are moved when their consumer starts. */
export const sharedTables = {
  epoch: `${bookkeepingSchema}.consumer_epoch`,
  checkpoint: `${bookkeepingSchema}.checkpoint`,
} as const;

/** Held to the end of a transaction that creates bookkeeping: two sessions that create the same at once would both fail. */
export const bookkeepingLock = `SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('${sharedTables.checkpoint}'))`;

/**
 * What is there. Looked up first, because CREATE ... IF NOT EXISTS demands the right to create in any case. By the catalog,
 * because to_regclass() fails where the role may not use the schema.
 */
export const findBookkeeping = (owner: Pick<TargetOwner, 'installationId' | 'clientId'>): Statement => {
  const { epoch, checkpoint, deadLetter } = clientTableNames(owner);
  return {
    text: `
SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = '${bookkeepingSchema}') AS schema_there,
  EXISTS (SELECT ${fromTable('$1')}) AS owners_there,
  EXISTS (SELECT ${fromTable('$2')}) AND EXISTS (SELECT ${fromTable('$3')}) AS client_there,
  EXISTS (SELECT ${fromTable('$4')}) AS dead_letters_there,
  EXISTS (SELECT ${fromTable("'consumer_epoch'")} AND ${hasRights}) AND EXISTS (SELECT ${fromTable("'checkpoint'")} AND ${hasRights})
    AS shared_there`,
    values: [ownerTableName, epoch, checkpoint, deadLetter],
  };
};

const fromTable = (name: string): string =>
  `FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace ` +
  `WHERE n.nspname = '${bookkeepingSchema}' AND c.relname = ${name}`;

/** A role that has no rights on the shared tables has no rows in them. */
const hasRights =
  `pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT') ` +
  `AND pg_catalog.has_table_privilege(c.oid, 'DELETE')`;

/** A row if the table of owners is there. */
export const findOwnerTable: Statement = {
  text: `SELECT 1 AS found ${fromTable('$1')}`,
  values: [ownerTableName],
};

export const createSchema = `CREATE SCHEMA ${bookkeepingSchema}`;

/** The role of a row, or a role that is a member of it. The name is compared first, for a role that was dropped has no OID. */
const isOwnRole =
  'EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = role_name ' +
  "AND pg_catalog.pg_has_role(r.oid, 'MEMBER'))";

/** Whether the role may write to the table, or create it where it is missing. */
const mayWrite = `coalesce(
    (SELECT pg_catalog.has_table_privilege(c.oid, 'INSERT')
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = table_schema AND c.relname = table_name),
    (SELECT pg_catalog.has_schema_privilege(n.oid, 'CREATE') FROM pg_catalog.pg_namespace n WHERE n.nspname = table_schema),
    pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'))`;

/**
 * Every role that may use the schema may have rows here, for tables that it may write to, and sees its own rows only. The
 * key holds for all roles: a second row for a table is refused, also where the first one is not seen. A role's own
 * row-level security would not hold for the role that creates the table, so it is forced.
 */
export const createOwnerTable: readonly string[] = [
  `CREATE TABLE ${ownerTable} (
  table_schema text NOT NULL,
  table_name text NOT NULL,
  table_oid oid,
  installation_id text NOT NULL,
  client_id bigint NOT NULL,
  replication_id bigint NOT NULL,
  generation bigint NOT NULL,
  role_name text NOT NULL DEFAULT current_user,
  taken_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
  PRIMARY KEY (table_schema, table_name)
)`,
  `ALTER TABLE ${ownerTable} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`,
  `CREATE POLICY own_rows ON ${ownerTable} USING (${isOwnRole}) WITH CHECK (${isOwnRole} AND ${mayWrite})`,
  `GRANT SELECT, INSERT, UPDATE, DELETE ON ${ownerTable} TO PUBLIC`,
  `COMMENT ON TABLE ${ownerTable} IS 'Millrace: which replication writes which table. Roles see their own rows only.'`,
];

export const createClientTables = (
  owner: Pick<TargetOwner, 'installationId' | 'clientId'>,
): readonly string[] => {
  const { epoch, checkpoint } = clientTableNames(owner);
  return [
    `CREATE TABLE IF NOT EXISTS ${bookkeepingSchema}.${epoch} (
  replication_id bigint PRIMARY KEY,
  epoch bigint NOT NULL
)`,
    `CREATE TABLE IF NOT EXISTS ${bookkeepingSchema}.${checkpoint} (
  replication_id bigint NOT NULL,
  topic text NOT NULL,
  topic_partition integer NOT NULL,
  topic_id text,
  next_offset bigint NOT NULL,
  epoch bigint NOT NULL,
  source_position bigint,
  reread_position bigint,
  inserts bigint NOT NULL DEFAULT 0,
  updates bigint NOT NULL DEFAULT 0,
  deletes bigint NOT NULL DEFAULT 0,
  truncates bigint NOT NULL DEFAULT 0,
  duplicates_skipped bigint NOT NULL DEFAULT 0,
  updated_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
  PRIMARY KEY (replication_id, topic, topic_partition)
) WITH (fillfactor = 50)`,
    `COMMENT ON TABLE ${bookkeepingSchema}.${checkpoint} IS 'Millrace: how far each topic partition has been applied. Written with the rows; do not edit.'`,
  ];
};
