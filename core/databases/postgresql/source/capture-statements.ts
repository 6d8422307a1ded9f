import { type TableRef, tableKey } from '../../../contracts/identifiers.ts';
import { quoteIdentifier, quoteTable } from '../identifiers.ts';
import { quoteLiteral } from '../literals.ts';
import type { Statement } from '../statement.ts';

/** `rds_replication` is how RDS and Aurora grant what the attribute REPLICATION grants elsewhere. */
export const captureReadinessStatement: Statement = {
  text: `
SELECT current_setting('server_version') AS "serverVersion",
       current_setting('server_encoding') AS "serverEncoding",
       current_setting('wal_level') AS "walLevel",
       current_setting('max_replication_slots') AS "maxSlots",
       (SELECT count(*) FROM pg_replication_slots) AS "usedSlots",
       current_setting('max_wal_senders') AS "maxSenders",
       (SELECT count(*) FROM pg_stat_replication) AS "usedSenders",
       (SELECT rolsuper OR rolreplication OR EXISTS (
          SELECT 1 FROM pg_roles managed
          WHERE managed.rolname = 'rds_replication' AND pg_has_role(managed.oid, 'MEMBER'))
        FROM pg_roles WHERE rolname = current_user) AS "canReplicate",
       has_database_privilege(current_database(), 'CREATE') AS "canCreatePublication",
       pg_is_in_recovery() AS "isStandby",
       (SELECT bool_and(has_function_privilege(oid, 'EXECUTE'))
        FROM pg_proc WHERE proname = 'pg_logical_emit_message') AS "mayEmitMessages",
       current_setting('max_slot_wal_keep_size') AS "slotLogLimit"`,
};

/**
 * Of a row of pg_replication_slots. A slot that is being created has its name already, and no confirmed position until it has
 * found where it begins. Then its creator keeps it for a moment more, until it is on disk: only a walsender streams.
 */
const isBeingCreated = `(slot_type = 'logical' AND active AND (confirmed_flush_lsn IS NULL OR EXISTS (
         SELECT FROM pg_stat_activity WHERE pid = active_pid AND backend_type = 'client backend')))`;

/** One row, or none. A slot of another database or plug-in shows as such, since its name is taken. */
export const slotStatement = (name: string): Statement => ({
  text: `
SELECT active, coalesce(wal_status, 'unknown') AS "walStatus", confirmed_flush_lsn::text AS "confirmedFlushPosition",
       coalesce(plugin = 'pgoutput' AND database = current_database(), false) AS "isOurs",
       ${isBeingCreated} AS "isBeingCreated"
FROM pg_replication_slots WHERE slot_name = $1`,
  values: [name],
});

/** Whether the server can keep a slot on its standbys: from PostgreSQL 17 on. */
export const standbySlotsStatement: Statement = {
  text: `SELECT current_setting('server_version_num')::int >= 170000 AS "canBeOnStandby"`,
};

/** A standby that synchronizes slots (`sync_replication_slots`) then has this one, too, and capture outlives a fail-over to it. */
export const createSlotStatement = (name: string, canBeOnStandby: boolean): Statement => ({
  text: `SELECT pg_create_logical_replication_slot($1, 'pgoutput'${canBeOnStandby ? ', failover => true' : ''})`,
  values: [name],
});

/** PostgreSQL 14 and newer may be told to look whether the client is still there; this session must go on without one. */
export const keepWithoutClientStatement: Statement = {
  text: `SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'client_connection_check_interval'`,
};

/** Ends the session that is creating a slot, and with it the slot. */
export const cancelSlotCreationStatement = (name: string): Statement => ({
  text: `
SELECT pg_cancel_backend(active_pid) FROM pg_replication_slots
WHERE slot_name = $1 AND ${isBeingCreated}`,
  values: [name],
});

/** A slot of another database or plug-in is not ours, whatever its name is. */
export const dropSlotStatement = (name: string): Statement => ({
  text:
    'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots ' +
    "WHERE slot_name = $1 AND plugin = 'pgoutput' AND database = current_database()",
  values: [name],
});

/** What a publication is expected to publish: TRUNCATE too, and the rows of partitions as those of the table that has them. */
const publishedOperations = `publish = 'insert, update, delete, truncate', publish_via_partition_root = true`;

/**
 * A step that is repeated while its first call still runs would create the same publication twice, which PostgreSQL answers
 * with a violated constraint of its catalog. The lock ends with the transaction.
 */
export const oneAtATimeStatement = (name: string): Statement => ({
  text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))',
  values: [`millrace ${name}`],
});

export const publicationStatement = (name: string): Statement => ({
  text: 'SELECT puballtables AS "allTables" FROM pg_publication WHERE pubname = $1',
  values: [name],
});

/** `ONLY`: a table that inherits is published under its own name, if at all. A partition is published with its table in any case. */
const publishedTables = (tables: readonly TableRef[]): string =>
  tables.map((table) => `ONLY ${quoteTable(table)}`).join(', ');

export const createPublicationStatement = (name: string, tables: readonly TableRef[]): string =>
  `CREATE PUBLICATION ${quoteIdentifier(name)} FOR TABLE ${publishedTables(tables)} WITH (${publishedOperations})`;

/** One row for each table of the publication. */
export const publishedTablesStatement = (name: string): Statement => ({
  text: `
SELECT n.nspname AS "schema", c.relname AS "table", pg_has_role(c.relowner, 'USAGE') AS "isOwner"
FROM pg_publication p
JOIN pg_publication_rel r ON r.prpubid = p.oid
JOIN pg_class c ON c.oid = r.prrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE p.pubname = $1`,
  values: [name],
});

export interface PublishedTable extends TableRef {
  /** Whether the session's user may publish it. */
  readonly isOwner: boolean;
}

/**
 * Makes `tables` those of the publication. SET TABLE also takes away what someone has made of one, as a row filter. It takes
 * the owner of every table, so a table that has another owner by now, and is published already, stays as it is.
 */
export const alterPublicationStatements = (
  name: string,
  tables: readonly TableRef[],
  published: readonly PublishedTable[],
): readonly string[] => {
  const publication = quoteIdentifier(name);
  const wanted = new Set(tables.map(tableKey));
  const isMixed = published.some((table) => !table.isOwner && wanted.has(tableKey(table)));
  const present = new Set(published.map(tableKey));
  const added = tables.filter((table) => !present.has(tableKey(table)));
  const dropped = published.filter((table) => !wanted.has(tableKey(table)));
  return [
    ...(isMixed
      ? [
          ...(added.length === 0
            ? []
            : [`ALTER PUBLICATION ${publication} ADD TABLE ${publishedTables(added)}`]),
          ...(dropped.length === 0
            ? []
            : [`ALTER PUBLICATION ${publication} DROP TABLE ${publishedTables(dropped)}`]),
        ]
      : [`ALTER PUBLICATION ${publication} SET TABLE ${publishedTables(tables)}`]),
    `ALTER PUBLICATION ${publication} SET (${publishedOperations})`,
  ];
};

/**
 * One row for each of `refs` that exists and is not in the publication, which goes by tables and not by their names. One that someone has
 * published with a row filter, a list of columns (both from PostgreSQL 15 on) or without some kind of change is not in it either.
 */
export const unpublishedTablesStatement = (name: string, refs: readonly TableRef[]): Statement => ({
  text: `
SELECT wanted.schema, wanted.table
FROM unnest($1::text[], $2::text[]) AS wanted (schema, "table")
JOIN pg_namespace n ON n.nspname = wanted.schema
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.table
WHERE NOT EXISTS (
  SELECT 1 FROM pg_publication_tables published
  JOIN pg_publication p ON p.pubname = published.pubname
  LEFT JOIN pg_publication_rel r ON r.prpubid = p.oid AND r.prrelid = c.oid
  WHERE published.pubname = $3 AND published.schemaname = wanted.schema AND published.tablename = wanted.table
    AND p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate AND (p.pubviaroot OR c.relkind <> 'p')
    AND to_jsonb(r) ->> 'prqual' IS NULL AND to_jsonb(r) ->> 'prattrs' IS NULL)`,
  values: [refs.map((ref) => ref.schema), refs.map((ref) => ref.table), name],
});

export const dropPublicationStatement = (name: string): string =>
  `DROP PUBLICATION IF EXISTS ${quoteIdentifier(name)}`;

/** The end of the log so far: everything that is committed by now has its commit before it. */
export const logEndStatement: Statement = { text: 'SELECT pg_current_wal_insert_lsn()::text AS position' };

/** An entry that logical decoding passes on with the transaction, so that capture moves on also when nothing changes. */
export const emitMarkerStatement = (content: string): Statement => ({
  text: `SELECT pg_logical_emit_message(true, 'millrace', $1)`,
  values: [content],
});

/**
 * A heartbeat is worth its entry in the log only when the slot keeps more than this. An idle server gets none, which would have
 * it archive a file of its log every few minutes for nothing.
 */
const heartbeatAboveBytes = 1024 * 1024;

/**
 * Lets the slot move when nothing in the log is for capture: Debezium runs it with each of its heartbeats. From 15 on the server
 * passes no transactions on that changed nothing published, and no version does so with those of other databases.
 *
 * The message is outside of any transaction and its prefix is not one that Debezium carries on, so only the position comes through.
 * PostgreSQL 13 passes no messages on, but the empty transaction of one, as it does with a marker.
 */
export const heartbeatStatement = (slot: string): string =>
  `SELECT pg_logical_emit_message(current_setting('server_version_num')::int < 140000, 'millrace-heartbeat', ''::text) ` +
  `FROM pg_replication_slots WHERE slot_name = ${quoteLiteral(slot)} AND CASE WHEN pg_is_in_recovery() THEN false ` +
  `ELSE pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) > ${heartbeatAboveBytes} END`;

/**
 * One row. The slot's columns are null when there is no such slot, and its positions when it is lost or being created. The
 * snapshot differs whenever a transaction that has written something has begun or ended.
 */
export const logReadingStatement = (slot: string): Statement => ({
  text: `
SELECT log.position::text AS position, pg_current_snapshot()::text AS activity,
       slot.confirmed_flush_lsn::text AS captured, coalesce(slot.active, false) AS "isRead",
       coalesce(slot.wal_status = 'lost', false) AS "isLost", pg_is_in_recovery() AS "isStandby",
       pg_wal_lsn_diff(log.position, slot.confirmed_flush_lsn) AS "aheadBytes",
       pg_wal_lsn_diff(log.position, slot.restart_lsn) AS "retainedBytes",
       (SELECT setting FROM pg_settings WHERE name = 'max_slot_wal_keep_size') AS "limitMib"
FROM (SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS position) log
LEFT JOIN pg_replication_slots slot
  ON slot.slot_name = $1 AND slot.plugin = 'pgoutput' AND slot.database = current_database()`,
  values: [slot],
});

/** What the connector's own heartbeat writes, see `heartbeatStatement`, whatever the slot keeps. */
export const probeStatement: Statement = {
  text: `SELECT pg_logical_emit_message(current_setting('server_version_num')::int < 140000, 'millrace-heartbeat', ''::text)`,
};

/**
 * Takes a number of its own: every transaction that has one by now has a lower one. The upper end of a snapshot would not
 * tell, since it is behind the last transaction that has ended, and not behind those that are open.
 */
export const ownTransactionStatement: Statement = { text: 'SELECT pg_current_xact_id()::text AS mark' };

/** One row for each transaction that had a number before the mark and is open; prepared ones have no session. */
export const markedTransactionsStatement = (mark: string): Statement => ({
  text: `
SELECT open.xid::text AS xid, a.pid::text AS pid, a.usename AS "user", a.xact_start::text AS since
FROM pg_snapshot_xip(pg_current_snapshot()) AS open (xid)
LEFT JOIN pg_stat_activity a ON a.backend_xid::text::bigint = (open.xid::text::bigint & 4294967295)
WHERE open.xid < $1::xid8`,
  values: [mark],
});

/** One row for each of `refs`, in any order; `exists` is false for what is not there. */
export const tableGrantsStatement = (refs: readonly TableRef[]): Statement => ({
  text: `
WITH wanted (oid, schema, "table", "partitionOf") AS (
  SELECT c.oid, n.nspname, c.relname, NULL::oid
  FROM unnest($1::text[], $2::text[]) AS asked (schema, "table")
  JOIN pg_namespace n ON n.nspname = asked.schema
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = asked.table
), whole AS (
  SELECT * FROM wanted
  UNION ALL
  SELECT c.oid, n.nspname, c.relname, wanted.oid
  FROM wanted
  CROSS JOIN LATERAL pg_partition_tree(wanted.oid) part
  JOIN pg_class c ON c.oid = part.relid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE part.isleaf AND part.level > 0
)
SELECT whole.schema, whole.table, whole."partitionOf" IS NOT NULL AS "isPartition",
       has_schema_privilege(n.oid, 'USAGE') AS "mayUseSchema",
       has_table_privilege(c.oid, 'SELECT') AS "maySelect",
       pg_has_role(c.relowner, 'USAGE') AS "isOwner",
       pg_get_userbyid(c.relowner) AS owner,
       row_security_active(c.oid) AS "isFiltered"
FROM whole JOIN pg_class c ON c.oid = whole.oid JOIN pg_namespace n ON n.oid = c.relnamespace`,
  values: [refs.map((ref) => ref.schema), refs.map((ref) => ref.table)],
});
