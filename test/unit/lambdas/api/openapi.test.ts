import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { operations } from '../../../../lambdas/api/api.ts';
import { openApiDocument } from '../../../../lambdas/api/openapi.ts';

const committed = JSON.parse(
  readFileSync(new URL('../../../../docs/openapi.json', import.meta.url), 'utf8'),
) as { paths: Record<string, Record<string, unknown>> };

test('docs/openapi.json is current: run npm run openapi', () => {
  expect(committed).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
});

test('every route is described, under an id of its own', () => {
  const described = Object.entries(committed.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(described.toSorted()).toEqual(
    operations.map(({ method, path }) => `${method} /v1${path}`).toSorted(),
  );
  expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
});

test('every reference leads somewhere', () => {
  const text = JSON.stringify(committed);
  const schemas = (committed as unknown as { components: { schemas: Record<string, unknown> } }).components
    .schemas;
  const names = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map((match) => match[1] ?? '');
  expect(names.length).toBeGreaterThan(operations.length);
  for (const name of names) expect(schemas).toHaveProperty(name);
});

test('every list has pages and a filter', () => {
  const lists = operations.filter(
    ({ answer }) => answer instanceof z.ZodObject && Object.hasOwn(answer.shape, 'next_cursor'),
  );
  expect(lists.length).toBeGreaterThan(15);
  const without = lists.flatMap(({ id, query }) => {
    const names = query instanceof z.ZodObject ? Object.keys(query.shape) : [];
    const filters = names.filter((name) => !['limit', 'cursor'].includes(name));
    return names.includes('limit') && names.includes('cursor') && filters.length > 0 ? [] : [id];
  });
  expect(without).toEqual([]);
});
