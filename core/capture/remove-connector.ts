import { MillraceError } from '../errors/millrace-error.ts';
import type { Clock } from '../ports/clock-and-log.ts';
import type { ConnectPort } from '../ports/services.ts';

export interface RemoveConnectorPorts {
  readonly connect: Pick<ConnectPort, 'getStatus' | 'stop' | 'resetOffset' | 'deleteConnector'>;
  readonly clock: Clock;
}

const pollMs = 500;
const stopTimeoutMs = 30_000;
/** A task that ran goes from the status within a second or two after the stop. */
const leftoverAfterMs = 5_000;

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
    // A removal that was interrupted, or another one, may have deleted it just before; its status goes a moment later.
    if (!(error instanceof MillraceError && error.code === 'ConnectRejected')) throw error;
    await waitUntilGone(connectorName, ports);
    return;
  }
  await connect.deleteConnector(connectorName);
  await waitUntilGone(connectorName, ports);
};

const waitUntilGone = (connectorName: string, ports: RemoveConnectorPorts): Promise<void> =>
  waitUntil(
    async () => (await ports.connect.getStatus(connectorName)) === undefined,
    `Kafka Connect still has a status of connector ${connectorName} ${stopTimeoutMs / 1_000} s after it was deleted.`,
    ports,
  );

/**
 * Resolves when the connector is STOPPED and its tasks are gone, so that nothing of it writes any more. A task that failed before it was
 * ever started, as when a worker started while no secret could be read, stays in the status as FAILED forever: no worker has it, so that
 * none ends it.
 */
export const stopConnector = async (
  connectorName: string,
  ports: Pick<RemoveConnectorPorts, 'clock'> & {
    readonly connect: Pick<ConnectPort, 'getStatus' | 'stop'>;
  },
): Promise<void> => {
  const { connect } = ports;
  await connect.stop(connectorName);
  let leftoverSinceMs: number | undefined;
  await waitUntil(
    async () => {
      const status = await connect.getStatus(connectorName);
      if (status === undefined) return true;
      if (status.state !== 'STOPPED' || status.tasks.some(({ state }) => state !== 'FAILED')) {
        leftoverSinceMs = undefined;
        return false;
      }
      const nowMs = ports.clock.now().getTime();
      leftoverSinceMs ??= nowMs;
      return status.tasks.length === 0 || nowMs - leftoverSinceMs >= leftoverAfterMs;
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
