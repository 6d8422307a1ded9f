import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import { createSecretTextReader } from '#adapters/aws/secret-text.ts';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { createStateStore } from '#adapters/dynamodb/dynamo-state-store.ts';
import { createLog } from '#adapters/observability/log.ts';
import { createMetrics } from '#adapters/observability/metrics.ts';
import { authorizerEnvironmentSchema, oidcEnvironmentSchema } from '#core/contracts/environment.ts';
import { toMillraceError } from '#core/errors/millrace-error.ts';
import { createAuthorizer } from './authorize.ts';
import { createIssuerTokens } from './issuer-tokens.ts';
import { allow } from './policy.ts';

const environment = authorizerEnvironmentSchema.parse(process.env);
const log = createLog({ service: 'authorize' });
const metrics = createMetrics({ environment: environment.MILLRACE_ENVIRONMENT });
const readSecretText = createSecretTextReader();
const authorize = createAuthorizer({
  store: createStateStore({ tableName: environment.MILLRACE_STATE_TABLE }),
  readAdminToken: () => readSecretText(environment.MILLRACE_ADMIN_SECRET_ARN),
  ...(process.env.MILLRACE_OIDC_ISSUER !== undefined && {
    readIssuerToken: createIssuerTokens(oidcEnvironmentSchema.parse(process.env), systemClock),
  }),
  clock: systemClock,
  onUnrecordedUse: (cause) =>
    log.warn(
      `Could not record the last use of a token; the request goes on: ${toMillraceError(cause).message}`,
    ),
});

export const handler = async (event: APIGatewayTokenAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
  const principal = await authorize(event.authorizationToken).catch((cause: unknown) => {
    const error = toMillraceError(cause);
    // API Gateway answers 500 to it, without a call of the api Lambda that would count it.
    metrics.countApiFault();
    log.error(`Could not check the token, so the request is refused: ${error.message}`, { error });
    throw error;
  });
  // API Gateway answers 401 to exactly this message, and 500 to any other error.
  if (principal === undefined) throw new Error('Unauthorized');
  return allow(principal, event.methodArn);
};
