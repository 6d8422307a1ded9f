import { z } from 'zod';
import { type ErrorCode, errorPolicies } from '#core/errors/error-policies.ts';
import { maxKeyLength, minKeyLength } from './answer-once.ts';
import { operations } from './api.ts';
import { maxIfMatchLength } from './etag.ts';
import { namedAnswers } from './named-answers.ts';
import { clientQuerySchema, type Operation, routePath } from './operation.ts';
import { problemContentType } from './problem-details.ts';
import type { Access } from './route-access.ts';

type Json = Readonly<Record<string, unknown>>;

const toSchema = (schema: z.ZodType): Json => {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io: 'input' });
  return json;
};

const reference = (name: string): string => `#/components/schemas/${name}`;

/** The named answers, in which one refers to the other by its name. */
const componentSchemas = (): Json => {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(namedAnswers)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { io: 'output', uri: reference });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _dialect, $id: _id, ...json }]) => [name, json]),
  );
};

const answerReference = (schema: z.ZodType): Json => {
  const named = Object.entries(namedAnswers).find(([, answer]) => answer === schema);
  if (named === undefined) throw new TypeError('Every answer has a name in namedAnswers.');
  return { $ref: reference(named[0]) };
};

/** Every route can answer these, by API Gateway or by the API. */
const commonErrors: readonly ErrorCode[] = [
  'InvalidRequest',
  'Unauthorized',
  'Forbidden',
  'TooManyRequests',
  'RequestTimeout',
  'StateTooNew',
  'StoreUnavailable',
  'Internal',
];

/** Whether If-Match means something to it. */
const changesVersion = ({ isVersioned, method }: Operation): boolean => isVersioned && method !== 'GET';

const ifMatchParameter: Json = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'The ETag of the resource that the caller has read: 412 when it is another one by now.',
  schema: { type: 'string', maxLength: maxIfMatchLength },
};

const problemAnswers = (operation: Operation): Json => {
  const ofKey: readonly ErrorCode[] = operation.method === 'POST' ? ['Conflict', 'IdempotencyKeyReused'] : [];
  const codes = [
    ...new Set([
      ...commonErrors,
      ...ofKey,
      ...operation.errors,
      ...(changesVersion(operation) ? (['PreconditionFailed'] as const) : []),
    ]),
  ];
  const byStatus = Map.groupBy(codes, (code) => errorPolicies[code].httpStatus);
  return Object.fromEntries(
    [...byStatus]
      .toSorted(([a], [b]) => a - b)
      .map(([status, group]) => [
        String(status),
        {
          description: group.join(', '),
          content: { [problemContentType]: { schema: { $ref: reference('ProblemDetails') } } },
        },
      ]),
  );
};

/** The properties of an object schema as parameters of a request. */
const parameters = (schema: z.ZodType, place: 'path' | 'query'): readonly Json[] => {
  const { properties = {}, required = [] } = toSchema(schema) as {
    readonly properties?: Readonly<Record<string, Json>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
};

const idempotencyKeyParameter: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Makes repeated requests one effect: within 24 hours every request of the client to this path with this key gets the ' +
    'answer of the first that succeeded, with the header Idempotency-Replayed. Another body is 422, and 409 while the first ' +
    'request is at work. A UUID is a good key.',
  schema: { type: 'string', minLength: minKeyLength, maxLength: maxKeyLength, pattern: '^[!-~]+$' },
};
const describeAccess = ({ role, scope }: Access): string =>
  `Needs a token of role ${role}${scope === 'all' ? ' and of all clients' : ''}.`;

const describe = (operation: Operation): Json => {
  const params = [
    ...parameters(operation.params, 'path'),
    ...parameters(operation.query, 'query'),
    ...(operation.method === 'POST' ? [idempotencyKeyParameter] : []),
    ...(operation.access.scope === 'client' ? parameters(clientQuerySchema, 'query') : []),
    ...(changesVersion(operation) ? [ifMatchParameter] : []),
  ];
  const { body } = operation;
  return {
    operationId: operation.id,
    summary: operation.summary,
    description: describeAccess(operation.access),
    'x-millrace-role': operation.access.role,
    'x-millrace-scope': operation.access.scope,
    ...(params.length === 0 ? {} : { parameters: params }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: !body.safeParse({}).success,
            content: { 'application/json': { schema: toSchema(body) } },
          },
        }),
    responses: {
      [operation.status]: {
        description: 'Done.',
        content: {
          [operation.contentType.split(';')[0] ?? '']: { schema: answerReference(operation.answer) },
        },
      },
      ...problemAnswers(operation),
    },
  };
};

/** The API as OpenAPI 3.1, from the schemas that it parses with. docs/openapi.json is this. */
export const openApiDocument = (): Json => ({
  openapi: '3.1.0',
  info: {
    title: 'Millrace control API',
    version: '1.0.0',
    description: 'Clients, databases and replications. Errors are application/problem+json (RFC 9457).',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  security: [{ token: [] }],
  paths: Object.fromEntries(
    [...Map.groupBy(operations, routePath)].map(([path, group]) => [
      path,
      Object.fromEntries(group.map((operation) => [operation.method.toLowerCase(), describe(operation)])),
    ]),
  ),
  components: {
    securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    schemas: componentSchemas(),
  },
});
