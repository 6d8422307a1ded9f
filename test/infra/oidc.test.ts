import { expect, test } from '@jest/globals';
import { resourcesOf, synthesize } from './synthesize.ts';

const issuer = { oidcIssuer: 'https://login.example.com', oidcAudience: 'millrace' };

const authorizerVariables = (context: Readonly<Record<string, string>>) => {
  const found = resourcesOf(synthesize('dev', context), 'AWS::Lambda::Function').find(
    ({ Properties }) => Properties.FunctionName === 'millrace-dev-authorize',
  );
  if (found === undefined) throw new Error('There is no authorizer.');
  const { Environment } = found.Properties as {
    readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> };
  };
  return Object.fromEntries(Object.entries(Environment.Variables).filter(([name]) => name.includes('OIDC')));
};

test('the authorizer trusts no issuer unless one is given, and then that of the claims that are named', () => {
  expect(authorizerVariables({})).toEqual({});
  expect(authorizerVariables({ ...issuer, oidcRoleClaim: 'groups' })).toEqual({
    MILLRACE_OIDC_ISSUER: 'https://login.example.com',
    MILLRACE_OIDC_AUDIENCE: 'millrace',
    MILLRACE_OIDC_ROLE_CLAIM: 'groups',
    MILLRACE_OIDC_CLIENT_CLAIM: 'millrace_client',
  });
});

/** What the edge answers to a page that asks how to sign in, and which origins the page may ask. */
const consoleOf = (context: Readonly<Record<string, string>>) => {
  const { templates } = synthesize('dev', context);
  const resources = Object.values(templates.console?.toJSON().Resources ?? {}) as {
    readonly Type: string;
    readonly Properties: Readonly<Record<string, never>>;
  }[];
  const text = (type: string): string => JSON.stringify(resources.find(({ Type }) => Type === type));
  return {
    edge: text('AWS::CloudFront::Function'),
    policy: text('AWS::CloudFront::ResponseHeadersPolicy'),
  };
};

test('the console signs in with the issuer when it has a client there, by the token that has the audience of the API', () => {
  const without = consoleOf(issuer);
  expect(without.edge).toContain('isSecure: true }, null)');
  expect(without.policy).toContain("connect-src 'self';");
  const own = consoleOf({ ...issuer, oidcConsoleClientId: 'console', oidcConsoleScope: 'openid api' });
  expect(own.edge).toContain('access_token');
  expect(own.edge).toContain('openid api');
  expect(own.policy).toContain("connect-src 'self' https://login.example.com;");
  const same = consoleOf({
    ...issuer,
    oidcConsoleClientId: 'millrace',
    oidcConsoleOrigins: 'https://a.example.com,https://b.example.com',
  });
  expect(same.edge).toContain('id_token');
  expect(same.policy).toContain("connect-src 'self' https://a.example.com https://b.example.com;");
});

test('what would open the policy of the page is no origin', () => {
  for (const origins of ['*', 'http://login.example.com', "https://a.example.com 'unsafe-inline'"])
    expect(() =>
      synthesize('dev', { ...issuer, oidcConsoleClientId: 'console', oidcConsoleOrigins: origins }),
    ).toThrow('must be an origin');
});

test('an issuer without an audience, or that others can speak for, is refused', () => {
  expect(() => synthesize('dev', { oidcIssuer: issuer.oidcIssuer })).toThrow('needs -c oidcAudience');
  expect(() => synthesize('dev', { ...issuer, oidcIssuer: 'http://login.example.com' })).toThrow('https://');
});
