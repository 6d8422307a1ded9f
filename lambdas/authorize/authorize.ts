import { createHash, timingSafeEqual } from 'node:crypto';
import { deploymentTokenName, isExpired, type Principal, toPrincipal } from '#core/contracts/token.ts';
import type { Clock } from '#core/ports/clock-and-log.ts';
import type { TokenStore } from '#core/ports/state-store.ts';
import { isSignedToken } from './issuer-tokens.ts';

export interface AuthorizePorts {
  readonly store: Pick<TokenStore, 'findToken' | 'touchToken'>;
  readonly readAdminToken: () => Promise<string>;
  /** Who a token of an OpenID Connect issuer speaks for; absent where none is trusted. */
  readonly readIssuerToken?: (text: string) => Promise<Principal | undefined>;
  readonly clock: Clock;
  /** The last use of a token could not be recorded. The request goes on. */
  readonly onUnrecordedUse: (cause: unknown) => void;
}

/** A rotated admin token is in force, and the old one is out, after this and API Gateway's own cache of a minute. */
const adminTokenCacheMs = 60_000;

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * `Bearer <token>`, RFC 6750; the scheme's case does not matter (RFC 9110, 11.1). Any visible character may be in the
 * token: an operator may replace the admin token by one of their own, and the AWS emulator generates punctuation
 * whatever the secret asks for.
 */
export const bearerToken = (header: string): string | undefined =>
  /^bearer +([\x21-\x7e]+)$/i.exec(header)?.[1];

/** Finds out who a token speaks for; undefined for nobody, as for a token that has ended. */
export const createAuthorizer = ({
  store,
  readAdminToken,
  readIssuerToken,
  clock,
  onUnrecordedUse,
}: AuthorizePorts) => {
  let admin: { readonly hash: Buffer; readonly readAt: number } | undefined;

  const adminHash = async (): Promise<Buffer> => {
    const now = clock.now().getTime();
    if (admin === undefined || now - admin.readAt >= adminTokenCacheMs)
      admin = { hash: sha256(await readAdminToken()), readAt: now };
    return admin.hash;
  };

  return async (authorizationHeader: string): Promise<Principal | undefined> => {
    const text = bearerToken(authorizationHeader);
    if (text === undefined) return undefined;
    if (readIssuerToken !== undefined && isSignedToken(text)) return readIssuerToken(text);
    const hash = sha256(text);
    // Stored tokens first: they are nearly all requests, and work while the admin secret cannot be read.
    const token = await store.findToken(hash.toString('hex'));
    if (token !== undefined) {
      const now = clock.now();
      if (isExpired(token, now)) return undefined;
      await store.touchToken(token.tokenId, now.toISOString()).catch(onUnrecordedUse);
      return toPrincipal(token);
    }
    // Hashes have one length, as a comparison in constant time needs.
    return timingSafeEqual(hash, await adminHash())
      ? { role: 'admin', name: deploymentTokenName }
      : undefined;
  };
};
