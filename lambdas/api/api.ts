import middy from '@middy/core';
import httpRouterHandler, { type Route } from '@middy/http-router';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { withinBudget } from '#core/concurrency/within-budget.ts';
import { type Principal, principalSchema } from '#core/contracts/token.ts';
import { isOurFault } from '#core/errors/error-policies.ts';
import { MillraceError, toMillraceError } from '#core/errors/millrace-error.ts';
import { requireKnownState } from '#core/lifecycle/prepare-state.ts';
import type { Log } from '#core/ports/clock-and-log.ts';
import { alertOperations } from './alert-operations.ts';
import { alertRuleOperations } from './alert-rule-operations.ts';
import { adviseOnPath, createMethodFinder } from './allowed-methods.ts';
import { answer, corsHeaders, methodsAnswer } from './answers.ts';
import { clientOperations } from './client-operations.ts';
import { connectorOperations } from './connector-operations.ts';
import { databaseOperations } from './database-operations.ts';
import { deadLetterOperations } from './dead-letter-operations.ts';
import { fleetOperations } from './fleet-operations.ts';
import { healthOperations } from './health-operations.ts';
import { limitCalls } from './limit-calls.ts';
import { logOperations } from './log-operations.ts';
import { metricsOperations } from './metrics-operations.ts';
import { type Operation, type RawRequest, routePath } from './operation.ts';
import type { ApiPorts } from './ports.ts';
import { problemContentType, toProblemDetails } from './problem-details.ts';
import { replicationOperations } from './replication-operations.ts';
import { schemaChangeOperations } from './schema-change-operations.ts';
import { sourceOperations } from './source-operations.ts';
import { tokenOperations } from './token-operations.ts';

export const operations: readonly Operation[] = [
  ...clientOperations,
  ...tokenOperations,
  ...databaseOperations,
  ...replicationOperations,
  ...schemaChangeOperations,
  ...deadLetterOperations,
  ...healthOperations,
  ...sourceOperations,
  ...connectorOperations,
  ...metricsOperations,
  ...logOperations,
  ...fleetOperations,
  ...alertOperations,
  ...alertRuleOperations,
];

/**
 * The Lambda and API Gateway give up after 29 s, with an answer that says nothing. What an operation waits for has limits of
 * its own; this one holds for all of them together, and leaves 2 s for the answer.
 */
const requestBudgetMs = 27_000;

/** After how many seconds a caller may repeat what a fault that passes has ended. */
const retryAfterSeconds = 5;

type ApiRoute = Route<APIGatewayProxyEvent, APIGatewayProxyResult>;

const findMethods = createMethodFinder(operations);

/** The control API behind API Gateway's REST proxy integration. */
export const createApi = (ports: ApiPorts, log: Log) => {
  const requireState = createStateCheck(ports);
  const route = httpRouterHandler<APIGatewayProxyEvent, APIGatewayProxyResult>({
    routes: operations.map((operation) => toRoute(operation, ports, requireState)),
    notFoundResponse: ({ method, path }) => {
      throw unknownRoute(method, path);
    },
  });
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult, Error, Context, Record<string, unknown>>()
    .use(requestLog(log, ports))
    .use(commonHeaders(ports))
    .use(problemAnswers(log, ports))
    .handler(async (event, context, options) => {
      const { httpMethod, path } = event;
      const methods = findMethods(path);
      if (httpMethod === 'OPTIONS' && methods.length > 0) return methodsAnswer(methods);
      if (!methods.some((method) => method === httpMethod)) throw unknownRoute(httpMethod, path);
      if (httpMethod !== 'HEAD') return route(event, context, options) as Promise<APIGatewayProxyResult>;
      const found = await route({ ...event, httpMethod: 'GET' }, context, options);
      return { ...(found as APIGatewayProxyResult), body: '' };
    });
};

const unknownRoute = (method: string, path: string): MillraceError => {
  const methods = findMethods(path);
  return methods.length === 0
    ? new MillraceError('NotFound', `There is no ${method} ${path}.${adviseOnPath(path)}`)
    : new MillraceError('MethodNotAllowed', `${path} does not know ${method}.`, {
        facts: { allow: methods },
      });
};

/** Looks once whether the state is one that this code knows, and again after a failure. */
const createStateCheck = ({ store }: Pick<ApiPorts, 'store'>): (() => Promise<unknown>) => {
  let known: Promise<unknown> | undefined;
  return async () => {
    known ??= requireKnownState(store);
    await known.catch((error: unknown) => {
      known = undefined;
      throw error;
    });
  };
};

const toRoute = (operation: Operation, ports: ApiPorts, requireState: () => Promise<unknown>): ApiRoute => ({
  method: operation.method,
  path: routePath(operation),
  handler: async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    const handled = await withinBudget(requestBudgetMs, ports.clock, async () => {
      const request = toRequest(event);
      await requireState();
      await limitCalls(request.principal.clientId, ports);
      if (ports.isStandby === true && operation.method !== 'GET')
        throw new MillraceError(
          'Conflict',
          'This environment waits for the loss of another region, and changes nothing until it has taken over.',
        );
      return operation.handle(request, ports);
    });
    if (handled === undefined)
      throw new MillraceError(
        'RequestTimeout',
        `${event.httpMethod} ${event.path} took longer than ${requestBudgetMs / 1_000} s.`,
      );
    const { status, contentType, body, etag, isReplay } = handled;
    return answer(status, contentType, body, {
      ...(etag === undefined ? {} : { etag }),
      ...(isReplay === true ? { 'idempotency-replayed': 'true' } : {}),
    });
  },
});

const toRequest = (event: APIGatewayProxyEvent): RawRequest => {
  // API Gateway's own `{proxy+}` is no parameter of an operation.
  const { proxy: _proxy, ...params } = event.pathParameters ?? {};
  const text = event.body ?? '';
  const idempotencyKey = headerOf(event, 'idempotency-key');
  return {
    principal: principalOf(event),
    params,
    query: event.queryStringParameters ?? {},
    body: event.isBase64Encoded ? Buffer.from(text, 'base64').toString('utf8') : text,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ifMatch: headerOf(event, 'if-match'),
  };
};

/** API Gateway hands headers over as the caller wrote them, and their case does not matter. */
const headerOf = ({ headers }: APIGatewayProxyEvent, name: string): string | undefined =>
  Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];

/** What lambdas/authorize found out about the token. API Gateway hands context values over as strings. */
const principalOf = (event: APIGatewayProxyEvent): Principal => {
  const { role, name, clientId, tokenId } = event.requestContext.authorizer ?? {};
  const principal = principalSchema.safeParse({
    role,
    name,
    ...(clientId === undefined ? {} : { clientId: Number(clientId) }),
    ...(tokenId === undefined ? {} : { tokenId: Number(tokenId) }),
  });
  if (principal.success) return principal.data;
  throw new MillraceError('Unauthorized', 'The request carries no principal.');
};

type ApiMiddleware = middy.MiddlewareObj<
  APIGatewayProxyEvent,
  APIGatewayProxyResult,
  Error,
  Context,
  Record<string, unknown>
>;

/** Turns whatever was thrown into problem+json. */
const problemAnswers = (log: Log, { countFault }: Pick<ApiPorts, 'countFault'>): ApiMiddleware => ({
  onError: (request) => {
    const error = toMillraceError(request.error);
    const { disposition, httpStatus } = error.policy;
    const { awsRequestId } = request.context;
    if (isOurFault(error.code)) countFault();
    if (httpStatus >= 500) {
      // A client's database that is down is no defect of this service.
      const level = disposition === 'bug' ? 'error' : 'warn';
      log[level](`${request.event.httpMethod} ${request.event.path} failed: ${error.message}`, {
        request: awsRequestId,
        error,
      });
    }
    const problem = toProblemDetails(error, awsRequestId);
    const { allow, retryAfterSeconds: namedSeconds } = error.facts;
    const seconds =
      typeof namedSeconds === 'number' ? namedSeconds : httpStatus === 503 ? retryAfterSeconds : undefined;
    request.response = answer(httpStatus, problemContentType, problem, {
      ...(Array.isArray(allow) ? { allow: allow.join(', ') } : {}),
      ...(seconds === undefined ? {} : { 'retry-after': String(seconds) }),
    });
    if (request.event.httpMethod === 'HEAD') request.response.body = '';
  },
});

/** What every answer has: the id by which the log knows the request, and what the console's page needs to read it. */
const commonHeaders = ({ consoleOrigin }: Pick<ApiPorts, 'consoleOrigin'>): ApiMiddleware => {
  const add: ApiMiddleware['after'] = ({ event, response, context }) => {
    if (response === null || response === undefined) return;
    response.headers = {
      ...response.headers,
      'x-request-id': context.awsRequestId,
      ...corsHeaders(headerOf(event, 'origin'), consoleOrigin),
    };
  };
  return { after: add, onError: add };
};

/** One line for each request. Bodies and headers hold passwords and tokens, so neither is ever written. */
const requestLog = (log: Log, { clock }: Pick<ApiPorts, 'clock'>): ApiMiddleware => {
  const write: ApiMiddleware['after'] = ({ event, response, context, internal }) => {
    log.info(`${event.httpMethod} ${event.path} ${response?.statusCode ?? 500}`, {
      request: context.awsRequestId,
      status: response?.statusCode,
      client: event.requestContext.authorizer?.clientId,
      token: event.requestContext.authorizer?.tokenId,
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
