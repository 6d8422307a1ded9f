import { tableLabel } from '../contracts/identifiers.ts';
import type { Replication, TableMapping } from '../contracts/replication.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import { countOf } from '../naming/count-of.ts';
import { topicName } from '../naming/names.ts';
import type { Clock, Log } from '../ports/clock-and-log.ts';
import type { SourceDatabase } from '../ports/databases.ts';
import type { ConnectorStatus, ConnectPort, KafkaAdminPort, PartitionOffsets } from '../ports/services.ts';

export interface PrepareTablesPorts {
  readonly source: Pick<
    SourceDatabase,
    'dialect' | 'writeMarker' | 'markTransactions' | 'listMarkedTransactions' | 'listTransactionsBefore'
  >;
  readonly connect: Pick<ConnectPort, 'getOffset' | 'getStatus'>;
  readonly kafka: Pick<KafkaAdminPort, 'topicOffsets'>;
  /** Sets where a consumer begins with these partitions, and leaves the consumer that runs alone. */
  readonly placeCheckpoints: (partitions: readonly PartitionOffsets[]) => Promise<void>;
  /** Throws `Superseded` when nobody wants this any more. */
  readonly requireCurrent: () => Promise<unknown>;
  /** How long to wait; what is repeated later waits on. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

const pollMs = 1_000;
const shownTransactions = 5;

/**
 * Makes tables ready to be copied that a running capture has just been given. A transaction that was open at that moment may
 * have its earlier changes left out, and what it left out must be in the copy. So all of those have to end; then the
 * connector passes a marker, which means that Kafka has everything up to it; and the consumer begins behind the ends that
 * the topics have then. What is below is in the copy, and what is above is complete.
 *
 * Throws `CaptureNotStreaming`, which is transient: repeated, it waits on.
 */
export const prepareFreshTables = async (
  replication: Pick<Replication, 'connectorName' | 'topicPrefix'>,
  fresh: readonly TableMapping[],
  ports: PrepareTablesPorts,
): Promise<void> => {
  if (fresh.length === 0) return;
  const { kafka, log, clock } = ports;
  const deadline = clock.now().getTime() + ports.timeoutMs;
  await waitForTransactions(replication, deadline, ports);
  await waitForMarker(replication, deadline, ports);
  const topics = [...new Set(fresh.map((table) => topicName(replication.topicPrefix, table.source)))];
  await ports.placeCheckpoints(await kafka.topicOffsets(topics));
  log.info(
    `Capture has all changes of ${fresh.map((table) => tableLabel(table.source)).join(', ')} from here on`,
  );
};

/** Those of the first look at them; others that are open now began after capture was changed. */
const waitForTransactions = async (
  { connectorName }: Pick<Replication, 'connectorName'>,
  deadline: number,
  { source, connect, requireCurrent, clock }: PrepareTablesPorts,
): Promise<void> => {
  const mark = await source.markTransactions?.();
  const list = async (): Promise<readonly string[]> => [
    ...(mark === undefined ? [] : ((await source.listMarkedTransactions?.(mark)) ?? [])),
    ...((await source.listTransactionsBefore?.(await connect.getOffset(connectorName))) ?? []),
  ];
  let older = await list();
  while (older.length > 0) {
    await requireCurrent();
    if (clock.now().getTime() >= deadline) {
      throw new MillraceError(
        'CaptureNotStreaming',
        `The tables cannot be copied before ${countOf(older.length, 'transaction')} ended that began earlier: ` +
          `${older.slice(0, shownTransactions).join('; ')}. Commit them, roll them back or end their sessions.`,
        { facts: { connectorName, transactions: older } },
      );
    }
    await clock.sleep(pollMs);
    const open = await list();
    older = older.filter((transaction) => open.includes(transaction));
  }
};

const waitForMarker = async (
  { connectorName }: Pick<Replication, 'connectorName'>,
  deadline: number,
  { source, connect, requireCurrent, clock }: PrepareTablesPorts,
): Promise<void> => {
  const { parsePosition, formatPosition, streamedPosition } = source.dialect.capture;
  const marker = parsePosition(await source.writeMarker('tables'));
  for (;;) {
    const position = streamedPosition(await connect.getOffset(connectorName));
    if (position !== undefined && position >= marker && isRunning(await connect.getStatus(connectorName)))
      return;
    await requireCurrent();
    if (clock.now().getTime() >= deadline) {
      throw new MillraceError(
        'CaptureNotStreaming',
        `Connector ${connectorName} has not passed the source's position ${formatPosition(marker)} yet; it is at ` +
          `${position === undefined ? 'no position' : formatPosition(position)}.`,
        { facts: { connectorName } },
      );
    }
    await clock.sleep(pollMs);
  }
};

const isRunning = (status: ConnectorStatus | undefined): boolean =>
  status?.state === 'RUNNING' &&
  status.tasks.length > 0 &&
  status.tasks.every(({ state }) => state === 'RUNNING');
