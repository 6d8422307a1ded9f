import { CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  AccessLogField,
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RestApi,
  type RestApiProps,
  TokenAuthorizer,
} from 'aws-cdk-lib/aws-apigateway';
import { InterfaceVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  FunctionUrlAuthType,
  HttpMethod,
  InvokeMode,
  type Function as LambdaFunction,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import { apiVersionPath } from '#core/contracts/api-version.ts';
import type { EnvironmentConfig } from '../config/environment-config.ts';
import {
  apiFunctionDefinition,
  authorizeFunctionDefinition,
  streamLogsFunctionDefinition,
} from '../config/functions.ts';
import { acknowledge } from '../constructs/acknowledgements.ts';
import {
  type Foundation,
  type Grant,
  grantsOf,
  mergeGrants,
  readLogsGrant,
  secretsKeyStatement,
  type TaskResources,
} from '../constructs/function-rights.ts';
import { answerWithProblems } from '../constructs/gateway-problems.ts';
import { MillraceFunction } from '../constructs/millrace-function.ts';
import { dataRemovalPolicy, logRetention, MillraceStack } from '../constructs/millrace-stack.ts';

/** The version is in the path, so that one host can serve several of them. */
export const apiStageName = 'api';

/** A line of the access log. `principal` is the role or the token of the caller, as lambdas/authorize names it. */
const accessLogLine = {
  requestId: AccessLogField.contextRequestId(),
  requestTime: AccessLogField.contextRequestTime(),
  ip: AccessLogField.contextIdentitySourceIp(),
  principal: AccessLogField.contextAuthorizerPrincipalId(),
  httpMethod: AccessLogField.contextHttpMethod(),
  path: AccessLogField.contextPath(),
  protocol: AccessLogField.contextProtocol(),
  status: AccessLogField.contextStatus(),
  responseLength: AccessLogField.contextResponseLength(),
  latencyMs: AccessLogField.contextResponseLatency(),
  trace: AccessLogField.contextXrayTraceId(),
};

/** The HTTP API with its authorizer and the first admin token. */
export class ControlStack extends MillraceStack {
  readonly api: RestApi;
  readonly apiFunction: LambdaFunction;

  constructor(
    scope: Construct,
    config: EnvironmentConfig,
    foundation: Foundation,
    replication: { readonly tasks: TaskResources },
  ) {
    super(scope, 'control', config);

    const adminToken = new Secret(this, 'AdminToken', {
      description: 'The admin token of the Millrace API: manages clients and mints their tokens.',
      // 64 letters and digits hold 381 bits; without punctuation it needs no quoting in a shell.
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      encryptionKey: foundation.state.secretsKey,
      removalPolicy: dataRemovalPolicy(config),
    });
    acknowledge(adminToken, {
      id: 'AwsSolutions-SMG4',
      reason:
        'The admin token bootstraps the installation and is replaced by a person; rotating it on a timer would cut off everyone who uses it.',
    });

    const authorize = new MillraceFunction(this, 'authorize', {
      name: 'authorize',
      ...authorizeFunctionDefinition,
      grant: authorizerGrant(this, foundation, adminToken),
    }).lambda;
    const logStreamUrl = config.streamsLogs ? this.#streamLogs(config, foundation, adminToken) : undefined;
    const api = new MillraceFunction(this, 'api', {
      name: 'api',
      ...apiFunctionDefinition,
      grant: mergeGrants(grantsOf(this, apiFunctionDefinition.rights, foundation, replication.tasks), {
        environment: {
          MILLRACE_CONSUMER_PLACEMENT: config.consumer.placement ?? 'own',
          MILLRACE_WORKER_IMAGE: replication.tasks.imageName,
          ...(config.recovery?.role === 'active' && {
            MILLRACE_SECRET_REPLICA_REGION: config.recovery.region,
            MILLRACE_SECRET_REPLICA_KEY_ARN: config.recovery.secretsKeyArn,
          }),
          ...(config.recovery?.role === 'standby' && { MILLRACE_STANDBY: 'yes' }),
          ...(config.api.clientCallsPerMinute !== undefined && {
            MILLRACE_CLIENT_CALLS_PER_MINUTE: String(config.api.clientCallsPerMinute),
          }),
          ...(config.consoleOrigin !== undefined && { MILLRACE_CONSOLE_ORIGIN: config.consoleOrigin }),
          ...(logStreamUrl !== undefined && { MILLRACE_LOG_STREAM_URL: logStreamUrl }),
          ...queueLimit(foundation),
        },
      }),
      network: foundation.network,
      ...(config.reservedRuns !== undefined && { reservedRuns: config.reservedRuns.api }),
    }).lambda;

    this.apiFunction = api;
    this.api = new RestApi(this, 'Api', {
      restApiName: this.named('api'),
      description: 'Clients, databases and replications of Millrace',
      ...this.#endpoint(config.api.vpcEndpointIds),
      // The role by which API Gateway writes logs is a setting of the account: infra/stacks/account-stack.ts.
      cloudWatchRole: false,
      defaultIntegration: new LambdaIntegration(api),
      defaultMethodOptions: {
        authorizer: new TokenAuthorizer(this, 'Authorizer', {
          handler: authorize,
          // Anything else is refused before a Lambda runs; the authorizer reads the header by the same rule.
          validationRegex: '^[Bb][Ee][Aa][Rr][Ee][Rr] +[!-~]+$',
          resultsCacheTtl: Duration.minutes(1),
        }),
      },
      deployOptions: {
        stageName: apiStageName,
        loggingLevel: MethodLoggingLevel.ERROR,
        // Request and response bodies hold passwords and tokens.
        dataTraceEnabled: false,
        metricsEnabled: true,
        tracingEnabled: config.tracing,
        accessLogDestination: new LogGroupLogDestination(
          new LogGroup(this, 'AccessLog', {
            logGroupName: `/millrace/${config.name}/api-access`,
            retention: logRetention(config),
            removalPolicy: RemovalPolicy.DESTROY,
          }),
        ),
        accessLogFormat: AccessLogFormat.custom(JSON.stringify(accessLogLine)),
        throttlingRateLimit: config.api.requestsPerSecond,
        throttlingBurstLimit: config.api.burst,
      },
    });
    if (config.api.webAclArn !== undefined)
      new CfnWebACLAssociation(this, 'WebAcl', {
        resourceArn: this.api.deploymentStage.stageArn,
        webAclArn: config.api.webAclArn,
      });
    // CDK's own output of the URL, under a name that changes with the tree.
    this.api.node.tryRemoveChild('Endpoint');
    this.api.root.addMethod('ANY');
    const routes = this.api.root.addProxy({ anyMethod: true });
    // A browser sends no token with its preflight. The answer says which methods a path knows, and nothing else.
    routes.addMethod('OPTIONS', undefined, { authorizationType: AuthorizationType.NONE });
    answerWithProblems(this.api, config.consoleOrigin);
    acknowledge(
      this.api,
      {
        id: 'AwsSolutions-APIG2',
        reason: 'One proxy route: the api Lambda validates every request and reports all problems at once.',
      },
      {
        id: 'AwsSolutions-APIG3',
        reason:
          'Every route needs a token. A web ACL belongs to the account: `api.webAclArn` of the environment.',
      },
      {
        id: 'AwsSolutions-APIG4',
        reason:
          "Only OPTIONS has none: a browser's preflight carries no token, and the answer names the methods of a path.",
      },
      {
        id: 'AwsSolutions-COG4',
        reason: 'Callers are machines with tokens, checked by a Lambda authorizer.',
      },
    );

    new CfnOutput(this, 'ApiUrl', { value: this.api.urlForPath(apiVersionPath) });
    new CfnOutput(this, 'RestApiId', { value: this.api.restApiId });
    new CfnOutput(this, 'ApiStage', { value: apiStageName });
    new CfnOutput(this, 'AdminTokenSecretArn', { value: adminToken.secretArn });
  }

  /** On the internet, or for some VPC endpoints alone: a private API without a policy answers nobody. */
  #endpoint(
    vpcEndpointIds: readonly string[] | undefined,
  ): Pick<RestApiProps, 'endpointConfiguration' | 'policy'> {
    if (vpcEndpointIds === undefined) return { endpointConfiguration: { types: [EndpointType.REGIONAL] } };
    return {
      endpointConfiguration: {
        types: [EndpointType.PRIVATE],
        vpcEndpoints: vpcEndpointIds.map((vpcEndpointId) =>
          InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(this, vpcEndpointId, {
            vpcEndpointId,
            port: 443,
          }),
        ),
      },
      policy: new PolicyDocument({
        statements: [
          new PolicyStatement({
            principals: [new AnyPrincipal()],
            actions: ['execute-api:Invoke'],
            resources: ['execute-api:/*'],
            conditions: { StringEquals: { 'aws:SourceVpce': [...vpcEndpointIds] } },
          }),
        ],
      }),
    };
  }

  /**
   * API Gateway's answers end after 29 s. A function URL streams, and its function checks the tokens of the API by itself.
   * Returns the address, which the API tells its callers.
   */
  #streamLogs(config: EnvironmentConfig, foundation: Foundation, adminToken: Secret): string {
    const { lambda } = new MillraceFunction(this, 'stream-logs', {
      name: 'stream-logs',
      ...streamLogsFunctionDefinition,
      grant: mergeGrants(authorizerGrant(this, foundation, adminToken, replicationKeys), readLogsGrant(this)),
      // Each reader takes a run for as long as it reads: without a limit readers could take those of the API.
      ...(config.reservedRuns !== undefined && { reservedRuns: config.reservedRuns.streamLogs }),
    });
    const url = lambda.addFunctionUrl({
      authType: FunctionUrlAuthType.NONE,
      invokeMode: InvokeMode.RESPONSE_STREAM,
      ...(config.consoleOrigin !== undefined && {
        cors: {
          allowedOrigins: [config.consoleOrigin],
          allowedMethods: [HttpMethod.GET],
          allowedHeaders: ['authorization', 'last-event-id'],
        },
      }),
    });
    const address =
      config.logStreamUrl === undefined ? url.url : this.addressOf('LogStream', config.logStreamUrl);
    new CfnOutput(this, 'LogStreamUrl', { value: address });
    return address;
  }
}

/** Of a worker's memory, what its Java has (connect-container/Dockerfile), and of that what the queue of one connector may take. */
const heapShare = 0.7;
const queueShare = 1 / 16;

const queueLimit = ({ connect: { workerMemoryMib } }: Foundation): Record<string, string> =>
  workerMemoryMib === undefined
    ? {}
    : {
        MILLRACE_MAX_QUEUE_BYTES: String(Math.floor(workerMemoryMib * heapShare * queueShare) * 1024 * 1024),
      };

/** What the stream of logs looks up besides tokens: whose replication it is. By the first part of an item's key. */
const replicationKeys = ['CLIENTS', 'CLIENT#*'];

/** Looks up hashes of tokens, records when a token was last used, and reads the admin token; nothing else, but items of `otherKeys`. */
const authorizerGrant = (
  stack: MillraceStack,
  foundation: Foundation,
  adminToken: Secret,
  otherKeys: readonly string[] = [],
): Grant => {
  const { table, key } = foundation.state;
  const { name, oidc } = stack.config;
  return {
    environment: {
      MILLRACE_ENVIRONMENT: name,
      MILLRACE_STATE_TABLE: table.tableName,
      MILLRACE_ADMIN_SECRET_ARN: adminToken.secretArn,
      ...(oidc !== undefined && {
        MILLRACE_OIDC_ISSUER: oidc.issuer,
        MILLRACE_OIDC_AUDIENCE: oidc.audience,
        MILLRACE_OIDC_ROLE_CLAIM: oidc.roleClaim,
        MILLRACE_OIDC_CLIENT_CLAIM: oidc.clientClaim,
      }),
    },
    statements: [
      new PolicyStatement({
        sid: 'FindTokens',
        actions: ['dynamodb:GetItem'],
        resources: [table.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['TOKEN#*', ...otherKeys] } },
      }),
      new PolicyStatement({
        // Only in the list of tokens, see adapters/dynamodb/store-keys.ts.
        sid: 'RecordLastUse',
        actions: ['dynamodb:UpdateItem'],
        resources: [table.tableArn],
        conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['TOKENS'] } },
      }),
      new PolicyStatement({
        sid: 'UseStateKey',
        actions: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
        resources: [key.keyArn],
      }),
      new PolicyStatement({
        sid: 'ReadAdminToken',
        actions: ['secretsmanager:GetSecretValue'],
        resources: [adminToken.secretArn],
      }),
      secretsKeyStatement('DecryptAdminToken', stack, foundation.state, adminToken.secretArn),
    ],
  };
};
