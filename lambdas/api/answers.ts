import type { APIGatewayProxyResult } from 'aws-lambda';

/** Headers that a browser lets the console read, besides the usual ones. */
const exposedHeaders = 'ETag, Retry-After, X-Request-Id';
const acceptedHeaders = 'Authorization, Content-Type, If-Match, Idempotency-Key, Last-Event-ID';

/** How long a browser may remember a preflight's answer. */
const preflightSeconds = 600;

export type Headers = Readonly<Record<string, string>>;

/** `application/problem+json`, too. */
const isJson = (contentType: string): boolean => /[/+]json\b/.test(contentType);

/** `body` is written as JSON where `contentType` says so, and as it is otherwise. */
export const answer = (
  statusCode: number,
  contentType: string,
  body: unknown,
  headers: Headers = {},
): APIGatewayProxyResult => ({
  statusCode,
  headers: { 'content-type': contentType, 'cache-control': 'no-store', ...headers },
  body: isJson(contentType) ? JSON.stringify(body) : String(body),
});

/** The answer to OPTIONS: what the path knows. For a browser's preflight, what it may send, too. */
export const methodsAnswer = (methods: readonly string[]): APIGatewayProxyResult => ({
  statusCode: 204,
  headers: {
    allow: methods.join(', '),
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': acceptedHeaders,
    'access-control-max-age': String(preflightSeconds),
    'cache-control': 'no-store',
  },
  body: '',
});

/** For pages of the console only: a browser shows no other page the answer. */
export const corsHeaders = (origin: string | undefined, consoleOrigin: string | undefined): Headers =>
  consoleOrigin === undefined
    ? {}
    : {
        vary: 'Origin',
        ...(origin === consoleOrigin
          ? {
              'access-control-allow-origin': consoleOrigin,
              'access-control-expose-headers': exposedHeaders,
            }
          : {}),
      };
