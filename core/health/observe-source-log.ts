import type { Replication } from '../contracts/replication.ts';
import type { SourceLog } from '../contracts/source-log.ts';
import { MillraceError, toMillraceError } from '../errors/millrace-error.ts';
import type { Clock, Log } from '../ports/clock-and-log.ts';
import type { LogProbe, SourceDatabase } from '../ports/databases.ts';
import type { ConnectPort } from '../ports/services.ts';
import { captureLag, failLook, followLog, stuckAfterMs, unreadMs } from './follow-log.ts';

/** A probe that costs the source something is sent at most once an hour: after it, capture stands at the log's end. */
const costlyProbeEveryMs = 60 * 60_000;

/**
 * A look's time, which ends before that of the Lambda. A connection is given up after 10 s; what hangs later than that is left
 * to itself.
 */
const lookTimeoutMs = 12_000;

export interface LookPorts {
  readonly source: Pick<SourceDatabase, 'dialect' | 'findCaptureWarnings' | 'readLog' | 'logProbe'>;
  readonly connect: Pick<ConnectPort, 'getOffset'>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface LookOptions {
  /** The first look of a check, which may write a probe also when capture has stood still for long. */
  readonly isFirst: boolean;
  /** Whether what may harm the source is looked at, too; otherwise what was found before stays. */
  readonly withWarnings: boolean;
}

export interface LogLook {
  readonly sourceLog: SourceLog;
  /** Whether a look in some seconds will tell more: capture is behind, and it has not had the time to come on. */
  readonly isOpen: boolean;
}

/**
 * One look at the log of a replication's source. Where capture does not come on, it writes a probe: a working capture then
 * comes on, whatever else the log has. Never throws: a source that does not answer is what the look has seen.
 */
export const lookAtLog = async (
  replication: Replication,
  before: SourceLog | undefined,
  options: LookOptions,
  ports: LookPorts,
): Promise<LogLook> => {
  const { source, connect, clock } = ports;
  const beganAt = clock.now();
  try {
    const reading = await source.readLog(replication, () => connect.getOffset(replication.connectorName));
    const parse = source.dialect.capture.parsePosition;
    const followed = followLog(before, reading, beganAt, parse);
    const isProbed = await probe(before, followed, options, ports);
    const warnings = options.withWarnings ? await readWarnings(replication, source) : followed.warnings;
    const { probedAt = before?.probedAt } = isProbed ? { probedAt: followed.readAt } : {};
    return {
      sourceLog: { ...followed, warnings, ...(probedAt !== undefined && { probedAt }) },
      isOpen:
        isProbed || isYoung(followed) || (followed.missing !== undefined && followed.lost === undefined),
    };
  } catch (cause) {
    return { sourceLog: failLook(before, toMillraceError(cause), clock.now()), isOpen: false };
  }
};

/** Capture is behind, or nobody reads for it, and not for so long yet that it is known to stand still. */
const isYoung = (log: SourceLog): boolean => isUnreadYoung(log) || isBehindYoung(log);

const isUnreadYoung = (log: SourceLog): boolean => {
  const ms = unreadMs(log);
  return ms !== undefined && ms < stuckAfterMs;
};

const isBehindYoung = (log: SourceLog): boolean => {
  const lag = captureLag(log);
  return lag.isKnown && lag.since !== undefined && lag.lagMs < stuckAfterMs;
};

const probe = async (
  before: SourceLog | undefined,
  now: SourceLog,
  { isFirst }: LookOptions,
  { source: { logProbe }, log }: LookPorts,
): Promise<boolean> => {
  const isBehind = (now.marks?.length ?? 0) > 0;
  const hasMoved = before?.movement !== now.movement;
  if (logProbe === undefined || !isBehind || hasMoved) return false;
  const isDue = logProbe.onlyWhenIdle ? isCostlyDue(before, now) : isFirst || isBehindYoung(now);
  return isDue && send(logProbe, log);
};

const isCostlyDue = (before: SourceLog | undefined, now: SourceLog): boolean =>
  before?.position === now.position &&
  !isBehindYoung(now) &&
  (before?.probedAt === undefined ||
    Date.parse(now.readAt) - Date.parse(before.probedAt) >= costlyProbeEveryMs);

const send = async (logProbe: LogProbe, log: Log): Promise<boolean> => {
  try {
    await logProbe.send();
    return true;
  } catch (error) {
    log.info('Could not write a probe to the log of the source; capture is judged without it', { error });
    return false;
  }
};

const readWarnings = async (
  replication: Replication,
  source: LookPorts['source'],
): Promise<readonly string[]> =>
  ((await source.findCaptureWarnings?.(replication)) ?? []).map(({ problem, remedy }) =>
    remedy === undefined ? problem : `${problem} ${remedy}`,
  );

/**
 * Waits for a look no longer than `lookTimeoutMs`; one that cannot even be begun has seen that. What it has opened is closed by
 * its own scope, when it ends after all.
 */
export const withinLookTime = async (
  look: Promise<LogLook>,
  before: SourceLog | undefined,
  { clock }: Pick<LookPorts, 'clock'>,
): Promise<LogLook> => {
  const ended = new AbortController();
  const failed = (cause: unknown): LogLook => ({
    sourceLog: failLook(before, toMillraceError(cause), clock.now()),
    isOpen: false,
  });
  const safe = look.catch(failed);
  const tooLate = clock.sleep(lookTimeoutMs, ended.signal).then(
    () =>
      failed(
        new MillraceError(
          'DatabaseTimeout',
          `The source has not answered within ${lookTimeoutMs / 1_000} s.`,
        ),
      ),
    () => safe,
  );
  try {
    return await Promise.race([safe, tooLate]);
  } finally {
    ended.abort();
  }
};
