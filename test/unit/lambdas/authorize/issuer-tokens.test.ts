import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createManualClock } from '#test/kit/manual-clock.ts';
import { createAuthorizer } from '../../../../lambdas/authorize/authorize.ts';
import { createIssuerTokens } from '../../../../lambdas/authorize/issuer-tokens.ts';

/** A real issuer over HTTP: it publishes the public half of its keys, and signs with the other. */
let server: Server;
let issuer: string;
let published: Record<string, unknown>[];
let fetches: string[];
let isDown: boolean;
let signingKey: CryptoKey;

const addKey = async (kid: string): Promise<CryptoKey> => {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  published.push({ ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' });
  return privateKey;
};

beforeEach(async () => {
  published = [];
  fetches = [];
  isDown = false;
  server = createServer((request, response) => {
    fetches.push(request.url ?? '');
    if (isDown) {
      response.statusCode = 503;
      response.end();
      return;
    }
    const isDiscovery = request.url === '/.well-known/openid-configuration';
    response.end(JSON.stringify(isDiscovery ? { issuer, jwks_uri: `${issuer}/keys` } : { keys: published }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  signingKey = await addKey('first');
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const clock = createManualClock();
const nowSeconds = (): number => Math.floor(clock.now().getTime() / 1_000);

const create = () => {
  const readIssuerToken = createIssuerTokens(
    {
      MILLRACE_OIDC_ISSUER: issuer,
      MILLRACE_OIDC_AUDIENCE: 'millrace',
      MILLRACE_OIDC_ROLE_CLAIM: 'groups',
      MILLRACE_OIDC_CLIENT_CLAIM: 'https://millrace/client',
    },
    clock,
  );
  const authorize = createAuthorizer({
    store: { findToken: async () => undefined, touchToken: async () => {} },
    readAdminToken: async () => 'admin-token',
    readIssuerToken,
    clock,
    onUnrecordedUse: () => {},
  });
  return (text: string) => authorize(`Bearer ${text}`);
};

const sign = (
  change: Record<string, unknown> = {},
  { key = signingKey, kid = 'first' }: { readonly key?: CryptoKey; readonly kid?: string } = {},
): Promise<string> =>
  new SignJWT({
    sub: 'user-1',
    email: 'ann@example.com',
    iss: issuer,
    aud: 'millrace',
    iat: nowSeconds(),
    exp: nowSeconds() + 300,
    groups: ['staff', 'operator'],
    'https://millrace/client': 3,
    ...change,
  })
    .setProtectedHeader({ alg: 'RS256', kid })
    .sign(key);

test('a token of the issuer has the role and the client of its claims', async () => {
  const authorize = create();
  const ann = { role: 'operator', clientId: 3, name: 'ann@example.com' };
  expect(await authorize(await sign())).toEqual(ann);
  expect(await authorize(await sign({ 'https://millrace/client': '3' }))).toEqual(ann);
  expect(await authorize(await sign({ groups: 'admin', 'https://millrace/client': '*' }))).toEqual({
    role: 'admin',
    name: 'ann@example.com',
  });
  const highest = await authorize(await sign({ groups: ['viewer', 'admin', 'operator'] }));
  expect(highest?.role).toBe('admin');
  expect(await authorize('admin-token')).toEqual({ role: 'admin', name: 'deployment' });
  expect(fetches).toEqual(['/.well-known/openid-configuration', '/keys']);
});

test.each<[string, () => Record<string, unknown>]>([
  ['of another audience', () => ({ aud: 'another' })],
  ['of another issuer', () => ({ iss: 'https://evil.example.com' })],
  ['that has ended', () => ({ exp: nowSeconds() - 60 })],
  ['that never ends', () => ({ exp: undefined })],
  ['that is not valid yet', () => ({ nbf: nowSeconds() + 120 })],
  ['without a role', () => ({ groups: ['staff'] })],
  ['without a client', () => ({ 'https://millrace/client': undefined })],
  ['of a client that is no number', () => ({ 'https://millrace/client': 'acme' })],
  ['of client 0', () => ({ 'https://millrace/client': 0 })],
  ['without a subject', () => ({ sub: undefined })],
])('a token %s is refused', async (_what, change) => {
  expect(await create()(await sign(change()))).toBeUndefined();
});

test('a token that someone else has signed is refused, whatever it says of itself', async () => {
  const authorize = create();
  const { privateKey } = await generateKeyPair('RS256');
  expect(await authorize(await sign({}, { key: privateKey }))).toBeUndefined();
  expect(await authorize(await sign({}, { key: privateKey, kid: 'unknown' }))).toBeUndefined();
  const [header = '', payload = '', signature = ''] = (await sign()).split('.');
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const forged = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), groups: 'admin' };
  expect(await authorize(`${header}.${encode(forged)}.${signature}`)).toBeUndefined();
  expect(await authorize(`${encode({ alg: 'none' })}.${payload}.x`)).toBeUndefined();
  // The public key as the secret of a symmetric signature.
  const secret = new TextEncoder().encode(JSON.stringify(published[0]).padEnd(64));
  const symmetric = await new SignJWT({ sub: 'x', groups: 'admin', 'https://millrace/client': '*' })
    .setProtectedHeader({ alg: 'HS256', kid: 'first' })
    .setIssuer(issuer)
    .setAudience('millrace')
    .setExpirationTime(nowSeconds() + 300)
    .sign(secret);
  expect(await authorize(symmetric)).toBeUndefined();
  expect(await authorize('a.b.c')).toBeUndefined();
});

test('an issuer that does not answer is a fault of the service, and asked again by the next token', async () => {
  const authorize = create();
  isDown = true;
  await expect(authorize(await sign())).rejects.toMatchObject({ code: 'ServiceUnavailable' });
  isDown = false;
  expect(await authorize(await sign())).toMatchObject({ role: 'operator' });
});

test('a name is one line of bounded length', async () => {
  const found = await create()(await sign({ email: `a\nb${'c'.repeat(500)}` }));
  expect(found?.name).toMatch(/^a b/);
  expect(found?.name).toHaveLength(100);
});
