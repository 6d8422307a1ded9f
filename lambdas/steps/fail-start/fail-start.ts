import type { z } from 'zod';
import { startFailedAlert } from '#core/alerts/compose-alert.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { type failStartInputSchema, type Run, type StepName, stepLabel } from '#core/contracts/steps.ts';
import { engineOf } from '#core/databases/registry.ts';
import { type ErrorCode, errorPolicies, toErrorCode } from '#core/errors/error-policies.ts';
import { startAgainAttempt, wasTriedAgain } from '#core/lifecycle/start-again.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import type { AlertSink } from '#core/ports/services.ts';
import type { ConsumerStore, HealStore, RegistryStore, ReplicationStore } from '#core/ports/state-store.ts';
import { describeObjects, isAtSource } from '#core/status/objects-at-source.ts';
import { readFailure, type StartFailure } from './read-failure.ts';

export interface FailStartPorts {
  readonly store: Pick<ReplicationStore, 'getReplication' | 'updateReplication' | 'addActivity'> &
    Pick<ConsumerStore, 'revokeLaunch'> &
    Pick<HealStore, 'listHealAttempts'> &
    Pick<RegistryStore, 'getDatabase'>;
  readonly alerts: AlertSink;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a failed start leaves, so that nobody has to wonder. Nothing of it is removed: it makes the next start a resumption. */
const whatStays = {
  Validate: 'Nothing was changed.',
  Capture: 'The connector stays where it is.',
  Copy: 'Capture goes on, and the chunks that are copied stay: starting again copies only the rest.',
  Consume: 'Capture goes on, and what is copied stays: starting again only launches the consumer.',
} as const satisfies Record<StepName, string>;

/**
 * The end of a start that failed: the replication is in error (needs-resync when that is the cause), says why and what to
 * do, and one alert is sent. A consumer that this start launched is told to end. Does nothing when a stop, a newer start or
 * the consumer itself has decided about the replication in the meantime.
 */
export const failStart = async (
  { run, step, failure }: z.infer<typeof failStartInputSchema>,
  ports: FailStartPorts,
): Promise<{ readonly status: Replication['status'] }> => {
  const { store, alerts, clock, log } = ports;
  const { clientId, replicationId, generation } = run;
  const replication = await store.getReplication(clientId, replicationId);
  const lead = `${stepLabel(step)} (${step}) failed: `;
  const { code, message } = preferOwnWords(readFailure(step, failure), replication, run, lead);
  if (code === 'Superseded') {
    log.info(
      `${stepLabel(step)} Ignoring the failure of start ${generation}: a stop or a newer start has replaced it`,
      { step: stepLabel(step) },
    );
    return { status: replication.status };
  }

  const status = code === 'NeedsResync' ? 'needs-resync' : 'error';
  const text = `${lead}${message}`;
  const { advice } = errorPolicies[code];
  const failed = await store.updateReplication(
    clientId,
    replicationId,
    { status, lastErrorCode: code, lastErrorMessage: text },
    { generation, desired: 'running', status: 'starting' },
  );
  // Repeated after its own last write, it must still alert: at least once beats not at all.
  const isRepetition = replication.status === status && replication.lastErrorMessage === text;
  if (failed === undefined && !isRepetition) {
    log.info(`${text} Someone else has decided about the replication since.`, { step: stepLabel(step) });
    return { status: replication.status };
  }

  // A consumer that this start launched ends at its next heartbeat.
  await store.revokeLaunch(replicationId);
  log.error(`${text} ${advice}`, { step: stepLabel(step), error: code });
  const stays = await describeWhatStays(step, replication, store);
  if (await wasToldBefore(code, replicationId, ports))
    log.info('No alert: people were told of the first failure, and the incident is open until it runs again');
  else await alerts.publish(startFailedAlert(replication, { reason: text, advice, whatStays: stays }));
  await store.addActivity(run, {
    at: clock.now().toISOString(),
    actor: 'start-replication',
    action: 'start-failed',
    message: `${text} ${advice} ${stays}`,
    before: { status: 'starting', desired: 'running' },
    after: { status, desired: 'running' },
  });
  return { status };
};

/** Whether the start was begun by itself, after one that had failed for a reason that time can cure as well. */
const wasToldBefore = async (
  code: ErrorCode,
  replicationId: number,
  ports: FailStartPorts,
): Promise<boolean> =>
  errorPolicies[code].disposition === 'transient' &&
  (await wasTriedAgain(startAgainAttempt, replicationId, ports));

/** Capture that goes on reads the log; one that never came about leaves objects for which the source keeps it. */
const describeWhatStays = async (
  step: StepName,
  replication: Replication,
  store: FailStartPorts['store'],
): Promise<string> => {
  if (step !== 'Capture' || !isAtSource(replication)) return whatStays[step];
  const { kind } = await store.getDatabase(replication.clientId, replication.sourceDatabaseId);
  const objects = engineOf(kind).source.capture.objectsAtSource(replication);
  return `${whatStays[step]} ${describeObjects(objects)}`.trimEnd();
};

/**
 * A container cannot throw through Step Functions; the copy worker leaves its error with the replication. Repeated after
 * its own last write, the step finds that error with its `lead`.
 */
const preferOwnWords = (
  failure: StartFailure,
  { status, generation, lastErrorCode, lastErrorMessage }: Replication,
  run: Run,
  lead: string,
): Pick<StartFailure, 'code' | 'message'> => {
  if (!failure.isSecondHand || lastErrorMessage === undefined || generation !== run.generation)
    return failure;
  const code = toErrorCode(lastErrorCode);
  if (status === 'starting') return { code, message: lastErrorMessage };
  return lastErrorMessage.startsWith(lead) ? { code, message: lastErrorMessage.slice(lead.length) } : failure;
};
