import {
  isAtLeast,
  type LogComponent,
  type LogLevel,
  type LogLine,
  logComponentSchema,
} from '../contracts/log-line.ts';
import type { LogEvent, LogPlace, LogReader } from '../ports/log-reader.ts';
import { parseLogEvent, phraseOf } from './parse-event.ts';

/** Where reading goes on: at a time, without the events of this time and after it that were shown already. */
export interface LogPosition {
  readonly fromMs: number;
  /** Their ids. */
  readonly shown: readonly string[];
}

export interface LogPageRequest {
  readonly connectorName: string;
  readonly components: readonly LogComponent[];
  /** The least serious level that is shown. */
  readonly level: LogLevel;
  /** Only lines that have this text in their message or error, in any case. */
  readonly text?: string | undefined;
  readonly position: LogPosition;
  /** Inclusive. */
  readonly toMs: number;
  readonly limit: number;
}

export interface LogPage {
  /** Oldest first. */
  readonly lines: readonly LogLine[];
  readonly position: LogPosition;
  /** Whether everything up to `toMs` was read. */
  readonly isAtEnd: boolean;
}

/**
 * A line may be stored so long after it was written. Lines that are younger than this are looked for again each time, so that one
 * that comes late is not passed by.
 */
export const settleMs = 60_000;
/** More would not fit into a cursor; beyond them, late lines may be missed. */
export const maxShown = 800;

/** What one read takes from one place. */
const readLimit = 1_000;
/** Empty ranges are read in growing windows, so that a read of a long time ends. */
const firstWindowMs = 15 * 60_000;
const windowGrowth = 4;

const placesOf: Readonly<Record<LogComponent, LogPlace>> = {
  consumer: 'workers',
  'copy-worker': 'workers',
  steps: 'steps',
  healer: 'health',
  connector: 'connect',
};

export const allLogComponents: readonly LogComponent[] = logComponentSchema.options;

interface Found {
  readonly event: LogEvent;
  readonly line: LogLine;
}

/**
 * The next lines of a replication, merged from all places by time. It ends early, with what it has, when `signal` is aborted; the
 * next page goes on there. Throws `ServiceUnavailable`.
 */
export const readLogPage = async (
  request: LogPageRequest,
  reader: LogReader,
  now: Date,
  signal: AbortSignal,
): Promise<LogPage> => {
  const { toMs, limit, position } = request;
  const places = [...new Set(request.components.map((component) => placesOf[component]))].filter((place) =>
    reader.places.includes(place),
  );
  const shown = new Set(position.shown);
  const found: Found[] = [];
  const seen: LogEvent[] = [];
  let fromMs = position.fromMs;
  let windowMs = firstWindowMs;
  while (fromMs <= toMs && found.length < limit && !signal.aborted) {
    const endMs = Math.min(toMs, fromMs + windowMs);
    const { events, readToMs } = await readWindow(request, { places, fromMs, endMs }, reader, signal);
    seen.push(...events.filter(({ event }) => shown.has(event.id)).map(({ event }) => event));
    const fresh = events.filter(({ event }) => !shown.has(event.id));
    found.push(...fresh.flatMap(({ event, place }) => toFound(request, place, event)));
    if (readToMs < fromMs) break;
    fromMs = readToMs + 1;
    windowMs *= windowGrowth;
  }
  const lines = found.slice(0, limit);
  const last = lines.at(-1);
  const isCut = found.length > limit && last !== undefined;
  const reachedMs = isCut ? last.event.atMs : fromMs;
  return {
    lines: lines.map(({ line }) => line),
    position: nextPosition(position, reachedMs, [...seen, ...lines.map(({ event }) => event)], now),
    isAtEnd: !isCut && fromMs > toMs,
  };
};

const toFound = (request: LogPageRequest, place: LogPlace, event: LogEvent): readonly Found[] => {
  const line = parseLogEvent(place, event, request.connectorName);
  return line !== undefined && isWanted(line, request) ? [{ event, line }] : [];
};

const isWanted = (line: LogLine, { components, level, text }: LogPageRequest): boolean =>
  components.includes(line.component) &&
  isAtLeast(line.level, level) &&
  (text === undefined || `${line.message}\n${line.error ?? ''}`.toLowerCase().includes(text.toLowerCase()));

/** Events of all places in the order of their time, up to where each place was read. */
const readWindow = async (
  { connectorName }: LogPageRequest,
  { places, fromMs, endMs }: { places: readonly LogPlace[]; fromMs: number; endMs: number },
  reader: LogReader,
  signal: AbortSignal,
): Promise<{
  readonly events: readonly { readonly place: LogPlace; readonly event: LogEvent }[];
  readonly readToMs: number;
}> => {
  const parts = await Promise.all(
    places.map(async (place) => {
      const phrase = phraseOf(place, connectorName);
      const range = { place, fromMs, toMs: endMs, phrase, limit: readLimit };
      const { events, isComplete } = await reader.read(range, signal);
      return { place, events, readToMs: isComplete ? endMs : lastWholeMs(events, fromMs) };
    }),
  );
  const readToMs = Math.min(endMs, ...parts.map((part) => part.readToMs));
  const events = parts
    .flatMap(({ place, events: ofPlace }) => ofPlace.map((event) => ({ place, event })))
    .filter(({ event }) => event.atMs <= readToMs)
    .toSorted((a, b) => a.event.atMs - b.event.atMs);
  return { events, readToMs };
};

/** More events of the last millisecond may follow, so it is read again; unless it is the only one. */
const lastWholeMs = (events: readonly LogEvent[], fromMs: number): number => {
  const last = events.at(-1);
  if (last === undefined) return fromMs - 1;
  return last.atMs > fromMs ? last.atMs - 1 : last.atMs;
};

const nextPosition = (
  before: LogPosition,
  reachedMs: number,
  shown: readonly LogEvent[],
  now: Date,
): LogPosition => {
  const settledMs = now.getTime() - settleMs;
  const fromMs = Math.max(before.fromMs, Math.min(reachedMs, settledMs));
  const after = shown.filter(({ atMs }) => atMs >= fromMs).toSorted((a, b) => a.atMs - b.atMs);
  const [oldest] = after.slice(-maxShown);
  return {
    fromMs: after.length > maxShown && oldest !== undefined ? oldest.atMs : fromMs,
    shown: after.slice(-maxShown).map(({ id }) => id),
  };
};
