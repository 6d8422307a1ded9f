import { z } from 'zod';
import { apiVersionPath } from '#core/contracts/api-version.ts';
import { type Principal, principalName } from '#core/contracts/client.ts';
import type { ClientId } from '#core/contracts/identifiers.ts';
import type { ErrorCode } from '#core/errors/error-policies.ts';
import { MillraceError, type Problem } from '#core/errors/millrace-error.ts';
import { answerOnce } from './answer-once.ts';
import type { ApiPorts } from './ports.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';
export type Role = Principal['role'];

/** A request before anything of it was looked at. */
export interface RawRequest {
  readonly principal: Principal;
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** The text of the body; empty when there is none. */
  readonly body: string;
  /** The header Idempotency-Key, where there is one. */
  readonly idempotencyKey?: string;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** The answer of an earlier request with the same Idempotency-Key. */
  readonly isReplay?: boolean;
}

/** One route: what docs/openapi.json says of it, and what it does. */
export interface Operation {
  readonly id: string;
  readonly method: Method;
  /** Without the version, see `routePath`. */
  readonly path: string;
  readonly role: Role;
  readonly summary: string;
  readonly params: z.ZodType;
  readonly query: z.ZodType;
  readonly body: z.ZodType | undefined;
  readonly status: number;
  readonly answer: z.ZodType;
  /** Codes that a caller should expect here, besides those that every route has. */
  readonly errors: readonly ErrorCode[];
  handle(request: RawRequest, ports: ApiPorts): Promise<Answer>;
}

/** The path that callers use: that of the operation in the API's version. */
export const routePath = ({ path }: Pick<Operation, 'path'>): string => `${apiVersionPath}${path}`;

/** What an operation is called with: everything parsed, the client from the token. */
export interface OperationRequest<Params, Query, Body> {
  /** The client whose token it is. Throws `Forbidden` for an admin's token, which no operation lets through. */
  readonly clientId: ClientId;
  /** Whose token it is, as the activity names them. */
  readonly actor: string;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
}

interface OperationDefinition<
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  A extends z.ZodType,
> {
  readonly id: string;
  readonly method: Method;
  readonly path: string;
  readonly role: Role;
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly status: number;
  readonly answer: A;
  readonly errors?: readonly ErrorCode[];
  readonly run: (
    request: OperationRequest<z.output<P>, z.output<Q>, z.output<B>>,
    ports: ApiPorts,
  ) => Promise<z.input<A>>;
}

type Nothing = z.ZodObject<Record<never, never>, z.core.$strict>;
const nothing: z.ZodType = z.strictObject({});

export const defineOperation = <
  A extends z.ZodType,
  P extends z.ZodType = Nothing,
  Q extends z.ZodType = Nothing,
  B extends z.ZodType = Nothing,
>(
  definition: OperationDefinition<P, Q, B, A>,
): Operation => {
  const params: z.ZodType = definition.params ?? nothing;
  const query: z.ZodType = definition.query ?? nothing;
  return {
    ...definition,
    params,
    query,
    body: definition.body,
    errors: definition.errors ?? [],
    handle: async (request, ports) => {
      authorize(definition.role, request.principal);
      const parsed = parseAll({
        path: [params, request.params],
        query: [query, request.query],
        body: [definition.body ?? nothing, parseJson(request.body)],
      });
      const run = () =>
        definition.run(
          {
            get clientId() {
              return clientOf(request.principal);
            },
            actor: principalName(request.principal),
            params: parsed.path as z.output<P>,
            query: parsed.query as z.output<Q>,
            body: parsed.body as z.output<B>,
          },
          ports,
        );
      const { answer, isReplay } = await answerOnce(
        {
          // Every other method has one effect by itself.
          key: definition.method === 'POST' ? request.idempotencyKey : undefined,
          scope: scopeOf(request.principal),
          route: `${definition.method} ${fillPath(routePath(definition), request.params)}`,
          content: JSON.stringify([request.query, request.body]),
        },
        ports,
        run,
      );
      return { status: definition.status, body: answer, isReplay };
    },
  };
};

const scopeOf = (principal: Principal): string =>
  principal.role === 'client' ? `client ${principal.clientId}` : principal.role;

const fillPath = (path: string, params: RawRequest['params']): string =>
  path.replaceAll(/\{(\w+)\}/g, (_placeholder, name: string) => encodeURIComponent(params[name] ?? ''));

const authorize = (role: Role, principal: Principal): void => {
  if (principal.role === role) return;
  throw new MillraceError(
    'Forbidden',
    role === 'admin'
      ? 'This needs the admin token: clients and their tokens are managed with it.'
      : "This needs a client's token: databases and replications belong to a client.",
  );
};

const clientOf = (principal: Principal): ClientId => {
  if (principal.role === 'client') return principal.clientId;
  throw new MillraceError('Forbidden', "This needs a client's token.");
};

/** An absent body is an empty object: every field of it may have a default. */
const parseJson = (text: string): unknown => {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the body, which can hold a password.
    throw new MillraceError('InvalidRequest', 'The body is not JSON.');
  }
};

/** Parses every part and reports the problems of all at once. Values are never quoted: they can be secrets. */
const parseAll = (
  parts: Readonly<Record<string, readonly [z.ZodType, unknown]>>,
): Readonly<Record<string, unknown>> => {
  const problems: Problem[] = [];
  const parsed: Record<string, unknown> = {};
  for (const [part, [schema, value]] of Object.entries(parts)) {
    const result = schema.safeParse(value);
    if (result.success) parsed[part] = result.data;
    else problems.push(...result.error.issues.map((issue) => toProblem(part, issue)));
  }
  if (problems.length > 0) throw invalidRequest(problems);
  return parsed;
};

const toProblem = (part: string, issue: z.core.$ZodIssue): Problem => ({
  subject: [part, ...issue.path].join('.'),
  problem: issue.message,
});

/** `InvalidRequest` that names every problem, with the list in `facts.problems`. */
export const invalidRequest = (problems: readonly Problem[]): MillraceError =>
  new MillraceError(
    'InvalidRequest',
    problems.length === 1
      ? `The request is not valid: ${problems[0]?.subject}: ${problems[0]?.problem}`
      : `The request is not valid: ${problems.length} problems.`,
    { facts: { problems } },
  );
