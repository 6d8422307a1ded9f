import type { ReplicationId } from '../contracts/identifiers.ts';
import type { Replication } from '../contracts/replication.ts';
import { errorPolicies, toErrorCode } from '../errors/error-policies.ts';
import type { Clock } from '../ports/clock-and-log.ts';
import type { HealAttempt, HealStore } from '../ports/state-store.ts';
import { type BeginByItselfPorts, beginByItself } from './begin-by-itself.ts';

export const startAgainAttempt = 'start-again';

/** What is counted of earlier attempts. */
export const startAgainWindowMs = 2 * 3_600_000;
const firstPauseMs = 60_000;
/** A start costs an execution and a look at every table, so it is not begun each minute for a night. */
const longestPauseMs = 15 * 60_000;

/** Whether a start has once got as far as the source, so that changes are captured and wait. */
export const hasRun = ({ capturedSince }: Pick<Replication, 'capturedSince'>): boolean =>
  capturedSince !== undefined;

/** Whether it has failed for a reason that time may cure, after it had run, and its user wants it to run. */
export const startsAgainByItself = (
  replication: Pick<Replication, 'status' | 'desired' | 'capturedSince' | 'lastErrorCode'>,
): boolean =>
  replication.status === 'error' &&
  replication.desired === 'running' &&
  hasRun(replication) &&
  replication.lastErrorCode !== undefined &&
  errorPolicies[toErrorCode(replication.lastErrorCode)].disposition === 'transient';

/** After 1, 2, 4, 8, and then every 15 minutes, counted from the failure; `count` is how often it was tried again. */
export const dueAt = (failedAt: string, count: number): Date =>
  new Date(Date.parse(failedAt) + Math.min(firstPauseMs * 2 ** count, longestPauseMs));

/** When it is started again, to the next health check; `attempts` are those of `startAgainWindowMs`. */
export const startDueAt = (
  { statusSince }: Pick<Replication, 'statusSince'>,
  attempts: readonly HealAttempt[],
): Date => dueAt(statusSince, attempts.filter(({ action }) => action === startAgainAttempt).length);

/** Whether something was tried again by itself lately, after people were told of its first failure. */
export const wasTriedAgain = async (
  action: string,
  replicationId: ReplicationId,
  { store, clock }: { readonly store: Pick<HealStore, 'listHealAttempts'>; readonly clock: Clock },
): Promise<boolean> => {
  const since = new Date(clock.now().getTime() - startAgainWindowMs);
  const attempts = await store.listHealAttempts(replicationId, since);
  return attempts.some((attempt) => attempt.action === action);
};

/** Begins a start of a replication that `startsAgainByItself`, when it is due. Returns whether it did. */
export const startAgain = async (
  replication: Replication,
  holder: string,
  ports: BeginByItselfPorts,
): Promise<boolean> => {
  const { store, clock, log } = ports;
  const now = clock.now();
  const since = new Date(now.getTime() - startAgainWindowMs);
  if (startDueAt(replication, await store.listHealAttempts(replication.replicationId, since)) > now)
    return false;
  const begun = await beginByItself(
    replication,
    {
      attempt: startAgainAttempt,
      wanted: startsAgainByItself,
      reasonOf: ({ lastErrorMessage = 'It had failed.' }) =>
        `${lastErrorMessage} Time may have cured it, so it is tried again.`,
      forceResync: false,
    },
    holder,
    ports,
  );
  if (begun === undefined) return false;
  log.warn(`Start ${begun.started.generation} begins by itself: ${begun.reason}`);
  return true;
};
