import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { apiVersionPath } from '#core/contracts/api-version.ts';
import type { Principal } from '#core/contracts/token.ts';
import { MillraceError, toMillraceError } from '#core/errors/millrace-error.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import { maxWaitSeconds } from '../api/log-contracts.ts';
import { readLogsOperation } from '../api/log-operations.ts';
import type { ApiPorts } from '../api/ports.ts';
import { problemContentType, toProblemDetails } from '../api/problem-details.ts';

/** What a caller has sent to the URL of the function. Names of headers are in small letters. */
export interface StreamRequest {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
}

export interface StreamPorts {
  /** Who a token speaks for; undefined for nobody. */
  readonly authorize: (authorizationHeader: string) => Promise<Principal | undefined>;
  /** Of those of the API, what its route of the logs uses. */
  readonly api: Pick<ApiPorts, 'store' | 'logs' | 'clock'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Begins the answer. What is written to it goes out at once. */
export type BeginAnswer = (status: number, headers: Readonly<Record<string, string>>) => Writable;

/** Followed at: the path of the API's route, since it shows the same. */
const pathPattern = new RegExp(`^${apiVersionPath}/replications/([^/]+)/logs/?$`);

/** A wait before the answer is over counts to the time that the function has. */
const lastWaitMs = (maxWaitSeconds + 10) * 1_000;

/** After an end that is none of its fault, a client comes again after this. */
const retryMs = 1_000;

interface Page {
  readonly lines: readonly object[];
  readonly next_cursor: string;
}

/**
 * Streams the log of a replication as Server-Sent Events: an event for each line, as `GET .../logs` has it. The id of an event is the cursor from which
 * a client goes on (`Last-Event-ID`) after a break or after the end, which comes at `endMs`. Lines of the last page before a break may come
 * twice. Everything that the route refuses is refused here, as problem+json.
 */
export const streamLogs = async (
  request: StreamRequest,
  endMs: number,
  begin: BeginAnswer,
  ports: StreamPorts,
): Promise<void> => {
  let stream: Writable | undefined;
  try {
    const read = await prepare(request, ports);
    // The first page before the answer: what it refuses has a status of its own.
    let cursor = request.headers['last-event-id'] ?? request.query.cursor;
    let page = await read({ cursor, wait_seconds: '0' });
    stream = begin(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-request-id': request.id,
    });
    // A reader that has gone is an error of the stream, and the end of the loop.
    stream.on('error', () => undefined);
    await write(stream, `retry: ${retryMs}\n\n`);
    for (;;) {
      cursor = page.next_cursor;
      // A comment keeps what is between from closing a connection on which nothing is said.
      await write(stream, page.lines.length === 0 ? ': nothing new\n\n' : toEvents(page));
      if (stream.destroyed || ports.clock.now().getTime() + lastWaitMs > endMs) break;
      page = await read({ cursor, wait_seconds: String(maxWaitSeconds) });
    }
    stream.end();
  } catch (cause) {
    fail(request, toMillraceError(cause), stream, begin, ports);
  }
};

/** Checks path, method and token. Returns what reads a page. */
const prepare = async ({ method, path, headers, query }: StreamRequest, { authorize, api }: StreamPorts) => {
  const [, replicationId] = pathPattern.exec(path) ?? [];
  if (replicationId === undefined)
    throw new MillraceError(
      'NotFound',
      `There is no ${path} here: only ${apiVersionPath}/replications/{id}/logs.`,
    );
  if (method !== 'GET')
    throw new MillraceError('MethodNotAllowed', `${path} does not know ${method}.`, {
      facts: { allow: ['GET'] },
    });
  const principal = await authorize(headers.authorization ?? '');
  if (principal === undefined)
    throw new MillraceError('Unauthorized', 'The request has no token, or one that is not valid (any more).');
  const { cursor: _cursor, wait_seconds: _wait, ...filters } = query;
  return async (position: Readonly<Record<'cursor' | 'wait_seconds', string | undefined>>): Promise<Page> => {
    const given = Object.entries({ ...filters, ...position }).filter(([, value]) => value !== undefined);
    const { body } = await readLogsOperation.handle(
      { principal, params: { replication_id: replicationId }, query: Object.fromEntries(given), body: '' },
      // It uses no other, see the type of `api`.
      api as ApiPorts,
    );
    return body as Page;
  };
};

const toEvents = ({ lines, next_cursor: cursor }: Page): string => {
  const last = lines.length - 1;
  return lines
    .map((line, index) => `${index === last ? `id: ${cursor}\n` : ''}data: ${JSON.stringify(line)}\n\n`)
    .join('');
};

/** Waits while the reader is slower than the log. */
const write = async (stream: Writable, text: string): Promise<void> => {
  if (stream.destroyed || stream.write(text)) return;
  await Promise.race(['drain', 'close'].map((event) => once(stream, event))).catch(() => undefined);
};

const fail = (
  { id, method, path }: StreamRequest,
  error: MillraceError,
  stream: Writable | undefined,
  begin: BeginAnswer,
  { log }: StreamPorts,
): void => {
  const { httpStatus, disposition } = error.policy;
  if (httpStatus >= 500)
    log[disposition === 'bug' ? 'error' : 'warn'](`${method} ${path} failed: ${error.message}`, {
      request: id,
      error,
    });
  if (stream?.destroyed === true) return;
  if (stream !== undefined) {
    // The status is gone already. The client comes again, and hears it then if it is still so.
    stream.end(`event: problem\ndata: ${JSON.stringify(toProblemDetails(error, id))}\n\n`);
    return;
  }
  const { allow } = error.facts;
  begin(httpStatus, {
    'content-type': problemContentType,
    'cache-control': 'no-store',
    'x-request-id': id,
    ...(Array.isArray(allow) ? { allow: allow.join(', ') } : {}),
  }).end(JSON.stringify(toProblemDetails(error, id)));
};
