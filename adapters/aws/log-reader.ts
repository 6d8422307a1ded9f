import { createHash } from 'node:crypto';
import {
  CloudWatchLogsClient,
  FilterLogEventsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import { type LogEvent, type LogPlace, type LogReader, logPlaces } from '#core/ports/log-reader.ts';
import { awsClientDefaults, toServiceError } from './service-errors.ts';

export interface LogReaderOptions {
  /** The log group of each place. */
  readonly groups: Partial<Readonly<Record<LogPlace, string>>>;
  readonly client?: CloudWatchLogsClient;
}

/** The events of a request come in pages, of which many may be empty: CloudWatch reads on until it has to answer. */
const maxPages = 50;

/** Reads from CloudWatch Logs. A group that nobody has written to yet has no events. */
export const createLogReader = ({
  groups,
  client = new CloudWatchLogsClient(awsClientDefaults),
}: LogReaderOptions): LogReader => ({
  places: logPlaces.filter((place) => groups[place] !== undefined),

  read: async ({ place, fromMs, toMs, phrase, limit }, signal) => {
    const group = groups[place];
    if (group === undefined) return { events: [], isComplete: true };
    const events: LogEvent[] = [];
    let nextToken: string | undefined;
    for (let page = 0; page < maxPages && !signal.aborted; page += 1) {
      try {
        const answer = await client.send(
          new FilterLogEventsCommand({
            logGroupName: group,
            startTime: fromMs,
            endTime: toMs,
            // A phrase in quotes is looked for as it is.
            filterPattern: `"${phrase}"`,
            limit: limit - events.length,
            nextToken,
          }),
          { abortSignal: signal },
        );
        for (const { logStreamName = '', timestamp = fromMs, message = '' } of answer.events ?? [])
          events.push({ id: idOf(place, logStreamName, timestamp, message), atMs: timestamp, text: message });
        nextToken = answer.nextToken;
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return { events, isComplete: true };
        if (signal.aborted) break;
        throw toServiceError(error, 'CloudWatch Logs', `read ${group}`);
      }
      if (events.length >= limit) return { events: inOrder(events), isComplete: false };
      if (nextToken === undefined) return { events: inOrder(events), isComplete: true };
    }
    return { events: inOrder(events), isComplete: false };
  },
});

/** CloudWatch orders the events of a page, not those of all streams over all pages. */
const inOrder = (events: readonly LogEvent[]): readonly LogEvent[] =>
  events.toSorted((a, b) => a.atMs - b.atMs);

/** CloudWatch's own ids have 56 digits; a cursor has to hold hundreds. */
const idOf = (place: LogPlace, stream: string, atMs: number, text: string): string =>
  createHash('sha256').update(`${place}\n${stream}\n${atMs}\n${text}`).digest('base64url').slice(0, 6);
