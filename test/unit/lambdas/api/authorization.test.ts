import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { hasRole, type Role, roles } from '#core/contracts/token.ts';
import { sampleChannel, sampleMute, sampleRoute } from '../../../kit/alert-samples.ts';
import { type Caller, createWorld } from './api-world.ts';

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly minimum?: number;
}
interface DescribedRoute {
  readonly operationId: string;
  readonly 'x-millrace-role': Role;
  readonly 'x-millrace-scope': 'client' | 'all' | 'token';
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } };
}
const { paths } = JSON.parse(
  readFileSync(new URL('../../../../docs/openapi.json', import.meta.url), 'utf8'),
) as { readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedRoute>>>> };

const routes = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, route]) => ({
    method: method.toUpperCase(),
    path: path.replace('/v1', ''),
    route,
    label: `${method.toUpperCase()} ${path}`,
  })),
);

/** The smallest value that a schema allows, as far as the API's schemas go. */
const smallest = (schema: Schema): unknown => {
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.anyOf?.[0] !== undefined) return smallest(schema.anyOf[0]);
  if (schema.type === 'object')
    return Object.fromEntries(
      (schema.required ?? []).map((name) => [name, smallest(schema.properties?.[name] ?? {})]),
    );
  if (schema.type === 'array')
    return Array.from({ length: schema.minItems ?? 0 }, () => smallest(schema.items ?? {}));
  if (schema.type === 'integer' || schema.type === 'number') return Math.max(schema.minimum ?? 1, 1);
  return schema.type === 'boolean' ? false : 'flights';
};

/** Client 1 has database 1 and 2 and replication 1; every identifier in a path is 1. */
const pathOf = (path: string): string =>
  path
    .replace('{table}', 'public.flights')
    .replace('{connector}', 'acme_shop_connector')
    .replace('{task}', '0')
    .replaceAll(/\{\w+\}/g, '1');

const call = async (caller: Caller, { method, path, route }: (typeof routes)[number], query = '') => {
  const world = createWorld();
  await world.configured();
  await world.request('admin', 'POST', '/clients', { name: 'Another' });
  await world.request('admin', 'POST', '/tokens', { name: 'of client 1', role: 'viewer', client_id: 1 });
  const at = '2026-03-01T13:00:00.000Z';
  await world.ports.store.addChannel(sampleChannel({ clientId: 1 }));
  await world.ports.store.addRoute(sampleRoute({ clientId: 1 }));
  await world.ports.store.putMute(sampleMute({ clientId: 1, until: at }));
  const schema = route.requestBody?.content['application/json'].schema;
  const everything = (): string =>
    JSON.stringify([
      ...world.databases,
      ...world.replications,
      ...world.tokens,
      ...world.alerting.channels,
      ...world.alerting.routes,
      ...world.alerting.mutes,
      ...world.alerting.deliveries,
    ]);
  const before = everything();
  const answer = await world.request(
    caller,
    method,
    `${pathOf(path)}${query}`,
    schema === undefined ? undefined : smallest(schema),
  );
  return { ...answer, isUnchanged: before === everything() };
};

describe.each(routes)('$label', (it) => {
  const { 'x-millrace-role': least, 'x-millrace-scope': scope } = it.route;

  test('declares the least role and the scope of its tokens', () => {
    expect(roles).toContain(least);
    expect(['client', 'all', 'token']).toContain(scope);
  });

  test.each(roles)("lets a client's token of role %s in if the role is enough", async (role) => {
    const { status, body, isUnchanged } = await call({ role, clientId: 1 }, it);
    if (hasRole(role, least) && scope !== 'all') {
      // 404 is only what the world does not have, as the deletion of a replication that nobody deletes.
      expect([401, 403, 405]).not.toContain(status);
      expect(body.detail ?? '').not.toMatch(/^There is no [A-Z]+ \//);
    } else {
      expect([status, body.code, isUnchanged]).toEqual([403, 'Forbidden', true]);
    }
  });

  test.each(roles)('lets a token of all clients of role %s in if the role is enough', async (role) => {
    const { status, body, isUnchanged } = await call({ role }, it, scope === 'client' ? '?client_id=1' : '');
    if (hasRole(role, least)) expect([401, 403, 405]).not.toContain(status);
    else expect([status, body.code, isUnchanged]).toEqual([403, 'Forbidden', true]);
  });

  if (scope === 'client') {
    test("does not let another client's token ask for the client", async () => {
      const { status, isUnchanged } = await call({ role: 'admin', clientId: 2 }, it, '?client_id=1');
      expect([status, isUnchanged]).toEqual([403, true]);
    });

    test('lets no token of all clients in that names no client', async () => {
      const { status, isUnchanged } = await call({ role: 'admin' }, it);
      expect([status, isUnchanged]).toEqual([400, true]);
    });
  }

  if (it.path.includes('{')) {
    test('is not found by the token of another client', async () => {
      const { status, isUnchanged } = await call({ role: 'admin', clientId: 2 }, it);
      expect(isUnchanged).toBe(true);
      // What would be made for another client is refused; everything else of another client is not there.
      const isRefused = scope === 'all' || it.route.operationId === 'createClientToken';
      expect(status).toBe(isRefused ? 403 : 404);
    });
  }
});
