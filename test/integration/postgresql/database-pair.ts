import pg from 'pg';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import {
  type PostgresServer,
  type PostgresVersion,
  sourceSettings,
  startPostgres,
} from '../../../local/postgres.ts';
import { localNetwork } from '../../kit/local-network.ts';

/** Two servers of their own, as source and target: settings for what is tested, clients for what is expected. */
export interface DatabasePair {
  readonly source: Side;
  readonly target: Side;
  stop(): Promise<void>;
}

export interface Side {
  readonly settings: ConnectionSettings;
  /** A connection as superuser, independent of the product's own. */
  readonly client: pg.Client;
  readonly server: PostgresServer;
}

export interface Versions {
  readonly source?: PostgresVersion;
  readonly target?: PostgresVersion;
}

export const startDatabasePair = async (
  sourceConfig: Readonly<Record<string, string>> = {},
  versions: Versions = {},
): Promise<DatabasePair> => {
  const [source, target] = await Promise.all([
    startSide('acme', { ...sourceSettings, ...sourceConfig }, versions.source),
    startSide('warehouse', {}, versions.target),
  ]);
  return {
    source,
    target,
    stop: async () => {
      await Promise.all([source, target].map(stopSide));
    },
  };
};

export const settingsOf = (server: PostgresServer): ConnectionSettings => ({
  kind: 'postgresql',
  host: server.host,
  port: server.port,
  databaseName: server.database,
  username: server.user,
  password: server.password,
  network: localNetwork,
  tlsMode: 'disable',
});

const startSide = async (
  database: string,
  config: Readonly<Record<string, string>>,
  version: PostgresVersion = 18,
): Promise<Side> => {
  // Durability against a crash of the machine is not what these tests are about.
  const server = await startPostgres({ version, database, config: { fsync: 'off', ...config } });
  const settings = settingsOf(server);
  const client = new pg.Client({
    host: settings.host,
    port: settings.port,
    user: settings.username,
    password: settings.password,
    database: settings.databaseName,
    types: { getTypeParser: () => (text: string) => text },
  });
  // A test may stop the server under it.
  client.on('error', () => undefined);
  await client.connect();
  return { settings, client, server };
};

const stopSide = async (side: Side): Promise<void> => {
  await side.client.end().catch(() => undefined);
  await side.server.stop();
};
