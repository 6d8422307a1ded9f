import type { EnvironmentConfig, ReadContext } from './environment-config.ts';

const defaultRoleClaim = 'millrace_role';
const defaultClientClaim = 'millrace_client';

/**
 * `-c oidcIssuer=https://... -c oidcAudience=...`, with `oidcRoleClaim` and `oidcClientClaim` where the claims have other names.
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
  };
};
