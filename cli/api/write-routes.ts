import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { compile, type JSONSchema } from 'json-schema-to-typescript';

/**
 * Writes routes.ts from docs/openapi.json: which operation is which HTTP call, and the types of what it takes and
 * answers. Run it by `npm run openapi`.
 */

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly schema: object;
}

interface Media {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Media & { readonly required?: boolean };
  readonly responses: Readonly<Record<string, Media>>;
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

const documentFile = new URL('../../docs/openapi.json', import.meta.url);
const routesFile = new URL('./routes.ts', import.meta.url);

const objectOf = (properties: object, required: readonly string[]): object => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties,
});

const parametersOf = ({ parameters = [] }: Operation, place: 'path' | 'query'): object | undefined => {
  const found = parameters.filter((parameter) => parameter.in === place);
  if (found.length === 0) return undefined;
  // Both are text in a URL: the caller gives a number or a text.
  return objectOf(
    Object.fromEntries(
      found.map(({ name, schema }) => [
        name,
        'enum' in schema ? { enum: schema.enum } : { type: ['string', 'number'] },
      ]),
    ),
    found.filter(({ required }) => required).map(({ name }) => name),
  );
};

const bodyOf = ({ requestBody }: Operation): object | undefined => {
  const schema = requestBody?.content?.['application/json']?.schema as { properties?: object } | undefined;
  return schema?.properties !== undefined && Object.keys(schema.properties).length === 0
    ? { tsType: 'Record<string, never>' }
    : schema;
};

/** Whether a caller of all clients says which one it is for. */
const takesClient = ({ parameters = [] }: Operation): boolean =>
  parameters.some((parameter) => parameter.in === 'query' && parameter.name === 'client_id');

const answerOf = ({ responses }: Operation): object => {
  const [, done] = Object.entries(responses).find(([status]) => status.startsWith('2')) ?? [];
  const content = done?.content ?? {};
  const isText = Object.keys(content).some((type) => type.startsWith('text/plain'));
  return isText ? { type: 'string' } : (content['application/json']?.schema ?? { type: 'null' });
};

const describe = (operation: Operation): object => {
  const parts = {
    path: parametersOf(operation, 'path'),
    query: parametersOf(operation, 'query'),
    body: bodyOf(operation),
    answer: answerOf(operation),
  };
  const present = Object.entries(parts).filter(([, schema]) => schema !== undefined);
  return objectOf(
    Object.fromEntries(present),
    present.map(([name]) => name).filter((name) => name !== 'query'),
  );
};

const text = readFileSync(documentFile, 'utf8');
const document = JSON.parse(text) as OpenApi;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods)
    .filter(([, operation]) => operation.operationId !== undefined)
    .map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);

const schema = {
  ...objectOf(
    Object.fromEntries(operations.map(({ operation }) => [operation.operationId, describe(operation)])),
    operations.map(({ operation }) => operation.operationId),
  ),
  definitions: document.components.schemas,
};
const types = await compile(
  JSON.parse(JSON.stringify(schema).replaceAll('#/components/schemas/', '#/definitions/')) as JSONSchema,
  'Operations',
  {
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    unreachableDefinitions: true,
    bannerComment: '',
    format: false,
  },
);

const routes = Object.fromEntries(
  operations.map(({ method, path, operation }) => [
    operation.operationId,
    { method, path, ...(takesClient(operation) ? { ofClient: true } : {}) },
  ]),
);
const digest = createHash('sha256').update(text).digest('hex');
writeFileSync(
  routesFile,
  `/** Generated from docs/openapi.json by \`npm run openapi\`. Do not edit it. */

/** The SHA-256 of the document that this was generated from. */
export const documentDigest = '${digest}';

/** Which HTTP call an operation is. */
export const routes = ${JSON.stringify(routes)} as const;

${types}`,
);
