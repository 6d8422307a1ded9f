import type { LogsEnvironment } from '#core/contracts/environment.ts';
import type { LogPlace } from '#core/ports/log-reader.ts';

/** The log group of each place, as the environment of a Lambda names them. */
export const logGroupsOf = (environment: LogsEnvironment): Partial<Readonly<Record<LogPlace, string>>> => ({
  workers: environment.MILLRACE_WORKERS_LOG_GROUP,
  steps: environment.MILLRACE_STEPS_LOG_GROUP,
  health: environment.MILLRACE_HEALTH_LOG_GROUP,
  ...(environment.MILLRACE_CONNECT_LOG_GROUP !== undefined && {
    connect: environment.MILLRACE_CONNECT_LOG_GROUP,
  }),
});
