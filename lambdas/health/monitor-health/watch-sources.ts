import { forEachBounded } from '#core/concurrency/for-each-bounded.ts';
import type { ReplicationId } from '#core/contracts/identifiers.ts';
import { isCaptured, type Replication } from '#core/contracts/replication.ts';
import type { SourceLog } from '#core/contracts/source-log.ts';
import { type ErrorCode, toErrorCode } from '#core/errors/error-policies.ts';
import type { MillraceError } from '#core/errors/millrace-error.ts';
import { failLook } from '#core/health/follow-log.ts';
import type { LogLook, LookOptions } from '#core/health/observe-source-log.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import type { ReplicationStore, SourceLogStore } from '#core/ports/state-store.ts';
import { bySource } from './shared-sources.ts';

export interface WatchSourcesPorts {
  readonly store: Pick<ReplicationStore, 'getReplication'> &
    Pick<SourceLogStore, 'putSourceLog' | 'getSourceLog'>;
  readonly sources: SourceLooks;
  readonly clock: Clock;
  readonly logFor: (replication: Replication) => Log;
}

export interface SourceLooks {
  /**
   * As `lookAtLog`, with the connection that all looks of one check at one source share. Never throws. `connectAnswers`: whether
   * Kafka Connect may be asked.
   */
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

/** So long after the check has begun, no further look is. The next check begins with the replications that were left out. */
const looksEndAfterMs = 42_000;

/** Sources at a time. A look takes some 50 ms, and 12 s at a source that does not answer. */
const parallelSources = 20;

/** As many as fill the calls of the state store, which answer 100 at a time. */
const parallelReads = 200;

/** The log of a source for which nothing runs is looked at less often: it may be kept for a replication that was stopped. */
const idleLookMinutes = 5;

/**
 * Looks at the log of every source, again and again while it is not known whether its capture comes on, and stores what was
 * seen. The replications of one source are looked at one after the other, so that however many they are the source has one
 * more connection. `startedMs`: when the check has begun. Returns those of which log is gone that was not captured.
 */
export const watchSources = async (
  replications: readonly Replication[],
  connectAnswers: boolean,
  startedMs: number,
  ports: WatchSourcesPorts,
): Promise<readonly LostLog[]> => {
  const { clock } = ports;
  const losses = new Map<ReplicationId, LostLog>();
  const hasTime = (): boolean => clock.now().getTime() - startedMs <= looksEndAfterMs;
  let pending = byOldestLook(await readLogs(replications.filter(isDue(startedMs)), ports));
  for (const [index, waitMs] of lookWaitsMs.entries()) {
    if (pending.length === 0) break;
    if (waitMs > 0) await clock.sleep(waitMs);
    const isFirst = index === 0;
    const isLast = index === lookWaitsMs.length - 1;
    const seen: { readonly replication: Replication; readonly sourceLog: SourceLog }[] = [];
    const open: Watched[] = [];
    await forEachBounded(
      bySource(pending, ({ replication }) => replication),
      parallelSources,
      async (ofOneSource) => {
        let silence: Silence | undefined;
        for (const { replication, before } of ofOneSource) {
          if (!hasTime()) return;
          const { sourceLog, isOpen } =
            silence === undefined
              ? await ports.sources.look(replication, before, {
                  isFirst,
                  withWarnings: isFirst && isTurn(replication.replicationId, startedMs),
                  connectAnswers,
                })
              : { sourceLog: failLook(before, silence, clock.now()), isOpen: false };
          silence = silenceOf(sourceLog);
          seen.push({ replication, sourceLog });
          const { lost, failure } = sourceLog;
          if (lost !== undefined && failure === undefined)
            losses.set(replication.replicationId, { replication, lost });
          if (isOpen && isCaptured(replication) && !isLast) open.push({ replication, before: sourceLog });
        }
      },
    );
    await forEachBounded(seen, parallelReads, ({ replication, sourceLog }) =>
      put(replication, sourceLog, ports),
    );
    pending = open;
  }
  return [...losses.values()];
};

/** Why a replication's changes are lost, in words. */
export interface LostLog {
  readonly replication: Replication;
  readonly lost: string;
}

type Silence = Pick<MillraceError, 'code' | 'message'>;

/** What is so for all replications of the source: asked once more, each of them would wait for it. */
const silentCodes: readonly ErrorCode[] = [
  'DatabaseUnreachable',
  'DatabaseTimeout',
  'DatabaseAuthenticationFailed',
  'DatabaseTlsFailed',
  'DatabaseUnavailable',
  'SecretMissing',
];

const silenceOf = ({ failure }: SourceLog): Silence | undefined => {
  if (failure === undefined) return undefined;
  const { code, message } = failure;
  return silentCodes.some((silent) => silent === code) ? { code: toErrorCode(code), message } : undefined;
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
  forEachBounded(replications, parallelReads, async (replication) => {
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
