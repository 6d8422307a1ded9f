import { systemClock } from '#adapters/clock/system-clock.ts';
import { createKafkaAdmin } from '#adapters/kafka/kafka-admin.ts';
import { metricsEnvironmentSchema, taskEnvironmentSchema } from '#core/contracts/environment.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { openTaskMetrics } from '../task-metrics.ts';
import { runReplication, taskServices } from './run-replication.ts';
import { limitsOfTask, wholeTaskLimits } from './work-limits.ts';

/**
 * The container in the role of consumer: applies one replication's topics to its target until it is told to stop. SIGTERM
 * drains: transactions under way are finished, at most one batch for each partition. Returns the exit code, see
 * exit-codes.ts. Throws a ZodError for environment variables that are not as they should be.
 */
export const runConsumerTask = async (variables: NodeJS.ProcessEnv): Promise<number> => {
  const task = taskEnvironmentSchema.parse(variables);
  if (task.MILLRACE_ROLE !== 'consumer') {
    throw new MillraceError('Internal', `The consumer was launched as ${task.MILLRACE_ROLE}.`);
  }
  const services = taskServices(variables);
  const settings = metricsEnvironmentSchema.parse(variables);
  const memoryMib = task.MILLRACE_TASK_MEMORY_MIB;
  const { store, environmentName } = services;

  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once('SIGTERM', onSignal);
  process.once('SIGINT', onSignal);
  try {
    const end = await runReplication(
      {
        clientId: task.MILLRACE_CLIENT_ID,
        replicationId: task.MILLRACE_REPLICATION_ID,
        launchId: task.MILLRACE_LAUNCH_ID,
        limits: memoryMib === undefined ? wholeTaskLimits : limitsOfTask(memoryMib),
        openAdmin: createKafkaAdmin,
        openMetrics: (replication, log) =>
          openTaskMetrics({
            ...{ environmentName, settings, variables, replication, store, log },
            role: 'consumer',
            clock: systemClock,
          }),
      },
      services,
      stop.signal,
    );
    return exitCodes[end];
  } finally {
    process.off('SIGTERM', onSignal);
    process.off('SIGINT', onSignal);
  }
};
