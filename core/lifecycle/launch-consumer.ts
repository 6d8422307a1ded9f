import { placementOf, type Replication } from '../contracts/replication.ts';
import type { Clock, Log } from '../ports/clock-and-log.ts';
import type { TaskObservation, TaskRunner } from '../ports/services.ts';
import type { ConsumerLaunch, ConsumerStore } from '../ports/state-store.ts';

export interface LaunchPorts {
  readonly store: Pick<ConsumerStore, 'getLaunch' | 'recordLaunch' | 'setLaunchTask'>;
  readonly tasks: TaskRunner;
  readonly clock: Clock;
  readonly log: Log;
}

type Launched = ConsumerLaunch & { readonly taskArn: string };

const launchIdPattern = /^r\d+-g(\d+)-l(\d+)$/;

/**
 * `r7-g3-l2`: the second launch under start 3 of replication 7. Unique in an environment, and derived from what is
 * recorded, so that a step which is repeated after a crash launches the same task and not a second one.
 */
export const launchIdOf = (replicationId: number, generation: number, launchNumber: number): string =>
  `r${replicationId}-g${generation}-l${launchNumber}`;

/** Undefined for what `launchIdOf` does not make. */
export const parseLaunchId = (
  launchId: string,
): { readonly generation: number; readonly launchNumber: number } | undefined => {
  const [, generation, launchNumber] = launchIdPattern.exec(launchId) ?? [];
  return generation === undefined
    ? undefined
    : { generation: Number(generation), launchNumber: Number(launchNumber) };
};

const nextLaunchNumber = (previous: ConsumerLaunch | undefined, generation: number): number =>
  previous?.generation === generation ? (parseLaunchId(previous.launchId)?.launchNumber ?? 0) + 1 : 1;

/** ECS's last states of a task (developer guide, "Task lifecycle"): from here on it only goes away. */
export const isEnding = (task: TaskObservation): boolean =>
  ['DEACTIVATING', 'STOPPING', 'DEPROVISIONING', 'STOPPED', 'DELETED'].includes(task.lastStatus);

/** Nothing of it runs any more. ECS forgets a task some time after its end. */
export const hasEnded = (task: TaskObservation | undefined): boolean =>
  task === undefined || task.lastStatus === 'STOPPED';

/**
 * Launches the consumer of a start, unless the one that an earlier attempt of the same step launched is still there.
 * A task of an older launch is stopped first; it could not write any more in any case, since the new one raises the epoch.
 *
 * Throws `Superseded` when the user has stopped the replication or started it again, and `TaskLaunchFailed`.
 */
export const launchForStart = async (replication: Replication, ports: LaunchPorts): Promise<Launched> => {
  const { store, tasks } = ports;
  const recorded = await store.getLaunch(replication.replicationId);
  if (recorded?.generation === replication.generation) {
    if (recorded.taskArn === undefined) return launchTask(replication, recorded, ports);
    const task = await tasks.describeTask(recorded.taskArn);
    if (task !== undefined && !isEnding(task)) return { ...recorded, taskArn: recorded.taskArn };
  }
  return relaunchConsumer(replication, ports);
};

/** Stops the recorded task, if it is still there, and launches a new one. Throws as `launchForStart` does. */
export const relaunchConsumer = async (replication: Replication, ports: LaunchPorts): Promise<Launched> => {
  const { store, tasks, clock } = ports;
  const { clientId, replicationId, generation } = replication;
  const previous = await store.getLaunch(replicationId);
  const launch: ConsumerLaunch = {
    launchId: launchIdOf(replicationId, generation, nextLaunchNumber(previous, generation)),
    launchedAt: clock.now().toISOString(),
    generation,
  };
  // Recorded first: from then on the older consumer's heartbeats are refused, so that it ends by itself if stopping
  // it fails, and a crash right here is seen as a launch without a task.
  await store.recordLaunch(clientId, replicationId, launch);
  if (previous?.taskArn !== undefined) {
    await tasks.stopTask(previous.taskArn, `Replaced by consumer launch ${launch.launchId}.`);
  }
  return launchTask(replication, launch, ports);
};

const launchTask = async (
  replication: Replication,
  launch: ConsumerLaunch,
  { store, tasks, log }: LaunchPorts,
): Promise<Launched> => {
  const { launchId } = launch;
  const { clientId, replicationId, consumer } = replication;
  const taskArn = await tasks.runConsumer({
    ...{ clientId, replicationId, launchId },
    placement: placementOf(replication),
    ...(consumer?.size !== undefined && { size: consumer.size }),
  });
  await store.setLaunchTask(replicationId, launchId, taskArn);
  log.info(`Launched consumer ${launchId}`, { launchId, taskArn });
  return { ...launch, taskArn };
};
