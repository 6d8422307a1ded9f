import { randomBytes } from 'node:crypto';
import mysql from 'mysql2/promise';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import type { MysqlKind } from '#core/databases/mysql/flavors.ts';
import { type MariadbServer, mariadbSourceSettings, startMariadb } from '../../../local/mariadb.ts';
import { localNetwork } from '../../kit/local-network.ts';
import { isMysqlOnly, mysqlUrl } from '../../kit/mysql-url.ts';

export interface MysqlServer {
  readonly kind: MysqlKind;
  readonly settings: ConnectionSettings & { readonly kind: MysqlKind };
  /** An administrator's connection to the test's own database, without a strict `sql_mode`. */
  readonly sql: mysql.Connection;
  /** The local server, of which a test may do what it wants. */
  readonly mariadb?: MariadbServer;
  stop(): Promise<void>;
}

export const kinds: readonly MysqlKind[] = [
  ...(isMysqlOnly ? [] : (['mariadb'] as const)),
  ...(mysqlUrl === undefined ? [] : (['mysql'] as const)),
];

/** The name of a skipped test when there is no MySQL server to run it on. */
export const withoutMysql =
  mysqlUrl === undefined
    ? `MySQL is not tested: no server can be fetched for it; set MILLRACE_TEST_MYSQL_URL`
    : undefined;

/** `config`: more system variables of a local MariaDB; a server that is there already has its own. */
export const startServer = async (
  kind: MysqlKind,
  config: Readonly<Record<string, string>> = {},
): Promise<MysqlServer> => {
  const database = `millrace_${randomBytes(4).toString('hex')}`;
  const mariadb =
    kind === 'mariadb'
      ? await startMariadb({ config: { ...mariadbSourceSettings, ...config }, database })
      : undefined;
  const url = new URL(mysqlUrl ?? 'mysql://unused');
  const settings = {
    kind,
    host: mariadb?.host ?? url.hostname,
    port: mariadb?.port ?? Number(url.port || 3306),
    databaseName: database,
    username: mariadb?.user ?? decodeURIComponent(url.username),
    password: mariadb?.password ?? decodeURIComponent(url.password),
    network: localNetwork,
    tlsMode: 'disable',
  } as const;
  const { host, port, username: user, password } = settings;
  const sql = await mysql.createConnection({
    host,
    port,
    user,
    password,
    multipleStatements: true,
    charset: 'UTF8MB4_GENERAL_CI',
  });
  await sql.query(`CREATE DATABASE IF NOT EXISTS ${database}; USE ${database};
    SET SESSION sql_mode = 'ALLOW_INVALID_DATES', SESSION time_zone = '+00:00'`);
  return {
    kind,
    settings,
    sql,
    ...(mariadb && { mariadb }),
    stop: async () => {
      await sql.query(`DROP DATABASE ${database}`).catch(() => undefined);
      await sql.end().catch(() => undefined);
      await mariadb?.stop();
    },
  };
};
