import type { Replication } from '../contracts/replication.ts';

/** Until when a paused replication can be resumed without copying again, at least. */
export interface PauseWindow {
  readonly since: string;
  readonly by: string;
  readonly reason: string | undefined;
  /** Kafka keeps every change that the pause holds back until then. */
  readonly changesKeptUntil: string;
}

/** A consumer that has not ended by then does not end by itself: ECS kills a task after two minutes at most. */
export const endingLimitMs = 5 * 60_000;

/** From here on a person should resume it: the rest of the time is for what may then be in the way. */
const warnedShare = 0.75;

/** The pause that a replication is in; undefined when it is in none. */
export const pauseWindow = (
  { status, pause }: Pick<Replication, 'status' | 'pause'>,
  topicRetentionHours: number,
): PauseWindow | undefined => {
  if (pause === undefined || (status !== 'paused' && status !== 'pausing')) return undefined;
  return {
    since: pause.since,
    by: pause.by,
    reason: pause.reason,
    changesKeptUntil: new Date(Date.parse(pause.since) + topicRetentionHours * 3_600_000).toISOString(),
  };
};

/** What a pause does meanwhile, as sentences without their full stop. */
export const describePause = ({ since, by, reason, changesKeptUntil }: PauseWindow): readonly string[] => [
  `Paused since ${since} by ${by}${reason === undefined ? '' : `: ${reason}`}`,
  `Capture goes on, and changes wait in Kafka, which keeps them until ${changesKeptUntil} at least`,
];

/** Whether so much of the time is used up that a person has to act. */
export const isPauseRunningOut = ({ since, changesKeptUntil }: PauseWindow, now: Date): boolean => {
  const wholeMs = Date.parse(changesKeptUntil) - Date.parse(since);
  return now.getTime() - Date.parse(since) > wholeMs * warnedShare;
};

/** Why a pause or a stop is not complete although its parts have had the time to end; undefined when it is in order. */
export const describeStuckEnding = (
  { status, statusSince }: Pick<Replication, 'status' | 'statusSince'>,
  now: Date,
): string | undefined => {
  if (status !== 'pausing' && status !== 'stopping') return undefined;
  if (now.getTime() - Date.parse(statusSince) <= endingLimitMs) return undefined;
  const what = status === 'pausing' ? "the consumer's task" : "the consumer's task or the connector";
  return (
    `It has been ${status} since ${statusSince}, because ${what} has not ended or cannot be reached. Millrace tries again each ` +
    'minute'
  );
};
