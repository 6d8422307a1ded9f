import { type ConnectorFailure, classifyTrace } from '#core/capture/connector-failures.ts';
import {
  type BeginAgain,
  type CapturePorts,
  type CaptureRequest,
  ensureCapture,
} from '#core/capture/ensure-capture.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { type CaptureOutput, type Run, stepLabel } from '#core/contracts/steps.ts';
import type { ErrorCode } from '#core/errors/error-policies.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { requireCurrentRun } from '#core/lifecycle/current-run.ts';
import { countOf } from '#core/naming/count-of.ts';
import type { ConnectorStatus } from '#core/ports/services.ts';
import type { ReplicationStore } from '#core/ports/state-store.ts';
import { TransactionWait } from './transaction-wait.ts';

export interface StartCapturePorts extends CapturePorts {
  readonly store: Pick<ReplicationStore, 'getReplication' | 'updateReplication' | 'addActivity'>;
}

const pollMs = 1_000;
/** How often the source is asked for the transactions that the copy has to wait for. */
const transactionPollMs = 3_000;
/** The Lambda has 180 s; what comes before the waiting takes 30 s at worst. */
const streamTimeoutMs = 140_000;
/** How long one call waits for open transactions; the state machine calls again. */
const transactionCallMs = 120_000;
/** A start that may not wait at all gets the time that a source without open transactions takes. */
const leastCallMs = 5_000;
/** A call that has waited longer for them leaves the rest to the next one, which has the whole time for it. */
const shortWaitMs = 10_000;
/** The source ends its own wait only after this step has given up, and has named what it waited for. */
const sourceMarginMs = 10_000;
/** What a start asks for beyond what a change of tables does. */
export interface StartCaptureRequest extends CaptureRequest {
  /** Tables are given to a capture that is there already: a transaction that is open now may have its earlier changes left out. */
  readonly isJoining?: boolean;
}

/** A task that fails for a moment, as when the old one still holds the slot, restarts itself in a few seconds. */
const failureGraceMs = 20_000;

/**
 * A task reads its password when it starts, and with a password that was changed since it tries forever. So a connector of an earlier
 * start that does not come on is restarted, once.
 */
const quietRestartMs = 15_000;

const step = stepLabel('Capture');

/**
 * STEP 2/4: capture is there and streams. Streaming is proven by the stored offset: it has passed a marker that is
 * written to the source's log after everything was set up, so that an idle source proves it too, or it moves towards it
 * through a backlog. From here on Kafka receives every change, hence the copy may begin.
 *
 * Where transactions that are open at the source are in the way, the step returns before its Lambda's time is over, and says
 * that it is not ready: the state machine calls again. Throws `OpenTransactions` when the start may wait no longer.
 */
export const startCapture = async (
  run: Run,
  request: StartCaptureRequest,
  ports: StartCapturePorts,
): Promise<CaptureOutput> => {
  const { replication } = request;
  const { source, connect, clock, log } = ports;
  const { connectorName } = replication;
  const { parsePosition, formatPosition, streamedPosition } = source.dialect.capture;
  const notReady: CaptureOutput = { isReady: false, connectorName, position: null };
  const wait = new TransactionWait(run, request.replication, ports);

  log.info(`${step} Starting capture of ${countOf(replication.tables.length, 'table')}`, { step });
  await recordObjectsAtSource(replication, ports);
  const calledAt = clock.now().getTime();
  const preparation = await ensureCapture(request, ports, {
    callMs: Math.min(transactionCallMs, wait.remainingMs() + leastCallMs),
    totalMs: wait.remainingMs() + sourceMarginMs,
    onWait: async (transactions) => wait.goOn(wait.continuedList(transactions)),
  });
  if (!preparation.isReady) {
    await wait.goOn(wait.continuedList(preparation.transactions));
    return notReady;
  }
  if (clock.now().getTime() - calledAt > shortWaitMs) return notReady;
  const mark = request.isJoining === true ? await source.markTransactions?.() : undefined;
  const listOpen = async (): Promise<readonly string[]> => [
    ...((await source.listTransactionsBefore?.(await connect.getOffset(connectorName))) ?? []),
    ...(mark === undefined ? [] : ((await source.listMarkedTransactions?.(mark)) ?? [])),
  ];
  if (run.restartConnector === true) await connect.restart(connectorName);
  const marker = parsePosition(await source.writeMarker(`capture:${run.generation}`));
  const before = streamedPosition(await connect.getOffset(connectorName));

  const startedAt = clock.now().getTime();
  let isFresh = run.restartConnector === true || before === undefined;
  for (;;) {
    await requireCurrentRun(ports.store, run);
    const position = streamedPosition(await connect.getOffset(connectorName));
    const hasPassedMarker = position !== undefined && position >= marker;
    const hasMoved = position !== undefined && before !== undefined && position > before;
    const status = await connect.getStatus(connectorName);
    const waitedMs = clock.now().getTime() - startedAt;
    if ((hasPassedMarker || hasMoved) && isRunning(status)) {
      const older = wait.olderOnes(await listOpen());
      if (older.length === 0) {
        await wait.end();
        log.info(`${step} Capture streams at ${formatPosition(position)}`, { step, waitedMs });
        return { isReady: true, connectorName, position: formatPosition(position) };
      }
      await wait.goOn(older);
      if (waitedMs >= transactionCallMs) return notReady;
      await clock.sleep(transactionPollMs);
      continue;
    }
    if (!isFresh && waitedMs >= quietRestartMs) {
      isFresh = true;
      log.info(
        `${step} Restarting the connector, which has streamed nothing for ${quietRestartMs / 1_000} s`,
        {
          step,
        },
      );
      await connect.restart(connectorName);
    }
    if (waitedMs >= failureGraceMs) throwIfFailed(connectorName, status);
    if (waitedMs >= streamTimeoutMs) {
      throw new MillraceError(
        'CaptureNotStreaming',
        `Connector ${connectorName} is ${describeState(status)} and has streamed nothing within ` +
          `${streamTimeoutMs / 1_000} s: its offset is ${position === undefined ? 'not stored yet' : formatPosition(position)}, ` +
          `the source is at ${formatPosition(marker)}.`,
        { facts: { connectorName, marker: formatPosition(marker) } },
      );
    }
    await clock.sleep(pollMs);
  }
};

/** Recorded first: what a step creates and dies over is known all the same. */
const recordObjectsAtSource = async (
  { clientId, replicationId, capturedSince }: CaptureRequest['replication'],
  { store, clock }: StartCapturePorts,
): Promise<void> => {
  if (capturedSince !== undefined) return;
  await store.updateReplication(clientId, replicationId, { capturedSince: clock.now().toISOString() });
};

/** A forced start begins capture again, and a repetition of its step finds that done. */
export const beginAgainOnce = (
  run: Run,
  { captureGeneration }: Replication,
  store: Pick<ReplicationStore, 'updateReplication'>,
): BeginAgain => ({
  isDone: captureGeneration === run.generation,
  record: async () => {
    const recorded = await store.updateReplication(
      run.clientId,
      run.replicationId,
      { captureGeneration: run.generation },
      { generation: run.generation, desired: 'running' },
    );
    if (recorded === undefined) {
      throw new MillraceError(
        'Superseded',
        `Start ${run.generation} was replaced while capture began again.`,
      );
    }
  },
});

const isRunning = (status: ConnectorStatus | undefined): boolean =>
  status !== undefined &&
  status.state === 'RUNNING' &&
  status.tasks.length > 0 &&
  status.tasks.every(({ state }) => state === 'RUNNING');

const describeState = (status: ConnectorStatus | undefined): string =>
  status === undefined
    ? 'missing'
    : `${status.state} (tasks: ${status.tasks.map(({ state }) => state).join(', ') || 'none'})`;

const throwIfFailed = (connectorName: string, status: ConnectorStatus | undefined): void => {
  const trace =
    status?.state === 'FAILED'
      ? (status.trace ?? '')
      : status?.tasks.find(({ state }) => state === 'FAILED')?.trace;
  if (trace === undefined) return;
  const { cure, summary } = classifyTrace(trace);
  throw new MillraceError(codeOfCure[cure], `Connector ${connectorName} failed: ${summary}`, {
    facts: { connectorName },
  });
};

/** A step that fails with `CaptureNotStreaming` is tried again. */
const codeOfCure = {
  'needs-resync': 'NeedsResync',
  fix: 'CaptureFailed',
  restart: 'CaptureFailed',
  retry: 'CaptureNotStreaming',
} as const satisfies Record<ConnectorFailure['cure'], ErrorCode>;
