import { writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AssetHashType, DockerImage, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { type ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { buildSync } from 'esbuild';
import { functionNames, handlerFolder } from '../config/functions.ts';
import { acknowledge, wildcardResource } from './acknowledgements.ts';
import { applyGrant, type Grant, mergeGrants, type WorkloadNetwork } from './function-rights.ts';
import { logRetention, type MillraceStack } from './millrace-stack.ts';
import { fromRoot } from './project-root.ts';

export interface MillraceFunctionProps {
  /** The folder under lambdas/ whose handler.ts exports `handler`: see `handlerFolder`. */
  readonly name: string;
  readonly timeoutSeconds: number;
  readonly memoryMib: number;
  readonly grant: Grant;
  /** Shared with others; one of its own when left out. */
  readonly logGroup?: ILogGroup;
  /** Kept free for this function, and the most that it can have; what the account has when left out. */
  readonly reservedRuns?: number;
  /** Absent for a function that speaks to AWS APIs only. */
  readonly network?: WorkloadNetwork;
}

/**
 * Bundled CommonJS libraries (pg, kafkajs) call `require` for Node's own modules, which an ES module does not have.
 */
const requireBanner =
  "import { createRequire as millraceCreateRequire } from 'node:module';const require = millraceCreateRequire(import.meta.url);";

/**
 * One Lambda: its handler.ts bundled with its libraries as an ES module, a role of its own that may do what
 * `grant` says and write its log, and a log group with a retention.
 */
export class MillraceFunction extends Construct {
  readonly lambda: LambdaFunction;

  constructor(stack: MillraceStack, id: string, props: MillraceFunctionProps) {
    super(stack, id);
    const { config } = stack;
    const functionName = stack.named(props.name);

    const logGroup =
      props.logGroup ??
      new LogGroup(this, 'Log', {
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

    this.lambda = new LambdaFunction(this, 'Function', {
      functionName,
      code: bundledCode(props.name),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: Duration.seconds(props.timeoutSeconds),
      memorySize: props.memoryMib,
      // Repeating an event is decided by the state machine's Retry and by the next tick of a schedule.
      retryAttempts: 0,
      ...(props.reservedRuns !== undefined && { reservedConcurrentExecutions: props.reservedRuns }),
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
    });
  }
}

/** CDK skips bundling where a command needs no code (`cdk list`) and hashes what comes out. */
const bundledCode = (name: string): Code =>
  Code.fromAsset(fromRoot(handlerFolder(name)), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Never pulled: local bundling always succeeds or throws.
      image: DockerImage.fromRegistry('scratch'),
      local: {
        tryBundle: (outputFolder) => {
          const files = bundles().get(name);
          if (files === undefined) throw new Error(`infra/config/functions.ts has no function ${name}.`);
          for (const { file, contents } of files) writeFileSync(join(outputFolder, file), contents);
          return true;
        },
      },
    },
  });

interface BundledFile {
  readonly file: string;
  readonly contents: Uint8Array;
}

let bundled: ReadonlyMap<string, readonly BundledFile[]> | undefined;

/** The files of every function, by its name. */
const bundles = (): ReadonlyMap<string, readonly BundledFile[]> => {
  bundled ??= bundleAll();
  return bundled;
};

/**
 * All functions in one run of esbuild, in this process: they share most of their libraries, which are then read once.
 * Measured: 2.4 times as fast as a run for each. (`NodejsFunction` starts npx for each function, which takes longer still.)
 */
const bundleAll = (): ReadonlyMap<string, readonly BundledFile[]> => {
  const outdir = fromRoot('cdk.out', 'bundles');
  const { outputFiles } = buildSync({
    entryPoints: Object.fromEntries(
      functionNames.map((name) => [`${name}/index`, fromRoot(handlerFolder(name), 'handler.ts')]),
    ),
    outdir,
    outExtension: { '.js': '.mjs' },
    write: false,
    absWorkingDir: fromRoot(),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    banner: { js: requireBanner },
    // Optional native driver of pg, which is not installed.
    external: ['pg-native'],
    logLevel: 'warning',
  });
  return Map.groupBy(
    outputFiles.map(({ path, contents }) => ({
      name: basename(dirname(path)),
      file: basename(path),
      contents,
    })),
    ({ name }) => name,
  );
};

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
