import { readFileSync } from 'node:fs';
import { CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  OriginRequestPolicy,
  PriceClass,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { RestApiOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { transformSync } from 'esbuild';
import { securityHeaders } from '../../console/edge/security-headers.ts';
import type { IssuerSignIn } from '../../console/edge/session.ts';
import type { EnvironmentConfig } from '../config/environment-config.ts';
import { acknowledge } from '../constructs/acknowledgements.ts';
import { MillraceStack } from '../constructs/millrace-stack.ts';
import { fromRoot } from '../constructs/project-root.ts';

/** `__Host-`: browsers take it over TLS only, and from no other host. */
const sessionCookie = '__Host-millrace_session';

/**
 * console/edge/session.ts as CloudFront's runtime takes it: without types and `export`, and with the function that the runtime calls.
 */
export const edgeFunctionCode = (signIn: IssuerSignIn | null = null): string => {
  const source = readFileSync(fromRoot('console', 'edge', 'session.ts'), 'utf8');
  const { code } = transformSync(source, { loader: 'ts', target: 'es2015' });
  const script = code.replaceAll(/^export \{[^}]*\};?$/gm, '').replaceAll(/^export /gm, '');
  return `${script}
function handler(event) {
  return handleRequest(event.request, { name: '${sessionCookie}', isSecure: true }, ${JSON.stringify(signIn)});
}
`;
};

/** The token of the issuer that has the API's audience: an ID token is for the client itself. */
const signInOf = ({ oidc }: EnvironmentConfig): IssuerSignIn | null =>
  oidc?.console === undefined
    ? null
    : {
        issuer: oidc.issuer,
        client_id: oidc.console.clientId,
        scope: oidc.console.scope,
        token: oidc.audience === oidc.console.clientId ? 'id_token' : 'access_token',
      };

/** Headers that CloudFront has fields of their own for. */
const namedHeaders = [
  'content-security-policy',
  'x-content-type-options',
  'x-frame-options',
  'referrer-policy',
];

/** The operator's console: its page in a bucket, and the API under the same origin, so that no page of another origin can call it. */
export class ConsoleStack extends MillraceStack {
  constructor(scope: Construct, config: EnvironmentConfig, control: { readonly api: RestApi }) {
    super(scope, 'console', config);

    const bucket = new Bucket(this, 'Assets', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      // Only what `npm run build:console` makes again.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    acknowledge(bucket, {
      id: 'AwsSolutions-S1',
      reason: 'It holds the public page of the console only, and CloudFront alone reads it.',
    });

    const headers = securityHeaders(config.oidc?.console?.origins);
    const responseHeadersPolicy = new ResponseHeadersPolicy(this, 'SecurityHeaders', {
      securityHeadersBehavior: {
        contentSecurityPolicy: {
          contentSecurityPolicy: headers['content-security-policy'] ?? '',
          override: true,
        },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
        strictTransportSecurity: {
          accessControlMaxAge: Duration.days(365),
          includeSubdomains: true,
          override: true,
        },
      },
      customHeadersBehavior: {
        customHeaders: Object.entries(headers)
          .filter(([header]) => !namedHeaders.includes(header))
          .map(([header, value]) => ({ header, value, override: true })),
      },
    });

    const edge = new EdgeFunction(this, 'Session', {
      functionName: this.named('console-session'),
      comment: 'Turns the session cookie of the console into the Authorization header of the API.',
      code: FunctionCode.fromInline(edgeFunctionCode(signInOf(config))),
      runtime: FunctionRuntime.JS_2_0,
    });
    const common = {
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      responseHeadersPolicy,
      functionAssociations: [{ function: edge, eventType: FunctionEventType.VIEWER_REQUEST }],
    } satisfies Partial<BehaviorOptions>;
    const page: BehaviorOptions = {
      ...common,
      origin: S3BucketOrigin.withOriginAccessControl(bucket as IBucket),
      cachePolicy: CachePolicy.CACHING_OPTIMIZED,
      compress: true,
    };
    const distribution = new Distribution(this, 'Distribution', {
      comment: `Millrace console, ${config.name}`,
      defaultRootObject: 'index.html',
      httpVersion: HttpVersion.HTTP2_AND_3,
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      priceClass: PriceClass.PRICE_CLASS_100,
      defaultBehavior: page,
      additionalBehaviors: {
        // The function answers it; the origin never sees a request.
        session: {
          ...page,
          allowedMethods: AllowedMethods.ALLOW_ALL,
          cachePolicy: CachePolicy.CACHING_DISABLED,
        },
        'v1/*': {
          ...common,
          origin: new RestApiOrigin(control.api),
          allowedMethods: AllowedMethods.ALLOW_ALL,
          cachePolicy: CachePolicy.CACHING_DISABLED,
          originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        },
      },
    });
    acknowledge(
      distribution,
      { id: 'AwsSolutions-CFR1', reason: 'On-call engineers travel: the API asks everyone for a token.' },
      {
        id: 'AwsSolutions-CFR2',
        reason:
          'Every call needs a token. A web ACL belongs to the account: associate it with the distribution.',
      },
      { id: 'AwsSolutions-CFR3', reason: 'Calls are in the access log of the API, without their cookies.' },
      {
        id: 'AwsSolutions-CFR4',
        reason: 'CloudFront sets TLS 1.2 only with a certificate of one’s own; it is asked for above.',
      },
    );

    new CfnOutput(this, 'ConsoleUrl', { value: `https://${distribution.distributionDomainName}` });
    new CfnOutput(this, 'ConsoleBucket', { value: bucket.bucketName });
    new CfnOutput(this, 'ConsoleDistribution', { value: distribution.distributionId });
  }
}
