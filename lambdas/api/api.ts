import middy from '@middy/core';
import httpRouterHandler, { type Route } from '@middy/http-router';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { type Principal, principalSchema } from '#core/contracts/client.ts';
import { MillraceError, toMillraceError } from '#core/errors/millrace-error.ts';
import type { Log } from '#core/ports/clock-and-log.ts';
import { clientOperations } from './client-operations.ts';
import { databaseOperations } from './database-operations.ts';
import { type Operation, type RawRequest, routePath } from './operation.ts';
import type { ApiPorts } from './ports.ts';
import { problemContentType, toProblemDetails } from './problem-details.ts';
import { replicationOperations } from './replication-operations.ts';

export const operations: readonly Operation[] = [
  ...clientOperations,
  ...databaseOperations,
  ...replicationOperations,
];

type ApiRoute = Route<APIGatewayProxyEvent, APIGatewayProxyResult>;

/** The control API behind API Gateway's REST proxy integration. */
export const createApi = (ports: ApiPorts, log: Log) =>
  middy<APIGatewayProxyEvent, APIGatewayProxyResult, Error, Context, Record<string, unknown>>()
    .use(requestLog(log, ports))
    .use(problemAnswers(log))
    .handler(
      httpRouterHandler<APIGatewayProxyEvent, APIGatewayProxyResult>({
        routes: operations.map((operation) => toRoute(operation, ports)),
        notFoundResponse: ({ method, path }) => {
          throw new MillraceError('NotFound', `There is no ${method} ${path}.`);
        },
      }),
    );

const toRoute = (operation: Operation, ports: ApiPorts): ApiRoute => ({
  method: operation.method,
  path: routePath(operation),
  handler: async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    const { status, body, isReplay } = await operation.handle(toRequest(event), ports);
    return answer(
      status,
      'application/json',
      body,
      isReplay === true ? { 'idempotency-replayed': 'true' } : {},
    );
  },
});

const toRequest = (event: APIGatewayProxyEvent): RawRequest => {
  // API Gateway's own `{proxy+}` is no parameter of an operation.
  const { proxy: _proxy, ...params } = event.pathParameters ?? {};
  const text = event.body ?? '';
  // Names of headers have no case, and API Gateway hands them over as they were sent.
  const idempotencyKey = Object.entries(event.headers ?? {}).find(
    ([name]) => name.toLowerCase() === 'idempotency-key',
  )?.[1];
  return {
    principal: principalOf(event),
    params,
    query: event.queryStringParameters ?? {},
    body: event.isBase64Encoded ? Buffer.from(text, 'base64').toString('utf8') : text,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  };
};

/** What lambdas/authorize found out about the token. API Gateway hands context values over as strings. */
const principalOf = (event: APIGatewayProxyEvent): Principal => {
  const { role, clientId } = event.requestContext.authorizer ?? {};
  const principal = principalSchema.safeParse(
    clientId === undefined ? { role } : { role, clientId: Number(clientId) },
  );
  if (principal.success) return principal.data;
  throw new MillraceError('Unauthorized', 'The request carries no principal.');
};

const answer = (
  statusCode: number,
  contentType: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): APIGatewayProxyResult => ({
  statusCode,
  headers: { 'content-type': contentType, 'cache-control': 'no-store', ...headers },
  body: JSON.stringify(body),
});

type ApiMiddleware = middy.MiddlewareObj<
  APIGatewayProxyEvent,
  APIGatewayProxyResult,
  Error,
  Context,
  Record<string, unknown>
>;

/** Turns whatever was thrown into problem+json. */
const problemAnswers = (log: Log): ApiMiddleware => ({
  onError: (request) => {
    const error = toMillraceError(request.error);
    const { awsRequestId } = request.context;
    if (error.policy.httpStatus >= 500) {
      // A client's database that is down is no defect of this service.
      const level = error.policy.disposition === 'bug' ? 'error' : 'warn';
      log[level](`${request.event.httpMethod} ${request.event.path} failed: ${error.message}`, {
        request: awsRequestId,
        error,
      });
    }
    const problem = toProblemDetails(error, awsRequestId);
    request.response = answer(problem.status, problemContentType, problem);
  },
});

/** One line for each request. Bodies and headers hold passwords and tokens, so neither is ever written. */
const requestLog = (log: Log, { clock }: Pick<ApiPorts, 'clock'>): ApiMiddleware => {
  const write: ApiMiddleware['after'] = ({ event, response, context, internal }) => {
    log.info(`${event.httpMethod} ${event.path} ${response?.statusCode ?? 500}`, {
      request: context.awsRequestId,
      status: response?.statusCode,
      client: event.requestContext.authorizer?.clientId,
      durationMs: clock.now().getTime() - Number(internal.startedMs),
    });
  };
  return {
    before: ({ internal }) => {
      internal.startedMs = clock.now().getTime();
    },
    after: write,
    onError: write,
  };
};
