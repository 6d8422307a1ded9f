import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { EnvironmentName } from '../config/environment-config.ts';

/** Credentials of databases: secrets that the API writes, and the Lambdas, tasks and Connect workers read. */
export const databaseSecretPrefix = (environment: EnvironmentName): string =>
  `millrace/${environment}/databases`;

/** Outside of that prefix, so that a role that may read databases' credentials cannot read it. */
export const adminSecretName = (environment: EnvironmentName): string =>
  `millrace/${environment}/admin-token`;

/** Secrets Manager appends six random characters to a name, so ARNs under a prefix can only be named with a wildcard. */
export const databaseSecretsArn = (scope: Construct, environment: EnvironmentName): string =>
  Stack.of(scope).formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: `${databaseSecretPrefix(environment)}/*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
