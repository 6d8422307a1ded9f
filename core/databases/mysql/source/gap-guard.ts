import { type CaptureVerdict, continuous, gap } from '../../../contracts/capture-verdict.ts';
import type { ConnectorOffset } from '../../../ports/services.ts';
import type { Flavor } from '../flavors.ts';
import { isGtidSubset, parseMariadbGtids } from './gtid-sets.ts';
import { offsetPlace, toPosition } from './log-position.ts';

/** What the server's binary log holds. */
export interface LogState {
  /** From the oldest to the newest. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  /** Values of the flavor's `gtidVariables` by name; empty texts where there are none. */
  readonly gtids: Readonly<Record<string, string>>;
  /** Whether the server takes no writes of applications: it may be a replica, which has not got everything yet. */
  readonly isReadOnly?: boolean;
  /** MySQL's `server_uuid`, the first part of the GTIDs of transactions that began at this server. */
  readonly serverUuid?: string;
}

/**
 * Whether the connector can go on where its stored offset ends. Nothing at the source waits for it: MySQL removes its log
 * when it is old enough, and without an offset the connector would begin at the log's present end. `log` must have
 * been read before `offset`.
 *
 * Where the offset has GTIDs, Debezium goes on by them: then every transaction that the server has removed from its log has
 * to be in the offset, and every one of the offset must be known to the server, which one that was set up again or whose log
 * was reset does not. Otherwise the file must still be there, and be long enough.
 */
export const judgeLog = (capture: {
  readonly flavor: Flavor;
  readonly log: LogState;
  readonly offset: ConnectorOffset | undefined;
  /** Whether rows were copied under an earlier start: what was missed since then is missing at the target. */
  readonly hasCopy: boolean;
}): CaptureVerdict => {
  const { flavor, log, offset } = capture;
  const place = offset && offsetPlace(offset);
  if (offset === undefined || place === undefined) {
    return capture.hasCopy
      ? gap("the connector's stored offset is gone, so nobody knows which changes were captured")
      : continuous;
  }
  const unknown = findUnknown(flavor, log, offset);
  if (unknown !== undefined) return gap(unknown);
  const gtids = gtidsOf(offset);
  return flavor.kind === 'mysql' && gtids !== '' ? judgePurged(gtids, log) : judgeFile(place, log);
};

/**
 * Which transactions of another server were captured that this one does not have, though it takes writes; undefined where there are none, or
 * that cannot be told. A server that takes over without the last transactions of the one before gives a connector that runs everything that
 * the offset does not have. So the connector goes on, and the target keeps rows that the source never gets.
 *
 * A server sends a transaction before it has committed it, and may have to wait for a replica in between. So those that began at
 * this server prove nothing; it refuses by itself to send to a connector that has more of them. `offset` must have been read before `log`.
 */
export const findForeign = (flavor: Flavor, log: LogState, offset: ConnectorOffset): string | undefined => {
  if (log.isReadOnly === true) return undefined;
  const own = log.serverUuid?.toLowerCase();
  const foreign = gtidsOf(offset)
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => own === undefined || !entry.toLowerCase().startsWith(own));
  return findUnknown(flavor, log, { ...offset, gtids: foreign.join(',') });
};

/** Why what was captured cannot come from this server, or undefined where it can, or that cannot be told. */
const findUnknown = (
  flavor: Flavor,
  { gtids: server }: LogState,
  offset: ConnectorOffset,
): string | undefined => {
  const gtids = gtidsOf(offset);
  if (gtids === '' || isKnown(flavor, gtids, server)) return undefined;
  return (
    `the server does not know the transactions that were captured last (${gtids}): its log was reset, or it is ` +
    'another server, or it has taken over from another one without them'
  );
};

const gtidsOf = ({ gtids }: ConnectorOffset): string => (typeof gtids === 'string' ? gtids : '');

const isKnown = ({ kind }: Flavor, gtids: string, server: LogState['gtids']): boolean => {
  if (kind === 'mysql') return isGtidSubset(gtids, server.gtid_executed ?? '');
  const known = parseMariadbGtids(server.gtid_binlog_pos ?? '');
  return [...parseMariadbGtids(gtids)].every(([domain, sequence]) => (known.get(domain) ?? -1n) >= sequence);
};

const judgePurged = (gtids: string, { gtids: server }: LogState): CaptureVerdict =>
  isGtidSubset(server.gtid_purged ?? '', gtids)
    ? continuous
    : gap(
        'the server has removed transactions from its binary log that were not captured yet ' +
          '(binlog_expire_logs_seconds, or PURGE BINARY LOGS)',
      );

const judgeFile = (
  place: { readonly file: string; readonly byte: number },
  { files }: LogState,
): CaptureVerdict => {
  const file = files.find(({ name }) => name === place.file);
  if (file !== undefined) {
    return place.byte <= file.bytes
      ? continuous
      : gap(
          `${place.file} ends at byte ${file.bytes}, before the stored offset ${place.byte}: the log was reset`,
        );
  }
  const [oldest] = files;
  const isRemoved = oldest !== undefined && toPosition(place.file, 0) < toPosition(oldest.name, 0);
  return gap(
    isRemoved
      ? `the server has removed ${place.file} from its binary log; the oldest that it has is ${oldest.name} ` +
          '(binlog_expire_logs_seconds, expire_logs_days, or PURGE BINARY LOGS)'
      : `the server has no ${place.file} in its binary log: the log was reset, or it is another server`,
  );
};
