import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat, SourceMapMode } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge, wildcardResource } from './acknowledgements.ts';
import { applyGrant, type Grant, mergeGrants, type WorkloadNetwork } from './function-rights.ts';
import { logRetention, type MillraceStack } from './millrace-stack.ts';
import { fromRoot, projectRoot } from './project-root.ts';

export interface MillraceFunctionProps {
  /** The folder under lambdas/ whose handler.ts exports `handler`. */
  readonly name: string;
  readonly timeoutSeconds: number;
  readonly memoryMib: number;
  readonly grant: Grant;
  /** Absent for a function that speaks to AWS APIs only. */
  readonly network?: WorkloadNetwork;
}

/**
 * Bundled CommonJS libraries (pg, kafkajs) call `require` for Node's own modules, which an ES module does not have.
 */
const requireBanner =
  "import { createRequire as millraceCreateRequire } from 'node:module';const require = millraceCreateRequire(import.meta.url);";

/**
 * One Lambda: lambdas/<name>/handler.ts bundled with its libraries as an ES module, a role of its own that may do what
 * `grant` says and write its own log, and a log group with a retention.
 */
export class MillraceFunction extends Construct {
  readonly lambda: LambdaFunction;

  constructor(stack: MillraceStack, id: string, props: MillraceFunctionProps) {
    super(stack, id);
    const { config } = stack;
    const functionName = stack.named(props.name);

    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: logRetention(config),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `The Lambda ${functionName}`,
    });
    logGroup.grantWrite(role);
    applyGrant(role, props.network === undefined ? props.grant : mergeGrants(props.grant, attachToVpc));
    if (config.tracing) acknowledge(role, tracesHaveNoResource);

    this.lambda = new NodejsFunction(this, 'Function', {
      functionName,
      entry: fromRoot('lambdas', props.name, 'handler.ts'),
      projectRoot,
      depsLockFilePath: fromRoot('package-lock.json'),
      handler: 'handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: Duration.seconds(props.timeoutSeconds),
      memorySize: props.memoryMib,
      // Repeating an event is decided by the state machine's Retry and by the next tick of a schedule.
      retryAttempts: 0,
      role,
      logGroup,
      tracing: config.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      ...(props.network === undefined
        ? {}
        : {
            vpc: props.network.vpc,
            vpcSubnets: { subnets: props.network.vpc.privateSubnets },
            securityGroups: [props.network.workloadSecurityGroup],
          }),
      environment: {
        NODE_OPTIONS: '--enable-source-maps',
        POWERTOOLS_LOG_LEVEL: config.logLevel,
        POWERTOOLS_SERVICE_NAME: props.name,
        ...props.grant.environment,
      },
      bundling: {
        format: OutputFormat.ESM,
        target: 'node24',
        mainFields: ['module', 'main'],
        minify: true,
        sourceMap: true,
        sourceMapMode: SourceMapMode.EXTERNAL,
        sourcesContent: false,
        banner: requireBanner,
        bundleAwsSDK: true,
        // Optional native driver of pg, which is not installed.
        externalModules: ['pg-native'],
      },
    });
  }
}

/** What Lambda needs to attach a function to a VPC (Lambda developer guide, "Required IAM permissions"). */
const attachToVpc: Grant = {
  statements: [
    new PolicyStatement({
      sid: 'AttachToVpc',
      actions: [
        'ec2:AssignPrivateIpAddresses',
        'ec2:CreateNetworkInterface',
        'ec2:DeleteNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        'ec2:UnassignPrivateIpAddresses',
      ],
      resources: ['*'],
    }),
  ],
  acknowledgements: [
    wildcardResource('*', 'EC2 knows no narrower resource for the interfaces that Lambda makes.'),
  ],
};

const tracesHaveNoResource = wildcardResource('*', 'X-Ray knows no resources for what writes traces.');
