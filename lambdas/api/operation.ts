import { z } from 'zod';
import { apiVersionPath } from '#core/contracts/api-version.ts';
import type { ClientId } from '#core/contracts/identifiers.ts';
import type { Principal } from '#core/contracts/token.ts';
import type { ErrorCode } from '#core/errors/error-policies.ts';
import { MillraceError, type Problem } from '#core/errors/millrace-error.ts';
import { answerOnce } from './answer-once.ts';
import { authorize, clientOf } from './authorize-request.ts';
import { etagOf, requireMatch } from './etag.ts';
import { invalidRequest } from './invalid-request.ts';
import type { ApiPorts } from './ports.ts';
import { type Access, type OperationId, routeAccess } from './route-access.ts';
import { pathIdSchema } from './shared-contracts.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A request before anything of it was looked at. */
export interface RawRequest {
  readonly principal: Principal;
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** The text of the body; empty when there is none. */
  readonly body: string;
  /** The header Idempotency-Key, where there is one. */
  readonly idempotencyKey?: string;
  /** The header If-Match. */
  readonly ifMatch?: string | undefined;
}

export interface Answer {
  readonly status: number;
  /** Of the body, which is text as it is unless this is `application/json`. */
  readonly contentType: string;
  readonly body: unknown;
  /** The answer of an earlier request with the same Idempotency-Key. */
  readonly isReplay?: boolean;
  /** The version of the resource that the answer shows. */
  readonly etag?: string;
}

/** One route: what docs/openapi.json says of it, and what it does. */
export interface Operation {
  readonly id: OperationId;
  readonly method: Method;
  /** Without the version, see `routePath`. */
  readonly path: string;
  readonly access: Access;
  readonly summary: string;
  readonly params: z.ZodType;
  readonly query: z.ZodType;
  readonly body: z.ZodType | undefined;
  readonly status: number;
  readonly answer: z.ZodType;
  /** Of the answer; `application/json` for all but those that answer text. */
  readonly contentType: string;
  /** Codes that a caller should expect here, besides those that every route has. */
  readonly errors: readonly ErrorCode[];
  /** Whether it shows, or expects, the version of a resource. */
  readonly isVersioned: boolean;
  handle(request: RawRequest, ports: ApiPorts): Promise<Answer>;
}

/** The path that callers use: that of the operation in the API's version. */
export const routePath = ({ path }: Pick<Operation, 'path'>): string => `${apiVersionPath}${path}`;

/** What an operation is called with: everything parsed, the caller known. */
export interface OperationRequest<Params, Query, Body> {
  /** The client that the request works for. Only operations of scope `client` have one. */
  readonly clientId: ClientId;
  readonly principal: Principal;
  /** The name of the caller's token, for the activity. */
  readonly actor: string;
  /**
   * Throws `PreconditionFailed` when the caller has sent If-Match and `resource`, as it is answered, is of another version.
   * Only operations with `versionOf` may call it: for others, If-Match is refused.
   */
  readonly requireMatch: (resource: unknown) => void;
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
  /** Its role and scope stand in route-access.ts. */
  readonly id: OperationId;
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly status: number;
  readonly answer: A;
  /** For an answer that is text: its media type with parameters. */
  readonly textType?: string;
  readonly errors?: readonly ErrorCode[];
  /**
   * The part of the answer that is the resource; its version is the answer's ETag. An operation that changes the resource calls
   * `requireMatch` with what it has read, and writes on the condition that this is still what is stored.
   */
  readonly versionOf?: (answer: z.input<A>) => unknown;
  readonly run: (
    request: OperationRequest<z.output<P>, z.output<Q>, z.output<B>>,
    ports: ApiPorts,
  ) => Promise<z.input<A>>;
}

/** Whose things a request works on, when its token is of all clients. */
export const clientQuerySchema = z.strictObject({
  client_id: pathIdSchema.optional().meta({
    description: 'The client that the request is for. Only needed with a token of all clients.',
  }),
});

export const jsonType = 'application/json';

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
  const access: Access = routeAccess[definition.id];
  const contentType = definition.textType ?? jsonType;
  return {
    ...definition,
    access,
    params,
    query,
    body: definition.body,
    errors: definition.errors ?? [],
    contentType,
    isVersioned: definition.versionOf !== undefined,
    handle: async (request, ports) => {
      const { principal } = request;
      authorize(access, principal);
      const { ifMatch } = request;
      if (ifMatch !== undefined && definition.versionOf === undefined) throw unknownIfMatch();
      const { client_id: asked, ...rest } = request.query;
      const ofOneClient = access.scope === 'client';
      const [path, filters, { client_id: askedClient }, body] = parseAll([
        ['path', params, request.params],
        ['query', query, ofOneClient ? rest : request.query],
        ['query', clientQuerySchema, ofOneClient ? { client_id: asked } : {}],
        ['body', definition.body ?? nothing, parseJson(request.body)],
      ]) as [z.output<P>, z.output<Q>, z.output<typeof clientQuerySchema>, z.output<B>];
      const clientId = ofOneClient ? await clientOf(principal, askedClient, ports.store) : undefined;
      const run = () =>
        definition.run(
          {
            get clientId() {
              if (clientId !== undefined) return clientId;
              throw new TypeError(`Operation ${definition.id} is not of one client.`);
            },
            principal,
            actor: principal.name,
            requireMatch: (resource) => requireMatch(ifMatch, resource),
            params: path,
            query: filters,
            body,
          },
          ports,
        );
      const { answer, isReplay } = await answerOnce(
        {
          // Every other method has one effect by itself.
          key: definition.method === 'POST' ? request.idempotencyKey : undefined,
          scope: scopeOf(clientId ?? principal.clientId),
          route: `${definition.method} ${fillPath(routePath(definition), request.params)}`,
          content: JSON.stringify([request.query, request.body]),
        },
        ports,
        run,
      );
      return {
        status: definition.status,
        contentType,
        body: answer,
        isReplay,
        ...(definition.versionOf === undefined
          ? {}
          : { etag: etagOf(definition.versionOf(answer as z.input<A>)) }),
      };
    },
  };
};

/** Whose requests share their keys. */
const scopeOf = (clientId: ClientId | undefined): string =>
  clientId === undefined ? 'all clients' : `client ${clientId}`;

const fillPath = (path: string, params: RawRequest['params']): string =>
  path.replaceAll(/\{(\w+)\}/g, (_placeholder, name: string) => encodeURIComponent(params[name] ?? ''));

const unknownIfMatch = (): MillraceError =>
  invalidRequest([
    {
      subject: 'header If-Match',
      problem: 'is not known here: this route changes or shows no resource that has a version.',
      remedy: 'Leave it out.',
    },
  ]);

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
  parts: readonly (readonly [place: string, schema: z.ZodType, value: unknown])[],
): readonly unknown[] => {
  const problems: Problem[] = [];
  const parsed: unknown[] = [];
  for (const [place, schema, value] of parts) {
    const result = schema.safeParse(value);
    if (result.success) parsed.push(result.data);
    else problems.push(...result.error.issues.map((issue) => toProblem(place, issue)));
  }
  if (problems.length > 0) throw invalidRequest(problems);
  return parsed;
};

const toProblem = (place: string, issue: z.core.$ZodIssue): Problem => ({
  subject: [place, ...issue.path].join('.'),
  problem: issue.message,
});
