import oracledb from 'oracledb';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import { parseServiceName } from '#core/databases/oracle/service-name.ts';
import { sessionStatements } from '#core/databases/oracle/session.ts';
import { localNetwork } from '../../kit/local-network.ts';

/**
 * No Oracle server can be installed from a package registry, so these tests run against one that is given:
 * `MILLRACE_TEST_ORACLE_URL=oracle://C%23%23MILLRACE:secret@localhost:1521/ORCLCDB/ORCLPDB1`. Its user needs what
 * docs/guide/oracle.md grants a source's user, and makes its tables in its own schema.
 */
export const serverUrl = process.env.MILLRACE_TEST_ORACLE_URL;

/** For names of suites, so that a report of skipped tests says why. */
export const needsServer = 'Oracle (needs a server: set MILLRACE_TEST_ORACLE_URL)';

export const serverSettings = (): ConnectionSettings => {
  const url = new URL(serverUrl ?? 'oracle://unset');
  return {
    kind: 'oracle',
    host: url.hostname,
    port: Number(url.port || '1521'),
    databaseName: decodeURIComponent(url.pathname.slice(1)),
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    network: localNetwork,
    tlsMode: 'disable',
  };
};

/** A connection independent of the product's own. */
export const connectToServer = async (): Promise<oracledb.Connection> => {
  const { host, port, databaseName, username, password } = serverSettings();
  const { serviceName, pluggableDatabase } = parseServiceName(databaseName);
  const connection = await oracledb.getConnection({
    user: username,
    password,
    connectString: `${host}:${port}/${serviceName}`,
  });
  for (const statement of sessionStatements(pluggableDatabase)) await connection.execute(statement);
  return connection;
};

/** Drops the table if it is there. */
export const dropTable = async (connection: oracledb.Connection, name: string): Promise<void> => {
  await connection.execute(`DROP TABLE "${name}" PURGE`).catch((error: unknown) => {
    if (!(error instanceof Error) || !error.message.includes('ORA-00942')) throw error;
  });
};
