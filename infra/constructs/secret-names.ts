import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { EnvironmentName } from '../config/environment-config.ts';

/** Credentials of databases: secrets that the API writes, and the Lambdas, tasks and Connect workers read. */
export const databaseSecretPrefix = (environment: EnvironmentName): string =>
  `millrace/${environment}/databases`;

/** URLs and keys of alert channels: secrets that the API writes, and the Lambda that delivers alerts reads. */
export const channelSecretPrefix = (environment: EnvironmentName): string =>
  `millrace/${environment}/alert-channels`;

/** Secrets Manager appends six random characters to a name, so ARNs under a prefix can only be named with a wildcard. */
export const databaseSecretsArn = (scope: Construct, environment: EnvironmentName): string =>
  secretsUnder(scope, databaseSecretPrefix(environment));

export const channelSecretsArn = (scope: Construct, environment: EnvironmentName): string =>
  secretsUnder(scope, channelSecretPrefix(environment));

const secretsUnder = (scope: Construct, prefix: string): string =>
  Stack.of(scope).formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: `${prefix}/*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
