import { MillraceError } from '../errors/millrace-error.ts';
import type { Clock } from '../ports/clock-and-log.ts';
import type { ConnectPort } from '../ports/services.ts';

export interface RemoveConnectorPorts {
  readonly connect: Pick<ConnectPort, 'getStatus' | 'stop' | 'resetOffset' | 'deleteConnector'>;
  readonly clock: Clock;
}

const pollMs = 500;
const stopTimeoutMs = 30_000;

/**
 * Stops the connector, forgets its offset and deletes it, in this order: Connect resets offsets only of a connector that is
 * there and STOPPED, and a connector of the same name would go on at an offset that stayed. Does nothing when there is no
 * connector. When it resolves, Connect has said that there is none. Throws `ConnectUnavailable`.
 */
export const removeConnector = async (connectorName: string, ports: RemoveConnectorPorts): Promise<void> => {
  const { connect } = ports;
  if ((await connect.getStatus(connectorName)) === undefined) return;
  try {
    await stopConnector(connectorName, ports);
    await connect.resetOffset(connectorName);
  } catch (error) {
    // A removal that was interrupted, or another one, may have deleted it just before.
    if ((await connect.getStatus(connectorName)) !== undefined) throw error;
    return;
  }
  await connect.deleteConnector(connectorName);
  await waitUntil(
    async () => (await connect.getStatus(connectorName)) === undefined,
    `Connector ${connectorName} is still there ${stopTimeoutMs / 1_000} s after it was deleted.`,
    ports,
  );
};

/** Resolves when the connector is STOPPED and its tasks are gone, so that nothing of it writes any more. */
export const stopConnector = async (
  connectorName: string,
  ports: Pick<RemoveConnectorPorts, 'clock'> & {
    readonly connect: Pick<ConnectPort, 'getStatus' | 'stop'>;
  },
): Promise<void> => {
  const { connect } = ports;
  await connect.stop(connectorName);
  await waitUntil(
    async () => {
      const status = await connect.getStatus(connectorName);
      return status === undefined || (status.state === 'STOPPED' && status.tasks.length === 0);
    },
    `Connector ${connectorName} did not stop within ${stopTimeoutMs / 1_000} s.`,
    ports,
  );
};

const waitUntil = async (
  isTrue: () => Promise<boolean>,
  problem: string,
  { clock }: Pick<RemoveConnectorPorts, 'clock'>,
): Promise<void> => {
  const deadline = clock.now().getTime() + stopTimeoutMs;
  while (!(await isTrue())) {
    if (clock.now().getTime() >= deadline) throw new MillraceError('ConnectUnavailable', problem);
    await clock.sleep(pollMs);
  }
};
