import { maxLogLooks, maxLogMarks, maxLogSamples, type SourceLog } from '../contracts/source-log.ts';
import type { MillraceError } from '../errors/millrace-error.ts';
import type { LogReading } from '../ports/databases.ts';
import type { LogPositions } from '../ports/source-dialect.ts';

type ParsePosition = LogPositions['parsePosition'];

/**
 * What is known of a source's log after one more look at it, which began at `now`: what was written before is in the reading. Pure. The
 * marks tell how long capture is behind without a clock in the log: each is an end of the log that was seen at a moment, and it is dropped
 * when capture has passed it.
 */
export const followLog = (
  before: SourceLog | undefined,
  reading: LogReading,
  now: Date,
  parse: ParsePosition,
): SourceLog => {
  const at = now.toISOString();
  const { position, activity, captured, movement, aheadBytes, retainedBytes, isRead } = reading;
  const marks = marksAfter(before, reading, at, parse);
  const capturedAsOf = captured === undefined ? before?.capturedAsOf : capturedAsOfAfter(before, marks, at);
  return {
    readAt: at,
    warnings: before?.warnings ?? [],
    position,
    activity,
    marks,
    ...(capturedAsOf !== undefined && { capturedAsOf, looks: looksAfter(before, capturedAsOf, now) }),
    samples: samplesAfter(before, retainedBytes, now),
    ...(captured !== undefined && { captured }),
    ...(movement !== undefined && {
      movement,
      movedAt: before?.movement === movement ? (before.movedAt ?? at) : at,
    }),
    ...(aheadBytes !== undefined && { aheadBytes }),
    ...(retainedBytes !== undefined && { retainedBytes }),
    ...(isRead !== undefined && {
      reader: {
        isReading: isRead,
        since: before?.reader?.isReading === isRead ? before.reader.since : at,
      },
    }),
    ...lossAfter(before, reading, now),
    ...(reading.limitBytes !== undefined && { limitBytes: reading.limitBytes }),
    ...(reading.keptMs !== undefined && { keptMs: reading.keptMs }),
  };
};

/** A server that has just taken over may get the last transactions of the one before for as long. */
const missingLostAfterMs = 15_000;

const lossAfter = (
  before: SourceLog | undefined,
  { lost, missing }: LogReading,
  now: Date,
): Pick<SourceLog, 'lost' | 'missing'> => {
  if (missing === undefined) return lost === undefined ? {} : { lost };
  const since = before?.missing?.since ?? now.toISOString();
  const isLost = now.getTime() - Date.parse(since) >= missingLostAfterMs;
  const reason = lost ?? (isLost ? missing : undefined);
  return { ...(reason !== undefined && { lost: reason }), missing: { since } };
};

/** The log could not be read: what was seen of it before stays, with its age. */
export const failLook = (
  before: SourceLog | undefined,
  error: Pick<MillraceError, 'code' | 'message'>,
  now: Date,
): SourceLog => {
  const at = now.toISOString();
  const { code } = error;
  const since = before?.failure?.since ?? at;
  const message = error.message.slice(0, maxMessageLength);
  return { ...(before ?? { readAt: at, warnings: [] }), failure: { code, message, at, since } };
};

const maxMessageLength = 1_000;

const marksAfter = (
  before: SourceLog | undefined,
  { position, activity, captured }: LogReading,
  at: string,
  parse: ParsePosition,
): NonNullable<SourceLog['marks']> => {
  if (captured === undefined) return [];
  const end = parse(position);
  const reached = parse(captured);
  // After a fail-over, or when the log was reset, older ends mean nothing.
  const isAnotherLog = before?.position !== undefined && end < parse(before.position);
  const open = isAnotherLog ? [] : (before?.marks ?? []).filter((mark) => parse(mark.position) > reached);
  const hasWritten = before?.activity !== activity;
  const marks = end > reached && hasWritten ? [...open, { at, position }] : open;
  return marks.length <= maxLogMarks ? marks : marks.filter((_mark, index) => index === 0 || index % 2 === 1);
};

/**
 * The first mark that is left tells when it was seen that capture is behind, which may be long after it was: looks fail while the source
 * is away. Sure is only that capture has what was written before the last mark that it has passed.
 */
const capturedAsOfAfter = (
  before: SourceLog | undefined,
  [oldest]: NonNullable<SourceLog['marks']>,
  at: string,
): string | undefined => {
  if (oldest === undefined) return at;
  const passed = (before?.marks ?? []).findLast((mark) => mark.at < oldest.at);
  return passed?.at ?? before?.capturedAsOf;
};

/** As the looks of one check are. */
const lookEveryMs = 5_000;

const looksAfter = (
  before: SourceLog | undefined,
  capturedAsOf: string,
  now: Date,
): NonNullable<SourceLog['looks']> => {
  const looks =
    before?.looks ??
    (before?.capturedAsOf === undefined ? [] : [{ at: before.readAt, capturedAsOf: before.capturedAsOf }]);
  const last = looks.at(-1);
  if (last !== undefined && now.getTime() - Date.parse(last.at) < lookEveryMs) return looks;
  return [...looks, { at: now.toISOString(), capturedAsOf }].slice(-maxLogLooks);
};

const sampleEveryMs = 50_000;

const samplesAfter = (
  before: SourceLog | undefined,
  retainedBytes: number | undefined,
  now: Date,
): NonNullable<SourceLog['samples']> => {
  const samples = before?.samples ?? [];
  const last = samples.at(-1);
  if (retainedBytes === undefined) return samples;
  if (last !== undefined && now.getTime() - Date.parse(last.at) < sampleEveryMs) return samples;
  return [...samples, { at: now.toISOString(), retainedBytes }].slice(-maxLogSamples);
};

/** How far capture is behind the source's log. */
export type CaptureLag =
  | {
      readonly isKnown: true;
      /** Since an end of the log was first seen that capture has not reached; 0 when there is none. A minute exact. */
      readonly lagMs: number;
      readonly lagBytes: number | undefined;
      /** Since when it is behind; undefined when it is not. */
      readonly since: string | undefined;
      /** Behind, and it has not moved at all since then. */
      readonly isStuck: boolean;
    }
  | { readonly isKnown: false };

/**
 * Capture comes on within this time where it works: its heartbeats every 5 s, a silent server's every 8 s. On a machine with
 * three times the work that it can do, a working one took 19 s.
 */
export const stuckAfterMs = 25_000;

export const captureLag = (log: SourceLog | undefined): CaptureLag => {
  if (log?.captured === undefined || log.marks === undefined) return { isKnown: false };
  const [oldest] = log.marks;
  const lagBytes = log.aheadBytes;
  if (oldest === undefined) return { isKnown: true, lagMs: 0, lagBytes, since: undefined, isStuck: false };
  const readAtMs = Date.parse(log.readAt);
  const stillSinceMs = Math.max(Date.parse(oldest.at), Date.parse(log.movedAt ?? oldest.at));
  return {
    isKnown: true,
    lagMs: readAtMs - Date.parse(oldest.at),
    lagBytes,
    since: oldest.at,
    isStuck: readAtMs - stillSinceMs >= stuckAfterMs,
  };
};

/** For how long nobody has read the log for the capture; undefined when someone does, or the source does not tell. */
export const unreadMs = ({ reader, readAt }: SourceLog): number | undefined =>
  reader?.isReading === false ? Date.parse(readAt) - Date.parse(reader.since) : undefined;

/** What the source keeps for the replication, how fast that grows, and how long it can go on. */
export interface RetainedLog {
  readonly bytesPerMinute: number | undefined;
  /** Until the source removes log that was not captured; undefined where there is no limit, or nothing grows. */
  readonly minutesToLoss: number | undefined;
  /** After so many bytes the source removes log that was not captured; undefined where there is no such limit. */
  readonly limitBytes: number | undefined;
}

const minuteMs = 60_000;

export const retainedLog = (log: SourceLog | undefined): RetainedLog => {
  const samples = log?.samples ?? [];
  const [first] = samples;
  const last = samples.at(-1);
  const spanMs = first && last ? Date.parse(last.at) - Date.parse(first.at) : 0;
  const bytesPerMinute =
    first && last && spanMs > 0
      ? Math.round(((last.retainedBytes - first.retainedBytes) * minuteMs) / spanMs)
      : undefined;
  return {
    bytesPerMinute,
    minutesToLoss: minutesToLoss(log, bytesPerMinute),
    limitBytes: log?.limitBytes,
  };
};

const minutesToLoss = (
  log: SourceLog | undefined,
  bytesPerMinute: number | undefined,
): number | undefined => {
  if (log === undefined) return undefined;
  const { limitBytes, keptMs, retainedBytes } = log;
  if (limitBytes !== undefined && retainedBytes !== undefined) {
    if (retainedBytes >= limitBytes) return 0;
    return bytesPerMinute !== undefined && bytesPerMinute > 0
      ? Math.floor((limitBytes - retainedBytes) / bytesPerMinute)
      : undefined;
  }
  const lag = captureLag(log);
  return keptMs !== undefined && lag.isKnown && lag.lagMs > 0
    ? Math.max(0, Math.floor((keptMs - lag.lagMs) / minuteMs))
    : undefined;
};
