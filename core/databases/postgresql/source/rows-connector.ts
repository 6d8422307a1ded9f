import { credentialReferences, refuseReferences } from '../../../capture/connector-config.ts';
import type { Database } from '../../../contracts/database.ts';
import type { RowsConnectorSettings } from '../../../ports/source-dialect.ts';
import { quoteLiteral } from '../literals.ts';
import {
  canonicalSessionSettings,
  sourceSessionSettings,
  withoutSessionLimitsStatement,
} from '../session.ts';
import { tlsSettings } from './connector-config.ts';

/** Seconds, as pgjdbc counts them. */
const connectTimeoutSeconds = '10';

/** A statement that reads a chunk takes as long as the chunk; a lock is waited for as long as in a direct copy. */
const limits = { statement_timeout: '0', lock_timeout: '10000' } as const;

/**
 * The connector that reads rows of PostgreSQL for a copy. pgjdbc sets some of the settings by itself when it connects, so all are set again
 * after that. Throws `InvalidRequest` for a value that holds a reference of the client's own (`${`).
 */
export const rowsConnector = (
  source: Pick<Database, 'host' | 'port' | 'databaseName' | 'tlsMode' | 'caPem' | 'secretArn'>,
): RowsConnectorSettings => {
  refuseReferences({ host: source.host, database: source.databaseName, certificate: source.caPem ?? '' });
  return {
    config: {
      'connector.class': 'millrace.connect.PostgresRowsConnector',
      'database.hostname': source.host,
      'database.port': String(source.port),
      'database.dbname': source.databaseName,
      ...credentialReferences(source.secretArn),
      ...tlsSettings(source.tlsMode, source.caPem),
      'driver.connectTimeout': connectTimeoutSeconds,
    },
    sessionStatements: [
      ...Object.entries({ ...canonicalSessionSettings, ...sourceSessionSettings, ...limits }).map(
        ([name, value]) => `SET SESSION ${name} TO ${quoteLiteral(value)}`,
      ),
      withoutSessionLimitsStatement,
    ],
  };
};
