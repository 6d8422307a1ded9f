import { randomUUID } from 'node:crypto';
import type { ReplicationId } from '../contracts/identifiers.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import type { Clock } from '../ports/clock-and-log.ts';
import type { LeaseStore } from '../ports/state-store.ts';

interface LeasePorts {
  readonly store: Pick<LeaseStore, 'acquireLease' | 'releaseLease'>;
  readonly clock: Clock;
}

/** Longer than the API's Lambda lives (29 s), so that the lease cannot end while its holder is at work. */
const leaseTtlMs = 35_000;
/** A heal takes a second or two. What is left of the Lambda's 29 s is for the action itself. */
const leaseWaitMs = 12_000;
const leasePollMs = 250;

/** Runs `action` while nobody else acts on the replication. Throws `Conflict` when someone does for too long. */
export const underLease = async <T>(
  replicationId: ReplicationId,
  { store, clock }: LeasePorts,
  action: () => Promise<T>,
): Promise<T> => {
  const holder = `api-${randomUUID()}`;
  const giveUpAt = clock.now().getTime() + leaseWaitMs;
  while (!(await store.acquireLease(replicationId, holder, leaseTtlMs, clock.now()))) {
    if (clock.now().getTime() >= giveUpAt)
      throw new MillraceError(
        'Conflict',
        `Replication ${replicationId} is being started, stopped or healed by someone else; try again in a minute.`,
      );
    await clock.sleep(leasePollMs);
  }
  try {
    return await action();
  } finally {
    await store.releaseLease(replicationId, holder);
  }
};

/** Longer than the Lambdas of the health checks live (60 s), so that the lease cannot end while its holder is at work. */
const checkLeaseTtlMs = 70_000;

/** Runs `action` of a health check, or returns undefined at once when someone else acts on the replication: the next check looks again. */
export const underFreeLease = async <T>(
  replicationId: ReplicationId,
  holder: string,
  { store, clock }: LeasePorts,
  action: () => Promise<T>,
): Promise<T | undefined> => {
  if (!(await store.acquireLease(replicationId, holder, checkLeaseTtlMs, clock.now()))) return undefined;
  try {
    return await action();
  } finally {
    await store.releaseLease(replicationId, holder);
  }
};
