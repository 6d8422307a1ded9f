import { createReadStream, statSync } from 'node:fs';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { extname, join, normalize } from 'node:path';
import { securityHeaders } from '../../console/edge/security-headers.ts';
import {
  type EdgeRequest,
  type EdgeResponse,
  handleRequest,
  type IssuerSignIn,
  openSession,
  type SessionCookie,
} from '../../console/edge/session.ts';
import { loopback } from '../ports.ts';

export interface ConsolePorts {
  /** dist/console. */
  readonly assets: string;
  /** The API with its version, as `http://127.0.0.1:4566/restapis/x/api/_user_request_/v1`; undefined while none is deployed. */
  readonly apiUrl: () => string | undefined;
  readonly readAdminToken: () => Promise<string>;
  /** Whether the code of a sign-in link is good. It is not good a second time. */
  readonly takeSignInCode: (code: string) => boolean;
  /** The issuer that people sign in with; absent where there are tokens only. */
  readonly signIn?: IssuerSignIn | undefined;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** What CloudFront and S3 do in AWS, on this machine: the page, its session, and the API under the same origin. */
export const createConsoleServer = (port: number, ports: ConsolePorts): Server => {
  // Browsers keep cookies of a host for all its ports: the port keeps two stacks apart.
  const cookie: SessionCookie = { name: `millrace_session_${port}`, isSecure: false };
  const headers = securityHeaders(ports.signIn === undefined ? [] : [new URL(ports.signIn.issuer).origin]);
  const hosts = [`${loopback}:${port}`, `localhost:${port}`];
  return createServer((request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    // A page whose name was made to mean 127.0.0.1 is another origin than this one.
    if (!hosts.includes(request.headers.host ?? '')) answerText(response, 421, 'Unknown host.');
    else
      void answerRequest(request, response, cookie, ports).catch((error: unknown) =>
        answerText(response, 502, `The console could not reach the API: ${String(error)}`),
      );
  });
};

const answerRequest = async (
  request: IncomingMessage,
  response: ServerResponse,
  cookie: SessionCookie,
  ports: ConsolePorts,
): Promise<void> => {
  const url = new URL(request.url ?? '/', 'http://console');
  if (request.method === 'GET' && url.pathname === '/sign-in' && url.searchParams.has('code')) {
    if (ports.takeSignInCode(url.searchParams.get('code') ?? ''))
      writeEdgeAnswer(response, openSession(cookie, await ports.readAdminToken()), { location: '/' }, 303);
    else redirect(response, '/sign-in?link=used');
    return;
  }
  const edge = handleRequest(toEdge(request, url.pathname), cookie, ports.signIn);
  if ('statusCode' in edge) writeEdgeAnswer(response, edge);
  else if (edge.uri === '/v1' || edge.uri.startsWith('/v1/'))
    passOn(request, response, edge, url.search, ports.apiUrl());
  else answerFile(response, ports.assets, edge.uri);
};

const toEdge = (request: IncomingMessage, uri: string): EdgeRequest => ({
  method: request.method ?? 'GET',
  uri,
  headers: Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, { value }]] : [],
    ),
  ),
  cookies: Object.fromEntries(
    (request.headers.cookie ?? '')
      .split(/; */)
      .map((pair) => pair.split('='))
      .flatMap(([name, ...value]) => (name === undefined ? [] : [[name, { value: value.join('=') }]])),
  ),
});

const writeEdgeAnswer = (
  response: ServerResponse,
  { statusCode, headers, cookies = {}, body }: EdgeResponse,
  more: Readonly<Record<string, string>> = {},
  status = statusCode,
): void => {
  response.writeHead(status, {
    ...Object.fromEntries(Object.entries(headers).map(([name, { value }]) => [name, value])),
    ...more,
    'set-cookie': Object.entries(cookies).map(
      ([name, { value, attributes }]) => `${name}=${value}; ${attributes}`,
    ),
  });
  response.end(body);
};

const redirect = (response: ServerResponse, location: string): void => {
  response.writeHead(303, { location, 'cache-control': 'no-store' }).end();
};

const answerText = (response: ServerResponse, status: number, text: string): void => {
  if (!response.headersSent) response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${text}\n`);
};

/** Streams the API's answer as it comes. */
const passOn = (
  request: IncomingMessage,
  response: ServerResponse,
  edge: EdgeRequest,
  search: string,
  apiUrl: string | undefined,
): void => {
  if (apiUrl === undefined) {
    answerText(response, 503, 'No app is deployed on the local stack. Deploy it: npm run local -- up');
    return;
  }
  const {
    host: _host,
    connection: _connection,
    ...headers
  } = Object.fromEntries(Object.entries(edge.headers).map(([name, { value }]) => [name, value]));
  const upstream = httpRequest(
    `${apiUrl.replace(/\/v1\/?$/, '')}${edge.uri}${search}`,
    { method: request.method ?? 'GET', headers },
    (answer) => {
      // The page's own headers count, whatever the API has answered.
      response.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...response.getHeaders() });
      answer.pipe(response);
    },
  );
  upstream.once('error', (error) =>
    answerText(response, 502, `The API did not answer: ${error.message}. Look at: npm run local -- status`),
  );
  response.once('close', () => upstream.destroy());
  request.pipe(upstream);
};

const answerFile = (response: ServerResponse, assets: string, uri: string): void => {
  const file = join(assets, normalize(decodeURIComponent(uri)));
  const found = file.startsWith(assets) ? statSync(file, { throwIfNoEntry: false }) : undefined;
  if (found?.isFile() !== true) {
    answerText(response, 404, 'Not found.');
    return;
  }
  response.writeHead(200, {
    'content-type': contentTypes[extname(file)] ?? 'application/octet-stream',
    'content-length': found.size,
    // Names of assets hold a hash of their content.
    'cache-control': uri.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
  createReadStream(file).pipe(response);
};
