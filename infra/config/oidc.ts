import type { EnvironmentConfig, ReadContext } from './environment-config.ts';

type Oidc = NonNullable<EnvironmentConfig['oidc']>;

const defaultRoleClaim = 'millrace_role';
const defaultClientClaim = 'millrace_client';
const defaultScope = 'openid email';

/**
 * `-c oidcIssuer=https://... -c oidcAudience=...`, with `oidcRoleClaim` and `oidcClientClaim` where the claims have other names.
 * `oidcConsoleClientId` lets people sign in to the console with it, with `oidcConsoleScope` and `oidcConsoleOrigins` where the defaults do not fit.
 * Undefined when no issuer is given. Throws an error when the rest is missing or the issuer could be read by others.
 */
export const oidcFrom = (readContext: ReadContext): EnvironmentConfig['oidc'] => {
  const issuer = readContext('oidcIssuer');
  if (issuer === undefined || issuer === '') return undefined;
  const audience = readContext('oidcAudience');
  if (audience === undefined || audience === '')
    throw new Error(
      '-c oidcIssuer=URL needs -c oidcAudience=TEXT, or tokens for other services would be taken.',
    );
  if (!issuer.startsWith('https://')) throw new Error(`The issuer ${issuer} must begin with https://.`);
  return {
    issuer,
    audience,
    roleClaim: readContext('oidcRoleClaim') ?? defaultRoleClaim,
    clientClaim: readContext('oidcClientClaim') ?? defaultClientClaim,
    ...consoleFrom(issuer, readContext),
  };
};

const consoleFrom = (issuer: string, readContext: ReadContext): Pick<Oidc, 'console'> => {
  const clientId = readContext('oidcConsoleClientId');
  if (clientId === undefined || clientId === '') return {};
  const origins = readContext('oidcConsoleOrigins')?.split(',') ?? [new URL(issuer).origin];
  for (const origin of origins)
    if (!/^https:\/\/[A-Za-z0-9.-]+(:\d+)?$/.test(origin))
      throw new Error(`-c oidcConsoleOrigins: ${origin} must be an origin, as https://login.example.com.`);
  return { console: { clientId, scope: readContext('oidcConsoleScope') ?? defaultScope, origins } };
};
