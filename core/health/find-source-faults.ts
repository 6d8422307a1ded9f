import { isCaptured, type Replication } from '../contracts/replication.ts';
import type { SourceLog } from '../contracts/source-log.ts';
import { bytesOf, durationOf } from '../naming/amount-of.ts';
import type { Fault } from './fault.ts';
import { captureLag, retainedLog, stuckAfterMs, unreadMs } from './follow-log.ts';

/** Two looks and a half: one that was late, or took long, is no reason to worry. */
export const lookStaleAfterMs = 150_000;

/**
 * What capture has passed is known one look later, so that the last moment of which that is sure is up to two looks ago. As above, half a
 * look more is no reason to worry.
 */
export const unsureAfterMs = 150_000;

/** Changes that are older than this are late. */
export const lagToleranceMs = 60_000;

/**
 * What the source keeps for capture may fill so much of its limit, in percent, before someone is told, and is told again. From
 * `limitFaultPercent` on it is a fault of the replication; below it is only a warning.
 */
const limitSteps = [50, 80, 95] as const;
const limitFaultPercent = 80;
const fewMinutes = 60;

/** What was seen of the log since the replication is active or paused as it is now; an older look tells of another run. */
export const currentLog = (
  replication: Pick<Replication, 'status' | 'statusSince'>,
  log: SourceLog | undefined,
): SourceLog | undefined =>
  isCaptured(replication) && log !== undefined && log.readAt >= replication.statusSince ? log : undefined;

/** Whether the source can be looked at, and was looked at lately. A start has looked, too. */
export const findSourceFaults = (
  { statusSince }: Pick<Replication, 'statusSince'>,
  log: SourceLog | undefined,
  now: Date,
): readonly Fault[] => {
  const failure = log?.failure;
  const lookedAt = [log?.readAt, failure?.at, statusSince]
    .filter((at) => at !== undefined)
    .toSorted()
    .at(-1);
  const ageMs = now.getTime() - Date.parse(lookedAt ?? statusSince);
  if (ageMs > lookStaleAfterMs) {
    return [
      {
        condition: 'source-not-watched',
        hop: 'source',
        message: `Nobody has looked at the log of the source for ${durationOf(ageMs)}, so nobody knows whether capture comes on`,
        since: lookedAt,
        isFailure: false,
      },
    ];
  }
  if (failure === undefined || failure.at < statusSince) return [];
  const { code, message, since } = failure;
  const fault = { since, message: withoutStop(message), figures: { error_code: code } };
  switch (code) {
    case 'DatabaseAuthenticationFailed':
    case 'SecretMissing':
      return [{ ...fault, condition: 'credentials-refused', hop: 'source', isFailure: true }];
    case 'DatabaseUnreachable':
    case 'DatabaseTimeout':
    case 'DatabaseUnavailable':
      return [{ ...fault, condition: 'source-unreachable', hop: 'source', isFailure: false }];
    case 'ConnectUnavailable':
      return [{ ...fault, condition: 'connect-silent', hop: 'capture', isFailure: false }];
    default:
      return [{ ...fault, condition: 'source-unreadable', hop: 'source', isFailure: false }];
  }
};

export const withoutStop = (sentence: string): string => sentence.replace(/\.$/, '');

/** Whether capture comes on with the source's log. `log` is what `currentLog` gives. */
export const findCaptureFaults = (log: SourceLog | undefined, now: Date): readonly Fault[] => {
  if (log === undefined) return [];
  const lag = captureLag(log);
  const figures = captureFigures(log);
  const fault = { hop: 'capture', isFailure: false, figures } as const;
  // A connector that has just been restarted connects again within seconds.
  if ((unreadMs(log) ?? 0) >= stuckAfterMs) {
    return [
      {
        ...fault,
        condition: 'capture-not-reading',
        message: `No session reads the log of the source for the connector; it ends at ${log.position} and is captured up to ${log.captured ?? 'nowhere'}`,
        since: log.reader?.since,
      },
    ];
  }
  if (!lag.isKnown) {
    return [
      {
        ...fault,
        condition: 'capture-unknown',
        message: 'It is not known how far capture has come in the log of the source',
      },
    ];
  }
  if (lag.since === undefined) return [];
  const behind = lag.lagBytes === undefined ? '' : `, ${bytesOf(lag.lagBytes)} behind`;
  const age = durationOf(now.getTime() - Date.parse(lag.since));
  if (lag.isStuck) {
    return [
      {
        ...fault,
        condition: 'capture-stalled',
        message: `The source has written on for ${age} and capture stands still at ${log.captured}${behind}`,
        since: lag.since,
      },
    ];
  }
  if (lag.lagMs < lagToleranceMs) {
    const unsureMs = log.capturedAsOf === undefined ? 0 : now.getTime() - Date.parse(log.capturedAsOf);
    if (unsureMs < unsureAfterMs) return [];
    return [
      {
        ...fault,
        condition: 'capture-behind',
        message: `Capture may be ${durationOf(unsureMs)} behind the log of the source: of nothing later was seen that it has it`,
        since: log.capturedAsOf,
      },
    ];
  }
  return [
    {
      ...fault,
      condition: 'capture-behind',
      message: `Capture is ${age}${behind === '' ? ' behind' : behind} the log of the source, and moves`,
      since: lag.since,
    },
  ];
};

const captureFigures = (log: SourceLog): NonNullable<Fault['figures']> => {
  const lag = captureLag(log);
  return {
    source_position: log.position ?? 'unknown',
    captured_position: log.captured ?? 'unknown',
    ...(log.aheadBytes !== undefined && { behind_bytes: log.aheadBytes }),
    ...(lag.isKnown && { behind_ms: lag.lagMs }),
    looked_at: log.readAt,
  };
};

/** Whether the source is about to remove log that was not captured. It is so for a replication that does not run, too. */
export const findLogLimitFault = (log: SourceLog | undefined): readonly Fault[] => {
  const reached = describeLogLimit(log);
  return reached === undefined || (reached.level ?? 0) < limitFaultPercent ? [] : [reached];
};

/** The same when there is no reason yet to call the replication degraded. */
export const findLogLimitWarning = (log: SourceLog | undefined): readonly Fault[] => {
  const reached = describeLogLimit(log);
  return reached === undefined || (reached.level ?? 0) >= limitFaultPercent ? [] : [reached];
};

const describeLogLimit = (log: SourceLog | undefined): Fault | undefined => {
  if (log === undefined) return undefined;
  const { limitBytes, retainedBytes } = log;
  const { bytesPerMinute, minutesToLoss } = retainedLog(log);
  const percent =
    limitBytes === undefined || retainedBytes === undefined || limitBytes === 0
      ? 0
      : (retainedBytes / limitBytes) * 100;
  const isSoon = minutesToLoss !== undefined && minutesToLoss < fewMinutes;
  const level = Math.max(limitSteps.findLast((step) => percent >= step) ?? 0, isSoon ? limitFaultPercent : 0);
  if (level === 0) return undefined;
  const kept =
    limitBytes === undefined || retainedBytes === undefined
      ? 'The source is about to remove log that was not captured'
      : `The source keeps ${bytesOf(retainedBytes)} of log for the replication, of ${bytesOf(limitBytes)} that it may`;
  return {
    condition: 'source-log-limit',
    hop: 'source',
    message: minutesToLoss === undefined ? kept : `${kept}; that is ${minutesToLoss} minutes away`,
    isFailure: false,
    level,
    figures: {
      ...(retainedBytes !== undefined && { retained_bytes: retainedBytes }),
      ...(limitBytes !== undefined && { limit_bytes: limitBytes }),
      ...(bytesPerMinute !== undefined && { bytes_per_minute: bytesPerMinute }),
      ...(minutesToLoss !== undefined && { minutes_to_loss: minutesToLoss }),
    },
  };
};
