import { describe, expect, test } from '@jest/globals';
import {
  type EdgeRequest,
  type EdgeResponse,
  handleRequest,
  type IssuerSignIn,
  type SessionCookie,
} from '../../../../console/edge/session.ts';

const cookie: SessionCookie = { name: '__Host-millrace_session', isSecure: true };
const token = 'mlr_"a;b, c"'.replace(' ', '');

const request = (uri: string, change: Partial<EdgeRequest> = {}): EdgeRequest => ({
  method: 'GET',
  uri,
  headers: {},
  cookies: {},
  ...change,
});
const fromConsole = { 'x-millrace-console': { value: '1' } };
const withSession = { [cookie.name]: { value: encodeURIComponent(token) } };
const answered = (it: EdgeRequest): EdgeResponse => handleRequest(it, cookie) as EdgeResponse;
const passed = (it: EdgeRequest): EdgeRequest => handleRequest(it, cookie) as EdgeRequest;

describe('a session', () => {
  test('is a cookie that scripts and other sites do not get', () => {
    const { statusCode, cookies } = answered(
      request('/session', {
        method: 'POST',
        headers: { ...fromConsole, authorization: { value: `Bearer ${token}` } },
      }),
    );
    expect(statusCode).toBe(204);
    expect(cookies).toEqual({
      [cookie.name]: {
        value: encodeURIComponent(token),
        attributes: 'Path=/; HttpOnly; SameSite=Strict; Max-Age=43200; Secure',
      },
    });
  });

  test('ends with its cookie', () => {
    const { cookies } = answered(request('/session', { method: 'DELETE', headers: fromConsole }));
    expect(cookies?.[cookie.name]).toEqual({
      value: '',
      attributes: 'Path=/; HttpOnly; SameSite=Strict; Max-Age=0; Secure',
    });
  });

  test.each([
    ['without the header of the console', 403, { method: 'POST', headers: {} }],
    ['that ends without the header of the console', 403, { method: 'DELETE', headers: {} }],
    ['without a token', 400, { method: 'POST', headers: fromConsole }],
    [
      'with another scheme',
      400,
      { method: 'POST', headers: { ...fromConsole, authorization: { value: 'Basic x' } } },
    ],
    ['by another method', 405, { method: 'PUT', headers: fromConsole }],
  ] as const)('%s is answered %d, and sets nothing', (_case, status, change) => {
    const { statusCode, cookies } = answered(request('/session', change));
    expect([statusCode, cookies]).toEqual([status, undefined]);
  });
});

test('how to sign in is told before there is a session, and is no secret', () => {
  const ask = (signIn: IssuerSignIn | null): unknown => {
    const answer = handleRequest(
      request('/session', { headers: fromConsole }),
      cookie,
      signIn,
    ) as EdgeResponse;
    return [answer.statusCode, answer.cookies, JSON.parse(answer.body ?? '')];
  };
  expect(ask(null)).toEqual([200, undefined, { oidc: null }]);
  const signIn = {
    issuer: 'https://login.example.com',
    client_id: 'millrace',
    scope: 'openid',
    token: 'id_token',
  } as const;
  expect(ask(signIn)).toEqual([200, undefined, { oidc: signIn }]);
});

describe('a call of the API', () => {
  test('from the console gets the token of the session, and no cookie goes on', () => {
    const { headers, cookies, uri } = passed(
      request('/v1/fleet', {
        headers: { ...fromConsole, cookie: { value: 'x' } },
        cookies: { ...withSession },
      }),
    );
    expect(headers).toEqual({ ...fromConsole, authorization: { value: `Bearer ${token}` } });
    expect([cookies, uri]).toEqual([{}, '/v1/fleet']);
  });

  test('from a page of another site gets no token, though the browser has sent the cookie', () => {
    const { headers } = passed(request('/v1/fleet', { cookies: { ...withSession } }));
    expect(headers).toEqual({});
  });

  test('with a token of its own keeps it', () => {
    const own = { ...fromConsole, authorization: { value: 'Bearer own' } };
    expect(passed(request('/v1/me', { headers: { ...own }, cookies: { ...withSession } })).headers).toEqual(
      own,
    );
  });

  test('of a path that only begins alike is a page', () => {
    expect(passed(request('/v1x', { cookies: { ...withSession } })).uri).toBe('/index.html');
  });
});

test.each([
  ['/', '/index.html'],
  ['/clients/1/replications/2/tables', '/index.html'],
  ['/assets/index-1.js', '/assets/index-1.js'],
  ['/mark.svg', '/mark.svg'],
  ['/a.b/page', '/index.html'],
])('the path %s is answered with %s', (uri, file) => {
  expect(passed(request(uri)).uri).toBe(file);
});
