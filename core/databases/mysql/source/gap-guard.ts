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
  const gtids = typeof offset.gtids === 'string' ? offset.gtids : '';
  if (flavor.kind === 'mysql' && gtids !== '') return judgeMysqlGtids(gtids, log);
  if (flavor.kind === 'mariadb' && gtids !== '') {
    const known = parseMariadbGtids(log.gtids.gtid_binlog_pos ?? '');
    const isKnown = [...parseMariadbGtids(gtids)].every(
      ([domain, sequence]) => (known.get(domain) ?? -1n) >= sequence,
    );
    if (!isKnown) return unknownTransactions(gtids);
  }
  return judgeFile(place, log);
};

const judgeMysqlGtids = (gtids: string, { gtids: server }: LogState): CaptureVerdict => {
  if (!isGtidSubset(gtids, server.gtid_executed ?? '')) return unknownTransactions(gtids);
  return isGtidSubset(server.gtid_purged ?? '', gtids)
    ? continuous
    : gap(
        'the server has removed transactions from its binary log that were not captured yet ' +
          '(binlog_expire_logs_seconds, or PURGE BINARY LOGS)',
      );
};

const unknownTransactions = (gtids: string): CaptureVerdict =>
  gap(
    `the server does not know the transactions that were captured last (${gtids}): its log was reset, or it is ` +
      'another server',
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
