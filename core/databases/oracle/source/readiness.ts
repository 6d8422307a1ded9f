import { type TableRef, tableLabel } from '../../../contracts/identifiers.ts';
import type { TableDescription } from '../../../contracts/table-description.ts';
import type { Problem } from '../../../errors/millrace-error.ts';
import { quoteIdentifier, quoteTable } from '../identifiers.ts';
import type { OracleService } from '../service-name.ts';
import { grantableView, neededViews } from './capture-statements.ts';

/** Facts about a source server that decide whether changes can be captured. */
export interface CaptureReadiness {
  readonly serverVersion: string;
  /** V$DATABASE.LOG_MODE: ARCHIVELOG or NOARCHIVELOG. */
  readonly logMode: string;
  /** V$DATABASE.SUPPLEMENTAL_LOG_DATA_MIN: YES, NO or IMPLICIT (because of another kind of supplemental logging). */
  readonly supplementalMin: string;
  /** V$DATABASE.FORCE_LOGGING: YES, NO, or a mode that sends unlogged changes to standby databases only. */
  readonly forceLogging: string;
  readonly openMode: string;
  /** Whether the server has pluggable databases, and in which container the session is that reads the tables. */
  readonly isContainerDatabase: boolean;
  readonly container: string;
  /** Several instances write redo logs. */
  readonly isCluster: boolean;
  /** As the catalog spells it. */
  readonly username: string;
  readonly privileges: readonly string[];
  readonly roles: readonly string[];
  /** Whether the user may take space in its default tablespace, for the flush table. */
  readonly hasQuota: boolean;
  readonly packages: readonly string[];
  readonly readableViews: readonly string[];
}

/** Debezium 3.5 is tested from 19c on; 19 is also the oldest version that Oracle still supports. */
const minimumServerVersion = 19;

const metadataRole = 'SELECT_CATALOG_ROLE';

const rootContainer = 'CDB$ROOT';

/**
 * What keeps a source server from being captured. A role of the server covers all the views; where it is not wanted, each
 * missing one is named.
 */
export const findServerProblems = (
  readiness: CaptureReadiness,
  service: OracleService,
): readonly Problem[] => {
  const problems: Problem[] = [];
  const add = (problem: string, remedy?: string): void => {
    problems.push({ subject: 'source server', problem, ...(remedy === undefined ? {} : { remedy }) });
  };
  const user = quoteIdentifier(readiness.username);
  const everywhere = readiness.isContainerDatabase ? ' CONTAINER=ALL' : '';
  const inRoot = readiness.isContainerDatabase ? ' (in CDB$ROOT)' : '';

  const majorVersion = Number.parseInt(readiness.serverVersion, 10);
  if (majorVersion < minimumServerVersion) {
    add(
      `It is Oracle ${readiness.serverVersion}; ${minimumServerVersion} or newer is needed.`,
      'Upgrade the server.',
    );
  }
  if (readiness.isCluster) {
    add(
      'It is a cluster (RAC): changes that one instance has not yet written to its redo log could be passed over, so it ' +
        'cannot be captured without a loss.',
      'Register a database with a single instance.',
    );
  }
  if (
    readiness.isContainerDatabase &&
    service.pluggableDatabase === undefined &&
    readiness.container !== rootContainer
  ) {
    add(
      `The service ${service.serviceName} leads to the pluggable database ${readiness.container}, but its log can only be ` +
        'mined from the root of the container database, with a user common to all containers (C##...).',
      `Register it with the database name <service of the root>/${readiness.container}.`,
    );
  }
  if (readiness.logMode !== 'ARCHIVELOG') {
    add(
      `It runs in ${readiness.logMode} mode, so log that was not read yet is overwritten.`,
      'SHUTDOWN IMMEDIATE; STARTUP MOUNT; ALTER DATABASE ARCHIVELOG; ALTER DATABASE OPEN; and keep archived logs for ' +
        `longer than capture may stand still (Amazon RDS: turn automated backups on, then EXEC ` +
        `rdsadmin.rdsadmin_util.set_configuration('archivelog retention hours', 72);)`,
    );
  }
  if (readiness.supplementalMin === 'NO') {
    add(
      'Minimal supplemental logging is off, so the log does not tell which row was changed.',
      `ALTER DATABASE ADD SUPPLEMENTAL LOG DATA;${inRoot} ` +
        `(Amazon RDS: EXEC rdsadmin.rdsadmin_util.alter_supplemental_logging('ADD');)`,
    );
  }
  if (readiness.forceLogging !== 'YES') {
    add(
      'Logging is not forced: direct loads (APPEND, SQL*Loader) into what is NOLOGGING, a table, partition or LOB, are not in ' +
        'the log and would be lost.',
      `ALTER DATABASE FORCE LOGGING;${inRoot} (Amazon RDS: EXEC rdsadmin.rdsadmin_util.force_logging(p_enable => true);)`,
    );
  }
  if (!readiness.openMode.startsWith('READ WRITE')) {
    add(
      `It is open as ${readiness.openMode}; LogMiner and the connector's flush table need it to be READ WRITE.`,
      'Register the primary database.',
    );
  }

  const lacks = (privilege: string): boolean => !readiness.privileges.includes(privilege);
  const neededPrivileges = [
    'CREATE SESSION',
    'LOGMINING',
    'CREATE TABLE',
    ...(service.pluggableDatabase === undefined ? [] : ['SET CONTAINER']),
  ];
  for (const privilege of neededPrivileges.filter(lacks)) {
    add(
      `User ${readiness.username} lacks the privilege ${privilege}.`,
      `GRANT ${privilege} TO ${user}${everywhere};`,
    );
  }
  // DBMS_METADATA, by which Debezium reads the tables' definitions, shows other users' tables to this role only.
  if (!readiness.roles.includes(metadataRole)) {
    add(
      `User ${readiness.username} lacks the role ${metadataRole}, so definitions of tables cannot be read.`,
      `GRANT ${metadataRole} TO ${user}${everywhere};`,
    );
  }
  if (!readiness.hasQuota) {
    add(
      `User ${readiness.username} has no space in its default tablespace, in which the connector keeps a table of one row.`,
      `ALTER USER ${user} QUOTA 10M ON <its default tablespace>;`,
    );
  }
  for (const name of ['DBMS_LOGMNR', 'DBMS_LOGMNR_D'].filter((each) => !readiness.packages.includes(each))) {
    add(
      `User ${readiness.username} may not execute ${name}.`,
      `GRANT EXECUTE ON SYS.${name} TO ${user}${everywhere};`,
    );
  }
  const unreadable = neededViews.filter((view) => !readiness.readableViews.includes(view));
  if (unreadable.length > 0) {
    add(
      `User ${readiness.username} may not read ${unreadable.join(', ')}.`,
      `GRANT ${metadataRole} TO ${user}${everywhere}; or each by itself: ${unreadable
        .map((view) => `GRANT SELECT ON SYS.${grantableView(view)} TO ${user}${everywhere};`)
        .join(' ')}`,
    );
  }
  return problems;
};

/** What a source table lacks, apart from its own definition. */
export interface TableReadiness {
  readonly ref: TableRef;
  readonly isReadable: boolean;
  /** Whole rows are logged: for this table, or for the whole database. */
  readonly isFullyLogged: boolean;
  /** Columns for whose sake all changes of the table are left out, see `findUnminableColumns`. */
  readonly unminableColumns: readonly string[];
}

/**
 * Types of columns for whose sake Debezium skips each event of a table, of which it only warns (Oracle connector 3.5,
 * "Unsupported data types"). To LogMiner, tables with a BFILE or with objects are UNSUPPORTED too (Database Utilities,
 * "Unsupported Data Types and Table Storage Attributes"). Identity, invisible and virtual columns are not among them.
 */
const unminableTypes: ReadonlySet<string> = new Set([
  'bfile',
  'boolean',
  'long',
  'long raw',
  'urowid',
  'vector',
]);

/** Leaving these columns out of the replication does not help. A user's own type has its owner in front. */
export const findUnminableColumns = (table: Pick<TableDescription, 'columns'>): readonly string[] =>
  table.columns
    .filter(({ native }) => {
      const baseType = native?.baseType ?? '';
      return unminableTypes.has(baseType) || baseType.includes('.');
    })
    .map(({ name }) => name);

export const findTableReadinessProblems = (
  { ref, isReadable, isFullyLogged, unminableColumns }: TableReadiness,
  username: string,
): readonly Problem[] => {
  const subject = `source table ${tableLabel(ref)}`;
  return [
    ...(isReadable
      ? []
      : [
          {
            subject,
            problem: 'SELECT is missing.',
            remedy: `GRANT SELECT ON ${quoteTable(ref)} TO ${quoteIdentifier(username)};`,
          },
        ]),
    ...(unminableColumns.length === 0
      ? []
      : [
          {
            subject,
            problem: `The log reader skips its changes because of the types of ${unminableColumns.join(', ')}, also where they are not replicated.`,
            remedy: 'Change their types, or move these columns to a table of their own.',
          },
        ]),
    // With less, Debezium writes null for each column that an UPDATE did not change, and nobody can tell.
    ...(isFullyLogged
      ? []
      : [
          {
            subject,
            problem:
              'The log does not hold the whole of its changed rows, so columns that an UPDATE left out would be lost.',
            remedy: `ALTER TABLE ${quoteTable(ref)} ADD SUPPLEMENTAL LOG DATA (ALL) COLUMNS;`,
          },
        ]),
  ];
};
