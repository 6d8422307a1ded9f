import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { type ErrorCode, errorPolicies } from '#core/errors/error-policies.ts';

interface GatewayProblem {
  readonly id: string;
  readonly type: ResponseType;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  /** After how many seconds a caller may repeat the request. */
  readonly retryAfterSeconds?: number;
}

const throttled = {
  status: 429,
  code: 'TooManyRequests',
  detail: 'There are more requests than API Gateway lets through.',
  retryAfterSeconds: 1,
} as const;

/** What API Gateway answers by itself (API Gateway developer guide, "Gateway response types"). */
const problems: readonly GatewayProblem[] = [
  {
    id: 'Unauthorized',
    type: ResponseType.UNAUTHORIZED,
    status: 401,
    code: 'Unauthorized',
    detail: 'The Authorization header is missing, or its token is unknown, revoked or expired.',
  },
  {
    id: 'Forbidden',
    type: ResponseType.ACCESS_DENIED,
    status: 403,
    code: 'Forbidden',
    detail: 'The token does not allow this action.',
  },
  {
    id: 'UnknownRoute',
    type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
    status: 404,
    code: 'NotFound',
    detail: 'There is no such path, or API Gateway does not know the method.',
  },
  {
    id: 'TooLarge',
    type: ResponseType.REQUEST_TOO_LARGE,
    status: 413,
    code: 'InvalidRequest',
    detail: 'The body is larger than 10 MB, which is the limit of API Gateway.',
  },
  { id: 'Throttled', type: ResponseType.THROTTLED, ...throttled },
  { id: 'QuotaExceeded', type: ResponseType.QUOTA_EXCEEDED, ...throttled },
  {
    id: 'Timeout',
    type: ResponseType.INTEGRATION_TIMEOUT,
    status: 504,
    code: 'RequestTimeout',
    detail: 'The API did not answer within 29 s.',
  },
  {
    id: 'NoAnswer',
    type: ResponseType.INTEGRATION_FAILURE,
    status: 502,
    code: 'Internal',
    detail: 'The api Lambda failed before it could answer; its log says why.',
  },
  {
    id: 'BadRequest',
    type: ResponseType.DEFAULT_4XX,
    status: 400,
    code: 'InvalidRequest',
    detail: 'API Gateway refused the request.',
  },
  {
    id: 'Internal',
    type: ResponseType.DEFAULT_5XX,
    status: 500,
    code: 'Internal',
    detail: 'The API did not answer. The logs of the api Lambda and the authorize Lambda say why.',
  },
];

/** Header values are expressions of API Gateway: constants stand in quotes. */
const constant = (text: string): string => `'${text}'`;

/** Makes every answer of API Gateway itself a problem+json with the id of the request, as those of the api Lambda are. */
export const answerWithProblems = (api: RestApi, consoleOrigin: string | undefined): void => {
  for (const { id, type, status, code, detail, retryAfterSeconds } of problems) {
    const problem = {
      type: 'about:blank',
      title: code,
      status,
      detail,
      code,
      advice: errorPolicies[code].advice,
      request_id: '$context.requestId',
    };
    api.addGatewayResponse(id, {
      type,
      statusCode: String(status),
      responseHeaders: {
        'Content-Type': constant('application/problem+json'),
        'Cache-Control': constant('no-store'),
        'X-Request-Id': 'context.requestId',
        ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': constant(String(retryAfterSeconds)) }),
        ...(consoleOrigin === undefined ? {} : { 'Access-Control-Allow-Origin': constant(consoleOrigin) }),
      },
      templates: { 'application/json': JSON.stringify(problem) },
    });
  }
};
