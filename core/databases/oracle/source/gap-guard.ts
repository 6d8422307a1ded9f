import { type CaptureVerdict, continuous, gap } from '../../../contracts/capture-verdict.ts';
import type { ConnectorOffset } from '../../../ports/services.ts';
import { formatScn, resumePosition } from './log-position.ts';

/** A redo log that the server still has, online or archived. */
export interface RedoLog {
  readonly thread: number;
  readonly sequence: bigint;
  readonly firstScn: bigint;
  /** The first change number of the next log; the current online log has no end yet. */
  readonly nextScn: bigint | undefined;
}

/** What the server can still give of its log. */
export interface LogState {
  readonly currentScn: bigint;
  readonly logs: readonly RedoLog[];
}

/** Why what was captured cannot come from this database, or undefined where it can. The source must have been read after the offset. */
export const findAhead = (captured: bigint, currentScn: bigint): string | undefined =>
  captured <= currentScn
    ? undefined
    : `the connector has read up to SCN ${formatScn(captured)}, but the source is at ${formatScn(currentScn)}: ` +
      'it was restored to an earlier time, or it is another database';

/**
 * Debezium only looks whether the first log that is there begins late enough; a log that is missing in between
 * (ORA-01291) it takes for a passing trouble. `state` must have been read before `offset`, or a running connector could
 * seem to need logs that it does not.
 */
export const judgeLogs = (capture: {
  readonly state: LogState;
  readonly offset: ConnectorOffset | undefined;
  /** Whether rows were copied under an earlier start: what was missed since then is missing at the target. */
  readonly hasCopy: boolean;
}): CaptureVerdict => {
  const { state, offset, hasCopy } = capture;
  const resume = resumePosition(offset);
  if (resume === undefined) {
    return hasCopy
      ? gap("the connector's stored offset is gone, so it is not known up to where changes were captured")
      : continuous;
  }
  const ahead = findAhead(resume, state.currentScn);
  if (ahead !== undefined) return gap(ahead);
  for (const [thread, logs] of Map.groupBy(state.logs, (log) => log.thread)) {
    const missing = findMissing(logs, resume);
    if (missing !== undefined) {
      return gap(
        `redo log ${missing} of thread ${thread} is gone, and with it changes since SCN ${formatScn(resume)}: archived logs ` +
          'were deleted before they were read (RMAN retention or archive log deletion policy)',
      );
    }
  }
  return state.logs.every((log) => !isNeeded(log, resume))
    ? gap(`the server shows no redo logs since SCN ${formatScn(resume)}`)
    : continuous;
};

const isNeeded = ({ nextScn }: RedoLog, resume: bigint): boolean => nextScn === undefined || nextScn > resume;

/**
 * The number of the first log of a thread from `resume` on that is not there. Logs follow each other without a gap in
 * their numbers, which begin at 1; a thread that was disabled has none since, and one that was enabled later none before.
 */
const findMissing = (logs: readonly RedoLog[], resume: bigint): bigint | undefined => {
  const needed = logs
    .filter((log) => isNeeded(log, resume))
    .toSorted((a, b) => (a.sequence < b.sequence ? -1 : a.sequence > b.sequence ? 1 : 0));
  const first = needed[0];
  if (first === undefined) return undefined;
  if (first.firstScn > resume + 1n && first.sequence > 1n) return first.sequence - 1n;
  for (const [index, log] of needed.entries()) {
    const previous = needed[index - 1];
    // A log may be there twice, online and archived.
    if (previous !== undefined && log.sequence > previous.sequence + 1n) return previous.sequence + 1n;
  }
  return undefined;
};
