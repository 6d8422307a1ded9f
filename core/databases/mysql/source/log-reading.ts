import type { LogReading } from '../../../ports/databases.ts';
import type { ConnectorOffset } from '../../../ports/services.ts';
import type { Flavor } from '../flavors.ts';
import { findForeign, type LogState } from './gap-guard.ts';
import { formatPosition, offsetPlace, streamedPosition, toPosition } from './log-position.ts';
import { bytesAfter } from './retained-log.ts';

/** The variables that say how long the server keeps its log; MariaDB before 10.6 has the second only. */
export const expiryVariables = ['binlog_expire_logs_seconds', 'expire_logs_days'] as const;

/** Undefined when the server has no log. `offset` must have been read before `log`. */
export const toLogReading = (
  flavor: Flavor,
  log: LogState,
  offset: ConnectorOffset | undefined,
  variables: Readonly<Record<string, string>>,
): LogReading | undefined => {
  const newest = log.files.at(-1);
  if (newest === undefined) return undefined;
  const position = formatPosition(toPosition(newest.name, newest.bytes));
  const captured = streamedPosition(offset);
  const place = offset && offsetPlace(offset);
  const bytes = place && bytesAfter(place, log);
  const keptMs = keptFor(variables);
  const missing = offset && findForeign(flavor, log, offset);
  return {
    position,
    activity: position,
    ...(captured !== undefined && { captured: formatPosition(captured) }),
    ...(offset !== undefined && { movement: movementOf(offset) }),
    ...(bytes !== undefined && { aheadBytes: bytes, retainedBytes: bytes }),
    ...(keptMs !== undefined && { keptMs }),
    ...(missing !== undefined && { missing }),
  };
};

/** `row` and `event` count within a transaction. */
const movementOf = ({ file, pos, row, event }: ConnectorOffset): string =>
  [file, pos, row, event].map(String).join(' ');

const secondsPerDay = 24 * 60 * 60;

/** 0 keeps the log until someone purges it. */
const keptFor = (variables: Readonly<Record<string, string>>): number | undefined => {
  const [seconds, days] = expiryVariables.map((name) => Number(variables[name] ?? 0));
  const kept = seconds || (days ?? 0) * secondsPerDay;
  return kept > 0 ? kept * 1_000 : undefined;
};
