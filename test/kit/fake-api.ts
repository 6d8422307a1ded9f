import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { apiVersionPath } from '#core/contracts/api-version.ts';

export interface FakeRequest {
  readonly method: string;
  /** Without the version of the API, with its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

export interface FakeAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, or text as it is. */
  readonly body: unknown;
}

type Handler = FakeAnswer | ((request: FakeRequest) => FakeAnswer);

/** An HTTP server that answers as a test has told it to, and remembers what it was asked. */
export interface FakeApi {
  readonly url: string;
  readonly requests: readonly FakeRequest[];
  /** What `GET /replications` and the like answer, without the query. Several answers are given one after the other. */
  on(call: string, ...answers: readonly [Handler, ...Handler[]]): void;
  /** What was sent with a call: the bodies of its requests. */
  bodiesOf(call: string): readonly unknown[];
  close(): Promise<void>;
}

export const startFakeApi = async (): Promise<FakeApi> => {
  const handlers = new Map<string, Handler[]>();
  const requests: FakeRequest[] = [];
  const answerTo = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = incoming;
    const sent = await text(incoming);
    const request = {
      method,
      path: withoutVersion(url),
      headers,
      body: sent === '' ? undefined : JSON.parse(sent),
    };
    requests.push(request);
    const queue = handlers.get(callOf(request));
    const handler = queue !== undefined && queue.length > 1 ? queue.shift() : queue?.[0];
    const answer: FakeAnswer = typeof handler === 'function' ? handler(request) : (handler ?? notFound);
    const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
    response
      .writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers })
      .end(body);
  };
  const server: Server = createServer((incoming, response) => void answerTo(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/stage${apiVersionPath}`,
    requests,
    on: (call, ...answers) => void handlers.set(call, [...answers]),
    bodiesOf: (call) => requests.filter((request) => callOf(request) === call).map(({ body }) => body),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const callOf = ({ method, path }: FakeRequest): string => `${method} ${path.split('?')[0]}`;

/** What does not begin with the version is left as it is, so that no answer fits. */
const withoutVersion = (url: string): string =>
  url.startsWith(`/stage${apiVersionPath}/`)
    ? url.slice(`/stage${apiVersionPath}`.length)
    : `unversioned ${url}`;

const notFound: FakeAnswer = {
  status: 404,
  body: { detail: 'The fake API has no such route.', code: 'NotFound', advice: 'Correct the test.' },
};

/** A problem as the API answers it. */
export const problemAnswer = (
  status: number,
  code: string,
  detail: string,
  more: object = {},
): FakeAnswer => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body: { type: 'about:blank', title: code, status, detail, code, advice: `Advice for ${code}.`, ...more },
});
