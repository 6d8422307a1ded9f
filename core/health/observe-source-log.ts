import type { Replication } from '../contracts/replication.ts';
import type { SourceLog } from '../contracts/source-log.ts';
import type { Clock } from '../ports/clock-and-log.ts';
import type { SourceDatabase } from '../ports/databases.ts';
import type { ConnectPort } from '../ports/services.ts';

/** Looks at the log of a replication's source, for the status. Throws when the source, or Connect where it has to, does not answer. */
export const observeSourceLog = async (
  replication: Replication,
  {
    source,
    connect,
    clock,
  }: {
    readonly source: Pick<SourceDatabase, 'findCaptureWarnings' | 'readRetainedBytes'>;
    readonly connect: Pick<ConnectPort, 'getOffset'>;
    readonly clock: Clock;
  },
): Promise<SourceLog> => {
  const retainedBytes = await source.readRetainedBytes?.(replication, () =>
    connect.getOffset(replication.connectorName),
  );
  const warnings = (await source.findCaptureWarnings?.(replication)) ?? [];
  return {
    readAt: clock.now().toISOString(),
    ...(retainedBytes !== undefined && { retainedBytes }),
    warnings: warnings.map(({ problem, remedy }) =>
      remedy === undefined ? problem : `${problem} ${remedy}`,
    ),
  };
};
