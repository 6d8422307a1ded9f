import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, request as rawRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createConsoleServer } from '../../../../local/console/console-server.ts';
import { findFreePort, loopback } from '../../../../local/ports.ts';

let folder: string;
let port: number;
let server: Server;
let api: Server;
let seen: {
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}[];
let goodCode: string | undefined;

const listen = (it: Server, at: number): Promise<void> =>
  new Promise((resolve) => it.listen(at, loopback, () => resolve()));

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-console-'));
  mkdirSync(join(folder, 'dist', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'dist', 'index.html'), '<!doctype html><title>Millrace</title>');
  writeFileSync(join(folder, 'dist', 'assets', 'index-1.js'), 'export {};');
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  seen = [];
  goodCode = 'good';
  api = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      seen.push({ url: request.url, headers: request.headers, body });
      response
        .writeHead(201, { 'content-type': 'application/json', 'x-request-id': 'r1' })
        .end('{"ok":true}');
    });
  });
  await listen(api, 0);
  const apiPort = (api.address() as AddressInfo).port;
  port = await findFreePort();
  server = createConsoleServer(port, {
    assets: join(folder, 'dist'),
    apiUrl: () => `http://${loopback}:${apiPort}/stage/v1`,
    readAdminToken: async () => 'admin"token;',
    takeSignInCode: (code) => {
      const isGood = code === goodCode;
      goodCode = undefined;
      return isGood;
    },
  });
  await listen(server, port);
});

afterEach(async () => {
  for (const it of [server, api]) {
    it.closeAllConnections();
    await new Promise((resolve) => it.close(resolve));
  }
  rmSync(folder, { recursive: true, force: true });
});

const get = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`http://${loopback}:${port}${path}`, { redirect: 'manual', ...init });
const consoleHeader = { 'x-millrace-console': '1' };

/** As a client that normalizes no path and may name any host. */
const rawStatus = (path: string, host = `${loopback}:${port}`): Promise<number> =>
  new Promise((resolve, reject) => {
    rawRequest({ host: loopback, port, path, headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .once('error', reject)
      .end();
  });

describe('the page', () => {
  test('has a policy that allows no inline script or style, on every answer', async () => {
    for (const path of [
      '/',
      '/clients/1/databases',
      '/assets/index-1.js',
      '/assets/none.js',
      '/sign-in?code=x',
    ]) {
      const { headers } = await get(path);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).not.toContain('unsafe');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  test('is not kept by the browser, and its assets are', async () => {
    expect((await get('/')).headers.get('cache-control')).toBe('no-cache');
    expect((await get('/assets/index-1.js')).headers.get('cache-control')).toContain('immutable');
  });

  test('is all that is served of the disk', async () => {
    for (const path of [
      '/../secret.txt',
      '/assets/../../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
    ])
      expect([path, await rawStatus(path)]).toEqual([path, 404]);
  });

  test('is not served under a foreign name', async () => {
    expect(await rawStatus('/', 'evil.example:80')).toBe(421);
    expect(await rawStatus('/', `localhost:${port}`)).toBe(200);
  });
});

describe('signing in', () => {
  const cookieOf = (response: Response): string =>
    (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';

  test('by a link works once', async () => {
    const first = await get('/sign-in?code=good');
    expect([first.status, first.headers.get('location')]).toEqual([303, '/']);
    expect(first.headers.get('set-cookie')).toMatch(/; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/);
    const second = await get('/sign-in?code=good');
    expect([second.headers.get('location'), second.headers.get('set-cookie')]).toEqual([
      '/sign-in?link=used',
      null,
    ]);
    const cookie = cookieOf(first);
    await get('/v1/me', { headers: { ...consoleHeader, cookie } });
    expect(seen[0]?.headers.authorization).toBe('Bearer admin"token;');
  });

  test('by a token gives the API that token', async () => {
    const opened = await get('/session', {
      method: 'POST',
      headers: { ...consoleHeader, authorization: 'Bearer mlr_x' },
    });
    expect(opened.status).toBe(204);
    await get('/v1/fleet?limit=1', { headers: { ...consoleHeader, cookie: cookieOf(opened) } });
    expect(seen[0]).toMatchObject({
      url: '/stage/v1/fleet?limit=1',
      headers: { authorization: 'Bearer mlr_x' },
    });
    expect(seen[0]?.headers.cookie).toBeUndefined();
  });

  test('does not count for a page of another site', async () => {
    const opened = await get('/session', {
      method: 'POST',
      headers: { ...consoleHeader, authorization: 'Bearer mlr_x' },
    });
    await get('/v1/me', { headers: { cookie: cookieOf(opened) } });
    expect(seen[0]?.headers.authorization).toBeUndefined();
  });
});

test('a call is passed on with its body, and its answer comes back', async () => {
  const answer = await get('/v1/clients', {
    method: 'POST',
    headers: consoleHeader,
    body: '{"name":"Acme"}',
  });
  expect([answer.status, await answer.json(), answer.headers.get('x-request-id')]).toEqual([
    201,
    { ok: true },
    'r1',
  ]);
  expect(seen[0]?.body).toBe('{"name":"Acme"}');
});

test('an API that does not answer is named with what to look at', async () => {
  api.closeAllConnections();
  await new Promise((resolve) => api.close(resolve));
  const answer = await get('/v1/me', { headers: consoleHeader });
  expect([answer.status, await answer.text()]).toEqual([
    502,
    expect.stringContaining('npm run local -- status'),
  ]);
  api = createServer();
  await listen(api, 0);
});
