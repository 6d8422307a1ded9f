import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import type { OidcEnvironment } from '#core/contracts/environment.ts';
import { clientIdSchema } from '#core/contracts/identifiers.ts';
import { hasRole, type Principal, type Role, roleSchema } from '#core/contracts/token.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { Clock } from '#core/ports/clock-and-log.ts';

/** Signatures that only the issuer can make. A shared secret (HS256) or none is never accepted. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** Of the authorizer's 10 s. Its keys are fetched once, and again when a token names one that is not known. */
const fetchTimeoutMs = 4_000;
/** A key that the issuer has just begun to use is known after this; so is one that it has withdrawn, after `keysMaxAgeMs`. */
const keysCooldownMs = 30_000;
const keysMaxAgeMs = 10 * 60_000;

const clockToleranceSeconds = 30;

/** The value of the client claim that means all clients. A token without the claim is nobody's. */
const allClients = '*';

/** Longer names are cut: the activity keeps them. */
const maxNameLength = 100;

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url() });

/** `header.payload.signature`; the tokens that Millrace makes itself have no dots. */
export const isSignedToken = (text: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);

/**
 * Finds out who a token of the configured OpenID Connect issuer speaks for: issuer, audience, signature and times must be right.
 * Undefined for nobody. Throws `ServiceUnavailable` when the issuer's keys cannot be read.
 */
export const createIssuerTokens = (
  { MILLRACE_OIDC_ISSUER: issuer, ...environment }: OidcEnvironment,
  clock: Pick<Clock, 'now'>,
): ((text: string) => Promise<Principal | undefined>) => {
  let keys: Promise<JWTVerifyGetKey> | undefined;

  const readKeys = async (): Promise<JWTVerifyGetKey> => {
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const response = await fetch(url, { signal: AbortSignal.timeout(fetchTimeoutMs), redirect: 'error' });
    if (!response.ok) throw new Error(`${url} answers ${response.status}`);
    const found = discoverySchema.parse(await response.json());
    if (found.issuer !== issuer) throw new Error(`${url} is of the issuer ${found.issuer}`);
    return createRemoteJWKSet(new URL(found.jwks_uri), {
      timeoutDuration: fetchTimeoutMs,
      cooldownDuration: keysCooldownMs,
      cacheMaxAge: keysMaxAgeMs,
    });
  };

  return async (text) => {
    try {
      keys ??= readKeys();
      const { payload } = await jwtVerify(text, await keys, {
        issuer,
        audience: environment.MILLRACE_OIDC_AUDIENCE,
        algorithms,
        requiredClaims: ['exp', 'sub'],
        clockTolerance: clockToleranceSeconds,
        currentDate: clock.now(),
      });
      return toPrincipal(payload, environment);
    } catch (cause) {
      if (isRefusal(cause)) return undefined;
      // The next token tries again.
      keys = undefined;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new MillraceError(
        'ServiceUnavailable',
        `The keys of the token issuer ${issuer} could not be read: ${reason}`,
        { cause },
      );
    }
  };
};

/** Whether an error says something of the token, and not of how its keys were read. */
const isRefusal = (error: unknown): boolean =>
  error instanceof errors.JOSEError &&
  !(error instanceof errors.JWKSTimeout) &&
  !(error instanceof errors.JWKSInvalid) &&
  error.code !== 'ERR_JOSE_GENERIC';

const toPrincipal = (
  payload: JWTPayload,
  environment: Omit<OidcEnvironment, 'MILLRACE_OIDC_ISSUER'>,
): Principal | undefined => {
  const role = highestRole(payload[environment.MILLRACE_OIDC_ROLE_CLAIM]);
  const client = payload[environment.MILLRACE_OIDC_CLIENT_CLAIM];
  if (role === undefined || client === undefined) return undefined;
  const name = nameOf(payload);
  if (client === allClients) return { role, name };
  const clientId = clientIdSchema.safeParse(typeof client === 'string' ? Number(client) : client);
  return clientId.success ? { role, name, clientId: clientId.data } : undefined;
};

/** One role, or a list of roles and groups of which others mean nothing here. */
const highestRole = (claim: unknown): Role | undefined => {
  const found = (Array.isArray(claim) ? claim : [claim]).flatMap((value) => {
    const role = roleSchema.safeParse(value);
    return role.success ? [role.data] : [];
  });
  return found.toSorted((one, other) => (hasRole(one, other) ? -1 : 1))[0];
};

/** For the activity. Control characters would forge lines of a log. */
const nameOf = ({ email, preferred_username: username, sub }: JWTPayload): string => {
  const [name = 'unnamed'] = [email, username, sub].filter(
    (value): value is string => typeof value === 'string' && value !== '',
  );
  return name.replaceAll(/[\p{C}\p{Z}]+/gu, ' ').slice(0, maxNameLength);
};
