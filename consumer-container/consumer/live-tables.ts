import type { TableProgress } from '#core/contracts/copy.ts';
import { type ReplicationId, tableKey, tableLabel } from '#core/contracts/identifiers.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { toMillraceError } from '#core/errors/millrace-error.ts';
import { topicName } from '#core/naming/names.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import type { ConnectPort, KafkaAdminPort, PartitionOffsets } from '#core/ports/services.ts';
import type { LogPositions } from '#core/ports/source-dialect.ts';
import type { CopyStore } from '#core/ports/state-store.ts';
import { type Progress, partitionKey } from './progress.ts';
import { setStateUnlessReplanned } from './set-state-unless-replanned.ts';

/** How often tables that catch up are looked at. */
const checkIntervalMs = 2_000;

export interface LiveTablesOptions {
  readonly store: Pick<CopyStore, 'listTableProgress' | 'setTableState'>;
  readonly connect: Pick<ConnectPort, 'getOffset'>;
  readonly admin: Pick<KafkaAdminPort, 'topicOffsets'>;
  readonly replication: Pick<Replication, 'replicationId' | 'connectorName' | 'topicPrefix'>;
  readonly positions: Pick<LogPositions, 'parsePosition' | 'streamedPosition'>;
  readonly progress: Progress;
  /** `tableKey` of the source tables that are live; what becomes live is added. */
  readonly live: Set<string>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Moves tables from `catching-up` to `live`. A table is live when the consumer has passed the position at which its copy
 * ended. Events alone never tell, since an idle table has none: so first Connect's stored offset has to pass that
 * position, which means that every event before it is in Kafka; then the topic's end is read; and when the checkpoint
 * has passed that end, everything is applied.
 */
export const watchLiveTables = async (options: LiveTablesOptions, signal: AbortSignal): Promise<void> => {
  const { store, replication, live, clock, log } = options;
  /** The ends that each catching-up table's checkpoints have to pass, by `tableKey`. */
  const goals = new Map<string, readonly PartitionOffsets[]>();
  while (!signal.aborted) {
    try {
      const waiting = await listWaiting(store, replication.replicationId);
      if (waiting === undefined) return;
      await setGoals(options, waiting, goals);
      for (const table of waiting) {
        const goal = goals.get(tableKey(table.source));
        if (goal === undefined || !goal.every((end) => hasPassed(options.progress, end))) continue;
        const isRecorded = await setStateUnlessReplanned(
          store,
          replication.replicationId,
          table.source,
          { state: 'live' },
          { generation: table.generation, states: ['catching-up'] },
        );
        if (!isRecorded) continue;
        live.add(tableKey(table.source));
        log.info(`Table ${tableLabel(table.source)} is live`, { table: tableLabel(table.source) });
      }
    } catch (cause) {
      const error = toMillraceError(cause);
      if (!error.isTransient) throw error;
      log.warn('Could not tell which tables are live; trying again at the next look', { error });
    }
    await clock.sleep(checkIntervalMs, signal).catch(() => undefined);
  }
};

/** The tables that catch up; undefined when no table will any more. */
const listWaiting = async (
  store: Pick<CopyStore, 'listTableProgress'>,
  replicationId: ReplicationId,
): Promise<readonly TableProgress[] | undefined> => {
  const unfinished = (await store.listTableProgress(replicationId)).filter(
    ({ state }) => state !== 'live' && state !== 'skipped' && state !== 'held',
  );
  if (unfinished.length === 0) return undefined;
  return unfinished.filter(({ state }) => state === 'catching-up');
};

const setGoals = async (
  { connect, admin, positions, replication }: LiveTablesOptions,
  waiting: readonly TableProgress[],
  goals: Map<string, readonly PartitionOffsets[]>,
): Promise<void> => {
  const without = waiting.filter(
    ({ source, copyEndPosition }) => copyEndPosition !== undefined && !goals.has(tableKey(source)),
  );
  if (without.length === 0) return;
  const streamed = positions.streamedPosition(await connect.getOffset(replication.connectorName));
  if (streamed === undefined) return;
  for (const { source, copyEndPosition } of without) {
    if (copyEndPosition === undefined || streamed < positions.parsePosition(copyEndPosition)) continue;
    const ends = await admin.topicOffsets([topicName(replication.topicPrefix, source)]);
    if (ends.length > 0) goals.set(tableKey(source), ends);
  }
};

/** Whether everything below the end is applied. */
export const hasPassed = (progress: Pick<Progress, 'partitions'>, end: PartitionOffsets): boolean =>
  progress.partitions.some(
    (partition) => partitionKey(partition) === partitionKey(end) && partition.nextOffset >= end.endOffset,
  );
