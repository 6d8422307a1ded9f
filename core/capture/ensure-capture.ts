import { retryTransient } from '../concurrency/retry-transient.ts';
import { describeUncaptured } from '../contracts/capture-verdict.ts';
import type { Database } from '../contracts/database.ts';
import type { Replication } from '../contracts/replication.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import type { Clock, Log } from '../ports/clock-and-log.ts';
import type { CaptureKafka } from '../ports/connector-config.ts';
import type { CapturePreparation, CaptureWait, SourceDatabase } from '../ports/databases.ts';
import type { ConnectorStatus, ConnectPort, KafkaAdminPort } from '../ports/services.ts';
import { captureConfig } from './capture-config.ts';
import { captureTopics } from './capture-topics.ts';
import { classifyTrace, failureTrace } from './connector-failures.ts';

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
  /** A gap in the captured changes is accepted, because everything is copied again: offset and slot start afresh. */
  readonly forceResync: boolean;
}

/** A stopped connector's task lets go of the slot within a second or two; the server may take until its next write. */
const slotReleaseDelaysMs = [500, 1_000, 2_000, 4_000, 8_000] as const;
const stopPollMs = 500;
const stopTimeoutMs = 30_000;

/**
 * Brings capture of a replication about, whatever is there already: topics, publication, slot, and a connector of the
 * current configuration that is meant to run. Repeating it changes nothing. It does not wait until events flow.
 *
 * Where the source makes that wait for open transactions, it returns when `wait` is over, with no connector yet; the next
 * call waits on.
 *
 * Throws `NeedsResync` when changes were lost, unless `forceResync`.
 */
export const ensureCapture = async (
  request: CaptureRequest,
  ports: CapturePorts,
  wait?: CaptureWait,
): Promise<CapturePreparation> => {
  const { replication } = request;
  const { source, kafka, connect, log } = ports;
  const { connectorName } = replication;
  const { capture } = source.dialect;
  const tables = replication.tables.map((table) => table.source);

  const verdict = await source.judgeCapture(replication, {
    readOffset: () => connect.getOffset(connectorName),
    hasCopy: replication.copyGeneration > 0,
  });
  if (request.forceResync) {
    // Not always: a start that is repeated would begin again each time, and never have waited for all that is older.
    const reason =
      verdict.kind === 'gap' ? verdict.reason : findBlockade(await connect.getStatus(connectorName));
    if (reason !== undefined) {
      log.warn(`Capture starts afresh: ${reason}`);
      await discardCapture(replication, ports);
    }
  } else if (verdict.kind === 'gap') {
    throw needsResync(connectorName, verdict.reason);
  } else if (replication.copyGeneration > 0) {
    const uncaptured = (await source.listUncaptured?.(replication, tables)) ?? [];
    if (uncaptured.length > 0) throw needsResync(connectorName, describeUncaptured(uncaptured));
  }

  await kafka.ensureTopics(captureTopics(replication, capture, request.topicRetentionHours));
  const preparation = await source.prepareCapture(replication, tables, wait);
  if (!preparation.isReady) return preparation;
  await connect.putConnector(
    connectorName,
    captureConfig(capture, replication, request.sourceDatabase, request.captureKafka),
  );
  // A connector that a stop has paused stays paused through an update, and just after one its status does not say so.
  await connect.resume(connectorName);
  return preparation;
};

const needsResync = (connectorName: string, reason: string): MillraceError =>
  new MillraceError('NeedsResync', `Changes of ${connectorName} were lost: ${reason}.`, {
    facts: { connectorName },
  });

/** Why the connector cannot get past where it is in the log, though the log is there. */
const findBlockade = (status: ConnectorStatus | undefined): string | undefined => {
  const { cure, summary } = classifyTrace((status && failureTrace(status)) ?? '');
  return cure === 'needs-resync' ? summary : undefined;
};

/** Forgets how far capture came: the connector's offset, and what it has at the source. The connector ends up stopped. */
const discardCapture = async (replication: Replication, ports: CapturePorts): Promise<void> => {
  const { connectorName } = replication;
  const { connect, source, clock } = ports;
  if ((await connect.getStatus(connectorName)) !== undefined) {
    await connect.stop(connectorName);
    await waitUntilStopped(connectorName, ports);
    await connect.resetOffset(connectorName);
  }
  await retryTransient(() => source.dropCapture(replication), {
    delaysMs: slotReleaseDelaysMs,
    clock,
  });
};

/** Offsets can be reset only when the connector is STOPPED and its tasks are gone. */
const waitUntilStopped = async (connectorName: string, { connect, clock }: CapturePorts): Promise<void> => {
  const deadline = clock.now().getTime() + stopTimeoutMs;
  for (;;) {
    const status = await connect.getStatus(connectorName);
    if (status === undefined || (status.state === 'STOPPED' && status.tasks.length === 0)) return;
    if (clock.now().getTime() >= deadline) {
      throw new MillraceError(
        'ConnectUnavailable',
        `Connector ${connectorName} did not stop within ${stopTimeoutMs / 1_000} s.`,
        { facts: { connectorName, state: status.state } },
      );
    }
    await clock.sleep(stopPollMs);
  }
};
