import { createSecretTextReader } from '#adapters/aws/secret-text.ts';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { createStateStore } from '#adapters/dynamodb/dynamo-state-store.ts';
import {
  type AuthorizerEnvironment,
  authorizerEnvironmentSchema,
  oidcEnvironmentSchema,
} from '#core/contracts/environment.ts';
import type { Principal } from '#core/contracts/token.ts';
import { toMillraceError } from '#core/errors/millrace-error.ts';
import type { Log } from '#core/ports/clock-and-log.ts';
import { createAuthorizer } from './authorize.ts';
import { createIssuerTokens } from './issuer-tokens.ts';

/** What a Lambda that checks tokens works with, from its environment. */
export const openAuthorizer = (
  log: Log,
): {
  readonly environment: AuthorizerEnvironment;
  readonly authorize: (authorizationHeader: string) => Promise<Principal | undefined>;
} => {
  const environment = authorizerEnvironmentSchema.parse(process.env);
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
  return { environment, authorize };
};
