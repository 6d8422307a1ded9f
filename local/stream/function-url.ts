import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Writable } from 'node:stream';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';

/** A handler as `awslambda.streamifyResponse` gives it back. */
export type StreamedHandler = (
  event: APIGatewayProxyEventV2,
  stream: Writable,
  context: Context,
) => Promise<void>;

interface Prelude {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** The answers under way, by the streams that handlers write to. */
const answers = new WeakMap<Writable, ServerResponse>();

/** What the Node.js runtime of Lambda has as the global `awslambda`: status and headers come before what is written. */
export const lambdaStreaming = {
  streamifyResponse: (handler: StreamedHandler): StreamedHandler => handler,
  HttpResponseStream: {
    from: (stream: Writable, { statusCode, headers }: Prelude): Writable => {
      answers
        .get(stream)
        ?.writeHead(statusCode, { ...headers })
        .flushHeaders();
      return stream;
    },
  },
};

export interface StreamedFunction {
  readonly handle: StreamedHandler;
  readonly timeoutMs: number;
}

/**
 * A function URL with the invoke mode RESPONSE_STREAM, on this machine: what the function writes goes out at once. `find` is asked for the
 * function at each request. In AWS a function is not told that its reader has gone; here the stream is closed, so that nothing is left behind.
 */
export const createFunctionUrl = (find: () => Promise<StreamedFunction>): Server => {
  let count = 0;
  return createServer((request, response) => {
    const stream = new Writable({
      write: (chunk, _encoding, done) => void response.write(chunk, done),
      final: (done) => void response.end(done),
    });
    // A write after the reader has gone.
    stream.on('error', () => undefined);
    response.on('close', () => stream.destroy());
    answers.set(stream, response);
    const begunMs = Date.now();
    count += 1;
    const awsRequestId = `request-${count}`;
    find()
      .then(({ handle, timeoutMs }) => {
        const getRemainingTimeInMillis = (): number => begunMs + timeoutMs - Date.now();
        const context = { awsRequestId, getRemainingTimeInMillis } as unknown as Context;
        return handle(toEvent(request), stream, context);
      })
      .catch((error: unknown) => {
        console.error(error);
        if (response.headersSent) response.destroy();
        // As a function URL answers for a function that has failed.
        else response.writeHead(502, { 'content-type': 'text/plain' }).end('Internal Server Error');
      });
  });
};

const toEvent = ({ method = '', url = '', headers }: IncomingMessage): APIGatewayProxyEventV2 => {
  const { pathname, searchParams } = new URL(url, 'http://function.url');
  return {
    rawPath: pathname,
    headers,
    queryStringParameters: Object.fromEntries(searchParams),
    requestContext: { http: { method } },
  } as unknown as APIGatewayProxyEventV2;
};
