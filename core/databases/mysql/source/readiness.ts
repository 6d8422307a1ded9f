import type { Problem } from '../../../errors/millrace-error.ts';
import { type Flavor, flavorOf, kindOfVersion } from '../flavors.ts';
import { quoteIdentifier } from '../identifiers.ts';

/** Facts about a source server that decide whether changes can be captured. */
export interface CaptureReadiness {
  /** As `SELECT VERSION()` says: `8.4.3`, `11.4.5-MariaDB-log`. */
  readonly serverVersion: string;
  /** System variables by their lower-case name; those that the server lacks are not there. */
  readonly variables: Readonly<Record<string, string>>;
  /** Rights for the whole server, in capitals; `ALL PRIVILEGES` is all of them. */
  readonly globalGrants: ReadonlySet<string>;
  /** Databases that the server logs alone (binlog_do_db), and that it does not log (binlog_ignore_db). */
  readonly loggedDatabases: readonly string[];
  readonly unloggedDatabases: readonly string[];
  /** Tables of this database with a type that Debezium's parser of DDL does not know. */
  readonly unreadableTables: readonly { readonly table: string; readonly type: string }[];
}

export const readinessVariables = [
  'log_bin',
  'binlog_format',
  'binlog_row_image',
  'binlog_row_value_options',
  'log_bin_compress',
  'binlog_storage_engine',
  'server_id',
  'gtid_mode',
  'gtid_executed',
  'binlog_expire_logs_seconds',
  'expire_logs_days',
  'log_replica_updates',
  'log_slave_updates',
  'read_only',
  'lower_case_table_names',
] as const;

/**
 * The log has to outlast the longest time that capture may stand still, or changes are lost and everything is copied again:
 * a night and the day after it.
 */
const minimumRetentionSeconds = 86_400;
/** What a remedy asks for: a weekend. */
const wantedRetentionSeconds = 3 * 86_400;

/** Types of columns that Debezium's parser of DDL (3.5) does not know: their tables make the connector fail. */
export const unreadableTypes: readonly string[] = ['xmltype'];

/** What keeps a source server from being captured. */
export const findServerProblems = (
  flavor: Flavor,
  readiness: CaptureReadiness,
  database: { readonly username: string; readonly databaseName: string },
): readonly Problem[] => {
  const problems: Problem[] = [];
  const add = (problem: string, remedy: string): void => {
    problems.push({ subject: 'source server', problem, remedy });
  };
  const { variables, serverVersion } = readiness;
  const actual = kindOfVersion(serverVersion);
  if (actual !== flavor.kind) {
    add(
      `It is ${flavorOf(actual).title} ${serverVersion}, but the database is registered as ${flavor.kind}.`,
      `Register the database as kind ${actual}.`,
    );
    return problems;
  }
  const [major, minor] = flavor.minimumVersion;
  if (isOlder(serverVersion, flavor.minimumVersion)) {
    add(
      `It is ${flavor.title} ${serverVersion}; ${major}.${minor} or newer is needed.`,
      'Upgrade the server.',
    );
  }

  if (variables.log_bin !== 'ON') {
    add(
      'It writes no binary log.',
      'Set log_bin and server_id in the configuration of the server and restart it ' +
        '(Amazon RDS: set a backup retention period above 0).',
    );
  }
  const expectVariable = (name: string, wanted: string, harm: string): void => {
    const value = variables[name];
    if (value === undefined || value.toUpperCase() === wanted) return;
    add(
      `${name} is ${value === '' ? 'empty' : value}, not ${wanted === '' ? 'empty' : wanted}: ${harm}.`,
      `SET GLOBAL ${name} = ${wanted === '' ? "''" : wanted}; also in the configuration of the server, and let its ` +
        'clients connect again (Amazon RDS and Aurora: in the parameter group).',
    );
  };
  expectVariable('binlog_format', 'ROW', 'the log does not hold the changed rows');
  expectVariable('binlog_row_image', 'FULL', 'the log does not hold whole rows');
  // Seen with Debezium 3.5: it passes over partial updates without an error.
  expectVariable('binlog_row_value_options', '', 'updates of a part of a JSON value would be lost');
  // Seen with Debezium 3.5: it passes over MariaDB's compressed events without an error. MySQL's it reads.
  expectVariable('log_bin_compress', 'OFF', 'changes of long rows would be lost');
  // MySQL from 8.3 on; Debezium reads them from 3.6 on (dbz#1200), and before that a connector cannot be started again.
  if (/:[a-z_]/i.test(variables.gtid_executed ?? '')) {
    add(
      'It has transactions whose GTIDs have a tag, with which Debezium cannot start again.',
      "Let its clients use gtid_next = 'AUTOMATIC' without a tag, and replicate from a server that has no such transactions.",
    );
  }
  // MariaDB from 12.3 on; Debezium reads such a log from 3.7 on (dbz#2259).
  if ((variables.binlog_storage_engine ?? '') !== '') {
    add(
      `It keeps its binary log in ${variables.binlog_storage_engine} (binlog_storage_engine), where Debezium cannot read it.`,
      'Remove binlog_storage_engine from the configuration of the server and restart it.',
    );
  }
  if (variables.server_id === '0') {
    add(
      'server_id is 0, with which it accepts no replica.',
      'SET GLOBAL server_id = 1; also in its configuration.',
    );
  }
  const isReplica = variables.read_only !== undefined && variables.read_only !== 'OFF';
  if (isReplica && (variables.log_replica_updates ?? variables.log_slave_updates) === 'OFF') {
    add(
      'It is read-only and does not log what it replicates from its own source.',
      'Set log_replica_updates (MariaDB: log_slave_updates) in its configuration and restart it.',
    );
  }
  findRetentionProblem(variables, add);
  findCaseProblem(variables, database.databaseName, add);
  findGrantProblems(flavor, readiness.globalGrants, database, add);

  const { databaseName } = database;
  const isUnlogged =
    readiness.unloggedDatabases.includes(databaseName) ||
    (readiness.loggedDatabases.length > 0 && !readiness.loggedDatabases.includes(databaseName));
  if (isUnlogged) {
    add(
      `It does not log changes of the database ${databaseName}.`,
      'Remove binlog_do_db and binlog_ignore_db from the configuration of the server and restart it.',
    );
  }
  for (const { table, type } of readiness.unreadableTables) {
    problems.push({
      subject: `source table ${databaseName}.${table}`,
      problem: `It has a column of type ${type}, which stops Debezium, even if the table is not replicated.`,
      remedy: 'Change the column to VARBINARY or VARCHAR, or move the table to another server.',
    });
  }
  return problems;
};

/** What may harm a replication though the server can be captured from. MariaDB numbers its transactions in any case. */
export const findServerWarnings = (
  flavor: Pick<Flavor, 'kind'>,
  variables: CaptureReadiness['variables'],
): readonly Problem[] =>
  flavor.kind !== 'mysql' || variables.gtid_mode?.startsWith('ON') === true
    ? []
    : [
        {
          subject: 'source server',
          problem:
            `gtid_mode is ${variables.gtid_mode ?? 'not there'}, so capture goes on by the name of a file of the binary log and a byte in ` +
            'it. After a fail-over to another server, and after RESET BINARY LOGS AND GTIDS, the same names and bytes are those of other ' +
            'changes, which cannot be told in every case.',
          remedy:
            'Set enforce_gtid_consistency and gtid_mode to ON (Amazon RDS and Aurora: in the parameter group). Otherwise start with ' +
            'force_resync after each such event.',
        },
      ];

type Add = (problem: string, remedy: string) => void;

/** Zero is forever. MySQL and newer MariaDB count seconds, older MariaDB days. */
const findRetentionProblem = (variables: CaptureReadiness['variables'], add: Add): void => {
  const seconds = Number(variables.binlog_expire_logs_seconds ?? 0);
  const days = Number(variables.expire_logs_days ?? 0);
  const retention = seconds > 0 ? seconds : days * 86_400;
  if (retention === 0 || retention >= minimumRetentionSeconds) return;
  add(
    `It removes its binary log after ${Math.round(retention / 3_600)} h; capture may stand still for ` +
      `${minimumRetentionSeconds / 3_600} h.`,
    `SET GLOBAL binlog_expire_logs_seconds = ${wantedRetentionSeconds}; also in its configuration ` +
      `(Amazon RDS: CALL mysql.rds_set_configuration('binlog retention hours', ${wantedRetentionSeconds / 3_600});)`,
  );
};

/** Names of tables and databases: 0 as they are, 1 in lower case, 2 as they were given, but in the log in lower case. */
const findCaseProblem = (variables: CaptureReadiness['variables'], databaseName: string, add: Add): void => {
  const folding = variables.lower_case_table_names;
  if (folding === '2') {
    add(
      'lower_case_table_names is 2, as on macOS: the log has other names than the catalog.',
      'Use a server on Linux or Windows, where it is 0 or 1.',
    );
  } else if (folding === '1' && databaseName !== databaseName.toLowerCase()) {
    add(
      `It keeps names in lower case (lower_case_table_names is 1), so its database is not called ${databaseName}.`,
      `Register the database as ${databaseName.toLowerCase()}.`,
    );
  }
};

const findGrantProblems = (
  flavor: Flavor,
  grants: ReadonlySet<string>,
  { username }: { readonly username: string },
  add: Add,
): void => {
  if (grants.has('ALL PRIVILEGES')) return;
  const user = accountOf(username);
  const has = (...names: readonly string[]): boolean => names.some((name) => grants.has(name));
  if (!has('REPLICATION SLAVE')) {
    add(`User ${username} may not read the binary log.`, `GRANT REPLICATION SLAVE ON *.* TO ${user};`);
  }
  if (!has('REPLICATION CLIENT', 'BINLOG MONITOR', 'SUPER')) {
    add(
      `User ${username} may not see where the binary log ends.`,
      `GRANT ${flavor.logStateGrant} ON *.* TO ${user};`,
    );
  }
  if (flavor.kind === 'mysql' && !has('XA_RECOVER_ADMIN')) {
    add(
      `User ${username} may not see prepared transactions (XA), for which a copy has to wait.`,
      `GRANT XA_RECOVER_ADMIN ON *.* TO ${user};`,
    );
  }
  if (flavor.kind === 'mariadb' && !has('RELOAD')) {
    add(
      `User ${username} may not begin a new file of the binary log, by which the end of a copy is marked.`,
      `GRANT RELOAD ON *.* TO ${user};`,
    );
  }
};

/** As GRANT names a user of any host. Backticks quote names there, too. */
export const accountOf = (username: string): string => `${quoteIdentifier(username)}@'%'`;

const isOlder = (version: string, [major, minor]: Flavor['minimumVersion']): boolean => {
  const [actualMajor = 0, actualMinor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return actualMajor < major || (actualMajor === major && actualMinor < minor);
};

/** The rights of `GRANT SELECT, REPLICATION SLAVE ON *.* TO ...`; none for grants of less than the whole server. */
export const parseGlobalGrants = (line: string): readonly string[] => {
  const list = /^GRANT (.+?) ON \*\.\* TO /i.exec(line)?.[1];
  return list === undefined ? [] : list.split(',').map((name) => name.trim().toUpperCase());
};
