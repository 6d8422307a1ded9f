import {
  commonConnectorConfig,
  credentialReferences,
  includeListEntry,
  refuseReferences,
} from '../../../capture/connector-config.ts';
import type { Database, TlsMode } from '../../../contracts/database.ts';
import type { Replication } from '../../../contracts/replication.ts';
import type { ConnectorConfig } from '../../../ports/connector-config.ts';
import { checkDatabaseName } from '../registration.ts';
import { captureSettings } from './capture-settings.ts';
import { heartbeatStatement } from './capture-statements.ts';

/**
 * The PostgreSQL driver of Connect (pgjdbc). Its `verify-*` modes read root certificates from a file by default; these
 * factories take the worker's Java trust store, or the certificates that are given.
 */
export const tlsSettings = (tlsMode: TlsMode, caPem: string | undefined): ConnectorConfig => {
  switch (tlsMode) {
    case 'disable':
    case 'require':
      return { 'database.sslmode': tlsMode };
    case 'verify-ca':
    case 'verify-full':
      return caPem === undefined
        ? {
            'database.sslmode': tlsMode,
            'database.sslfactory': 'org.postgresql.ssl.DefaultJavaSSLFactory',
          }
        : {
            'database.sslmode': tlsMode,
            'database.sslfactory': 'millrace.connect.PemBundleTrust',
            'driver.sslfactoryarg': caPem,
          };
  }
};

/**
 * The configuration of a replication's capture. It is closed: a client's values fill places of it and add no key.
 * Credentials are references. Throws `InvalidRequest` for a value that holds a reference of the client's own (`${`),
 * and for a name that the driver would take for something else.
 */
export const connectorConfig = (
  replication: Pick<Replication, 'topicPrefix' | 'slotName' | 'publicationName' | 'tables'>,
  source: Pick<Database, 'host' | 'port' | 'databaseName' | 'tlsMode' | 'caPem' | 'secretArn'>,
): ConnectorConfig => {
  refuseReferences({ host: source.host, database: source.databaseName, certificate: source.caPem ?? '' });
  checkDatabaseName(source.databaseName);
  return {
    ...commonConnectorConfig(replication.topicPrefix),

    'database.hostname': source.host,
    'database.port': String(source.port),
    'database.dbname': source.databaseName,
    ...credentialReferences(source.secretArn),
    ...tlsSettings(source.tlsMode, source.caPem),

    // Millrace creates slot and publication before the connector and drops them itself.
    'plugin.name': 'pgoutput',
    'slot.name': replication.slotName,
    'slot.drop.on.stop': 'false',
    'publication.name': replication.publicationName,
    'publication.autocreate.mode': 'disabled',
    // Fails when the slot is ahead of the stored offset, instead of skipping what lies between.
    'offset.mismatch.strategy': 'trust_offset',

    'table.include.list': replication.tables.map(({ source: table }) => includeListEntry(table)).join(','),
    'heartbeat.action.query': heartbeatStatement(replication.slotName),
    // Our own markers only: the heartbeat's messages and those of others are not carried.
    'message.prefix.include.list': 'millrace',

    // The connector's class, and what makes values arrive as the text that the codec reads.
    ...captureSettings,
  };
};
