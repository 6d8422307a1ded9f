import { withOpened } from '#core/concurrency/with-opened.ts';
import { withinBudget } from '#core/concurrency/within-budget.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { MillraceError, type Problem } from '#core/errors/millrace-error.ts';
import { ownerOf } from '#core/lifecycle/own-tables.ts';
import { readDatabases } from '#core/lifecycle/replication-databases.ts';
import type { Log } from '#core/ports/clock-and-log.ts';
import {
  collectProblems,
  collectWarnings,
  type ValidationPorts,
  type ValidationRequest,
  validateReplication,
} from '#core/validation/validate-replication.ts';
import type { ApiPorts } from './ports.ts';

/**
 * The API's Lambda has 29 s, of which the lease may take 12 s and the start itself 2 s. A database that is slower than this is
 * checked by the execution's Validate step only, which takes as many calls as it needs.
 */
const checkBudgetMs = 14_000;

/**
 * What a dry run has of the 29 s. Kafka Connect's own validation ends after 15 s at most, and the look-ups before it take
 * a few.
 */
const dryRunBudgetMs = 25_000;

/** The replication's databases and Kafka, open for one look at them. */
const withServices = <T>(
  replication: Replication,
  log: Log,
  ports: ApiPorts,
  look: (request: ValidationRequest, services: ValidationPorts) => Promise<T>,
): Promise<T> =>
  withOpened(async (keep) => {
    const { store, openSource, openTarget, openKafka, connect, topicRetentionHours } = ports;
    const { sourceDatabase, targetDatabase } = await readDatabases(store, replication);
    const source = keep(await openSource(sourceDatabase));
    const target = keep(await openTarget(targetDatabase));
    const kafka = keep(openKafka(log));
    return look(
      {
        replication,
        sourceDatabase,
        targetDatabase,
        topicRetentionHours,
        owner: await ownerOf(store, replication),
      },
      { store, source, target, kafka, connect },
    );
  });

/**
 * The checks of the Validate step, made before anything changes, so that the caller gets every problem in the answer. All
 * but Kafka Connect's own validation of the connector, which that step makes.
 * Throws `ValidationFailed`, or the error of what does not answer.
 */
export const checkReadiness = async (replication: Replication, log: Log, ports: ApiPorts): Promise<void> => {
  await withinBudget(
    checkBudgetMs,
    ports.clock,
    () => withServices(replication, log, ports, validateReplication),
    () => log.warn('The checks before the start take too long; the execution makes them again'),
  );
};

/**
 * Everything that the Validate step checks, and nothing is changed. Throws `DatabaseTimeout` when it takes longer than an
 * answer may, or the error of what cannot be opened.
 */
export const findProblems = async (
  replication: Replication,
  log: Log,
  ports: ApiPorts,
): Promise<{ readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] }> => {
  const { captureKafka } = ports;
  const found = await withinBudget(dryRunBudgetMs, ports.clock, () =>
    withServices(replication, log, ports, async (request, services) => {
      const [problems, warnings] = await Promise.all([
        collectProblems({ ...request, captureKafka }, services),
        collectWarnings(request, services),
      ]);
      return { problems, warnings };
    }),
  );
  if (found !== undefined) return found;
  throw new MillraceError(
    'DatabaseTimeout',
    `The checks of replication ${replication.name} take longer than ${dryRunBudgetMs / 1_000} s. A start makes them in ` +
      'its first step, which takes as long as it needs.',
  );
};
