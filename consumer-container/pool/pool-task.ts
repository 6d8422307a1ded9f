import { AsyncLocalStorage } from 'node:async_hooks';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { createKafkaAdmin } from '#adapters/kafka/kafka-admin.ts';
import { createLog } from '#adapters/observability/log.ts';
import { metricsEnvironmentSchema, taskEnvironmentSchema } from '#core/contracts/environment.ts';
import type { PoolSlot } from '#core/contracts/pool.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { Log } from '#core/ports/clock-and-log.ts';
import { runReplication, taskServices } from '../consumer/run-replication.ts';
import { pooledLimits } from '../consumer/work-limits.ts';
import { exitCodes } from '../exit-codes.ts';
import { openMetricsPlace } from '../metrics-place.ts';
import { pageOf, showMetrics } from '../task-metrics.ts';
import { Pool } from './pool.ts';

/** Whose code runs: a consumer in a pool task. */
interface PooledRun {
  readonly slot: PoolSlot;
  fail(error: unknown): void;
}

/**
 * Errors that nothing has caught. Node says in whose context they came up, so only that consumer ends, and the health check launches
 * it again. Without one it is the pool task's own: it gives back what it holds, and ends.
 */
const containErrors = (runs: AsyncLocalStorage<PooledRun>, onOwn: () => void, log: Log): (() => void) => {
  const onError = (error: unknown): void => {
    const run = runs.getStore();
    if (run === undefined) {
      log.error('An error in the pool task that nothing has caught; it gives back what it holds, and ends', {
        error,
      });
      onOwn();
      return;
    }
    log.error(
      `An error in the consumer of launch ${run.slot.launchId} that nothing has caught; it ends, the others go on`,
      { error, replication: run.slot.replicationId },
    );
    run.fail(error);
  };
  process.on('uncaughtException', onError);
  process.on('unhandledRejection', onError);
  return () => {
    process.off('uncaughtException', onError);
    process.off('unhandledRejection', onError);
  };
};

/** Each consumer asks for the ends of its topics every five seconds; what is asked within a second goes out at once. */
const offsetsGatherMs = 1_000;

/** A consumer that an error has torn out of its course gets so long to end; what is left of it then is fenced by its successor. */
const tornEndsMs = 30_000;

/**
 * The container in the role of a pool task: runs the consumers of the slots that it claims. SIGTERM drains them all, and others
 * go on with them. Returns the exit code, see exit-codes.ts.
 */
export const runPoolTask = async (variables: NodeJS.ProcessEnv): Promise<number> => {
  const task = taskEnvironmentSchema.parse(variables);
  if (task.MILLRACE_ROLE !== 'pool')
    throw new MillraceError('Internal', `The pool task was launched as ${task.MILLRACE_ROLE}.`);
  const poolTaskId = task.MILLRACE_POOL_TASK_ID;
  const services = taskServices(variables);
  const settings = metricsEnvironmentSchema.parse(variables);
  const { store, environmentName } = services;
  const log = createLog({ service: 'pool', fields: { poolTask: poolTaskId } });
  const admin = createKafkaAdmin(services.kafka(`millrace-pool-${poolTaskId}`), log, {
    gatherMs: offsetsGatherMs,
  });
  const place = await openMetricsPlace({ settings, variables, log });
  const runs = new AsyncLocalStorage<PooledRun>();

  const runSlot = async (slot: PoolSlot, stop: AbortSignal): Promise<void> => {
    const torn = Promise.withResolvers<never>();
    // Nobody may be waiting for it any more.
    torn.promise.catch(() => undefined);
    const failed = new AbortController();
    const fail = (error: unknown): void => {
      failed.abort();
      setTimeout(() => torn.reject(error), tornEndsMs).unref();
    };
    const consumer = runs.run({ slot, fail }, () =>
      runReplication(
        {
          ...{ clientId: slot.clientId, replicationId: slot.replicationId, launchId: slot.launchId },
          limits: pooledLimits,
          // The task's own, which asks for the offsets of all topics at once.
          openAdmin: () => ({ ...admin, close: async () => undefined }),
          openMetrics: async (replication, replicationLog) =>
            showMetrics(place, {
              ...{ environmentName, replication, store, log: replicationLog },
              role: 'consumer',
              clock: systemClock,
              path: pageOf(replication.replicationId),
            }),
        },
        services,
        AbortSignal.any([stop, failed.signal]),
      ),
    );
    const end = await Promise.race([consumer, torn.promise]);
    log.info(`The consumer of launch ${slot.launchId} has ended: ${end}`, { launchId: slot.launchId, end });
  };

  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once('SIGTERM', onSignal);
  process.once('SIGINT', onSignal);
  let isCrashed = false;
  const release = containErrors(
    runs,
    () => {
      isCrashed = true;
      stop.abort();
    },
    log,
  );
  try {
    log.info(`Pool task ${poolTaskId} begins`);
    const end = await new Pool(poolTaskId, { store, runSlot, clock: systemClock, log }).run(stop.signal);
    log.info(`Pool task ${poolTaskId} has ended: ${end}`);
    if (isCrashed) return exitCodes.crashed;
    return end === 'lost' ? exitCodes.superseded : exitCodes.drained;
  } finally {
    process.off('SIGTERM', onSignal);
    process.off('SIGINT', onSignal);
    await Promise.all([admin.close(), place.close()]);
    release();
  }
};
