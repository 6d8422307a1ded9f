/**
 * What stands between the browser and the API: the session cookie, which scripts cannot read, becomes the API's own
 * Authorization header. The same code runs as a CloudFront Function in AWS and in the console's server of the local stack, so it keeps to
 * the JavaScript of CloudFront's runtime: no import, no destructuring, no `?.`.
 */

export interface EdgeValue {
  value: string;
}

export interface EdgeRequest {
  method: string;
  uri: string;
  headers: Record<string, EdgeValue>;
  cookies: Record<string, EdgeValue>;
}

export interface EdgeResponse {
  statusCode: number;
  statusDescription: string;
  headers: Record<string, EdgeValue>;
  cookies?: Record<string, { value: string; attributes: string }>;
  body?: string;
}

export interface SessionCookie {
  name: string;
  /** `Secure` everywhere but on http://127.0.0.1. */
  isSecure: boolean;
}

/** How people sign in with an OpenID Connect issuer: what a page has to know for it, and nothing that is secret. */
export interface IssuerSignIn {
  issuer: string;
  client_id: string;
  scope: string;
  /** Which of the issuer's tokens the API takes: the one whose audience it asks for. */
  token: 'id_token' | 'access_token';
}

/** A working day. Its token may end sooner; the API then answers 401. */
const sessionSeconds = 12 * 60 * 60;

/**
 * A page of another origin can make a browser send a cookie (where SameSite does not hold), but not this header: that needs a
 * preflight, which is not granted.
 */
const consoleHeader = 'x-millrace-console';

function attributesOf(cookie: SessionCookie, maxAgeSeconds: number): string {
  return 'Path=/; HttpOnly; SameSite=Strict; Max-Age=' + maxAgeSeconds + (cookie.isSecure ? '; Secure' : '');
}

function answerSession(cookie: SessionCookie, value: string, maxAgeSeconds: number): EdgeResponse {
  const cookies: Record<string, { value: string; attributes: string }> = {};
  cookies[cookie.name] = { value: value, attributes: attributesOf(cookie, maxAgeSeconds) };
  return {
    statusCode: 204,
    statusDescription: 'No Content',
    headers: { 'cache-control': { value: 'no-store' } },
    cookies: cookies,
  };
}

function refuse(statusCode: number, statusDescription: string): EdgeResponse {
  return {
    statusCode: statusCode,
    statusDescription: statusDescription,
    headers: { 'cache-control': { value: 'no-store' } },
  };
}

/** The session of a token, for the answer that sets it. */
export function openSession(cookie: SessionCookie, token: string): EdgeResponse {
  return answerSession(cookie, encodeURIComponent(token), sessionSeconds);
}

/**
 * Answers `/session` itself: GET says how to sign in, POST with a Bearer token opens a session, DELETE ends it. A call of `/v1/` from the console's page gets the
 * token of its session. Every other path without an ending is a page of the console: index.html.
 */
export function handleRequest(
  request: EdgeRequest,
  cookie: SessionCookie,
  signIn: IssuerSignIn | null = null,
): EdgeRequest | EdgeResponse {
  const headers = request.headers;
  const fromConsole = headers[consoleHeader] !== undefined && headers[consoleHeader].value === '1';
  if (request.uri === '/session') {
    if (!fromConsole) return refuse(403, 'Forbidden');
    if (request.method === 'GET')
      return {
        statusCode: 200,
        statusDescription: 'OK',
        headers: { 'cache-control': { value: 'no-store' }, 'content-type': { value: 'application/json' } },
        body: JSON.stringify({ oidc: signIn }),
      };
    if (request.method === 'DELETE') return answerSession(cookie, '', 0);
    const authorization = headers.authorization === undefined ? '' : headers.authorization.value;
    const found = /^bearer +([\x21-\x7e]+)$/i.exec(authorization);
    if (request.method !== 'POST') return refuse(405, 'Method Not Allowed');
    return found === null || found[1] === undefined
      ? refuse(400, 'Bad Request')
      : openSession(cookie, found[1]);
  }
  if (request.uri === '/v1' || request.uri.indexOf('/v1/') === 0) {
    const session = request.cookies[cookie.name];
    // The API has no use for cookies, and its logs should not have them either.
    request.cookies = {};
    delete headers.cookie;
    if (session !== undefined && session.value !== '' && fromConsole && headers.authorization === undefined)
      headers.authorization = { value: 'Bearer ' + decodeURIComponent(session.value) };
    return request;
  }
  if (request.uri.lastIndexOf('.') <= request.uri.lastIndexOf('/')) request.uri = '/index.html';
  return request;
}
