import type { Replication } from '../contracts/replication.ts';
import { defaultTransactionWaitSeconds } from '../contracts/steps.ts';
import type { Log } from '../ports/clock-and-log.ts';
import type { HealStore, LeaseStore } from '../ports/state-store.ts';
import { type BeginStartPorts, beginStart } from './begin-start.ts';
import { underFreeLease } from './lease.ts';

export interface BeginByItselfPorts extends BeginStartPorts {
  readonly store: BeginStartPorts['store'] & LeaseStore & HealStore;
  readonly log: Log;
}

/** A start that nobody has asked for. */
export interface OwnStart {
  /** As it is counted among the attempts to heal. */
  readonly attempt: string;
  /** Asked again under the lease. */
  readonly wanted: (replication: Replication) => boolean;
  readonly reasonOf: (replication: Replication) => string;
  readonly forceResync: boolean;
}

export interface BegunStart {
  readonly before: Replication;
  readonly started: Replication;
  readonly reason: string;
}

/**
 * Begins a start that the health check has decided on. Undefined when someone else acts on the replication, or it is not wanted any
 * more. Throws as `beginStart`.
 */
export const beginByItself = (
  { clientId, replicationId }: Pick<Replication, 'clientId' | 'replicationId'>,
  { attempt, wanted, reasonOf, forceResync }: OwnStart,
  holder: string,
  ports: BeginByItselfPorts,
): Promise<BegunStart | undefined> =>
  underFreeLease(replicationId, holder, ports, async () => {
    const { store, clock } = ports;
    // The list is eventually consistent, and a user may have stopped or started it.
    const before = await store.getReplication(clientId, replicationId);
    if (!wanted(before)) return undefined;
    // Counted before it is tried: an attempt that fails counts as well.
    await store.addHealAttempt(replicationId, { action: attempt, at: clock.now().toISOString() });
    const reason = reasonOf(before);
    const options = { action: 'start', actor: 'healer', reason, forceResync } as const;
    const started = await beginStart(
      before,
      { ...options, transactionWaitSeconds: defaultTransactionWaitSeconds },
      ports,
    );
    return { before, started, reason };
  });
