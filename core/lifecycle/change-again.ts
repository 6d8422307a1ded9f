import type { ReplicationId } from '../contracts/identifiers.ts';
import type { Replication } from '../contracts/replication.ts';
import { type ErrorCode, errorPolicies, toErrorCode } from '../errors/error-policies.ts';
import type { Log } from '../ports/clock-and-log.ts';
import type { HealAttempt, HealStore, LeaseStore, ReplicationStore } from '../ports/state-store.ts';
import { type BeginTableChangePorts, beginTableChange } from './begin-table-change.ts';
import { underFreeLease } from './lease.ts';
import { dueAt, startAgainWindowMs, wasTriedAgain } from './start-again.ts';

export interface ChangeAgainPorts extends BeginTableChangePorts {
  readonly store: BeginTableChangePorts['store'] &
    Pick<ReplicationStore, 'getReplication' | 'addActivity'> &
    LeaseStore &
    HealStore;
  readonly log: Log;
}

const changeAgainAttempt = 'change-tables-again';

/**
 * A password that is changed first at the database and then here is wrong for a moment. It is tried so often within `startAgainWindowMs`: a
 * server may lock an account that fails too often.
 */
const credentialAttempts = 3;

type FailedChange = NonNullable<Replication['tableChange']>;

const failedChange = ({ status, desired, tableChange }: Replication): FailedChange | undefined =>
  status === 'active' && desired === 'running' && tableChange?.state === 'failed' ? tableChange : undefined;

const mayPass = (code: ErrorCode, count: number): boolean =>
  code === 'DatabaseAuthenticationFailed'
    ? count < credentialAttempts
    : errorPolicies[code].disposition === 'transient';

/** Whether a change of its tables has failed for a reason that may pass by itself. */
export const changesAgainByItself = (replication: Replication): boolean => {
  const code = failedChange(replication)?.errorCode;
  return code !== undefined && mayPass(toErrorCode(code), 0);
};

const changeDueAt = (
  { errorCode, failedAt, startedAt }: FailedChange,
  attempts: readonly HealAttempt[],
): Date | undefined => {
  const count = attempts.filter(({ action }) => action === changeAgainAttempt).length;
  return errorCode !== undefined && mayPass(toErrorCode(errorCode), count)
    ? dueAt(failedAt ?? startedAt, count)
    : undefined;
};

/**
 * When the change is tried again, to the next health check; `attempts` are those of `startAgainWindowMs`. Undefined: it waits for a person.
 */
export const nextChangeAt = (
  replication: Replication,
  attempts: readonly HealAttempt[],
): Date | undefined => {
  const failed = failedChange(replication);
  return failed === undefined ? undefined : changeDueAt(failed, attempts);
};

/** Whether the change was tried again by itself before, after people were told of its first failure. */
export const wasChangeToldBefore = async (
  code: ErrorCode,
  replicationId: ReplicationId,
  ports: Parameters<typeof wasTriedAgain>[2],
): Promise<boolean> => mayPass(code, 0) && (await wasTriedAgain(changeAgainAttempt, replicationId, ports));

/** Begins the change that has failed again, when it is due. Returns whether it did. Throws as `beginTableChange`. */
export const changeAgain = async (
  replication: Replication,
  holder: string,
  ports: ChangeAgainPorts,
): Promise<boolean> => {
  const { store, clock, log } = ports;
  const { clientId, replicationId } = replication;
  const now = clock.now();
  const since = new Date(now.getTime() - startAgainWindowMs);
  const attempts = await store.listHealAttempts(replicationId, since);
  const dueChange = (of: Replication): FailedChange | undefined => {
    const failed = failedChange(of);
    const due = failed === undefined ? undefined : changeDueAt(failed, attempts);
    return due !== undefined && due <= now ? failed : undefined;
  };
  if (dueChange(replication) === undefined) return false;
  const begun = await underFreeLease(replicationId, holder, ports, async () => {
    // The list is eventually consistent, and a user may have acted.
    const current = await store.getReplication(clientId, replicationId);
    const failed = dueChange(current);
    if (failed === undefined) return false;
    // Counted before it is tried: an attempt that fails counts as well.
    await store.addHealAttempt(replicationId, { action: changeAgainAttempt, at: now.toISOString() });
    await repeatChange(current, failed, ports);
    const message = `${failed.message ?? 'Changing the tables failed.'} It may have passed, so the change is tried again.`;
    await store.addActivity(current, {
      ...{ at: now.toISOString(), actor: 'healer', action: 'table-change-repeated', message },
    });
    log.warn(message);
    return true;
  });
  return begun ?? false;
};

const repeatChange = (
  current: Replication,
  { resync }: FailedChange,
  ports: BeginTableChangePorts,
): Promise<Replication> => beginTableChange(current, { tables: current.tables, resync }, ports);

/** The same at once, after someone has changed what the failure may have come from. Call it under the replication's lease. */
export const changeAgainAfterCure = async (
  current: Replication,
  curable: ReadonlySet<string>,
  ports: BeginTableChangePorts,
): Promise<boolean> => {
  const failed = failedChange(current);
  if (failed === undefined || !curable.has(failed.errorCode ?? '')) return false;
  await repeatChange(current, failed, ports);
  return true;
};
