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

test('an issuer without an audience, or that others can speak for, is refused', () => {
  expect(() => synthesize('dev', { oidcIssuer: issuer.oidcIssuer })).toThrow('needs -c oidcAudience');
  expect(() => synthesize('dev', { ...issuer, oidcIssuer: 'http://login.example.com' })).toThrow('https://');
});
