import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { z } from 'zod';
import { apiVersionPath } from '#core/contracts/api-version.ts';
import { findAssembly, hashSources } from './assembly-cache.ts';
import { runLogged } from './commands.ts';
import { awsEnvironment, localAccountId, localRegion, partEnvironment } from './environment.ts';
import { connectUrl, emulatorUrl, kafkaBrokers, streamUrl } from './parts.ts';
import { readSecurity } from './secure.ts';
import type { StackPlan, StackState } from './stack-state.ts';
import { projectRoot, type StateFolder } from './state-folder.ts';

export interface DeployContext {
  readonly folder: StateFolder;
  readonly plan: Pick<StackPlan, 'ports' | 'mode'>;
  readonly signal?: AbortSignal | undefined;
}

/** What the templates are made with. */
const synthSettings = ({ mode }: DeployContext['plan']): readonly string[] => [
  ...['-c', 'env=local'],
  ...(mode?.secure === true ? ['-c', 'secure=yes'] : []),
];

/** The consumer as the Dockerfile ships it: one file, no node_modules. */
export const bundleConsumer = ({ folder, signal }: DeployContext): Promise<void> =>
  runLogged('npm', ['run', '--silent', 'build:consumer'], join(folder.logs, 'consumer-bundle.log'), {
    cwd: projectRoot,
    env: process.env,
    signal,
  });

/**
 * Makes the templates of env=local, or finds those that were made of the same sources, for any stack: its addresses are parameters of
 * the deployment. Needs nothing that runs. Returns their folder.
 */
export const synthesizeApp = async (context: DeployContext): Promise<string> => {
  const { folder } = context;
  const settings = synthSettings(context.plan);
  const assembly = await findAssembly({
    cache: folder.cache,
    draft: join(folder.run, 'cdk.out'),
    hash: () => hashSources(projectRoot, settings),
    synthesize: (output) => runCdk(context, 'synth', ['synth', '--quiet', '--output', output, ...settings]),
  });
  return assembly.folder;
};

/** Whether the emulator has a stack of this name, completely. */
const hasStack = async (plan: DeployContext['plan'], name: string): Promise<boolean> => {
  const client = new CloudFormationClient({
    endpoint: emulatorUrl(plan),
    region: localRegion,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }));
    return Stacks?.[0]?.StackStatus?.endsWith('_COMPLETE') ?? false;
  } catch {
    return false; // There is none yet.
  } finally {
    client.destroy();
  }
};

/** The stacks of env=local. */
const appStacks = ['state', 'replication', 'control', 'observability'].map(
  (part) => `millrace-local-${part}`,
);

/** Whether the emulator has the app: one that was killed during the first deployment has not. */
export const hasApp = async (plan: DeployContext['plan']): Promise<boolean> => {
  const found = await Promise.all(appStacks.map((name) => hasStack(plan, name)));
  return found.every((isThere) => isThere);
};

/** Makes the stack with CDK's bucket and roles, unless the emulator has kept it. */
export const bootstrapEmulator = async (context: DeployContext): Promise<void> => {
  if (await hasStack(context.plan, 'CDKToolkit')) return;
  await runCdk(context, 'bootstrap', ['bootstrap', `aws://${localAccountId}/${localRegion}`, '--app', '']);
};

/** Deploys the app that was synthesized into `assembly` and returns its outputs by name. */
export const deployApp = async (
  context: DeployContext,
  assembly: string,
): Promise<Readonly<Record<string, string>>> => {
  const outputsFile = join(context.folder.run, 'outputs.json');
  await runCdk(context, 'deploy', [
    'deploy',
    '--all',
    ...['--app', assembly],
    ...['--require-approval', 'never'],
    ...['--method', 'direct'],
    ...['--concurrency', '4'],
    ...addressParameters(context),
    ...['--progress', 'events'],
    ...['--outputs-file', outputsFile],
  ]);
  if (!existsSync(outputsFile)) return {};
  const byStack = z
    .record(z.string(), z.record(z.string(), z.string()))
    .parse(JSON.parse(readFileSync(outputsFile, 'utf8')));
  return outputsOf(byStack);
};

/** Each goes to the stacks that have such a parameter. */
const addressParameters = ({ folder, plan }: DeployContext): readonly string[] => {
  const stream = streamUrl(plan);
  const security = plan.mode?.secure === true ? readSecurity(folder) : undefined;
  return [
    `KafkaBrokers=${kafkaBrokers(plan)}`,
    `ConnectUrl=${connectUrl(plan)}`,
    ...(stream === undefined ? [] : [`LogStream=${stream}`]),
    ...(security === undefined ? [] : [`KafkaCa=${security.caPem}`]),
  ].flatMap((parameter) => ['--parameters', parameter]);
};

/** The outputs of all stacks by name, without those that CDK makes for references between stacks. */
export const outputsOf = (
  byStack: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.values(byStack)
      .flatMap((outputs) => Object.entries(outputs))
      .filter(([name]) => !name.startsWith('ExportsOutput')),
  );

/**
 * The API at its local address, with its version: the output ApiUrl names a host of amazonaws.com, as it does on AWS.
 * Undefined when the deployed app has no API.
 */
export const apiOf = (emulator: string, outputs: Readonly<Record<string, string>>): StackState['api'] => {
  const { RestApiId, ApiStage, AdminTokenSecretArn } = outputs;
  return RestApiId === undefined || ApiStage === undefined || AdminTokenSecretArn === undefined
    ? undefined
    : {
        url: `${emulator}/restapis/${RestApiId}/${ApiStage}/_user_request_${apiVersionPath}`,
        adminTokenSecretArn: AdminTokenSecretArn,
      };
};

const runCdk = (
  { folder, plan, signal }: DeployContext,
  name: string,
  args: readonly string[],
): Promise<void> =>
  runLogged(join(projectRoot, 'node_modules', '.bin', 'cdk'), args, join(folder.logs, `cdk-${name}.log`), {
    cwd: projectRoot,
    env: {
      ...partEnvironment(folder.root, emulatorUrl(plan)),
      ...awsEnvironment(emulatorUrl(plan)),
      CI: '1',
      // No rules of CloudFormation and of cdk-nag, which are for AWS and would take a third of the time. test/infra has those of cdk-nag.
      CDK_VALIDATION: 'false',
      CDK_DISABLE_VERSION_CHECK: '1',
      CDK_DISABLE_CLI_TELEMETRY: '1',
    },
    signal,
  });
