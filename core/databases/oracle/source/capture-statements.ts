import type { TableRef } from '../../../contracts/identifiers.ts';
import { quoteIdentifier, quoteTable } from '../identifiers.ts';
import type { Statement } from '../statement.ts';

/** One row. The banner is the whole line; the version is its number. */
export const versionStatement: Statement = {
  text: `SELECT version_full AS "serverVersion" FROM product_component_version WHERE product LIKE 'Oracle%' AND ROWNUM = 1`,
};

/** One row: settings of the database on which capture depends. */
export const databaseSettingsStatement: Statement = {
  text:
    'SELECT log_mode AS "logMode", supplemental_log_data_min AS "supplementalMin", ' +
    'supplemental_log_data_all AS "supplementalAll", force_logging AS "forceLogging", ' +
    'open_mode AS "openMode", cdb AS "isContainer", TO_CHAR(current_scn) AS "currentScn" FROM v$database',
};

/** One row: the container of the session, and the user's own name as the catalog has it. */
export const sessionStatement: Statement = {
  text:
    `SELECT SYS_CONTEXT('USERENV', 'CON_NAME') AS "container", SYS_CONTEXT('USERENV', 'SESSION_USER') AS "username" ` +
    'FROM dual',
};

/** Whether several instances write redo logs: YES on RAC. */
export const clusterStatement: Statement = { text: 'SELECT parallel AS "isCluster" FROM v$instance' };

/** System privileges of the session, also those that come with roles. */
export const sessionPrivilegesStatement: Statement = {
  text: 'SELECT privilege AS "privilege" FROM session_privs',
};

/** Roles that are on in the session, also by way of other roles. */
export const sessionRolesStatement: Statement = { text: 'SELECT role AS "role" FROM session_roles' };

/** One row, with a count above 0 when the user may take space in its default tablespace by a quota. */
export const quotaStatement: Statement = {
  text:
    'SELECT TO_CHAR(COUNT(*)) AS "quotas" FROM user_users u JOIN user_ts_quotas q ' +
    'ON q.tablespace_name = u.default_tablespace WHERE q.max_bytes <> 0',
};

/** Finds which packages for mining the log the user may execute. */
export const logMinerPackagesStatement: Statement = {
  text:
    `SELECT DISTINCT object_name AS "name" FROM all_procedures WHERE owner = 'SYS' ` +
    `AND object_name IN ('DBMS_LOGMNR', 'DBMS_LOGMNR_D')`,
};

/**
 * Views that Debezium's Oracle connector reads (3.5: SqlUtils, OracleConnection, AbstractLogMinerStreamingAdapter and
 * LogMinerSessionContext), and that Millrace reads for its guards.
 */
export const neededViews = [
  'V$DATABASE',
  'V$INSTANCE',
  'V$LOG',
  'V$LOGFILE',
  'V$ARCHIVED_LOG',
  'V$ARCHIVE_DEST_STATUS',
  'V$TRANSACTION',
  'V$THREAD',
  'V$PARAMETER',
  'V$MYSTAT',
  'V$STATNAME',
  'V$LOGMNR_LOGS',
  'V$LOGMNR_CONTENTS',
  'V$LOGMNR_PARAMETERS',
] as const;

/** The grantable object behind the public synonym: V$LOG is SYS.V_$LOG. */
export const grantableView = (view: string): string => view.replace('V$', 'V_$');

/** Fails with ORA-00942 or ORA-01031 when the user may not read it, and reads nothing. */
export const viewProbeStatement = (view: (typeof neededViews)[number]): Statement => ({
  text: `SELECT 1 AS "one" FROM ${view.toLowerCase()} WHERE 1 = 0`,
});

/**
 * Every redo log since the last OPEN RESETLOGS that still holds something after an SCN: archived ones that were not
 * deleted, and online ones. A deleted log's STATUS is D; a log that was shipped to a standby only cannot be read.
 */
export const redoLogsStatement: Statement = {
  text: `
SELECT TO_CHAR(a.thread#) AS "thread", TO_CHAR(a.sequence#) AS "sequence", TO_CHAR(a.first_change#) AS "firstScn",
       TO_CHAR(a.next_change#) AS "nextScn"
FROM v$archived_log a JOIN v$database d
  ON a.resetlogs_change# = d.resetlogs_change# AND a.resetlogs_time = d.resetlogs_time
WHERE a.status = 'A' AND a.name IS NOT NULL AND a.standby_dest = 'NO'
UNION
SELECT TO_CHAR(l.thread#), TO_CHAR(l.sequence#), TO_CHAR(l.first_change#),
       CASE WHEN l.status = 'CURRENT' THEN NULL ELSE TO_CHAR(l.next_change#) END
FROM v$log l WHERE l.status <> 'UNUSED'`,
};

export const currentScnStatement: Statement = {
  text: 'SELECT TO_CHAR(current_scn) AS "currentScn" FROM v$database',
};

/**
 * Transactions that are open and began before an SCN, oldest first. In a pluggable database the view shows its own only,
 * and those of other containers change no replicated table.
 */
export const openTransactionsStatement = (beforeScn: string): Statement => ({
  text: `
SELECT TO_CHAR(t.start_scn) AS "startScn", TO_CHAR(s.sid) AS "sid", TO_CHAR(s.serial#) AS "serial",
       s.username AS "username", s.program AS "program"
FROM v$transaction t LEFT JOIN v$session s ON s.saddr = t.ses_addr
WHERE t.start_scn < TO_NUMBER(:1)
ORDER BY t.start_scn`,
  values: [beforeScn],
});

/** One row for each log group of the table; the whole rows are logged by `ALL COLUMN LOGGING`. */
export const supplementalLogStatement = (ref: TableRef): Statement => ({
  text: 'SELECT log_group_type AS "type" FROM all_log_groups WHERE owner = :1 AND table_name = :2',
  values: [ref.schema, ref.table],
});

/** Fails with ORA-00942 or ORA-01031 when the user may not read the table, and reads nothing. */
export const tableProbeStatement = (ref: TableRef): Statement => ({
  text: `SELECT 1 AS "one" FROM ${quoteTable(ref)} WHERE 1 = 0`,
});

/**
 * Debezium's LGWR flush: a table of one row that the connector updates before each round of mining. It makes the log
 * move on an idle source, so that positions are reached. It is created by the connector in the schema of its user.
 */
export const dropFlushTableStatement = (name: string): string => `DROP TABLE ${quoteIdentifier(name)} PURGE`;
