import { createServer, type Server } from 'node:http';
import Provider from 'oidc-provider';
import { findFreePort, loopback } from '../../local/ports.ts';

export interface Issuer {
  readonly url: string;
  close(): Promise<void>;
}

/** The public client that the console is to the issuer. */
export const consoleClientId = 'millrace-console';

const host = (port: number): string => `http://${loopback}:${port}`;

/**
 * An OpenID Connect issuer with pages of its own to sign in. Every name that is given there gets the claims. It takes PKCE only, and lets
 * the console's origin ask its token endpoint.
 */
export const startIssuer = async (
  consoleOrigin: string,
  claims: Readonly<Record<string, string>>,
): Promise<Issuer> => {
  const port = await findFreePort();
  const provider = new Provider(host(port), {
    clients: [
      {
        client_id: consoleClientId,
        token_endpoint_auth_method: 'none',
        redirect_uris: [`${consoleOrigin}/sign-in/callback`],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    pkce: { required: () => true },
    clientBasedCORS: (_context, origin) => origin === consoleOrigin,
    claims: { openid: ['sub', ...Object.keys(claims)], email: ['email'] },
    conformIdTokenClaims: false,
    findAccount: (_context, accountId) => ({
      accountId,
      claims: async () => ({ sub: accountId, email: `${accountId}@example.com`, ...claims }),
    }),
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      Grant: 600,
      IdToken: 600,
      Interaction: 600,
      Session: 600,
    },
    cookies: { keys: ['of a test'] },
  });
  const answer = provider.callback();
  const server: Server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(port, loopback, resolve));
  return {
    url: host(port),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
