import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import { createLog } from '#adapters/observability/log.ts';
import { createMetrics } from '#adapters/observability/metrics.ts';
import { toMillraceError } from '#core/errors/millrace-error.ts';
import { openAuthorizer } from './open-authorizer.ts';
import { allow } from './policy.ts';

const log = createLog({ service: 'authorize' });
const { environment, authorize } = openAuthorizer(log);
const metrics = createMetrics({ environment: environment.MILLRACE_ENVIRONMENT });

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
