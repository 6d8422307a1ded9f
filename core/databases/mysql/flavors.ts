import type { DatabaseKind } from '../../contracts/database.ts';

/** The two servers that speak MySQL's protocol. What differs between them is decided here. */
export type MysqlKind = Extract<DatabaseKind, 'mysql' | 'mariadb'>;

export interface Flavor {
  readonly kind: MysqlKind;
  readonly title: string;
  /** The oldest version whose log, catalog and types were looked at; older ones are out of support. */
  readonly minimumVersion: readonly [major: number, minor: number];
  readonly connectorClass: string;
  /** Names the end of the log: File and Position. MySQL 8.4 renamed the statement and 9 knows the new name only. */
  readonly logEndStatements: readonly string[];
  /** What a grant of the right to read the log's state is called. */
  readonly logStateGrant: string;
  /** Shows prepared XA transactions; `readPrepared` reads the answer. */
  readonly preparedStatement: string;
  /** Variables that show which transactions the log has. */
  readonly gtidVariables: readonly string[];
}

const flavors: Readonly<Record<MysqlKind, Flavor>> = {
  mysql: {
    kind: 'mysql',
    title: 'MySQL',
    minimumVersion: [8, 0],
    connectorClass: 'io.debezium.connector.mysql.MySqlConnector',
    logEndStatements: ['SHOW BINARY LOG STATUS', 'SHOW MASTER STATUS'],
    logStateGrant: 'REPLICATION CLIENT',
    preparedStatement: 'XA RECOVER CONVERT XID',
    gtidVariables: ['gtid_executed', 'gtid_purged'],
  },
  mariadb: {
    kind: 'mariadb',
    title: 'MariaDB',
    minimumVersion: [10, 5],
    connectorClass: 'io.debezium.connector.mariadb.MariaDbConnector',
    logEndStatements: ['SHOW MASTER STATUS'],
    logStateGrant: 'BINLOG MONITOR',
    preparedStatement: "XA RECOVER FORMAT = 'SQL'",
    gtidVariables: ['gtid_binlog_pos'],
  },
};

export const flavorOf = (kind: MysqlKind): Flavor => flavors[kind];

/** By the server's version text: MariaDB's has its name in it (`11.4.5-MariaDB-log`). */
export const kindOfVersion = (version: string): MysqlKind => (/mariadb/i.test(version) ? 'mariadb' : 'mysql');
