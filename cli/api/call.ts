import { randomUUID } from 'node:crypto';
import { apiVersionPath } from '#core/contracts/api-version.ts';
import { CliError, exitCodes, type ListedProblem } from '../cli-error.ts';
import type { Profile } from '../config/profiles.ts';
import type { Shell } from '../shell.ts';
import { readEvents, type SentEvent } from './event-stream.ts';
import { type Operations, routes } from './routes.ts';

export type OperationName = keyof Operations;
export type Answer<N extends OperationName> = Operations[N]['answer'];
export type Request<N extends OperationName> = Omit<Operations[N], 'answer'>;

/** The control API, as docs/openapi.json describes it. */
export interface Api {
  readonly url: string;
  /** Throws `ApiProblem` for an answer that is an error, and `ApiUnreachable` when there is none. */
  call<N extends OperationName>(name: N, request: Request<N>): Promise<Answer<N>>;
  /** The client that calls are for, as the options or the profile say; undefined when they name none. */
  clientId(): Promise<number | undefined>;
  /**
   * Opens a stream of Server-Sent Events that an answer of the API has named, and goes on after `lastEventId`. Throws as `call` does; the events
   * throw `ApiUnreachable` when the stream breaks off.
   */
  openStream(
    url: string,
    query: Readonly<Record<string, string | number | undefined>>,
    lastEventId: string,
  ): Promise<AsyncIterable<SentEvent | undefined>>;
  /** Whether anyone answers as the API does, what it says to the token, and what time it has. */
  probe(): Promise<{ readonly status: number; readonly serverTime: Date | undefined }>;
}

/** An error that the API has answered with. */
export class ApiProblem extends CliError {
  readonly status: number;
  /** Stable; undefined when something in front of the API has answered. */
  readonly code: string | undefined;

  constructor(
    message: string,
    {
      status,
      code,
      ...options
    }: { status: number; code?: string; advice?: string; problems?: readonly ListedProblem[] },
  ) {
    super(message, { ...options, exitCode: status === 401 ? exitCodes.notLoggedIn : exitCodes.failed });
    this.status = status;
    this.code = code;
  }

  /** Whether the same call may succeed later. */
  get isTransient(): boolean {
    return this.status === 429 || this.status >= 500;
  }
}

/** Nobody answers at the URL of the API. */
export class ApiUnreachable extends CliError {
  /** Whether the call may have reached it all the same, so that only its answer is lost. */
  readonly mayHaveArrived: boolean;

  constructor(
    message: string,
    { mayHaveArrived, ...options }: { mayHaveArrived: boolean; advice: string; cause: unknown },
  ) {
    super(message, options);
    this.mayHaveArrived = mayHaveArrived;
  }
}

/** API Gateway ends a call after 29 s. */
const callTimeoutMs = 35_000;

/** A call that was refused for its rate is made again so often, after what Retry-After says, at most half a minute. */
const rateLimitRetries = 4;
const maxRetryAfterSeconds = 30;

/** A stream says something every 20 s at least, also when there is nothing new. */
const streamSilenceMs = 60_000;

/**
 * A POST whose answer is lost is sent again so often, with the same Idempotency-Key: it has one effect, and the answer of the first. While
 * that one is still at work the API says so, for at most the 29 s that a call can take.
 */
const lostAnswerRetries = 2;
const stillAtWorkRetries = 15;
const lostAnswerPauseMs = 2_000;

/** A route of generated routes.ts, as all of them are. */
interface Route {
  readonly method: string;
  readonly path: string;
  /** Whether a token of all clients has to say which one a call is for. */
  readonly ofClient?: boolean;
}

/** `clientId` is the client that a caller of all clients acts for. */
export const connectApi = (
  { url, token }: Pick<Profile, 'url' | 'token'>,
  shell: Shell,
  clientId?: () => Promise<number>,
): Api => {
  const base = originOf(url);
  const send = (
    method: string,
    target: string,
    body?: unknown,
    idempotencyKey?: string,
  ): ReturnType<typeof receive> =>
    receive(
      () =>
        fetch(target, {
          method,
          redirect: 'manual',
          headers: {
            authorization: `Bearer ${token}`,
            accept: 'application/json, text/plain',
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          signal: AbortSignal.any([shell.signal, AbortSignal.timeout(callTimeoutMs)]),
        }),
      url,
      shell,
    );
  /** Sends until there is an answer, where sending again is harmless. */
  const sendSurely = async (
    method: string,
    target: string,
    body: unknown,
    idempotencyKey: string | undefined,
  ): ReturnType<typeof receive> => {
    if (idempotencyKey === undefined) return send(method, target, body);
    for (let lost = 0, atWork = 0; ; ) {
      try {
        const received = await send(method, target, body, idempotencyKey);
        if (lost === 0 || atWork >= stillAtWorkRetries || !isStillAtWork(received)) return received;
        atWork += 1;
      } catch (error) {
        const isLost = error instanceof ApiUnreachable && error.mayHaveArrived;
        if (!isLost || lost >= lostAnswerRetries) throw error;
        lost += 1;
      }
      await shell.sleep(lostAnswerPauseMs);
    }
  };
  return {
    url,
    clientId: async () => clientId?.(),
    call: async (name, request) => {
      const { method, path, ofClient = false }: Route = routes[name];
      const { path: pathValues, query, body } = request as RequestParts;
      const scope = ofClient && clientId !== undefined ? { client_id: await clientId() } : {};
      const target = `${base}${fillPath(path, pathValues)}${toQuery({ ...query, ...scope })}`;
      const idempotencyKey = method === 'POST' ? randomUUID() : undefined;
      for (let attempt = 1; ; attempt += 1) {
        const { response, text } = await sendSurely(method, target, body, idempotencyKey);
        if (response.status === 429 && attempt <= rateLimitRetries) {
          await shell.sleep(retryAfterMs(response, attempt));
          continue;
        }
        return readAnswer(response, text, `${method} ${target}`);
      }
    },
    openStream: async (streamUrl, query, lastEventId) => {
      const target = `${streamUrl}${toQuery({ ...query, client_id: await clientId?.() })}`;
      const silence = createSilenceTimer();
      const { signal } = shell;
      const unreachable = (error: unknown): ApiUnreachable => {
        signal.throwIfAborted();
        return new ApiUnreachable(`The stream at ${streamUrl} broke off: ${causeOf(error)}.`, {
          advice: 'Try again.',
          cause: error,
          mayHaveArrived: true,
        });
      };
      try {
        const response = await fetch(target, {
          redirect: 'manual',
          headers: {
            authorization: `Bearer ${token}`,
            accept: 'text/event-stream',
            'last-event-id': lastEventId,
          },
          signal: AbortSignal.any([signal, silence.signal]),
        });
        const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
        if (!response.ok || !isStream || response.body === null) {
          const { status } = response;
          const text = await response.text();
          throw toProblem(status, parseJson(text), text, `GET ${target}`);
        }
        return readWhileHeard(response.body, silence, unreachable);
      } catch (error) {
        silence.end();
        throw error instanceof ApiProblem ? error : unreachable(error);
      }
    },
    probe: async () => {
      const { method, path } = routes.getMe;
      const { response, text } = await send(method, `${base}${path}`);
      const { status, headers } = response;
      // These are about the token, and come from the API all the same.
      if (!tokenStatuses.has(status)) readAnswer(response, text, `${method} ${base}${path}`);
      const date = headers.get('date');
      return { status, serverTime: date === null ? undefined : new Date(date) };
    },
  };
};

interface SilenceTimer {
  /** Aborted when nothing was heard for too long. */
  readonly signal: AbortSignal;
  hear(): void;
  end(): void;
}

const createSilenceTimer = (): SilenceTimer => {
  const silence = new AbortController();
  const timer = setTimeout(
    () => silence.abort(new Error(`nothing came for ${streamSilenceMs / 1_000} s`)),
    streamSilenceMs,
  );
  return { signal: silence.signal, hear: () => void timer.refresh(), end: () => clearTimeout(timer) };
};

async function* readWhileHeard(
  body: AsyncIterable<Uint8Array>,
  silence: SilenceTimer,
  unreachable: (error: unknown) => ApiUnreachable,
): AsyncGenerator<SentEvent | undefined> {
  try {
    for await (const event of readEvents(body)) {
      silence.hear();
      yield event;
    }
  } catch (error) {
    throw unreachable(error);
  } finally {
    silence.end();
  }
}

/** Any request, as it is sent. */
interface RequestParts {
  readonly path?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
}

/** The first call with the same key has not ended. */
const isStillAtWork = ({ response, text }: Awaited<ReturnType<typeof receive>>): boolean =>
  response.status === 409 && text.includes('Idempotency-Key');

/** The token is not known, or may not list databases, or the request does not say for which client it is. */
const tokenStatuses: ReadonlySet<number> = new Set([400, 401, 403]);

/** Routes begin with the version, with which the URL of an installation ends. */
const originOf = (url: string): string => {
  const base = url.replace(/\/+$/, '');
  return base.endsWith(apiVersionPath) ? base.slice(0, -apiVersionPath.length) : base;
};

const fillPath = (path: string, values: Readonly<Record<string, string | number>> = {}): string =>
  path.replace(/\{(\w+)\}/g, (_placeholder, name: string) => encodeURIComponent(String(values[name])));

const toQuery = (query: Readonly<Record<string, string | number | undefined>> = {}): string => {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
  return given.size === 0 ? '' : `?${given}`;
};

const retryAfterMs = (response: Response, attempt: number): number => {
  const seconds = Number(response.headers.get('retry-after') ?? 2 ** (attempt - 1));
  return 1_000 * Math.min(Number.isFinite(seconds) ? Math.max(seconds, 0.1) : 1, maxRetryAfterSeconds);
};

const receive = async (
  send: () => Promise<Response>,
  url: string,
  { signal }: Shell,
): Promise<{ readonly response: Response; readonly text: string }> => {
  try {
    const response = await send();
    return { response, text: await response.text() };
  } catch (error) {
    signal.throwIfAborted();
    if ((error as Error).name === 'TimeoutError') {
      throw new ApiUnreachable(`The API at ${url} did not answer within ${callTimeoutMs / 1_000} s.`, {
        advice: 'Read the state ("millrace status") before you try again: the call may still take effect.',
        cause: error,
        mayHaveArrived: true,
      });
    }
    throw new ApiUnreachable(`Cannot reach the API at ${url}: ${causeOf(error)}.`, {
      advice: 'Check the URL ("millrace profile ls") and the network path to it.',
      cause: error,
      mayHaveArrived: !neverArrived.has(codeOf(error) ?? ''),
    });
  }
};

/** Before there was a connection. */
const neverArrived: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

const codeOf = (error: unknown): string | undefined => (error as { cause?: { code?: string } }).cause?.code;

/** `fetch` says "fetch failed" and has the reason in its cause, which for several addresses has no message either. */
const causeOf = (error: unknown): string => {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause;
  return cause?.message || cause?.code || (error as Error).message;
};

const readAnswer = <T>(response: Response, text: string, call: string): T => {
  const { status } = response;
  const isText = response.headers.get('content-type')?.startsWith('text/plain') === true;
  if (response.ok && isText) return text as T;
  const body = parseJson(text);
  if (response.ok && body !== undefined) return body as T;
  if (response.ok && text === '') return undefined as T;
  if (status >= 300 && status < 400) {
    throw new ApiProblem(`${call} is redirected to ${response.headers.get('location') ?? 'nowhere'}.`, {
      status,
      advice: 'Log in with the URL of the API itself: "millrace login".',
    });
  }
  throw toProblem(status, body, text, call);
};

const toProblem = (status: number, body: unknown, text: string, call: string): ApiProblem => {
  const problem = body as {
    detail?: string;
    code?: string;
    advice?: string;
    problems?: readonly ListedProblem[];
  };
  if (typeof problem?.detail === 'string') {
    const { detail, code, advice, problems } = problem;
    const [only, ...others] = problems ?? [];
    if (status === 400 && only?.subject === 'query.client_id' && others.length === 0)
      return new ApiProblem('The token is of all clients, and the command is for one of them.', {
        status,
        ...(code === undefined ? {} : { code }),
        advice:
          'Say which: --client NAME, or MILLRACE_CLIENT. "millrace clients ls" lists them, and "millrace login --client NAME" keeps one in the profile.',
      });
    return new ApiProblem(detail, {
      status,
      ...(code === undefined ? {} : { code }),
      ...(status === 401 ? { advice: loginAdvice } : advice === undefined ? {} : { advice }),
      ...(Array.isArray(problems) ? { problems } : {}),
    });
  }
  if (status === 401)
    return new ApiProblem('The API does not know the token.', { status, advice: loginAdvice });
  return new ApiProblem(`${call} answered ${status}: ${text.slice(0, 300).trim() || 'nothing'}`, {
    status,
    advice:
      status >= 500
        ? 'Try again. If it lasts, look at the log of the API.'
        : 'Check that the URL is that of the API: "millrace profile ls".',
  });
};

const loginAdvice = 'Log in with a valid token: "millrace login".';

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
