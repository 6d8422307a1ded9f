import { randomUUID } from 'node:crypto';
import { describe, test } from '@jest/globals';
import mysql from 'mysql2/promise';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import { quoteIdentifier } from '#core/databases/mysql/identifiers.ts';
import { startMariadb } from '../../../local/mariadb.ts';
import { localNetwork } from '../../kit/local-network.ts';
import { isMysqlOnly, mysqlUrl } from '../../kit/mysql-url.ts';

/** A database of its own as target: settings for what is tested, a client for what is expected. */
export interface TargetServer {
  readonly settings: ConnectionSettings;
  /** The administrator's connection, independent of the product's own. Every value is the server's text. */
  readonly client: mysql.Connection;
  stop(): Promise<void>;
}

type Kind = 'mariadb' | 'mysql';

/** A MariaDB server of another version can take the place of our own. */
const mariadbUrl = process.env.MILLRACE_TEST_MARIADB_URL;

/** Runs the suite against MariaDB, and against MySQL where `MILLRACE_TEST_MYSQL_URL` is set. */
export const describeTargets = (title: string, suite: (kind: Kind) => void): void => {
  if (!isMysqlOnly) describe(`${title} (MariaDB)`, () => suite('mariadb'));
  if (mysqlUrl === undefined) test.skip(`${title} (MySQL): MILLRACE_TEST_MYSQL_URL is not set`, () => {});
  else describe(`${title} (MySQL)`, () => suite('mysql'));
};

/** `config`: system variables of a MariaDB of our own; a server that is there already has its own. */
export const startTarget = async (
  kind: Kind,
  config: Readonly<Record<string, string>> = {},
): Promise<TargetServer> => {
  const url = kind === 'mysql' ? mysqlUrl : mariadbUrl;
  return url === undefined ? startOwnServer(config) : connectToServer(kind, url);
};

const startOwnServer = async (config: Readonly<Record<string, string>>): Promise<TargetServer> => {
  // Durability against a crash of the machine is not what these tests are about.
  const server = await startMariadb({
    database: 'warehouse',
    config: { innodb_flush_log_at_trx_commit: '0', ...config },
  });
  const settings: ConnectionSettings = {
    kind: 'mariadb',
    host: server.host,
    port: server.port,
    databaseName: server.database,
    username: server.user,
    password: server.password,
    network: localNetwork,
    tlsMode: 'disable',
  };
  const client = await connect(settings);
  return {
    settings,
    client,
    stop: async () => {
      client.destroy();
      await server.stop();
    },
  };
};

const connectToServer = async (kind: Kind, address: string): Promise<TargetServer> => {
  const url = new URL(address);
  const databaseName = `millrace_test_${randomUUID().slice(0, 8)}`;
  const settings: ConnectionSettings = {
    network: localNetwork,
    kind,
    host: url.hostname,
    port: Number(url.port === '' ? 3306 : url.port),
    databaseName,
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    tlsMode: url.searchParams.get('tls') === 'require' ? 'require' : 'disable',
  };
  const client = await connect({ ...settings, databaseName: '' });
  await client.query(`CREATE DATABASE ${quoteIdentifier(databaseName)}`);
  await client.query(`USE ${quoteIdentifier(databaseName)}`);
  return {
    settings,
    client,
    stop: async () => {
      await client.query(`DROP DATABASE ${quoteIdentifier(databaseName)}`);
      client.destroy();
    },
  };
};

export const connect = async (settings: ConnectionSettings): Promise<mysql.Connection> => {
  const client = await mysql.createConnection({
    host: settings.host,
    port: settings.port,
    user: settings.username,
    password: settings.password,
    ...(settings.databaseName === '' ? {} : { database: settings.databaseName }),
    ...(settings.tlsMode === 'require' && { ssl: { rejectUnauthorized: false } }),
    multipleStatements: true,
    typeCast: (field) => field.string('utf8'),
  });
  // A test may stop the server under it.
  client.on('error', () => undefined);
  await client.query(`SET time_zone = '+00:00'`);
  return client;
};

/** Rows of a query, each value as the server's text. */
export const rowsOf = async (
  { client }: Pick<TargetServer, 'client'>,
  sql: string,
): Promise<readonly Readonly<Record<string, string | null>>[]> => {
  const [rows] = await client.query<mysql.RowDataPacket[]>(sql);
  return rows.map((row) => ({ ...row }));
};
