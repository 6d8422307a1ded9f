import { z } from 'zod';
import type { LogComponent, LogLevel, LogLine } from '../contracts/log-line.ts';
import type { LogEvent, LogPlace } from '../ports/log-reader.ts';
import { redact } from './redact.ts';

/** A line of adapters/observability/log.ts. */
const ownLineSchema = z.looseObject({
  level: z.string(),
  message: z.string(),
  timestamp: z.string().optional(),
  service: z.string(),
  connector: z.string(),
  error: z.unknown().optional(),
});

/** connect-container/log4j2.xml: time, level, [connector|task], message (class), and the trace on the same line. */
const connectPattern =
  /^(\d{4}-\d\d-\d\dT[\d:.]+Z) (TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\s+\[([^|\]]+)\|?([^\]]*)\] (.*?) \(([\w$.]+)\)(?: \| (.*))?$/s;

const levels: Readonly<Record<string, LogLevel>> = {
  TRACE: 'debug',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
  CRITICAL: 'error',
  FATAL: 'error',
};

/** What every event of a replication at a place contains. */
export const phraseOf = (place: LogPlace, connectorName: string): string =>
  place === 'connect' ? `[${connectorName}|` : `[${connectorName}]`;

/** The line that an event is, or undefined when it is not one of this connector's replication. */
export const parseLogEvent = (
  place: LogPlace,
  event: LogEvent,
  connectorName: string,
): LogLine | undefined =>
  place === 'connect' ? parseConnectLine(event, connectorName) : parseOwnLine(place, event, connectorName);

const parseConnectLine = ({ text }: LogEvent, connectorName: string): LogLine | undefined => {
  const [, at, level, connector, part = '', message = '', logger = '', trace] =
    connectPattern.exec(text.trimEnd()) ?? [];
  if (at === undefined || level === undefined || connector !== connectorName) return undefined;
  return {
    at: new Date(at).toISOString(),
    level: levels[level] ?? 'info',
    component: 'connector',
    service: part === '' ? logger : `${part} ${logger}`,
    message: redact(message),
    ...(trace !== undefined && trace !== '' && { error: redact(trace.replaceAll(' | ', '\n')) }),
  };
};

const parseOwnLine = (place: LogPlace, event: LogEvent, connectorName: string): LogLine | undefined => {
  const line = ownLineSchema.safeParse(parseJson(event.text)).data;
  if (line === undefined || line.connector !== connectorName) return undefined;
  const component = componentOf(place, line.service);
  if (component === undefined) return undefined;
  const prefix = `[${connectorName}] `;
  const message = line.message.startsWith(prefix) ? line.message.slice(prefix.length) : line.message;
  const at = new Date(line.timestamp ?? event.atMs);
  return {
    at: (Number.isNaN(at.getTime()) ? new Date(event.atMs) : at).toISOString(),
    level: levels[line.level.toUpperCase()] ?? 'info',
    component,
    service: line.service,
    message: redact(message),
    ...(line.error !== undefined && { error: redact(describeError(line.error)) }),
  };
};

const componentOf = (place: LogPlace, service: string): LogComponent | undefined => {
  if (place === 'steps') return 'steps';
  if (place === 'health') return 'healer';
  return service === 'consumer' || service === 'copy-worker' ? service : undefined;
};

const loggedErrorSchema = z.looseObject({
  name: z.string().optional(),
  message: z.string().optional(),
  code: z.string().optional(),
  stack: z.string().optional(),
  cause: z.unknown().optional(),
});

/** An error as adapters/observability/log.ts writes it: the trace, or else its name and message, with its causes. */
const describeError = (error: unknown): string => {
  const logged = loggedErrorSchema.safeParse(error).data;
  if (logged === undefined) return String(error);
  const { name = 'Error', message, code, stack, cause } = logged;
  const own = stack ?? `${name}${message === undefined ? '' : `: ${message}`}`;
  // The name of our own errors is their code.
  const withCode = code === undefined || own.startsWith(code) ? own : `${code} ${own}`;
  return cause === undefined ? withCode : `${withCode}\nCaused by: ${describeError(cause)}`;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
