import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';

const root = path.resolve(import.meta.dirname, '..', '..', '..');

const { paths } = JSON.parse(readFileSync(path.join(root, 'docs/openapi.json'), 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
};

/** `GET /replications/{}`, for every operation, without its version. */
const known: ReadonlySet<string> = new Set(
  Object.entries(paths).flatMap(([route, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${normalized(route)}`),
  ),
);

/** What the edge of the console answers itself. */
const callsOfOthers: ReadonlySet<string> = new Set(['GET /session']);

function normalized(route: string): string {
  return route
    .replace(/^\/v1(?=\/)/, '')
    .replaceAll(/\{[^}]*\}(?:\.\{[^}]*\})?/g, '{}')
    .replaceAll(/\/(?:\d+|\$[A-Z_]+)(?=\/|$)/g, '/{}');
}

const callPattern = /\b(GET|POST|PUT|PATCH|DELETE) (\/[\w/{}.$-]*[\w}])/g;

test('every call of the API that a page names is one of its operations', () => {
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    ...readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ];
  const calls = pages.flatMap((page) =>
    Array.from(
      readFileSync(path.join(root, page), 'utf8').matchAll(callPattern),
      ([, method = '', route = '']) => ({ page, call: `${method} ${normalized(route)}` }),
    ),
  );
  expect(calls.length).toBeGreaterThan(80);
  const missing = calls
    .filter(({ call }) => !known.has(call) && !callsOfOthers.has(call))
    .map(({ page, call }) => `${page}: ${call}`);
  expect([...new Set(missing)]).toEqual([]);
});
