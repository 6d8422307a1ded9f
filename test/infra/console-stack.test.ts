import { createContext, runInContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { edgeFunctionCode } from '../../infra/stacks/console-stack.ts';
import { synthesize } from './synthesize.ts';

const { templates } = synthesize('prod');
const consoleOf = () => {
  const template = templates.console;
  if (template === undefined) throw new Error('prod has no stack console');
  return template;
};

test('the local stack has no CloudFront: it serves the console by itself', () => {
  expect(synthesize('local').templates.console).toBeUndefined();
});

test('the page is in a bucket that CloudFront alone reads', () => {
  consoleOf().hasResourceProperties('AWS::S3::Bucket', {
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
  });
  consoleOf().resourceCountIs('AWS::CloudFront::OriginAccessControl', 1);
  consoleOf().hasResourceProperties('AWS::S3::BucketPolicy', {
    PolicyDocument: Match.objectLike({
      Statement: Match.arrayWith([
        Match.objectLike({
          Action: 's3:GetObject',
          Effect: 'Allow',
          Principal: { Service: 'cloudfront.amazonaws.com' },
          Condition: { StringEquals: { 'AWS:SourceArn': Match.anyValue() } },
        }),
      ]),
    }),
  });
});

test('the API is under the same origin, uncached, and gets the headers of the browser', () => {
  consoleOf().hasResourceProperties('AWS::CloudFront::Distribution', {
    DistributionConfig: Match.objectLike({
      CacheBehaviors: Match.arrayWith([
        Match.objectLike({
          PathPattern: 'v1/*',
          AllowedMethods: Match.arrayWith(['PATCH', 'POST', 'DELETE']),
          ViewerProtocolPolicy: 'redirect-to-https',
          // Managed policies: CachingDisabled and AllViewerExceptHostHeader.
          CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
          OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
          FunctionAssociations: [Match.objectLike({ EventType: 'viewer-request' })],
        }),
      ]),
    }),
  });
});

test('every answer has the security headers, without unsafe-inline', () => {
  const [policy] = Object.values(consoleOf().findResources('AWS::CloudFront::ResponseHeadersPolicy'));
  const config = policy?.Properties.ResponseHeadersPolicyConfig;
  const { ContentSecurityPolicy } = config.SecurityHeadersConfig;
  expect(ContentSecurityPolicy.ContentSecurityPolicy).toContain("default-src 'none'");
  expect(ContentSecurityPolicy.ContentSecurityPolicy).not.toContain('unsafe');
  expect(config.SecurityHeadersConfig.StrictTransportSecurity.AccessControlMaxAgeSec).toBe(31_536_000);
  const distribution = Object.values(consoleOf().findResources('AWS::CloudFront::Distribution'))[0];
  const { DefaultCacheBehavior, CacheBehaviors } = distribution?.Properties.DistributionConfig ?? {};
  for (const behavior of [DefaultCacheBehavior, ...CacheBehaviors])
    expect(behavior.ResponseHeadersPolicyId).toBeDefined();
});

describe('the function at the edge', () => {
  const code = edgeFunctionCode();
  const context = createContext({});
  runInContext(code, context);
  const call = (request: object): Record<string, unknown> => {
    context.event = { request };
    return JSON.parse(runInContext('JSON.stringify(handler(event))', context) as string);
  };
  const headers = { 'x-millrace-console': { value: '1' } };

  test('is a script of at most 10 KB, as CloudFront takes it', () => {
    expect(code).not.toMatch(/^\s*(import|export)\b/m);
    expect(Buffer.byteLength(code)).toBeLessThan(10_240);
  });

  test('opens a session with a cookie of this host alone, and uses it', () => {
    const opened = call({
      method: 'POST',
      uri: '/session',
      headers: { ...headers, authorization: { value: 'Bearer mlr_x' } },
      cookies: {},
    });
    expect(opened).toMatchObject({
      statusCode: 204,
      cookies: {
        '__Host-millrace_session': { value: 'mlr_x', attributes: expect.stringContaining('; Secure') },
      },
    });
    expect(
      call({
        method: 'GET',
        uri: '/v1/me',
        headers,
        cookies: { '__Host-millrace_session': { value: 'mlr_x' } },
      }),
    ).toMatchObject({ headers: { authorization: { value: 'Bearer mlr_x' } }, cookies: {} });
  });

  test('shows the page at every path of the console', () => {
    expect(call({ method: 'GET', uri: '/clients/1/databases', headers: {}, cookies: {} }).uri).toBe(
      '/index.html',
    );
  });
});
