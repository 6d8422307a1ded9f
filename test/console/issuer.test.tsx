/**
 * @jest-environment node
 */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { beginSignIn, endSignIn } from '../../console/data/issuer-sign-in.ts';
import type { IssuerSignIn } from '../../console/edge/session.ts';
import { createIssuerTokens } from '../../lambdas/authorize/issuer-tokens.ts';
import { consoleClientId, type Issuer, startIssuer } from '../browser/issuer.ts';

const origin = 'http://127.0.0.1:9';
let issuer: Issuer;
let settings: IssuerSignIn;
/** Where the page has sent the browser to. */
let gone: string;
const kept = new Map<string, string>();

beforeAll(async () => {
  issuer = await startIssuer(origin, { millrace_role: 'operator', millrace_client: '3' });
  settings = { issuer: issuer.url, client_id: consoleClientId, scope: 'openid email', token: 'id_token' };
});
afterAll(() => issuer.close());

const standAt = (address: string): void => {
  const { href, pathname, search } = new URL(address, origin);
  Object.assign(globalThis, {
    location: {
      ...{ origin, href, pathname, search },
      assign: (url: URL) => {
        gone = String(url);
      },
    },
  });
};

beforeEach(() => {
  kept.clear();
  Object.assign(globalThis, {
    sessionStorage: {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
      removeItem: (key: string) => kept.delete(key),
    },
  });
});

/** What a person does in a browser: follows, names themselves, agrees. Ends where the issuer sends them back to the console. */
const signInAt = async (begin: string): Promise<string> => {
  const cookies = new Map<string, string>();
  let next: { readonly url: string; readonly form?: Readonly<Record<string, string>> } = { url: begin };
  for (let step = 0; step < 20; step += 1) {
    const response: Response = await fetch(next.url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
      ...(next.form && { method: 'POST', body: new URLSearchParams(next.form) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location?.startsWith(origin) === true) return location;
    if (location !== null) next = { url: new URL(location, next.url).href };
    else {
      const html = await response.text();
      const action = /action="([^"]+)"/.exec(html)?.[1];
      const prompt = /name="prompt" value="([^"]+)"/.exec(html)?.[1];
      if (action === undefined || prompt === undefined) throw new Error(html);
      next = {
        url: new URL(action, next.url).href,
        form: { prompt, login: 'dana', password: 'any' },
      };
    }
  }
  throw new Error('The issuer never sends anyone back.');
};

test('the token that comes back is one that the API takes, for where the person wanted to go', async () => {
  standAt('/clients/3/alerts?state=all');
  await beginSignIn(settings);
  expect(gone).toContain('code_challenge_method=S256');
  standAt(await signInAt(gone));
  const { token, path } = await endSignIn(settings);
  expect(path).toBe('/clients/3/alerts?state=all');
  const readToken = createIssuerTokens(
    {
      MILLRACE_OIDC_ISSUER: issuer.url,
      MILLRACE_OIDC_AUDIENCE: consoleClientId,
      MILLRACE_OIDC_ROLE_CLAIM: 'millrace_role',
      MILLRACE_OIDC_CLIENT_CLAIM: 'millrace_client',
    },
    systemClock,
  );
  expect(await readToken(token)).toEqual({ role: 'operator', name: 'dana@example.com', clientId: 3 });
  expect([...kept]).toEqual([]);
  await expect(endSignIn(settings)).rejects.toThrow('was not begun here');
});

test('an answer to another sign-in is refused', async () => {
  standAt('/');
  await beginSignIn(settings);
  const back = new URL(await signInAt(gone));
  back.searchParams.set('state', 'of another');
  standAt(back.href);
  await expect(endSignIn(settings)).rejects.toThrow('state');
});

test('the code is of no use without the verifier of the page that has begun', async () => {
  standAt('/');
  await beginSignIn(settings);
  const back = await signInAt(gone);
  const [key, attempt] = [...kept][0] ?? [];
  if (key === undefined || attempt === undefined) throw new Error('Nothing was kept.');
  kept.set(key, JSON.stringify({ ...JSON.parse(attempt), verifier: 'v'.repeat(43) }));
  standAt(back);
  await expect(endSignIn(settings)).rejects.toThrow();
});
