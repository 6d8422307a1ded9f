import type { EnvironmentConfig, EnvironmentName } from '../config/environment-config.ts';

/**
 * The log groups that the API reads for `GET /replications/{id}/logs`. The Lambdas of the state machines share one, and so do the
 * health checks: CloudWatch takes few requests a second, and each group is one.
 */
export const logGroupNames = (environment: EnvironmentName) =>
  ({
    workers: `/millrace/${environment}/workers`,
    steps: `/millrace/${environment}/steps`,
    health: `/millrace/${environment}/health`,
  }) as const;

/** Of a Connect service that is created; an imported one says itself where it logs. */
export const createdConnectLogGroup = (environment: EnvironmentName): string =>
  `/millrace/${environment}/connect`;

/** Undefined where Connect was there before and does not log to CloudWatch. */
export const connectLogGroup = ({ name, platform }: EnvironmentConfig): string | undefined =>
  platform.source === 'created' || 'workers' in platform.connect
    ? createdConnectLogGroup(name)
    : platform.connect.logGroup;
