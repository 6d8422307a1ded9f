import type { Replication } from '#core/contracts/replication.ts';
import type { Log } from '#core/ports/clock-and-log.ts';
import { validateReplication } from '#core/validation/validate-replication.ts';
import type { ApiPorts } from './ports.ts';

/**
 * The API's Lambda has 29 s, of which the lease may take 12 s and the start itself 2 s. Whoever is slower than this is
 * checked by the execution's Validate step only, which has a minute.
 */
const checkBudgetMs = 14_000;

/**
 * The checks of the Validate step, made before anything changes, so that the caller gets every problem in the answer.
 * Throws `ValidationFailed`, or the error of what does not answer.
 */
export const checkReadiness = async (replication: Replication, log: Log, ports: ApiPorts): Promise<void> => {
  const { store, openSource, openTarget, openKafka, connect, clock, topicRetentionHours } = ports;
  const { clientId } = replication;
  const validate = async (): Promise<void> => {
    const [sourceDatabase, targetDatabase] = await Promise.all([
      store.getDatabase(clientId, replication.sourceDatabaseId),
      store.getDatabase(clientId, replication.targetDatabaseId),
    ]);
    const source = await openSource(sourceDatabase);
    const target = await openTarget(targetDatabase);
    const kafka = openKafka(log);
    try {
      await validateReplication({ replication, topicRetentionHours }, { source, target, kafka, connect });
    } finally {
      await Promise.all([source.close(), target.close(), kafka.close()]);
    }
  };

  const expired = new AbortController();
  const budget = clock.sleep(checkBudgetMs, expired.signal).then(
    () => log.warn('The checks before the start take too long; the execution makes them again'),
    () => undefined,
  );
  const validation = validate();
  try {
    await Promise.race([validation, budget]);
  } finally {
    expired.abort(new Error('The checks are done.'));
    // A validation that goes on after its budget ends nobody's process.
    validation.catch(() => undefined);
  }
};
