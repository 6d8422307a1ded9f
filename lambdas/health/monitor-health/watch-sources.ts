import { forEachBounded } from '#core/concurrency/for-each-bounded.ts';
import type { ReplicationId } from '#core/contracts/identifiers.ts';
import { isCaptured, type Replication } from '#core/contracts/replication.ts';
import type { SourceLog } from '#core/contracts/source-log.ts';
import type { LogLook, LookOptions } from '#core/health/observe-source-log.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import type { ReplicationStore, SourceLogStore } from '#core/ports/state-store.ts';

export interface WatchSourcesPorts {
  readonly store: Pick<ReplicationStore, 'getReplication'> &
    Pick<SourceLogStore, 'putSourceLog' | 'getSourceLog'>;
  readonly sources: SourceLooks;
  readonly clock: Clock;
  readonly logFor: (replication: Replication) => Log;
}

export interface SourceLooks {
  /** As `lookAtLog`, with a connection of its own. Never throws. `connectAnswers`: whether Kafka Connect may be asked. */
  look(
    replication: Replication,
    before: SourceLog | undefined,
    options: LookOptions & { readonly connectAnswers: boolean },
  ): Promise<LogLook>;
}

/**
 * Waits before the looks of one check. Most captures have come on after the first wait, a probe has passed after the second, and one
 * that costs the source something after the third. Together they leave a Lambda of 60 s the time to write down what was seen.
 */
const lookWaitsMs = [0, 5_000, 15_000, 15_000] as const;

/** After so long no further look is begun. The next check begins with the replications that were left out. */
const looksEndAfterMs = 42_000;

/** A look takes some 50 ms, and 12 s at a source that does not answer. */
const parallelLooks = 20;

/** The log of a source for which nothing runs is looked at less often: it may be kept for a replication that was stopped. */
const idleLookMinutes = 5;

/**
 * Looks at the log of every source, again and again while it is not known whether its capture comes on, and stores what was
 * seen.
 */
export const watchSources = async (
  replications: readonly Replication[],
  connectAnswers: boolean,
  ports: WatchSourcesPorts,
): Promise<void> => {
  const { clock } = ports;
  const startedMs = clock.now().getTime();
  const logs = await readLogs(replications.filter(isDue(startedMs)), ports);
  let pending = byOldestLook(logs);
  for (const [index, waitMs] of lookWaitsMs.entries()) {
    if (pending.length === 0) return;
    if (waitMs > 0) await clock.sleep(waitMs);
    const open: Watched[] = [];
    await forEachBounded(pending, parallelLooks, async (watched) => {
      if (clock.now().getTime() - startedMs > looksEndAfterMs) return;
      const { replication, before } = watched;
      const isFirst = index === 0;
      const { sourceLog, isOpen } = await ports.sources.look(replication, before, {
        isFirst,
        withWarnings: isFirst && isTurn(replication.replicationId, startedMs),
        connectAnswers,
      });
      if (isOpen && isCaptured(replication) && index < lookWaitsMs.length - 1) {
        open.push({ replication, before: sourceLog });
      }
      await put(replication, sourceLog, ports);
    });
    pending = open;
  }
};

interface Watched {
  readonly replication: Replication;
  readonly before: SourceLog | undefined;
}

const isTurn = (replicationId: ReplicationId, nowMs: number): boolean =>
  (Math.floor(nowMs / 60_000) + replicationId) % idleLookMinutes === 0;

const isDue =
  (nowMs: number) =>
  (replication: Replication): boolean => {
    const { status, replicationId } = replication;
    if (status === 'configured' || status === 'deleting') return false;
    return isCaptured(replication) || status === 'starting' || isTurn(replicationId, nowMs);
  };

const readLogs = (
  replications: readonly Replication[],
  { store, logFor }: WatchSourcesPorts,
): Promise<readonly Watched[]> =>
  forEachBounded(replications, parallelLooks, async (replication) => {
    try {
      return { replication, before: await store.getSourceLog(replication.replicationId) };
    } catch (error) {
      logFor(replication).warn(
        'Could not read what was seen of the source before; it is looked at as if for the first time',
        {
          error,
        },
      );
      return { replication, before: undefined };
    }
  });

const byOldestLook = (watched: readonly Watched[]): readonly Watched[] =>
  watched.toSorted((a, b) => lookedAt(a).localeCompare(lookedAt(b)));

const lookedAt = ({ before }: Watched): string => before?.failure?.at ?? before?.readAt ?? '';

const put = async (
  replication: Replication,
  sourceLog: SourceLog,
  { store, logFor }: WatchSourcesPorts,
): Promise<void> => {
  const { clientId, replicationId } = replication;
  try {
    // Nothing may be stored of a replication that is being deleted: its deletion has perhaps removed this already.
    const { status } = await store.getReplication(clientId, replicationId);
    if (status !== 'deleting') await store.putSourceLog(replicationId, sourceLog);
  } catch (error) {
    logFor(replication).warn('Could not store what was seen of the source; the next check looks again', {
      error,
    });
  }
};
