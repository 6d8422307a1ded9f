import { statusChange } from '#core/contracts/activity.ts';
import { heartbeatStaleAfterMs } from '#core/contracts/consumer.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { type Run, type StartConsumerOutput, stepLabel } from '#core/contracts/steps.ts';
import { toErrorCode } from '#core/errors/error-policies.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { requireCurrentRun } from '#core/lifecycle/current-run.ts';
import { isEnding, type LaunchPorts, launchForStart } from '#core/lifecycle/launch-consumer.ts';
import { countOf } from '#core/naming/count-of.ts';
import type { ConsumerStore, ReplicationStore } from '#core/ports/state-store.ts';

export interface StartConsumerPorts extends LaunchPorts {
  readonly store: LaunchPorts['store'] &
    Pick<ConsumerStore, 'getHeartbeat'> &
    Pick<ReplicationStore, 'getReplication' | 'updateReplication' | 'addActivity'>;
}

const pollMs = 1_000;
/** Below the Lambda's 120 s, so that the error gets out; Fargate pulls and starts the image in about 40 s. */
const firstBeatTimeoutMs = Math.min(100_000, heartbeatStaleAfterMs);

const step = stepLabel('Consume');

/**
 * STEP 4/4: launches the consumer, waits until it says that it runs, and declares the replication active. Throws the
 * consumer's own error when it stops on one, and otherwise `TaskLaunchFailed` when it ends or stays silent.
 */
export const startConsumer = async (run: Run, ports: StartConsumerPorts): Promise<StartConsumerOutput> => {
  const { store, clock, log } = ports;
  const replication = await requireCurrentRun(store, run);
  log.info(`${step} Launching the consumer`, { step });
  const launch = await launchForStart(replication, ports);
  await waitForFirstBeat(run, launch, ports);

  const active = await store.updateReplication(
    run.clientId,
    run.replicationId,
    { status: 'active', lastErrorCode: undefined, lastErrorMessage: undefined },
    { generation: run.generation, desired: 'running' },
  );
  if (active === undefined) {
    throw new MillraceError(
      'Superseded',
      `Start ${run.generation} was replaced while its consumer started.`,
      {
        facts: { replicationId: run.replicationId, generation: run.generation },
      },
    );
  }
  await store.addActivity(run, {
    at: clock.now().toISOString(),
    actor: 'start-replication',
    action: 'started',
    message: describeStart(active, run),
    ...statusChange(replication, active),
  });
  log.info(`${step} Replication is active`, { step, launchId: launch.launchId });
  return { launchId: launch.launchId };
};

const describeStart = (replication: Replication, run: Run): string =>
  `Start ${run.generation} is complete: capture and consumer run for ${countOf(replication.tables.length, 'table')}` +
  (run.forceResync ? ', all of them copied again.' : '.');

export const waitForFirstBeat = async (
  run: Run,
  { launchId, taskArn }: { readonly launchId: string; readonly taskArn: string },
  { store, tasks, clock }: StartConsumerPorts,
): Promise<void> => {
  const deadline = clock.now().getTime() + firstBeatTimeoutMs;
  for (;;) {
    const heartbeat = await store.getHeartbeat(run.replicationId);
    if (heartbeat?.launchId === launchId) {
      // RETRYING speaks, so it runs: healing and its own retries take over from here.
      if (heartbeat.state === 'RUNNING' || heartbeat.state === 'RETRYING') return;
      if (heartbeat.state === 'ERROR') {
        throw new MillraceError(
          toErrorCode(heartbeat.errorCode),
          `The consumer stopped: ${heartbeat.errorMessage ?? 'it gave no message'}`,
          { facts: { launchId } },
        );
      }
    }
    await requireCurrentRun(store, run);
    const task = await tasks.describeTask(taskArn);
    if (task === undefined || isEnding(task)) {
      const exit = task?.exitCode === undefined ? '' : ` with exit code ${task.exitCode}`;
      throw new MillraceError(
        'TaskLaunchFailed',
        `The consumer's task ended${exit} before its first heartbeat: ` +
          `${task?.stoppedReason ?? 'no reason is known'}. Its log says more.`,
        { facts: { launchId, taskArn } },
      );
    }
    if (clock.now().getTime() >= deadline) {
      throw new MillraceError(
        'TaskLaunchFailed',
        `The consumer's task is ${task.lastStatus} but has sent no heartbeat within ${firstBeatTimeoutMs / 1_000} s.`,
        { facts: { launchId, taskArn } },
      );
    }
    await clock.sleep(pollMs);
  }
};
