import { credentialReferences, refuseReferences } from '../../../capture/connector-config.ts';
import type { Database } from '../../../contracts/database.ts';
import type { RowsConnectorSettings } from '../../../ports/source-dialect.ts';
import { parseServiceName } from '../service-name.ts';
import { sessionStatements } from '../session.ts';
import { jdbcUrl, tlsSettings } from './connector-config.ts';

const connectTimeoutMs = '10000';

/**
 * The connector that reads rows of Oracle for a copy, in sessions with the settings of a direct copy. Throws `InvalidRequest` for a value
 * that holds a reference of the client's own (`${`).
 */
export const rowsConnector = (
  source: Pick<Database, 'host' | 'port' | 'databaseName' | 'tlsMode' | 'caPem' | 'secretArn'>,
): RowsConnectorSettings => {
  refuseReferences({ host: source.host, database: source.databaseName, certificate: source.caPem ?? '' });
  const { serviceName, pluggableDatabase } = parseServiceName(source.databaseName);
  return {
    config: {
      'connector.class': 'millrace.connect.OracleRowsConnector',
      'database.url': jdbcUrl(source, serviceName),
      ...credentialReferences(source.secretArn),
      ...tlsSettings(source),
      'driver.oracle.net.CONNECT_TIMEOUT': connectTimeoutMs,
    },
    sessionStatements: sessionStatements(pluggableDatabase),
  };
};
