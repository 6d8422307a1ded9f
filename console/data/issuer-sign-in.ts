import * as oauth from 'oauth4webapi';
import type { IssuerSignIn } from '../edge/session.ts';
import { callbackPath } from './sign-in-settings.ts';

/** What has to be known again after the way to the issuer and back; it is of no use to others without the code that comes with it. */
interface Attempt {
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
  /** Where the person wanted to go. */
  readonly path: string;
}

const attemptKey = 'millrace-sign-in';

/** http is for an issuer on this machine; the policy of a deployed page lets no other through. */
const requestOptions = (url: string) => ({
  [oauth.allowInsecureRequests]: new URL(url).hostname === '127.0.0.1',
});

const discover = async ({ issuer }: IssuerSignIn): Promise<oauth.AuthorizationServer> => {
  const url = new URL(issuer);
  return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, requestOptions(issuer)));
};

const redirectUri = (): string => `${location.origin}${callbackPath}`;

/** Goes to the issuer. PKCE: only the page that holds the verifier can turn the code that comes back into a token. */
export const beginSignIn = async (settings: IssuerSignIn): Promise<void> => {
  const server = await discover(settings);
  if (server.authorization_endpoint === undefined)
    throw new Error(`${settings.issuer} has no authorization endpoint.`);
  const attempt: Attempt = {
    verifier: oauth.generateRandomCodeVerifier(),
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    path: location.pathname === callbackPath ? '/' : `${location.pathname}${location.search}`,
  };
  sessionStorage.setItem(attemptKey, JSON.stringify(attempt));
  const url = new URL(server.authorization_endpoint);
  url.search = new URLSearchParams({
    ...Object.fromEntries(url.searchParams),
    client_id: settings.client_id,
    redirect_uri: redirectUri(),
    response_type: 'code',
    scope: settings.scope,
    code_challenge: await oauth.calculatePKCECodeChallenge(attempt.verifier),
    code_challenge_method: 'S256',
    state: attempt.state,
    nonce: attempt.nonce,
  }).toString();
  location.assign(url);
};

export interface IssuedToken {
  readonly token: string;
  readonly path: string;
}

/** Turns what the issuer has sent back into the token that the API takes. Works once: the attempt is forgotten. */
export const endSignIn = async (settings: IssuerSignIn): Promise<IssuedToken> => {
  const stored = sessionStorage.getItem(attemptKey);
  sessionStorage.removeItem(attemptKey);
  if (stored === null) throw new Error('This sign-in was not begun here, or was ended already. Begin again.');
  const attempt = JSON.parse(stored) as Attempt;
  const server = await discover(settings);
  const client: oauth.Client = { client_id: settings.client_id };
  const returned = oauth.validateAuthResponse(server, client, new URL(location.href), attempt.state);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    returned,
    redirectUri(),
    attempt.verifier,
    requestOptions(settings.issuer),
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: attempt.nonce,
    requireIdToken: true,
  });
  const token = tokens[settings.token];
  if (token === undefined) throw new Error(`${settings.issuer} sent no ${settings.token}.`);
  return { token, path: attempt.path };
};
