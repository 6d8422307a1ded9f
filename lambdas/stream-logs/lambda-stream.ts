import type { Writable } from 'node:stream';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { type StreamPorts, type StreamRequest, streamLogs } from './stream-logs.ts';

/** What the Node.js runtime of Lambda has as the global `awslambda` (Lambda developer guide, "Response streaming"). */
export interface LambdaStreaming {
  streamifyResponse(
    handler: (event: APIGatewayProxyEventV2, stream: Writable, context: Context) => Promise<void>,
  ): unknown;
  readonly HttpResponseStream: {
    from(
      stream: Writable,
      prelude: { readonly statusCode: number; readonly headers: Readonly<Record<string, string>> },
    ): Writable;
  };
}

/** Before Lambda ends the function, which the reader would see as a broken connection. */
const beforeTimeoutMs = 5_000;

/** The handler of a function URL whose invoke mode is RESPONSE_STREAM. */
export const createStreamHandler = (streaming: LambdaStreaming, ports: StreamPorts): unknown =>
  streaming.streamifyResponse(async (event, stream, context) => {
    const endMs = ports.clock.now().getTime() + context.getRemainingTimeInMillis() - beforeTimeoutMs;
    await streamLogs(
      toRequest(event, context),
      endMs,
      (statusCode, headers) => streaming.HttpResponseStream.from(stream, { statusCode, headers }),
      ports,
    );
  });

/** Function URLs give the names of headers in small letters. */
const toRequest = (
  { headers, queryStringParameters, rawPath, requestContext }: APIGatewayProxyEventV2,
  { awsRequestId }: Context,
): StreamRequest => ({
  id: awsRequestId,
  method: requestContext.http.method,
  path: rawPath,
  headers,
  query: queryStringParameters ?? {},
});
