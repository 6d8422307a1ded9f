import { credentialReferences, refuseReferences } from '../../../capture/connector-config.ts';
import type { Database } from '../../../contracts/database.ts';
import type { RowsConnectorSettings } from '../../../ports/source-dialect.ts';
import type { MysqlKind } from '../flavors.ts';
import { readingSessionStatements } from '../session.ts';
import { tlsModes } from './connector-config.ts';

const connectTimeoutMs = '10000';

/**
 * The connector that reads rows of MySQL and MariaDB for a copy, of both by MariaDB's driver. Throws `InvalidRequest` for a value that
 * holds a reference of the client's own (`${`).
 */
export const rowsConnector = (
  kind: MysqlKind,
  source: Pick<Database, 'host' | 'port' | 'databaseName' | 'tlsMode' | 'caPem' | 'secretArn'>,
): RowsConnectorSettings => {
  refuseReferences({ host: source.host, database: source.databaseName, certificate: source.caPem ?? '' });
  return {
    config: {
      'connector.class': 'millrace.connect.MysqlRowsConnector',
      'database.hostname': source.host,
      'database.port': String(source.port),
      ...credentialReferences(source.secretArn),
      'driver.sslMode': tlsModes.mariadb[source.tlsMode],
      ...(source.caPem !== undefined && { 'driver.serverSslCert': source.caPem }),
      'driver.connectTimeout': connectTimeoutMs,
    },
    sessionStatements: readingSessionStatements(kind === 'mariadb', { statementTimeoutMs: 0 }),
  };
};
