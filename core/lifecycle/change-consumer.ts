import type { ClientId, ReplicationId } from '../contracts/identifiers.ts';
import { type ConsumerSettings, placementOf, type Replication } from '../contracts/replication.ts';
import { describeSize } from '../contracts/task-size.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import type { LeaseStore, ReplicationStore } from '../ports/state-store.ts';
import { type LaunchPorts, relaunchConsumer } from './launch-consumer.ts';
import { underLease } from './lease.ts';

export interface ChangeConsumerPorts extends LaunchPorts {
  readonly store: LaunchPorts['store'] &
    LeaseStore &
    Pick<ReplicationStore, 'getReplication' | 'updateReplication' | 'addActivity'>;
}

/** What is left out stays as it is; a size of null is that of the environment. */
export interface ConsumerWish {
  readonly placement?: ConsumerSettings['placement'];
  readonly size?: ConsumerSettings['size'] | null;
  /** Who asks, as the activity names them. */
  readonly by: string;
  readonly reason?: string;
}

/**
 * Changes where the consumer of a replication runs. One that is at work is launched again there: it commits what it has in hand, and its
 * successor goes on from the checkpoints. `pooled` also ends the time that it has a task of its own because it was not quiet.
 *
 * Throws `NotFound`, `Conflict` where something else is at work, what `checkVersion` throws, and `TaskLaunchFailed`, after which healing
 * launches it.
 */
export const changeConsumer = (
  clientId: ClientId,
  replicationId: ReplicationId,
  { by, reason, ...wish }: ConsumerWish,
  ports: ChangeConsumerPorts,
  checkVersion: (before: Replication) => void = () => undefined,
): Promise<Replication> =>
  underLease(replicationId, ports, async () => {
    const { store, clock } = ports;
    const before = await store.getReplication(clientId, replicationId);
    checkVersion(before);
    refuseWhileAtWork(before);
    const consumer = mergeConsumer(before.consumer, wish);
    if (JSON.stringify(consumer) === JSON.stringify(inOrder(before.consumer ?? {}))) return before;
    const { status, desired, generation } = before;
    const after = await store.updateReplication(
      clientId,
      replicationId,
      { consumer },
      { status, desired, generation },
    );
    if (after === undefined)
      throw new MillraceError(
        'Conflict',
        `Replication ${replicationId} was changed by someone else just now.`,
      );
    await store.addActivity(after, {
      at: clock.now().toISOString(),
      actor: 'user',
      action: 'consumer-settings-changed',
      message: `The consumer runs ${describeConsumer(consumer)}.`,
      by,
      ...(reason !== undefined && { reason }),
      before: { consumer: describeConsumer(before.consumer) },
      after: { consumer: describeConsumer(consumer) },
    });
    if (after.status === 'active' && isLaunchedOtherwise(before, after)) await relaunchConsumer(after, ports);
    return after;
  });

const isLaunchedOtherwise = (before: Replication, after: Replication): boolean =>
  placementOf(before) !== placementOf(after) ||
  (placementOf(after) === 'own' &&
    JSON.stringify(before.consumer?.size) !== JSON.stringify(after.consumer?.size));

const mergeConsumer = (
  before: ConsumerSettings = {},
  wish: Pick<ConsumerWish, 'placement' | 'size'>,
): ConsumerSettings => {
  const { size: _size, movedOut, ...rest } = before;
  const size = wish.size === undefined ? before.size : (wish.size ?? undefined);
  const placement = wish.placement ?? before.placement;
  return inOrder({
    ...rest,
    ...(placement !== undefined && { placement }),
    ...(size !== undefined && { size }),
    ...(wish.placement === undefined && movedOut !== undefined && { movedOut }),
  });
};

const inOrder = ({ placement, size, movedOut }: ConsumerSettings): ConsumerSettings => ({
  ...(placement !== undefined && { placement }),
  ...(size !== undefined && { size: { cpu: size.cpu, memoryMib: size.memoryMib } }),
  ...(movedOut !== undefined && { movedOut }),
});

/** `in a task of its own with 0.25 vCPU and 512 MiB`. */
const describeConsumer = ({ placement = 'own', size, movedOut }: ConsumerSettings = {}): string => {
  const own = `in a task of its own${size === undefined ? '' : ` with ${describeSize(size)}`}`;
  if (placement === 'own') return own;
  return movedOut === undefined ? 'in a pool' : `${own}, since it is not quiet`;
};

/** A start and a change of the tables launch the consumer themselves. */
const refuseWhileAtWork = ({ replicationId, status, tableChange }: Replication): void => {
  const isBetween = ['starting', 'pausing', 'stopping', 'deleting'].includes(status);
  if (!isBetween && tableChange?.state !== 'running') return;
  throw new MillraceError(
    'Conflict',
    `Replication ${replicationId} is ${isBetween ? status : 'changing its tables'}, so its consumer cannot be moved now. Try again ` +
      'when that has ended.',
    { facts: { replicationId, status } },
  );
};
