import { captureConfig } from '../capture/capture-config.ts';
import type { Database } from '../contracts/database.ts';
import type { Replication } from '../contracts/replication.ts';
import type { CaptureKafka, ConnectorConfig } from '../ports/connector-config.ts';
import type { ConnectPort } from '../ports/services.ts';
import type { SourceDialect } from '../ports/source-dialect.ts';
import { type LaunchPorts, relaunchConsumer } from './launch-consumer.ts';

export interface ApplyDatabaseChangePorts extends LaunchPorts {
  readonly connect: Pick<ConnectPort, 'getConfig' | 'putConnector' | 'restart'>;
  readonly captureKafka: CaptureKafka;
  readonly dialectOf: (database: Database) => Pick<SourceDialect, 'capture'>;
}

/**
 * Lets an active or a paused replication work with a registered database as it is now; a paused one gets no consumer. Call it
 * under the replication's lease. Nothing is copied again: the connector goes on at its offset, and the consumer at its
 * checkpoints. Throws what keeps a part from being restarted; it may be repeated.
 */
export const applyDatabaseChange = async (
  replication: Replication,
  database: Database,
  ports: ApplyDatabaseChangePorts,
): Promise<void> => {
  if (replication.sourceDatabaseId === database.databaseId) {
    await restartConnector(replication, database, ports);
  }
  if (replication.status === 'active') await relaunchConsumer(replication, ports);
};

/** Connect restarts a connector whose configuration changes; a password is only a reference in it. */
const restartConnector = async (
  replication: Replication,
  source: Database,
  { connect, captureKafka, dialectOf }: ApplyDatabaseChangePorts,
): Promise<void> => {
  const { connectorName } = replication;
  const wanted = captureConfig(dialectOf(source).capture, replication, source, captureKafka);
  const current = await connect.getConfig(connectorName);
  // Healing makes a missing one again, with what is registered then.
  if (current === undefined) return;
  if (isSame(current, wanted)) await connect.restart(connectorName);
  else await connect.putConnector(connectorName, wanted);
};

/** Connect adds the connector's name. */
const isSame = ({ name: _name, ...current }: ConnectorConfig, wanted: ConnectorConfig): boolean => {
  const keys = Object.keys(wanted);
  return keys.length === Object.keys(current).length && keys.every((key) => current[key] === wanted[key]);
};
