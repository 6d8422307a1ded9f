import { describe, expect, test } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { z } from 'zod';
import { environmentNames } from '../../infra/config/environment-config.ts';
import { loadEnvironment } from '../../infra/config/environments.ts';
import { problemDetailsSchema } from '../../lambdas/api/shared-contracts.ts';
import { lambdaFunctions, partOf, resourcesOf, synthesize, synthesizeConfig } from './synthesize.ts';

/* The API, its authorizer, and the stream of logs. */

describe.each(environmentNames)('%s', (env) => {
  const all = synthesize(env);
  const functions = lambdaFunctions(all, env);
  const isLocal = env === 'local';

  test('streams logs by a function URL that checks the tokens of the API itself', () => {
    const urls = resourcesOf(all, 'AWS::Lambda::Url').map(({ Properties }) => Properties);
    expect(urls).toEqual([expect.objectContaining({ AuthType: 'NONE', InvokeMode: 'RESPONSE_STREAM' })]);
    expect(functions['stream-logs']?.Environment.Variables).toMatchObject({
      MILLRACE_ADMIN_SECRET_ARN: expect.anything(),
      MILLRACE_WORKERS_LOG_GROUP: expect.anything(),
    });
    // The API tells it to its callers. Only the local stack serves it elsewhere.
    expect(JSON.stringify(functions.api?.Environment.Variables.MILLRACE_LOG_STREAM_URL)).toContain(
      isLocal ? 'LogStream' : 'FunctionUrl',
    );
  });

  test('generates the admin token, away from the secrets of databases', () => {
    partOf(env, 'control').hasResourceProperties('AWS::SecretsManager::Secret', {
      GenerateSecretString: Match.objectLike({ ExcludePunctuation: true, PasswordLength: 64 }),
    });
    expect(functions.api?.Environment.Variables.MILLRACE_SECRET_PREFIX).toBe(`millrace/${env}/databases`);
  });

  test('asks for a token on every route', () => {
    const methods = resourcesOf(all, 'AWS::ApiGateway::Method');
    const routed = methods.filter(({ Properties }) => Properties.HttpMethod !== 'OPTIONS');
    expect(routed).toHaveLength(2);
    for (const { Properties } of routed) {
      expect(Properties).toMatchObject({ AuthorizationType: 'CUSTOM', HttpMethod: 'ANY' });
    }
    // A browser's preflight carries none.
    const open = methods.filter((method) => !routed.includes(method));
    expect(open).toHaveLength(2);
    for (const { Properties } of open) expect(Properties).toMatchObject({ AuthorizationType: 'NONE' });
    partOf(env, 'control').hasResourceProperties('AWS::ApiGateway::Authorizer', {
      Type: 'TOKEN',
      IdentitySource: 'method.request.header.Authorization',
    });
  });

  test('answers with problem+json whatever API Gateway answers by itself', () => {
    const responses = resourcesOf(all, 'AWS::ApiGateway::GatewayResponse');
    const types = responses.map(({ Properties }) => Properties.ResponseType);
    expect(types).toEqual(
      expect.arrayContaining([
        'THROTTLED',
        'INTEGRATION_TIMEOUT',
        'INTEGRATION_FAILURE',
        'DEFAULT_4XX',
        'DEFAULT_5XX',
      ]),
    );
    for (const { Properties } of responses) {
      const { StatusCode, ResponseParameters, ResponseTemplates } = z
        .object({
          StatusCode: z.string(),
          ResponseParameters: z.record(z.string(), z.string()),
          ResponseTemplates: z.object({ 'application/json': z.string() }),
        })
        .parse(Properties);
      const problem = problemDetailsSchema.parse(JSON.parse(ResponseTemplates['application/json']));
      expect(String(problem.status)).toBe(StatusCode);
      expect(ResponseParameters).toMatchObject({
        'gatewayresponse.header.Content-Type': "'application/problem+json'",
        'gatewayresponse.header.X-Request-Id': 'context.requestId',
      });
      expect('gatewayresponse.header.Retry-After' in ResponseParameters).toBe(StatusCode === '429');
    }
  });

  test('takes so many requests and no more, and says in its log whose they were', () => {
    const [stage] = resourcesOf(all, 'AWS::ApiGateway::Stage');
    const [settings] = z.array(z.record(z.string(), z.unknown())).parse(stage?.Properties.MethodSettings);
    expect(settings?.ThrottlingRateLimit).toBeGreaterThan(0);
    expect(settings?.ThrottlingBurstLimit).toBeGreaterThan(0);
    const { Format } = z.object({ Format: z.string() }).parse(stage?.Properties.AccessLogSetting);
    expect(JSON.parse(Format)).toMatchObject({
      principal: '$context.authorizer.principalId',
      path: '$context.path',
      status: '$context.status',
    });
    expect(Format).not.toMatch(/authorization|apiKey/i);
  });

  test('never logs bodies of requests, which hold passwords', () => {
    const [stage] = resourcesOf(all, 'AWS::ApiGateway::Stage');
    expect(stage?.Properties.MethodSettings).toEqual([expect.objectContaining({ DataTraceEnabled: false })]);
  });
});

test('a web ACL, tags and a boundary of an environment are on what it makes', () => {
  const boundary = 'arn:aws:iam::123456789012:policy/boundary';
  const webAclArn = 'arn:aws:wafv2:us-east-1:123456789012:regional/webacl/millrace/0a1b';
  const dev = loadEnvironment((name) => (name === 'env' ? 'dev' : undefined));
  const given = synthesizeConfig({
    ...dev,
    api: { ...dev.api, webAclArn },
    tags: { team: 'data' },
    permissionsBoundary: boundary,
  });
  expect(
    resourcesOf(given, 'AWS::WAFv2::WebACLAssociation').map(({ Properties }) => Properties.WebACLArn),
  ).toEqual([webAclArn]);
  const roles = resourcesOf(given, 'AWS::IAM::Role');
  expect(roles.length).toBeGreaterThan(15);
  for (const { Properties } of roles) expect(Properties.PermissionsBoundary).toBe(boundary);
  const [table] = resourcesOf(given, 'AWS::DynamoDB::Table');
  expect(table?.Properties.Tags).toContainEqual({ Key: 'team', Value: 'data' });
});

test('an API with VPC endpoints is private, and answers to these alone', () => {
  const dev = loadEnvironment((name) => (name === 'env' ? 'dev' : undefined));
  const vpcEndpointIds = ['vpce-0a1b', 'vpce-0c2d'];
  const given = synthesizeConfig({
    ...dev,
    servesConsole: false,
    streamsLogs: false,
    api: { ...dev.api, vpcEndpointIds },
  });
  const [api] = resourcesOf(given, 'AWS::ApiGateway::RestApi');
  expect(api?.Properties).toMatchObject({
    EndpointConfiguration: { Types: ['PRIVATE'], VpcEndpointIds: vpcEndpointIds },
    Policy: {
      Statement: [
        {
          Effect: 'Allow',
          Action: 'execute-api:Invoke',
          Condition: { StringEquals: { 'aws:SourceVpce': vpcEndpointIds } },
        },
      ],
    },
  });
  expect(resourcesOf(given, 'AWS::Lambda::Url')).toEqual([]);
  expect(new AwsSolutionsChecks(given.app).validateScope(given.app).violations).toEqual([]);
  const [open] = resourcesOf(synthesize('dev'), 'AWS::ApiGateway::RestApi');
  expect(open?.Properties.EndpointConfiguration).toEqual({ Types: ['REGIONAL'] });
});
