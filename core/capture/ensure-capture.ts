import { retryTransient } from '../concurrency/retry-transient.ts';
import { describeUncaptured } from '../contracts/capture-verdict.ts';
import type { Database } from '../contracts/database.ts';
import { type TableRef, tableKey } from '../contracts/identifiers.ts';
import type { Replication } from '../contracts/replication.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import type { Clock, Log } from '../ports/clock-and-log.ts';
import type { CaptureKafka } from '../ports/connector-config.ts';
import type { CapturePreparation, CaptureWait, SourceDatabase } from '../ports/databases.ts';
import type { ConnectPort, KafkaAdminPort } from '../ports/services.ts';
import { captureConfig } from './capture-config.ts';
import { captureTopics } from './capture-topics.ts';
import { remakeTopics } from './remake-topics.ts';
import { removeConnector, stopConnector } from './remove-connector.ts';

export interface CapturePorts {
  readonly source: SourceDatabase;
  readonly kafka: KafkaAdminPort;
  readonly connect: ConnectPort;
  readonly clock: Clock;
  readonly log: Log;
}

export interface CaptureRequest {
  readonly replication: Replication;
  readonly sourceDatabase: Database;
  readonly topicRetentionHours: number;
  readonly captureKafka: CaptureKafka;
  /**
   * Capture begins again, because everything is copied again: connector, offset, slot and topics are made again, so that
   * nothing which stopped capture before is read again.
   */
  readonly beginAgain?: BeginAgain;
  /** Source tables that no copy holds and that were added to a capture: nothing of them has to have been captured before. */
  readonly fresh?: readonly TableRef[];
  /** Source tables that wait already. That one is gone or was created again is known, and keeps no other from being captured. */
  readonly held?: readonly TableRef[];
  /** Those of `held` that are not captured until they are copied again: capturing them could make the source's own statements fail. */
  readonly leftOut?: readonly TableRef[];
}

/** Once for each forced start: a step that is repeated would otherwise never come to an end. */
export interface BeginAgain {
  readonly isDone: boolean;
  /** Called when everything old is gone and nothing new is there. */
  readonly record: () => Promise<void>;
}

/** A stopped connector's task lets go of the slot within a second or two; the server may take until its next write. */
const slotReleaseDelaysMs = [500, 1_000, 2_000, 4_000, 8_000] as const;

/** The settings of a connector that say which tables and columns it captures. */
const whatIsCaptured = ['table.include.list', 'column.exclude.list'] as const;

/**
 * Brings capture of a replication about, whatever is there already: topics, publication, slot, and a connector of the
 * current configuration that is meant to run. Repeating it changes nothing. It does not wait until events flow.
 *
 * Where the source makes that wait for open transactions, it returns when `wait` is over, with no connector yet; the next
 * call waits on.
 *
 * Throws `NeedsResync` when changes were lost, unless it begins again.
 */
export const ensureCapture = async (
  request: CaptureRequest,
  ports: CapturePorts,
  wait?: CaptureWait,
): Promise<CapturePreparation> => {
  const { replication } = request;
  const { source, kafka, connect } = ports;
  const { connectorName } = replication;
  const { capture } = source.dialect;
  const leftOut = request.leftOut ?? [];
  const lost = [...leftOut, ...(await findLost(replication, without(request.held ?? [], leftOut), source))];
  const tables = without(
    replication.tables.map((table) => table.source),
    lost,
  );

  if (request.beginAgain !== undefined) {
    await beginAgain(request, request.beginAgain, ports);
  } else {
    await requireContinuity(replication, [...(request.fresh ?? []), ...(request.held ?? [])], ports);
  }

  await kafka.ensureTopics(captureTopics(replication, capture, request.topicRetentionHours));
  const preparation = await source.prepareCapture(replication, tables, wait);
  if (!preparation.isReady) return preparation;
  const config = captureConfig(capture, replication, request.sourceDatabase, request.captureKafka);
  const current = await connect.getConfig(connectorName);
  // A task that goes on with the old tables for a while would wait forever for a topic that is removed meanwhile, and one with
  // the old columns would pass the marker behind which a table begins that is copied by another mapping.
  if (current !== undefined && whatIsCaptured.some((list) => current[list] !== config[list])) {
    await stopConnector(connectorName, ports);
  }
  await connect.putConnector(connectorName, config);
  // A connector that a stop has paused stays paused through an update, and just after one its status does not say so.
  await connect.resume(connectorName);
  return preparation;
};

const without = (tables: readonly TableRef[], others: readonly TableRef[]): readonly TableRef[] => {
  const keys = new Set(others.map(tableKey));
  return tables.filter((ref) => !keys.has(tableKey(ref)));
};

/**
 * The held tables that stay uncaptured until they are copied again. A source refuses to publish what is not there; and a table of
 * which changes were missed must not look as if it had always been captured.
 */
const findLost = async (
  replication: Replication,
  held: readonly TableRef[],
  source: SourceDatabase,
): Promise<readonly TableRef[]> => {
  if (held.length === 0) return [];
  const found = await Promise.all(held.map(async (ref) => (await source.describeTable(ref)) !== undefined));
  const gone = held.filter((_ref, index) => found[index] === false);
  return [...gone, ...((await source.listUncaptured?.(replication, held)) ?? [])];
};

const needsResync = (connectorName: string, reason: string): MillraceError =>
  new MillraceError('NeedsResync', `Changes of ${connectorName} were lost: ${reason}.`, {
    facts: { connectorName },
  });

/** Throws `NeedsResync` when going on would miss changes that the target lacks. */
const requireContinuity = async (
  replication: Replication,
  excepted: readonly TableRef[],
  { source, connect }: CapturePorts,
): Promise<void> => {
  const { connectorName, copyGeneration } = replication;
  const verdict = await source.judgeCapture(replication, {
    readOffset: () => connect.getOffset(connectorName),
    hasCopy: copyGeneration > 0,
  });
  if (verdict.kind === 'gap') throw needsResync(connectorName, verdict.reason);
  if (copyGeneration === 0) return;
  const tables = without(
    replication.tables.map((table) => table.source),
    excepted,
  );
  const uncaptured = (await source.listUncaptured?.(replication, tables)) ?? [];
  if (uncaptured.length > 0) throw needsResync(connectorName, describeUncaptured(uncaptured));
};

/** Forgets how far capture came: the connector with its offset, what it has at the source, and what it has written. */
const beginAgain = async (
  { replication, topicRetentionHours }: CaptureRequest,
  { isDone, record }: BeginAgain,
  ports: CapturePorts,
): Promise<void> => {
  const { source, clock, log } = ports;
  if (isDone) return;
  log.warn('Capture begins again: the connector, its offset, the slot and the topics are made again');
  await removeConnector(replication.connectorName, ports);
  await retryTransient(() => source.dropCapture(replication), { delaysMs: slotReleaseDelaysMs, clock });
  await remakeTopics(captureTopics(replication, source.dialect.capture, topicRetentionHours), ports);
  await record();
};
