import { readFileSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { z } from 'zod';
import {
  type CreatedPlatform,
  type EnvironmentConfig,
  type EnvironmentName,
  environmentNames,
} from '../../infra/config/environment-config.ts';
import { loadEnvironment } from '../../infra/config/environments.ts';
import { fromRoot } from '../../infra/constructs/project-root.ts';
import { createStacks } from '../../infra/stacks/millrace-stacks.ts';

const cdkJsonSchema = z.object({ context: z.record(z.string(), z.unknown()) });

export const resourceSchema = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DeletionPolicy: z.string().optional(),
});
export type Resource = z.infer<typeof resourceSchema>;

export interface Synthesized {
  readonly app: App;
  /** By part: `state`, `replication`... */
  readonly templates: Readonly<Record<string, Template>>;
}

/** The app as bin/millrace.ts makes it, with the flags of cdk.json, without bundling the Lambdas, and without CloudFormation's rules. */
export const synthesize = (
  env: EnvironmentName,
  context: Readonly<Record<string, string>> = {},
): Synthesized => {
  const given: Readonly<Record<string, string>> = { ...context, env };
  return synthesizeConfig(loadEnvironment((name) => given[name]));
};

/** What a suite has synthesized, by its configuration: that takes seconds, and the same is looked at by several tests. */
const synthesized = new Map<string, Synthesized>();

/** As `synthesize`, of any configuration. */
export const synthesizeConfig = (config: EnvironmentConfig): Synthesized => {
  const key = JSON.stringify(config);
  const made = synthesized.get(key) ?? synthesizeAgain(config);
  synthesized.set(key, made);
  return made;
};

/** As `synthesizeConfig`, whether that was done already or not. */
export const synthesizeAgain = (config: EnvironmentConfig): Synthesized => {
  const env = config.name;
  const flags = cdkJsonSchema.parse(JSON.parse(readFileSync(fromRoot('cdk.json'), 'utf8'))).context;
  const app = new App({
    outdir: fromRoot('.millrace', 'test', 'cdk', process.env.JEST_WORKER_ID ?? '0', env),
    context: { ...flags, 'aws:cdk:bundling-stacks': [] },
  });
  createStacks(app, config);
  const templates = app.node.children
    .filter((child) => Stack.isStack(child))
    .map((stack) => [stack.stackName.replace(`millrace-${env}-`, ''), Template.fromStack(stack)] as const);
  return { app, templates: Object.fromEntries(templates) };
};

/** Those that create their network, Kafka and Connect. */
export const createdEnvironments = environmentNames.filter((env) => env !== 'local');

export const createdPlatform = (env: EnvironmentName): CreatedPlatform => {
  const { platform } = loadEnvironment((name) => (name === 'env' ? env : undefined));
  if (platform.source !== 'created') throw new Error(`The platform of ${env} is there already.`);
  return platform;
};

/** The template of one stack. */
export const partOf = (env: EnvironmentName, part: string): Template => {
  const template = synthesize(env).templates[part];
  if (template === undefined) throw new Error(`${env} has no stack ${part}`);
  return template;
};

/** Every resource of one type (or of all), with its stack's part and its logical name. */
export const resourcesOf = (
  { templates }: Synthesized,
  type?: string,
): readonly (Resource & { readonly part: string; readonly logicalId: string })[] =>
  Object.entries(templates).flatMap(([part, template]) =>
    Object.entries(template.toJSON().Resources ?? {})
      .map(([logicalId, resource]) => ({ part, logicalId, ...resourceSchema.parse(resource) }))
      .filter((resource) => type === undefined || resource.Type === type),
  );

const oneOrMany = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
export const statementSchema = z.object({
  Sid: z.string().optional(),
  Effect: z.string(),
  Action: oneOrMany,
  Resource: z.unknown(),
  Condition: z.unknown().optional(),
});
export type Statement = z.infer<typeof statementSchema>;
const policySchema = z.object({
  PolicyDocument: z.object({ Statement: z.array(statementSchema) }),
  Roles: z.array(z.object({ Ref: z.string() })),
});

/** Identity policies, with the logical name of the role that has them. */
export const rolePolicies = (
  synthesized: Synthesized,
): readonly { readonly role: string; readonly statement: Statement }[] =>
  resourcesOf(synthesized, 'AWS::IAM::Policy').flatMap(({ Properties }) => {
    const { PolicyDocument, Roles } = policySchema.parse(Properties);
    return Roles.flatMap(({ Ref }) =>
      PolicyDocument.Statement.map((statement) => ({ role: Ref, statement })),
    );
  });

const functionSchema = z.object({
  FunctionName: z.string(),
  Runtime: z.string(),
  Timeout: z.number(),
  Handler: z.string(),
  Architectures: z.array(z.string()),
  Role: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }),
  Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }),
  TracingConfig: z.object({ Mode: z.string() }).optional(),
  LoggingConfig: z.object({ LogGroup: z.object({ Ref: z.string() }) }),
});

/** Our Lambdas by their folder's name; CDK's own, which have no name, are left out. */
export const lambdaFunctions = (synthesized: Synthesized, env: EnvironmentName) =>
  Object.fromEntries(
    resourcesOf(synthesized, 'AWS::Lambda::Function')
      .filter(({ Properties }) => 'FunctionName' in Properties)
      .map(({ Properties }) => {
        const parsed = functionSchema.parse(Properties);
        const role = parsed.Role['Fn::GetAtt'][0];
        const statements = rolePolicies(synthesized)
          .filter((policy) => policy.role === role)
          .map(({ statement }) => statement);
        return [parsed.FunctionName.replace(`millrace-${env}-`, ''), { ...parsed, statements }] as const;
      }),
  );
